/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_frr_vtysh.c - the plugin on the host, with a script for vtysh: options, answers, faults, what it notices and leaves
 *
 * The script answers by files of the test's directory. With real FRR, in a container: tests/netns/vtysh.sh.
 */
#include <check.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fake_host.h"
#include "frr-vtysh/output.h"
#include "unit.h"

#define CONFIG_A "frr version 8.4.4\nfrr defaults traditional\n!\nip route 10.1.0.0/16 blackhole\n!\nend\n"
#define CONFIG_B "frr version 8.4.4\nfrr defaults traditional\n!\nip route 10.2.0.0/16 blackhole\n!\nend\n"

static const struct evpn_plugin *plugin;
static struct fake_host fake;
static struct fake_option options[8];
static char dir[64], vtysh[96], conf[96];
static void *self;
static struct evpn_error err;
static const char *text;

/*
 * What it is called for is a line of `calls'. `running' is what it shows. With copy, `applied' takes running's place once it is
 * there; fail.KIND, if it is there, is sourced for that kind of call.
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

static void write_file(const char *name, const char *content)
{
	char path[160];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	f = fopen(path, "w");
	ck_assert_ptr_nonnull(f);
	fputs(content, f);
	fclose(f);
}

static const char *read_file(const char *name)
{
	static char content[4096];
	char path[160];
	size_t n = 0;
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	f = fopen(path, "r");
	if (f) {
		n = fread(content, 1, sizeof(content) - 1, f);
		fclose(f);
	}
	content[n] = '\0';
	return content;
}

static void forget_file(const char *name)
{
	char path[160];

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	unlink(path);
}

static size_t count_calls(const char *kind)
{
	const char *at = read_file("calls");
	size_t n = 0;

	for (; (at = strstr(at, kind)) != NULL; at += strlen(kind))
		n++;
	return n;
}

static int try_open(void)
{
	if (self)
		plugin->close(self);
	self = NULL;
	memset(&err, 0, sizeof(err));
	return plugin->open(fake_host_init(&fake, options), &self, &err);
}

static void open_plugin(void)
{
	ck_assert_msg(try_open() >= 0, "%s", err.msg);
}

static void set_up(void)
{
	strcpy(dir, "/tmp/test-frr-vtysh.XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(dir));
	snprintf(vtysh, sizeof(vtysh), "%s/vtysh", dir);
	snprintf(conf, sizeof(conf), "%s/wanted", dir);
	write_file("vtysh", script);
	chmod(vtysh, 0755);
	write_file("running", CONFIG_A);
	write_file("wanted", CONFIG_A);
	memset(options, 0, sizeof(options));
	options[0] = (struct fake_option){ "vty_dir", dir };
	options[1] = (struct fake_option){ "vtysh", vtysh };
	options[2] = (struct fake_option){ "fallback", "false" };
	options[3] = (struct fake_option){ "timeout", "20" };
	plugin = fake_host_load(MODULE);
	open_plugin();
}

static void tear_down(void)
{
	char command[96];

	if (self)
		plugin->close(self);
	self = NULL;
	snprintf(command, sizeof(command), "rm -rf %s", dir);
	ck_assert_int_eq(system(command), 0);
}

static int ask(const char *command, uint64_t generation)
{
	memset(&err, 0, sizeof(err));
	return command ? plugin->query_frr(self, command, &text, &err)
		       : plugin->reload_frr(self, conf, generation, &err);
}

static int next_event(void)
{
	ck_assert_msg(fake_host_readable(plugin->event_fd(self), 15000), "no event: %s", err.msg);
	return plugin->on_event(self, &err);
}

/* As the daemon does it. */
static int outcome(const char *command, uint64_t generation)
{
	int r;

	while ((r = ask(command, generation)) == 0)
		while (next_event() == EVPN_EVENT_NONE)
			;
	return r;
}

/* Asks until it is waited for this. */
static void assert_waits(uint64_t generation, const char *part)
{
	ck_assert_int_eq(ask(NULL, generation), 0);
	while (!strstr(err.msg, part)) {
		next_event();
		ck_assert_msg(ask(NULL, generation) == 0, "%s", err.msg);
	}
}

static void assert_failed(int r, int code, const char *part)
{
	ck_assert_int_eq(r, -1);
	ck_assert_msg(strstr(err.msg, part) != NULL, "`%s' is not in: %s", part, err.msg);
	ck_assert_int_eq(err.code, code);
}

