/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_frr_vtysh.c - the plugin frr-vtysh on the host, with a script in place of vtysh: options, answers, faults,
 * events
 *
 * With real FRR, in a container: tests/netns/vtysh.sh.
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "unit.h"
#include "vtysh_case.h"

START_TEST(test_options)
{
	static const struct {
		const char *key, *value, *part;
	} bad[] = {
		{ "vty_dir", "frr", "vty_dir = \"frr\": must be an absolute path" },
		{ "vtysh", "vtysh", "vtysh = \"vtysh\": must be an absolute path" },
		{ "timeout", "0", "timeout = 0" },
		{ "timeout", "1x", "timeout = 1x" },
		{ "fallback", "yes", "fallback = \"yes\"" },
		{ "pidfile", "frr.pid", "pidfile = \"frr.pid\": must be an absolute path" },
		{ "pidfile", "/run/", "pidfile = \"/run/\": must name a file" },
	};

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		options[0] = (struct fake_option){ bad[i].key, bad[i].value };
		options[1] = (struct fake_option){ strcmp(bad[i].key, "vty_dir") == 0 ? "proc" : "vty_dir", "/tmp" };
		options[2] = (struct fake_option){ NULL, NULL };
		assert_failed(try_open(), EINVAL, bad[i].part);
	}
	options[0] = (struct fake_option){ NULL, NULL };
	assert_failed(try_open(), EINVAL, "neither pidfile nor vty_dir is set");
}
END_TEST

START_TEST(test_nothing_to_do)
{
	ck_assert_int_eq(outcome(NULL, 1), 1);
	ck_assert_str_eq(read_file("calls"), "read\n");
	/* The same generation is not run again, another one is. */
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
	/* The vtysh that applies the difference also reads the configuration back. */
	ck_assert_str_eq(read_file("calls"), "read\ncheck\napply\n");
	ck_assert_ptr_nonnull(strstr(read_file("given"), "ip route 10.2.0.0/16 blackhole"));
	ck_assert_ptr_nonnull(strstr(read_file("given"), "no ip route 10.1.0.0/16 blackhole"));
}
END_TEST

START_TEST(test_silent_difference)
{
	write_file("wanted", CONFIG_B);
	assert_failed(outcome(NULL, 1), EVPN_ERROR_REFUSED,
		      "FRR accepted every line, but its configuration differs from");
	ck_assert_ptr_nonnull(strstr(err.msg, "ip route 10.2.0.0/16 blackhole"));
}
END_TEST

START_TEST(test_refused_by_check)
{
	write_file("wanted", CONFIG_B);
	/* The message contains the line number in the file. */
	write_file("fail.check",
		   "echo \"line $(grep -n ^ip $3 | cut -d: -f1): % Unknown command[4]: ip route\" >&2; exit 2");
	assert_failed(outcome(NULL, 1), EVPN_ERROR_REFUSED, "line 4: % Unknown command[4]: ip route");
	/* vtysh accepts the file, but not a line of the difference. */
	write_file("fail.check", "! grep ^no $3 || { echo 'line 1: % Unknown command[4]: no ip route' >&2; exit 2; }");
	assert_failed(outcome(NULL, 2), EVPN_ERROR_REFUSED,
		      "/wanted, but refuses the lines that change FRR to it: no ip route 10.1.0.0/16 blackhole\n"
		      "line 1: % Unknown command[4]: no ip route");
	ck_assert_ptr_null(strstr(read_file("calls"), "apply"));
}
END_TEST

START_TEST(test_refused_and_taken_back)
{
	write_file("wanted", CONFIG_B);
	write_file("applied", CONFIG_B);
	/* The first time, FRR accepts only a part of the lines. */
	write_file("fail.apply",
		   "rm $d/fail.apply; echo 'frr version 8.4.4\nfrr defaults traditional\n!\nend' > $d/running\n"
		   "mv $d/applied $d/kept; cp $d/wanted.former $d/applied\n"
		   "echo '% No.'; echo 'line 1: Failure to communicate[13] to staticd, line: ip route' >&2; exit 13");
	write_file("wanted.former", CONFIG_A);
	assert_failed(outcome(NULL, 1), EVPN_ERROR_REFUSED, "% No.\nFailure to communicate[13] to staticd");
	ck_assert_ptr_null(strstr(err.msg, "could not be restored"));
	ck_assert_str_eq(read_file("running"), CONFIG_A);
	ck_assert_ptr_nonnull(strstr(read_file("given"), "ip route 10.1.0.0/16 blackhole"));
}
END_TEST

