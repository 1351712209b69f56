/* SPDX-License-Identifier: Apache-2.0 */
/* vtysh_case.c - see vtysh_case.h */
#include <check.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "vtysh_case.h"

char conf[96];

static char vtysh[96];

/*
 * The script appends the kind of each call to the file `calls', and prints the file `running'. After a copy the file
 * `applied', if it exists, replaces `running'. The file fail.KIND, if it exists, is sourced for that kind of call.
 */
static const char script[] = "#!/bin/sh\n"
			     "d=${0%/*}\n"
			     "while [ \"$1\" = --vty_socket ]; do shift 2; done\n"
			     "case \"$1 $2 $3\" in\n"
			     "-C*) k=check;; '-c copy'*) k=apply; f=${2#copy }; f=${f% running-config};; *daemons*) "
			     "k=read;; *) k=show;; esac\n"
			     "echo $k >> $d/calls\n"
			     "[ ! -e $d/fail.$k ] || . $d/fail.$k\n"
			     "case $k in\n"
			     "apply) cat $f > $d/given; [ ! -e $d/applied ] || mv $d/applied $d/running;;\n"
			     "show) echo \"$2\";;\n"
			     "esac\n"
			     "case $k$4 in read*|apply?*) echo ' zebra bgpd staticd watchfrr'; cat $d/running;; esac\n";

void forget_file(const char *name)
{
	char path[160];

	snprintf(path, sizeof(path), "%s/%s", plugin_dir, name);
	unlink(path);
}

size_t count_calls(const char *kind)
{
	const char *at = read_file("calls");
	size_t n = 0;

	for (; (at = strstr(at, kind)) != NULL; at += strlen(kind))
		n++;
	return n;
}

void open_plugin(void)
{
	ck_assert_msg(try_open() >= 0, "%s", err.msg);
}

void vtysh_set_up(void)
{
	plugin_case_begin("frr-vtysh");
	snprintf(vtysh, sizeof(vtysh), "%s/vtysh", plugin_dir);
	snprintf(conf, sizeof(conf), "%s/wanted", plugin_dir);
	write_file("vtysh", script);
	chmod(vtysh, 0755);
	write_file("running", CONFIG_A);
	write_file("wanted", CONFIG_A);
	options[0] = (struct fake_option){ "vty_dir", plugin_dir };
	options[1] = (struct fake_option){ "vtysh", vtysh };
	options[2] = (struct fake_option){ "fallback", "false" };
	options[3] = (struct fake_option){ "timeout", "20" };
	open_plugin();
}

int ask(const char *command, uint64_t generation)
{
	memset(&err, 0, sizeof(err));
	return command ? plugin->query_frr(self, command, &text, &err)
		       : plugin->reload_frr(self, conf, generation, &err);
}

int next_event(void)
{
	ck_assert_msg(fake_host_readable(plugin->event_fd(self), 15000), "no event: %s", err.msg);
	return plugin->on_event(self, &err);
}

int outcome(const char *command, uint64_t generation)
{
	int r;

	while ((r = ask(command, generation)) == 0)
		while (next_event() == EVPN_EVENT_NONE)
			;
	return r;
}

void assert_waits(uint64_t generation, const char *part)
{
	ck_assert_int_eq(ask(NULL, generation), 0);
	while (!strstr(err.msg, part)) {
		next_event();
		ck_assert_msg(ask(NULL, generation) == 0, "%s", err.msg);
	}
}