START_TEST(test_options)
{
	static const struct {
		const char *key, *value, *part;
	} bad[] = {
		{ "vty_dir", "frr", "vty_dir = \"frr\": an absolute path" },
		{ "vtysh", "vtysh", "vtysh = \"vtysh\": an absolute path" },
		{ "timeout", "0", "timeout = 0" },
		{ "timeout", "1x", "timeout = 1x" },
		{ "fallback", "yes", "fallback = \"yes\"" },
		{ "pidfile", "frr.pid", "pidfile = \"frr.pid\": an absolute path" },
		{ "pidfile", "/run/", "pidfile = \"/run/\": this names no file" },
	};

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		options[0] = (struct fake_option){ bad[i].key, bad[i].value };
		options[1] = (struct fake_option){ strcmp(bad[i].key, "vty_dir") == 0 ? "proc" : "vty_dir", "/tmp" };
		options[2] = (struct fake_option){ NULL, NULL };
		assert_failed(try_open(), EINVAL, bad[i].part);
	}
	options[0] = (struct fake_option){ NULL, NULL };
	assert_failed(try_open(), EINVAL, "neither `pidfile' is set");
}
END_TEST

START_TEST(test_nothing_to_do)
{
	ck_assert_int_eq(outcome(NULL, 1), 1);
	ck_assert_str_eq(read_file("calls"), "read\n");
	/* The same demand is not run again, another one is. */
	ck_assert_int_eq(ask(NULL, 1), 1);
	ck_assert_int_eq(ask(NULL, 2), 0);
	ck_assert_int_eq(outcome(NULL, 2), 1);
}
END_TEST

START_TEST(test_difference)
{
	write_file("wanted", CONFIG_B);
	write_file("applied", CONFIG_B);
	ck_assert_int_eq(outcome(NULL, 1), 1);
	/* The one that applies it reads it back. */
	ck_assert_str_eq(read_file("calls"), "read\ncheck\napply\n");
	ck_assert_ptr_nonnull(strstr(read_file("given"), "ip route 10.2.0.0/16 blackhole"));
	ck_assert_ptr_nonnull(strstr(read_file("given"), "no ip route 10.1.0.0/16 blackhole"));
}
END_TEST

START_TEST(test_silent_difference)
{
	write_file("wanted", CONFIG_B);
	assert_failed(outcome(NULL, 1), EIO, "FRR took every line, but does not run what");
	ck_assert_ptr_nonnull(strstr(err.msg, "ip route 10.2.0.0/16 blackhole"));
}
END_TEST

START_TEST(test_refused_by_check)
{
	write_file("wanted", CONFIG_B);
	/* By the line of the file, in which the user looks for it. */
	write_file("fail.check",
		   "echo \"line $(grep -n ^ip $3 | cut -d: -f1): % Unknown command[4]: ip route\" >&2; exit 2");
	assert_failed(outcome(NULL, 1), EVPN_ERROR_REFUSED, "line 4: % Unknown command[4]: ip route");
	/* A line of the way there. */
	write_file("fail.check", "! grep ^no $3 || { echo 'line 1: % Unknown command[4]: no ip route' >&2; exit 2; }");
	assert_failed(outcome(NULL, 2), EVPN_ERROR_REFUSED,
		      "/wanted, but not what would lead there: no ip route 10.1.0.0/16 blackhole\n"
		      "line 1: % Unknown command[4]: no ip route");
	ck_assert_ptr_null(strstr(read_file("calls"), "apply"));
}
END_TEST

START_TEST(test_refused_and_taken_back)
{
	write_file("wanted", CONFIG_B);
	write_file("applied", CONFIG_B);
	/* Once: half of it is applied, and refused. */
	write_file("fail.apply",
		   "rm $d/fail.apply; echo 'frr version 8.4.4\nfrr defaults traditional\n!\nend' > $d/running\n"
		   "mv $d/applied $d/kept; cp $d/wanted.former $d/applied\n"
		   "echo '% No.'; echo 'line 1: Failure to communicate[13] to staticd, line: ip route' >&2; exit 13");
	write_file("wanted.former", CONFIG_A);
	assert_failed(outcome(NULL, 1), EVPN_ERROR_REFUSED, "% No.\nFailure to communicate[13] to staticd");
	ck_assert_ptr_null(strstr(err.msg, "could not be brought back"));
	ck_assert_str_eq(read_file("running"), CONFIG_A);
	ck_assert_ptr_nonnull(strstr(read_file("given"), "ip route 10.1.0.0/16 blackhole"));
}
END_TEST

START_TEST(test_not_taken_back)
{
	write_file("wanted", CONFIG_B);
	write_file("fail.apply", "echo 'frr version 8.4.4\n!\nend' > $d/running; echo '% No.'; exit 13");
	assert_failed(outcome(NULL, 1), EVPN_ERROR_REFUSED, "could not be brought back; it lacks:");
	ck_assert_ptr_nonnull(strstr(err.msg, "ip route 10.1.0.0/16 blackhole"));
}
END_TEST