START_TEST(test_not_taken_back)
{
	write_file("wanted", CONFIG_B);
	write_file("fail.apply", "echo 'frr version 8.4.4\n!\nend' > $d/running; echo '% No.'; exit 13");
	assert_failed(outcome(NULL, 1), EVPN_ERROR_REFUSED, "could not be restored completely; remaining difference:");
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
	/* FRR 10 reports the lock while lines are applied; the lines are not at fault. */
	write_file("fail.apply", "echo \"% Can't enter config; running datastore locked by another session\"; exit 1");
	assert_waits(1, "FRR's configuration is locked");
	/* A daemon that ended meanwhile has lost its part of the configuration. */
	write_file("wanted", CONFIG_B);
	write_file("fail.apply", "echo '% A word.'; echo ' zebra staticd'; cat $d/running; exit 0");
	assert_waits(2, "FRR's bgpd does not answer");
	write_file("wanted", CONFIG_A);
	forget_file("fail.apply");
	/* The new socket of a daemon ends the pause. */
	write_file("staticd.vty", "");
	ck_assert_int_eq(outcome(NULL, 1), 1);
}
END_TEST

START_TEST(test_faults)
{
	write_file("fail.read", "kill -SEGV $$");
	assert_failed(outcome(NULL, 1), EIO, "vtysh -c 'show running-config' was killed by signal 11");
	/* The running configuration is incomplete. */
	write_file("fail.read", "printf ' zebra bgpd staticd\\nfrr version 8.4.4\\n'; exit 0");
	assert_failed(outcome(NULL, 2), EIO, "vtysh -c 'show running-config' ended with status 0");
	forget_file("fail.read");
	forget_file("wanted");
	assert_failed(outcome(NULL, 3), ENOENT, "No such file");
	ck_assert_int_eq(symlink("/etc/passwd", conf), 0);
	assert_failed(outcome(NULL, 4), ELOOP, "wanted");
	forget_file("wanted");
	/* A folder of the volume that leads elsewhere, to a file of that name. */
	write_file("wanted", CONFIG_A);
	char kept[96], folder[96], link[128];

	strcpy(kept, conf);
	snprintf(folder, sizeof(folder), "%.*s", (int)(strlen(conf) - strlen("/wanted")), conf);
	snprintf(link, sizeof(link), "%s/link", folder);
	ck_assert_int_eq(symlink(folder, link), 0);
	ck_assert_int_lt(snprintf(conf, sizeof(conf), "%.80s/wanted", link), (int)sizeof(conf));
	assert_failed(outcome(NULL, 6), ELOOP, "link/wanted");
	strcpy(conf, kept);
	ck_assert_int_eq(unlink(link), 0);
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
	/* The vtysh of FRR 10 waits like this while another vtysh has the lock. */
	write_file("fail.apply", "echo \"% Can't enter config; candidate datastore locked by another session\"; "
				 "sleep 600 & echo $! > $d/pid; wait");
	assert_failed(outcome(NULL, 1), ETIMEDOUT,
		      "vtysh (applying the difference) did not end within 1 s and was killed: FRR's configuration "
		      "is locked");
	/* Its descendant is killed, too; kill(pid, 0) succeeds until its new parent has reaped it. */
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
	assert_failed(outcome("clear bgp *", 0), EINVAL, "command `clear bgp *': must be one line");
	assert_failed(outcome("show x\nclear y", 0), EINVAL, "that begins with `show '");
	write_file("fail.show", "echo '% Unknown command: show x'; exit 1");
	assert_failed(outcome("show x", 0), EIO, "vtysh -c 'show x' ended with status 1: % Unknown command: show x");
	/* A reload continues during a query. */
	forget_file("fail.show");
	write_file("wanted", CONFIG_B);
	write_file("applied", CONFIG_B);
	ck_assert_int_eq(ask(NULL, 7), 0);
	ck_assert_int_eq(outcome("show y", 0), 1);
	ck_assert_int_eq(outcome(NULL, 7), 1);
}
END_TEST

