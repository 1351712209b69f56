/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_sh_abuse.c - the plugin sh with scripts that hang, flood, die, leave processes behind, or are not what they should be
 *
 * After each abuse the same instance answers a proper question: nothing is stuck.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "lib/clock.h"
#include "sh_case.h"

/* A verb that works. */
#define GOOD "daemons) echo zebra; exit 0;;\n"

static void assert_works(void)
{
	ck_assert_msg(ask(NULL, "show daemons") == 1, "%s", err.msg);
	ck_assert_str_eq(text, "zebra");
}

static void limit_seconds(const char *seconds)
{
	options[1] = (struct fake_option){ "timeout", seconds };
}

/* It ignores what can be ignored, and has a child: both are killed. */
START_TEST(test_hangs)
{
	limit_seconds("1");
	use_script(GOOD
		   "query) trap '' TERM INT HUP; echo about to hang >&2; cat $d/fifo & echo $! > $d/child; echo $$ > "
		   "$d/pid; cat $d/fifo;;");
	run_command("mkfifo fifo");
	assert_failed(query("show version"), ETIMEDOUT, "query did not end within 1 s and was killed: about to hang");
	assert_works();
	/* A question that is begun meanwhile waits for the end of the killed process. */
	run_command(
		"while kill -0 $(cat pid) 2>/dev/null && ! grep -q '^State:.*Z' /proc/$(cat pid)/status; do :; done");
	run_command("while kill -0 $(cat child) 2>/dev/null; do :; done");
	assert_failed(query("show version"), ETIMEDOUT, "did not end within 1 s");
}
END_TEST

/* evpnd's own part of a flood is bounded: in memory, and in the time of each on_event. */
static void assert_flood(const char *command, const char *verb, const char *part)
{
	struct rusage before, after;
	char body[256];

	snprintf(body, sizeof(body), GOOD "%s) exec %s;;", verb, command);
	use_script(body);
	getrusage(RUSAGE_SELF, &before);
	if (strcmp(verb, "query") == 0)
		assert_failed(query("show version"), EPROTO, part);
	else
		assert_failed(find(NULL), EPROTO, part);
	getrusage(RUSAGE_SELF, &after);
	/* KiB: an answer may have 64 MiB, and is copied when it grows. */
	ck_assert_int_lt(after.ru_maxrss - before.ru_maxrss, 320 * 1024);
	assert_works();
}

START_TEST(test_floods_stdout)
{
	assert_flood("yes", "find", "find printed more than 65536 bytes");
	assert_flood("cat /dev/zero", "find", "find printed more than 65536 bytes");
	assert_flood("cat /dev/zero", "query", "query printed more than 67108864 bytes");
}
END_TEST

START_TEST(test_floods_stderr)
{
	assert_flood("yes >&2", "query", "or 1048576 on stderr, and was killed: y");
}
END_TEST

/* Lines that come one by one are no stream of events: evpnd would take the plugin for a bad one, and pause. */
START_TEST(test_line_by_line)
{
	int64_t begin = clock_ms();
	int calls = 0, r;

	use_script(GOOD
		   "query) for i in 1 2 3 4 5 6 7 8 9 10; do for j in 1 2 3 4 5 6 7 8 9 10; do /bin/true; echo out; "
		   "/bin/true; echo err >&2; done; done; echo end; exit 0;;");
	while ((r = plugin->query_frr(self, "show version", &text, &err)) == 0) {
		ck_assert(fake_host_readable(plugin->event_fd(self), 60000));
		plugin->on_event(self, &err);
		calls++;
	}
	ck_assert_msg(r == 1, "%s", err.msg);
	ck_assert_uint_eq(strlen(text), 100 * strlen("out\n") + strlen("end\n"));
	/* 200 lines. Twice in 40 ms: there is something to read, and then for a while nothing. */
	ck_assert_int_le(calls, 10 + (clock_ms() - begin) / 20);
}
END_TEST

/* A daemon that it starts holds the pipes: the answer does not wait for it. */
START_TEST(test_daemon_holds_pipe)
{
	use_script(GOOD "query) setsid sh -c \"echo > $d/up; cat $d/fifo\" & while [ ! -e $d/up ]; do :; done; echo "
			"answer; exit 0;;");
	run_command("mkfifo fifo");
	ck_assert_msg(query("show version") == 1, "%s", err.msg);
	ck_assert_str_eq(text, "answer\n");
	assert_works();
	/* The daemon ends by its own means. */
	run_command(": > fifo");
}
END_TEST

/* One of its own group is ended with it. */
START_TEST(test_child_left_behind)
{
	use_script(GOOD "query) cat $d/fifo & echo $! > $d/child; echo answer; exit 0;;");
	run_command("mkfifo fifo");
	ck_assert_msg(query("show version") == 1, "%s", err.msg);
	run_command("while kill -0 $(cat child) 2>/dev/null; do :; done");
}
END_TEST