START_TEST(test_not_ready)
{
	write_file("fail.read", "echo 'Exiting: failed to connect to any daemons.' >&2; exit 1");
	assert_waits(1, "none of FRR's daemons answers vtysh");
	write_file("fail.read", "printf ' watchfrr\\nhostname x\\nend\\n'; exit 0");
	assert_waits(1, "FRR's zebra does not answer");
	write_file("fail.read", "printf ' zebra bgp staticd\\n'; cat $d/running; exit 0");
	assert_waits(1, "FRR's bgpd does not answer");
	write_file("fail.read", "echo '% VTY configuration is locked by other VTY'; exit 1");
	assert_waits(1, "FRR's configuration is locked");
	forget_file("fail.read");
	/* FRR 10, with some of the lines applied or none: not the lines' fault. */
	write_file("fail.apply", "echo \"% Can't enter config; running datastore locked by another session\"; exit 1");
	assert_waits(1, "FRR's configuration is locked");
	/* Of a daemon that went on the way, its part went too. */
	write_file("wanted", CONFIG_B);
	write_file("fail.apply", "echo '% A word.'; echo ' zebra staticd'; cat $d/running; exit 0");
	assert_waits(2, "FRR's bgpd does not answer");
	write_file("wanted", CONFIG_A);
	forget_file("fail.apply");
	/* The socket of one that comes up ends the pause. */
	write_file("staticd.vty", "");
	ck_assert_int_eq(outcome(NULL, 1), 1);
}
END_TEST

START_TEST(test_faults)
{
	write_file("fail.read", "kill -SEGV $$");
	assert_failed(outcome(NULL, 1), EIO, "vtysh -c 'show running-config' was killed by signal 11");
	/* Cut off: what runs is not known. */
	write_file("fail.read", "printf ' zebra bgpd staticd\\nfrr version 8.4.4\\n'; exit 0");
	assert_failed(outcome(NULL, 2), EIO, "vtysh -c 'show running-config' ended with status 0");
	forget_file("fail.read");
	forget_file("wanted");
	assert_failed(outcome(NULL, 3), ENOENT, "No such file");
	ck_assert_int_eq(symlink("/etc/passwd", conf), 0);
	assert_failed(outcome(NULL, 4), ELOOP, "wanted");
	forget_file("wanted");
	forget_file("vtysh");
	write_file("wanted", CONFIG_A);
	assert_failed(outcome(NULL, 5), ENOENT, "No such file");
}
END_TEST

START_TEST(test_hangs)
{
	pid_t pid;

	options[3].value = "1";
	open_plugin();
	write_file("wanted", CONFIG_B);
	/* FRR 10 does that while another vtysh has the lock. */
	write_file("fail.apply", "echo \"% Can't enter config; candidate datastore locked by another session\"; "
				 "sleep 600 & echo $! > $d/pid; wait");
	assert_failed(outcome(NULL, 1), ETIMEDOUT,
		      "vtysh, applying the difference, did not end within 1 s, and was killed: FRR's configuration "
		      "is locked");
	/* What it has started ends as well; that can take until its new parent has noticed. */
	pid = (pid_t)atoi(read_file("pid"));
	ck_assert_int_gt(pid, 1);
	for (int i = 0; kill(pid, 0) == 0; i++) {
		ck_assert_int_lt(i, 500);
		poll(NULL, 0, 10);
	}
	write_file("fail.show", "sleep 600");
	assert_failed(outcome("show x", 0), ETIMEDOUT, "vtysh -c 'show x' did not end within 1 s");
}
END_TEST

START_TEST(test_query)
{
	ck_assert_int_eq(outcome("show version", 0), 1);
	ck_assert_str_eq(text, "show version\n");
	ck_assert_int_eq(outcome("show version", 0), 1);
	assert_failed(outcome("clear bgp *", 0), EINVAL, "`clear bgp *' is no `show' command");
	assert_failed(outcome("show x\nclear y", 0), EINVAL, "is no `show' command of one line");
	write_file("fail.show", "echo '% Unknown command: show x'; exit 1");
	assert_failed(outcome("show x", 0), EIO, "vtysh -c 'show x' ended with status 1: % Unknown command: show x");
	/* A reload goes on meanwhile. */
	forget_file("fail.show");
	write_file("wanted", CONFIG_B);
	write_file("applied", CONFIG_B);
	ck_assert_int_eq(ask(NULL, 7), 0);
	ck_assert_int_eq(outcome("show y", 0), 1);
	ck_assert_int_eq(outcome(NULL, 7), 1);
}
END_TEST