/* The output is a file that the program can open again, and whose size its own limit does not bind. */
START_TEST(test_long_outputs)
{
	static const char *const hostile[] = {
		"ulimit -f unlimited; yes | head -c 200000000; exit 0",
		"ulimit -f unlimited; yes | head -c 200000000 >&2; exit 0",
		"yes | tr -d '\\n' | head -c 20000000; exit 0",
		"yes '% locked by' | head -c 20000000 >&2; exit 1",
	};
	struct rusage usage;

	write_file("fail.show", "ulimit -f unlimited; truncate -s 2G /proc/self/fd/1 && echo grown; exit 0");
	ck_assert_int_eq(outcome("show x", 0), 1);
	ck_assert_str_eq(text, "");
	write_file("fail.show", "ulimit -f unlimited; truncate -s 0 /proc/self/fd/1 && echo shrunk; exit 0");
	ck_assert_int_eq(outcome("show x", 0), 1);
	ck_assert_str_eq(text, "");
	write_file("fail.show", "ulimit -f unlimited; yes | head -c 200000000 >> /proc/self/fd/1; exit 0");
	ck_assert_int_eq(outcome("show x", 0), 1);
	ck_assert_str_eq(text, "");
	for (size_t i = 0; i < sizeof(hostile) / sizeof(hostile[0]); i++) {
		write_file("fail.show", hostile[i]);
		assert_failed(outcome("show x", 0), EFBIG, "the output of FRR's program has 17 MiB or more");
	}
	write_file("fail.show", "cat /proc/self/oom_score_adj; exit 0");
	ck_assert_int_eq(outcome("show x", 0), 1);
	ck_assert_str_eq(text, "1000\n");
	ck_assert_int_eq(getrusage(RUSAGE_SELF, &usage), 0);
	ck_assert_int_lt(usage.ru_maxrss, 200 << 10);
}
END_TEST

START_TEST(test_long_configurations)
{
	write_file("fail.read",
		   "echo ' zebra bgpd staticd'; echo frr version 8; yes | head -c 17000000; echo end; exit 0");
	assert_failed(outcome(NULL, 1), EFBIG, "FRR's running configuration has more than 16 MiB");
	write_file("fail.read",
		   "echo ' zebra bgpd staticd'; echo frr version 8; yes | head -c 20000000; echo end; exit 0");
	assert_failed(outcome(NULL, 2), EFBIG, "the output of FRR's program has 17 MiB or more");
	/* A long line of daemons, and a long message. */
	write_file("fail.read", "yes ' zebra' | head -c 16000000 | tr -d '\\n'; echo; cat $d/running; exit 0");
	assert_waits(3, "FRR's bgpd does not answer");
	write_file("fail.read", "yes '% locked by' | head -c 16000000 | tr -d '\\n'; exit 1");
	assert_failed(outcome(NULL, 4), EIO, "ended with status 1");
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
	/* A daemon starts while the configuration is read: it is read again. */
	forget_file("calls");
	write_file("fail.read", "rm $d/fail.read; : > $d/zebra.vty");
	ck_assert_int_eq(outcome(NULL, 2), 1);
	ck_assert_uint_eq(count_calls("read"), 2);
}
END_TEST

START_TEST(test_no_leak)
{
	int before = fake_host_count_fds();

	/* A running program has descriptors, too. */
	for (uint64_t i = 2; i < 10; i++) {
		write_file("wanted", i % 2 ? CONFIG_A : CONFIG_B);
		write_file("applied", i % 2 ? CONFIG_A : CONFIG_B);
		ck_assert_int_eq(outcome(NULL, i), 1);
		ck_assert_int_eq(outcome("show x", 0), 1);
	}
	/* Drop a running reload. */
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
		test_long_outputs,
		test_long_configurations,
		test_daemon_starts,
		test_no_leak,
	};
	TCase *tcase = tcase_create("frr-vtysh");

	tcase_add_checked_fixture(tcase, vtysh_set_up, plugin_case_end);
	tcase_set_timeout(tcase, 60);
	for (size_t i = 0; i < sizeof(tests) / sizeof(tests[0]); i++)
		tcase_add_test(tcase, tests[i]);
	return unit_run("frr-vtysh", tcase);
}