START_TEST(test_dies)
{
	use_script(GOOD "query) echo 'last words' >&2; kill -SEGV $$;;\nfind) kill -KILL $$;;");
	assert_failed(query("show version"), EIO, "query was ended by signal 11 (Segmentation fault): last words");
	assert_failed(find(NULL), EIO, "find was ended by signal 9 (Killed)");
	assert_works();
}
END_TEST

/* Bytes of all kinds: an answer has no NUL; a message has only printable characters. */
START_TEST(test_binary)
{
	use_script(GOOD "query) cat $d/binary; exit 0;;\nfind) cat $d/binary; exit 0;;\n"
			"reload) printf 'first\\n\\033[2J\\r\\200fake: \\007all is well\\n\\n' >&2; exit 1;;");
	run_command("printf 'a\\000b\\033\\377\\n' > binary");
	assert_failed(query("show version"), EPROTO, "query printed a NUL byte");
	assert_failed(find(NULL), EPROTO, "find printed a NUL byte");
	run_command("printf '\\033[1m\\377x\\n' > binary");
	assert_failed(find(NULL), EINVAL, "find prints `?[1m?x'");
	assert_failed(reload(1), EIO, "reload failed with exit status 1: first\n?[2J??fake: ?all is well");
	assert_works();
}
END_TEST

START_TEST(test_find_prints_nonsense)
{
	static const char *const bad[] = {
		"", "\\n", "frr", "0", "-1", "4194305", "1 2\\n3 4\\n", "./run/netns/x", "99999999999999999"
	};

	use_script(GOOD "find) cat $d/answer; exit 0;;");
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		run_command("printf -- '%s' > answer", bad[i]);
		assert_failed(find(NULL), EINVAL, "find prints `");
	}
	run_command("echo $$ > answer; echo /proc/self/ns/net > answer");
	assert_failed(find(NULL), EINVAL, "is the host's own network namespace");
	run_command("echo %d > answer", (int)getpid());
	assert_failed(find(NULL), EINVAL, "is the host's own network namespace");
	run_command("echo /proc/self/ns/uts > answer");
	assert_failed(find(NULL), EINVAL, "is not a network namespace");
	/* Opening these must not block, and does not make them namespaces. */
	run_command("mkfifo fifo; echo $PWD/fifo > answer");
	ck_assert_int_eq(plugin->find_netns(self, &(int){ -1 }, &(uint64_t){ 0 }, &err), 0);
	while (!strstr(err.msg, "fifo, which is not a namespace yet")) {
		next_event();
		ck_assert_int_eq(plugin->find_netns(self, &(int){ -1 }, &(uint64_t){ 0 }, &err), 0);
	}
	assert_works();
}
END_TEST

/* A question that is "not yet" for ever ends at its time limit. */
START_TEST(test_never_ready)
{
	limit_seconds("1");
	use_script(GOOD "query|ask) echo busy >&2; exit 75;;");
	assert_failed(query("show version"), ETIMEDOUT,
		      "says \"not yet\" (exit status 75) until the time limit was over");
	assert_failed(ask("zebra", "show version"), ETIMEDOUT, "busy");
	assert_works();
}
END_TEST

/* An event a second at most, whatever it prints, and no busy loop meanwhile. */
START_TEST(test_watch_floods)
{
	int64_t end = clock_ms() + 3500;
	int events = 0, calls = 0;

	use_script("reload) exit 0;;\nwatch) exec yes;;");
	ck_assert_msg(reload(1) == 1, "%s", err.msg);
	while (clock_ms() < end) {
		if (!fake_host_readable(plugin->event_fd(self), 100))
			continue;
		calls++;
		events += plugin->on_event(self, &err) == EVPN_EVENT_CHANGED;
	}
	ck_assert_int_ge(events, 1);
	ck_assert_int_le(events, 5);
	ck_assert_int_le(calls, 50);
}
END_TEST

/* Without a newline, or with all of it on stderr, it is no event. */
START_TEST(test_watch_floods_otherwise)
{
	static const char *const bodies[] = { "reload) exit 0;;\nwatch) exec cat /dev/zero;;",
					      "reload) exit 0;;\nwatch) exec yes >&2;;" };

	for (size_t i = 0; i < 2; i++) {
		use_script(bodies[i]);
		ck_assert_msg(reload(1) == 1, "%s", err.msg);
		while (!strstr(logged(), "watch frr prints too much")) {
			ck_assert(fake_host_readable(plugin->event_fd(self), 60000));
			ck_assert_int_eq(plugin->on_event(self, &err), EVPN_EVENT_NONE);
		}
	}
}
END_TEST

