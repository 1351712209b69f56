/* SPDX-License-Identifier: Apache-2.0 */
/* sh_case.c - see sh_case.h */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sh_case.h"
#include "unit.h"

#define EVENT_LIMIT_MS 60000

char script[96], conf[96];

void use_script(const char *body)
{
	FILE *f = fopen(script, "w");

	ck_assert_ptr_nonnull(f);
	fprintf(f, "#!/bin/sh\nd=%s\ncase $1 in\n%s\nesac\nexit 3\n", plugin_dir, body);
	fclose(f);
	ck_assert_int_eq(chmod(script, 0755), 0);
	ck_assert_msg(try_open() == 0, "%s", err.msg);
}

bool has_file(const char *name)
{
	char path[160];

	snprintf(path, sizeof(path), "%s/%s", plugin_dir, name);
	return access(path, F_OK) == 0;
}

void run_command(const char *format, ...)
{
	char command[512], whole[640];
	va_list ap;

	va_start(ap, format);
	vsnprintf(command, sizeof(command), format, ap);
	va_end(ap);
	snprintf(whole, sizeof(whole), "cd %s && %s", plugin_dir, command);
	ck_assert_msg(system(whole) == 0, "%s", whole);
}

int next_event(void)
{
	int r;

	do {
		ck_assert_msg(fake_host_readable(plugin->event_fd(self), EVENT_LIMIT_MS), "no event: %s", err.msg);
		r = plugin->on_event(self, &err);
	} while (r == EVPN_EVENT_NONE);
	return r;
}

int find(uint64_t *ret_instance)
{
	uint64_t instance = 0;
	int fd = -1, r;

	while (memset(&err, 0, sizeof(err)), (r = plugin->find_netns(self, &fd, &instance, &err)) == 0)
		next_event();
	if (r > 0)
		close(fd);
	if (ret_instance)
		*ret_instance = instance;
	return r;
}

int reload(uint64_t generation)
{
	int r;

	while (memset(&err, 0, sizeof(err)), (r = plugin->reload_frr(self, conf, generation, &err)) == 0)
		next_event();
	return r;
}

int query(const char *command)
{
	int r;

	while (memset(&err, 0, sizeof(err)), (r = plugin->query_frr(self, command, &text, &err)) == 0)
		next_event();
	return r;
}

int ask(const char *daemon, const char *command)
{
	int r;

	while (memset(&err, 0, sizeof(err)), (r = plugin->ask_daemon(self, daemon, command, &text, &err)) == 0)
		next_event();
	return r;
}

void assert_waits(int r, const char *part)
{
	ck_assert_msg(r == 0, "%d: %s", r, err.msg);
	ck_assert_msg(strstr(err.msg, part) != NULL, "`%s' is not in: %s", part, err.msg);
}

static void set_up(void)
{
	plugin_case_begin("sh");
	snprintf(script, sizeof(script), "%s/script", plugin_dir);
	snprintf(conf, sizeof(conf), "%s/frr.conf", plugin_dir);
	write_file("frr.conf", "hostname frr\n");
	options[0] = (struct fake_option){ "script", script };
	options[1] = (struct fake_option){ "timeout", "20" };
}

int sh_case_main(const char *name, const TTest *const tests[], size_t n)
{
	TCase *tcase = tcase_create(name);

	if (geteuid() != 0) {
		puts("SKIP: needs root, whose a script must be");
		return 77;
	}
	tcase_add_checked_fixture(tcase, set_up, plugin_case_end);
	tcase_set_timeout(tcase, 120);
	for (size_t i = 0; i < n; i++)
		tcase_add_test(tcase, tests[i]);
	return unit_run(name, tcase);
}
