/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_sh.c - the plugin sh with scripts that do as they should: verbs, exit statuses, environment, events
 *
 * With scripts that do not: test_sh_abuse.c. With real FRR: tests/netns/sh-plugin.sh.
 */
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sh_case.h"

/* A process in a network namespace of its own, whose pid is in the file `pid'. */
static pid_t start_container(void)
{
	char ready;
	int ends[2];
	pid_t pid;

	ck_assert_int_eq(pipe(ends), 0);
	pid = fork();
	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (unshare(CLONE_NEWNET) < 0 || write(ends[1], "r", 1) != 1)
			_exit(1);
		pause();
		_exit(0);
	}
	close(ends[1]);
	ck_assert_int_eq(read(ends[0], &ready, 1), 1);
	close(ends[0]);
	run_command("echo %d > pid.new && mv pid.new pid", (int)pid);
	return pid;
}

static void end_container(pid_t pid)
{
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

START_TEST(test_find_pid)
{
	uint64_t first, again, other;
	pid_t pid = start_container();

	use_script("find) exec cat $d/pid;;");
	ck_assert_msg(find(&first) == 1, "%s", err.msg);
	ck_assert_msg(find(&again) == 1, "%s", err.msg);
	ck_assert_uint_eq(first, again);
	end_container(pid);
	ck_assert_int_eq(next_event(), EVPN_EVENT_CHANGED);
	pid = start_container();
	ck_assert_msg(find(&other) == 1, "%s", err.msg);
	ck_assert_uint_ne(first, other);
	end_container(pid);
}
END_TEST

/* The script names a process that has ended; it is asked again. */
START_TEST(test_find_stale)
{
	pid_t pid = start_container();
	uint64_t instance;
	int fd;

	use_script("find) exec cat $d/pid;;");
	end_container(pid);
	ck_assert_int_eq(plugin->find_netns(self, &fd, &instance, &err), 0);
	while (!strstr(err.msg, "which the script names, does not exist")) {
		next_event();
		ck_assert_int_eq(plugin->find_netns(self, &fd, &instance, &err), 0);
	}
	pid = start_container();
	ck_assert_msg(find(&instance) == 1, "%s", err.msg);
	end_container(pid);
}
END_TEST

START_TEST(test_find_path)
{
	uint64_t first, second;

	/* Named namespaces of its own, which end with this process. */
	ck_assert_int_eq(unshare(CLONE_NEWNS), 0);
	run_command("mount --make-rprivate / && mkdir -p /run/netns && mount -t tmpfs tmpfs /run/netns");
	use_script("find) echo /run/netns/evpn-test-sh $(cat $d/more); exit 0;;");
	run_command("touch more && ip netns add evpn-test-sh");
	ck_assert_msg(find(&first) == 1, "%s", err.msg);
	/* What is printed behind the path tells one FRR from another. */
	run_command("echo 4711 > more");
	ck_assert_msg(find(&second) == 1, "%s", err.msg);
	ck_assert_uint_ne(first, second);
	run_command("ip netns del evpn-test-sh");
	ck_assert_int_eq(next_event(), EVPN_EVENT_CHANGED);
	run_command("ip netns add evpn-test-sh");
	ck_assert_msg(find(&second) == 1, "%s", err.msg);
	run_command("ip netns del evpn-test-sh");
}
END_TEST

/* "Not yet", with the reason, until it is there. */
START_TEST(test_find_waits)
{
	pid_t pid;
	uint64_t instance;
	int fd;

	use_script("find) [ -e $d/pid ] || { echo 'no container' >&2; exit 75; }; exec cat $d/pid;;");
	assert_waits(plugin->find_netns(self, &fd, &instance, &err), "waits for ");
	while (!strstr(err.msg, "script find: no container")) {
		next_event();
		ck_assert_int_eq(plugin->find_netns(self, &fd, &instance, &err), 0);
	}
	pid = start_container();
	ck_assert_msg(find(&instance) == 1, "%s", err.msg);
	end_container(pid);
}
END_TEST

START_TEST(test_reload)
{
	use_script("reload) echo \"$2\" >> $d/calls; cat > $d/given; [ ! -e $d/status ] || { cat $d/words >&2; exit "
		   "$(cat $d/status); }; exit 0;;");
	ck_assert_msg(reload(1) == 1, "%s", err.msg);
	/* The path as an argument, the text as stdin. */
	ck_assert_str_eq(read_file("given"), "hostname frr\n");
	ck_assert_msg(strstr(read_file("calls"), conf) == read_file("calls"), "%s", read_file("calls"));
	/* The same number is the same demand. */
	run_command("rm calls");
	ck_assert_int_eq(plugin->reload_frr(self, conf, 1, &err), 1);
	ck_assert(!has_file("calls"));
	run_command("echo 65 > status; printf 'line 3\\n%%%% Unknown command\\n' > words");
	assert_failed(reload(2), EVPN_ERROR_REFUSED,
		      "reload says that FRR refuses the configuration: line 3\n% Unknown command");
	run_command("echo 1 > status; echo boom > words");
	assert_failed(reload(3), EIO, "reload failed with exit status 1: boom");
	run_command("echo 3 > status");
	assert_failed(reload(4), ENOTSUP, "reload is not supported (exit status 3)");
	run_command("rm status");
	ck_assert_msg(reload(5) == 1, "%s", err.msg);
}
END_TEST

/* A new demand ends the reload that is under way. */
START_TEST(test_reload_replaced)
{
	use_script("reload) echo $$ >> $d/pids; [ -e $d/quick ] || exec cat $d/fifo; exit 0;;");
	run_command("mkfifo fifo");
	ck_assert_int_eq(plugin->reload_frr(self, conf, 1, &err), 0);
	run_command("while [ ! -s pids ]; do :; done; touch quick");
	ck_assert_msg(reload(2) == 1, "%s", err.msg);
	/* The first of them has ended. */
	run_command("! kill -0 $(head -n 1 pids) 2>/dev/null");
}
END_TEST

START_TEST(test_questions)
{
	use_script("query) echo \"$2\" >> $d/calls; echo \"[$2]\"; exit 0;;\n"
		   "ask) echo \"$2: $3\"; [ \"$2\" != ripd ] || exit 69; exit 0;;\n"
		   "daemons) echo ' zebra  watchfrr bgpd'; echo staticd; exit 0;;");
	ck_assert_msg(query("show version") == 1, "%s", err.msg);
	ck_assert_str_eq(text, "[show version]\n");
	ck_assert_msg(ask("bgpd", "show bgp summary json") == 1, "%s", err.msg);
	ck_assert_str_eq(text, "bgpd: show bgp summary json\n");
	/* An answer is given once. */
	ck_assert_int_eq(plugin->ask_daemon(self, "bgpd", "show bgp summary json", &text, &err), 0);
	ck_assert_msg(ask("bgpd", "show bgp summary json") == 1, "%s", err.msg);
	ck_assert_msg(ask(NULL, "show daemons") == 1, "%s", err.msg);
	ck_assert_str_eq(text, "bgpd staticd zebra");
	assert_failed(ask("ripd", "show version"), ENOENT, "ask says that the daemon does not run");
	/* What is no question is not passed on. */
	assert_failed(query("configure terminal"), EINVAL, "begins with `show '");
	assert_failed(query("show version\nclear bgp *"), EINVAL, "one line of printable");
	assert_failed(ask("../zebra", "show version"), EINVAL, "must be the name of a daemon");
	assert_failed(ask(NULL, "show version"), EINVAL, "must be `show daemons'");
	ck_assert_str_eq(read_file("calls"), "show version\n");
}
END_TEST

/* A verb that the script does not know is not asked for again. */
START_TEST(test_unsupported)
{
	use_script("ask|daemons) echo $1 >> $d/calls;;");
	assert_failed(ask("zebra", "show version"), ENOTSUP, "ask is not supported");
	assert_failed(ask("zebra", "show version"), ENOTSUP, "does not support ask");
	assert_failed(ask(NULL, "show daemons"), ENOTSUP, "daemons is not supported");
	assert_failed(query("show version"), ENOTSUP, "query is not supported");
	ck_assert_str_eq(read_file("calls"), "ask\ndaemons\n");
	ck_assert_int_eq(try_open(), 0);
	assert_failed(ask("zebra", "show version"), ENOTSUP, "ask is not supported");
}
END_TEST

/* An answer from before a reload is not given after it. */
START_TEST(test_answer_before_reload)
{
	use_script("query) cat $d/state; exit 0;;\nreload) echo new > $d/state; exit 0;;");
	run_command("echo old > state");
	ck_assert_int_eq(plugin->query_frr(self, "show version", &text, &err), 0);
	ck_assert_int_eq(next_event(), EVPN_EVENT_RETRY);
	ck_assert_msg(reload(1) == 1, "%s", err.msg);
	ck_assert_msg(query("show version") == 1, "%s", err.msg);
	ck_assert_str_eq(text, "new\n");
}
END_TEST

START_TEST(test_environment)
{
	sigset_t blocked;

	sigfillset(&blocked);
	sigprocmask(SIG_BLOCK, &blocked, NULL);
	signal(SIGPIPE, SIG_IGN);
	setenv("CANARY", "evpnds", 1);
	use_script("query) env | grep -vE '^(PWD|OLDPWD|SHLVL|_)=' | sort; echo $#; pwd; umask; ulimit -c; ls "
		   "/proc/self/fd | tr "
		   "'\\n' ' '; grep -E '^Sig(Blk|Ign)' /proc/self/status; readlink /proc/self/fd/0; exit 0;;");
	ck_assert_msg(query("show version") == 1, "%s", err.msg);
	/* ls has its directory as descriptor 3. */
	ck_assert_str_eq(text,
			 "HOME=/root\nLC_ALL=C\nPATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin\n"
			 "TERM=dumb\n2\n/\n0022\n0\n0 1 2 3 "
			 "SigBlk:\t0000000000000000\nSigIgn:\t0000000000000000\n/dev/null\n");
}
END_TEST

/* The namespace is found; a line says that another one may be the right one now. */
START_TEST(test_watch_netns)
{
	pid_t pid = start_container();

	run_command("mkfifo events");
	use_script("find) exec cat $d/pid;;\nwatch) echo \"$2\" > $d/role; exec cat $d/events;;");
	ck_assert_msg(find(NULL) == 1, "%s", err.msg);
	run_command("echo changed > events");
	ck_assert_str_eq(read_file("role"), "netns\n");
	ck_assert_int_eq(next_event(), EVPN_EVENT_CHANGED);
	end_container(pid);
}
END_TEST

/* FRR has its configuration; a line says that it may have lost it. */
START_TEST(test_watch_frr)
{
	run_command("mkfifo events");
	use_script("reload) exit 0;;\nwatch) echo \"$2\" > $d/role; exec cat $d/events;;");
	ck_assert_msg(reload(1) == 1, "%s", err.msg);
	run_command("echo changed > events");
	ck_assert_str_eq(read_file("role"), "frr\n");
	ck_assert_int_eq(next_event(), EVPN_EVENT_CHANGED);
	/* It was cat's end of input, too: the verb is begun anew after a pause, and that is told once. */
	run_command("rm role");
	while (!has_file("role")) {
		if (fake_host_readable(plugin->event_fd(self), 100))
			ck_assert_int_eq(plugin->on_event(self, &err), EVPN_EVENT_NONE);
	}
	ck_assert_ptr_nonnull(strstr(logged(), "4: "));
	ck_assert_ptr_nonnull(strstr(logged(), "watch frr has ended with exit status 0; it is started again"));
}
END_TEST

/* Nothing is left behind by many calls. */
START_TEST(test_descriptors)
{
	int before = 0;

	use_script("query) echo x; exit 0;;");
	for (int i = 0; i < 200; i++) {
		ck_assert_msg(query("show version") == 1, "%s", err.msg);
		if (i == 0)
			before = fake_host_count_fds();
	}
	ck_assert_int_eq(fake_host_count_fds(), before);
	ck_assert_int_eq(waitpid(-1, NULL, WNOHANG), -1);
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {
		test_find_pid,	  test_find_stale,	test_find_path, test_find_waits,
		test_reload,	  test_reload_replaced, test_questions, test_unsupported,
		test_environment, test_watch_netns,	test_watch_frr, test_answer_before_reload,
		test_descriptors,
	};

	return sh_case_main("sh", tests, sizeof(tests) / sizeof(tests[0]));
}