START_TEST(test_refused_at_open)
{
	use_script(GOOD);
	options[0].value = "script";
	assert_failed(try_open(), EINVAL, "script = \"script\": must be an absolute path");
	options[0].key = "x";
	assert_failed(try_open(), EINVAL, "option script is missing: set it to the executable");
	options[0] = (struct fake_option){ "script", "/nonexistent/x" };
	assert_failed(try_open(), ENOENT, "script /nonexistent/x: No such file");
	options[0].value = "/tmp";
	assert_failed(try_open(), EINVAL, "/tmp: it is not a regular file");
	options[0].value = script;
	limit_seconds("0");
	assert_failed(try_open(), EINVAL, "timeout = 0: must be a number of seconds from 1 to 86400");
	limit_seconds("20");
	run_command("chmod 0644 script");
	assert_failed(try_open(), EACCES, "it is not executable");
	run_command("chmod 0775 script");
	assert_failed(try_open(), EPERM, "can be written by others than root (owner 0, mode 0775)");
	run_command("chmod 0757 script");
	assert_failed(try_open(), EPERM, "can be written by others");
	run_command("chmod 0755 script && chown 65534 script");
	assert_failed(try_open(), EPERM, "owner 65534");
	run_command("chown 0 script && chmod 0777 .");
	assert_failed(try_open(), EPERM, "can be written by others");
	run_command("chmod 0700 . && mv script real && mkdir open && mv real open && chmod 0777 open && ln -s "
		    "open/real script");
	assert_failed(try_open(), EPERM, "open can be written by others");
	run_command("rm script && mkfifo script && chmod 0755 script");
	assert_failed(try_open(), EINVAL, "it is not a regular file");
}
END_TEST

/* What is true at open need not be true later. */
START_TEST(test_changes_later)
{
	use_script(GOOD "query) echo x; exit 0;;");
	assert_works();
	run_command("chmod 0777 script");
	assert_failed(query("show version"), EPERM, "can be written by others than root");
	run_command("chmod 0644 script");
	assert_failed(query("show version"), EACCES, "it is not executable");
	run_command("mv script gone");
	assert_failed(query("show version"), ENOENT, "script: No such file");
	run_command("printf 'echo x\\n' > script; chmod 0755 script");
	assert_failed(query("show version"), ENOEXEC, "its first line must be #! and an interpreter");
	run_command("printf '#!/nonexistent/sh\\n' > script");
	assert_failed(query("show version"), ENOENT, "its interpreter, in the first line, does not exist");
	run_command("mv gone script && chmod 0755 script");
	assert_works();
	ck_assert_msg(query("show version") == 1, "%s", err.msg);
}
END_TEST

/* FRR's volume is the container's: a link or a FIFO in place of frr.conf is not opened. */
START_TEST(test_conf_is_a_link)
{
	use_script(GOOD "reload) cat > $d/given; exit 0;;");
	run_command("mv frr.conf secret && ln -s secret frr.conf");
	assert_failed(reload(1), ELOOP, "cannot read ");
	run_command("rm frr.conf && mkfifo frr.conf");
	assert_failed(reload(2), EMEDIUMTYPE, "frr.conf: not a regular file but a FIFO");
	ck_assert(!has_file("given"));
	assert_works();
}
END_TEST

/* Closing ends what runs, and waits for none of it. */
START_TEST(test_close_ends_all)
{
	int64_t before;

	run_command("mkfifo fifo");
	use_script("query|reload|find|watch) trap '' TERM; echo $$ >> $d/pids; cat $d/fifo;;");
	plugin->reload_frr(self, conf, 1, &err);
	plugin->query_frr(self, "show version", &text, &err);
	run_command("while [ \"$(cat pids 2>/dev/null | wc -l)\" != 3 ]; do :; done");
	before = clock_ms();
	plugin->close(self);
	self = NULL;
	ck_assert_int_lt(clock_ms() - before, 10000);
	run_command("for pid in $(cat pids); do while kill -0 $pid 2>/dev/null && ! grep -q '^State:.*Z' "
		    "/proc/$pid/status; do :; done; "
		    "done");
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {
		test_hangs,
		test_floods_stdout,
		test_floods_stderr,
		test_line_by_line,
		test_daemon_holds_pipe,
		test_child_left_behind,
		test_dies,
		test_binary,
		test_find_prints_nonsense,
		test_never_ready,
		test_watch_floods,
		test_watch_floods_otherwise,
		test_refused_at_open,
		test_changes_later,
		test_conf_is_a_link,
		test_close_ends_all,
	};

	return sh_case_main("sh-abuse", tests, sizeof(tests) / sizeof(tests[0]));
}