START_TEST(test_daemon_starts)
{
	int event;

	ck_assert_int_eq(outcome(NULL, 1), 1);
	write_file("watchfrr.vty", "");
	while (fake_host_readable(plugin->event_fd(self), 0))
		ck_assert_int_eq(plugin->on_event(self, &err), EVPN_EVENT_NONE);
	write_file("bgpd.vty", "");
	while ((event = next_event()) == EVPN_EVENT_NONE)
		;
	ck_assert_int_eq(event, EVPN_EVENT_CHANGED);
	/* One that starts while FRR is read: what was read is read again. */
	forget_file("calls");
	write_file("fail.read", "rm $d/fail.read; : > $d/zebra.vty");
	ck_assert_int_eq(outcome(NULL, 2), 1);
	ck_assert_uint_eq(count_calls("read"), 2);
}
END_TEST

START_TEST(test_no_leak)
{
	int before = fake_host_count_fds();

	/* What has children has descriptors of theirs. */
	for (uint64_t i = 2; i < 10; i++) {
		write_file("wanted", i % 2 ? CONFIG_A : CONFIG_B);
		write_file("applied", i % 2 ? CONFIG_A : CONFIG_B);
		ck_assert_int_eq(outcome(NULL, i), 1);
		ck_assert_int_eq(outcome("show x", 0), 1);
	}
	/* One dropped in the middle. */
	write_file("wanted", CONFIG_B);
	ck_assert_int_eq(ask(NULL, 20), 0);
	write_file("wanted", CONFIG_A);
	ck_assert_int_eq(outcome(NULL, 21), 1);
	while (fake_host_count_fds() != before)
		next_event();
	plugin->close(self);
	self = NULL;
}
END_TEST

START_TEST(test_answers)
{
	char out[] = " zebra bgpd\nfrr version 8\nend\n", cut[] = " zebra\nfrr version 8\n", words[32] = "";
	char applied[] = "% a\n b\n zebra\nfrr version 8\n x\nend\n";
	struct answer answer;
	size_t len = 0;

	answer_read(out, &answer);
	ck_assert_str_eq(answer.daemons, " zebra bgpd");
	ck_assert_str_eq(answer.config, "frr version 8\nend\n");
	answer_read(cut, &answer);
	ck_assert_str_eq(answer.daemons, " zebra");
	ck_assert_ptr_null(answer.config);
	ck_assert_str_eq(answer.said, "");
	answer_read(applied, &answer);
	ck_assert_str_eq(answer.said, "% a\n b");
	ck_assert_str_eq(answer.daemons, " zebra");
	ck_assert_str_eq(answer.config, "frr version 8\n x\nend\n");
	ck_assert(answer_is_locked("VTY configuration is locked by other VTY\n", ""));
	ck_assert(answer_is_locked("x\n% Can't enter config; running datastore locked by another session\n", ""));
	ck_assert(!answer_is_locked("interface x\n description % locked by another session\n", ""));
	ck_assert_ptr_null(answer_missing(" zebra bgpd", "bgpd,zebra", &len));
	ck_assert_str_eq(answer_missing(" zebra bgpd", "zebra,bgp,x", &len), "bgp,x");
	ck_assert_uint_eq(len, 3);
	ck_assert(!answer_applied("", "", words, sizeof(words)));
	ck_assert_str_eq(words, "");
	ck_assert(!answer_applied("% a\n\n", "note\n", words, sizeof(words)));
	ck_assert_str_eq(words, "% a\nnote");
	words[0] = '\0';
	ck_assert(answer_applied("% b\n", "line 12: bad: x\n\nline y\n", words, sizeof(words)));
	ck_assert_str_eq(words, "% b\nbad: x\nline y");
	words[0] = '\0';
	answer_quote(words, sizeof(words), "0123456789\n0123456789\n0123456789\n");
	ck_assert_str_eq(words, "0123456789\n0123456789\n012345678");
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {
		test_options,
		test_nothing_to_do,
		test_difference,
		test_silent_difference,
		test_refused_by_check,
		test_refused_and_taken_back,
		test_not_taken_back,
		test_not_ready,
		test_faults,
		test_hangs,
		test_query,
		test_daemon_starts,
		test_no_leak,
		test_answers,
	};
	TCase *tcase = tcase_create("frr-vtysh");

	tcase_add_checked_fixture(tcase, set_up, tear_down);
	tcase_set_timeout(tcase, 60);
	for (size_t i = 0; i < sizeof(tests) / sizeof(tests[0]); i++)
		tcase_add_test(tcase, tests[i]);
	return unit_run("frr-vtysh", tcase);
}
