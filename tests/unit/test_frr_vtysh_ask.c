/* SPDX-License-Identifier: Apache-2.0 */
/* test_frr_vtysh_ask.c - questions of the plugin frr-vtysh to a daemon, for which the test answers */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/fd.h"
#include "unit.h"
#include "vtysh_case.h"

/* What zebra alone keeps. */
#define ZEBRA_A "frr version 8.4.4\nfrr defaults traditional\n!\nip nht resolve-via-default\n!\nend\n"
#define ZEBRA_B "frr version 8.4.4\nfrr defaults traditional\n!\nipv6 nht resolve-via-default\n!\nend\n"

static int listener = -1;

static void set_up(void)
{
	struct sockaddr_un un = { .sun_family = AF_UNIX };

	vtysh_set_up();
	snprintf(un.sun_path, sizeof(un.sun_path), "%s/zebra.vty", options[0].value);
	listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	ck_assert_int_eq(bind(listener, (const struct sockaddr *)&un, sizeof(un)), 0);
	ck_assert_int_eq(listen(listener, 5), 0);
}

static void tear_down(void)
{
	fd_close(&listener);
	plugin_case_end();
}

static int question(const char *daemon, const char *command)
{
	memset(&err, 0, sizeof(err));
	return plugin->ask_daemon(self, daemon, command, &text, &err);
}

static void take_line(int fd, const char *line)
{
	char bytes[600];

	ck_assert(fake_host_readable(fd, 60000));
	ck_assert_int_eq(recv(fd, bytes, sizeof(bytes), 0), (ssize_t)strlen(line) + 1);
	ck_assert_str_eq(bytes, line);
}

/* The next connection with a question. The one by which the plugin finds out whether zebra runs has none. */
static int take_connection(void)
{
	char byte;

	for (;;) {
		int fd;

		ck_assert(fake_host_readable(listener, 60000));
		fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
		ck_assert(fake_host_readable(fd, 60000));
		if (recv(fd, &byte, 1, MSG_PEEK) > 0)
			return fd;
		close(fd);
	}
}

/* Accepts the connection, and answers `enable': the command arrives next. */
static int take_question(void)
{
	int fd = take_connection();

	take_line(fd, "enable");
	ck_assert_int_eq(send(fd, "\0\0\0\0", 4, MSG_NOSIGNAL), 4);
	/* It is of no interest to evpnd. */
	ck_assert_int_eq(next_event(), EVPN_EVENT_NONE);
	return fd;
}

static void answer(int fd, const char *command, const char *words)
{
	take_line(fd, command);
	ck_assert_int_eq(send(fd, words, strlen(words), MSG_NOSIGNAL), (ssize_t)strlen(words));
	ck_assert_int_eq(send(fd, "\0\0\0\0", 4, MSG_NOSIGNAL), 4);
	close(fd);
	while (next_event() != EVPN_EVENT_RETRY)
		;
}

static void assert_quiet(void)
{
	ck_assert(!fake_host_readable(plugin->event_fd(self), 0));
}

START_TEST(test_answer)
{
	int fd;

	ck_assert_int_eq(question("zebra", "show version"), 0);
	ck_assert_str_eq(err.msg, "waits for FRR's zebra to answer `show version'");
	fd = take_question();
	ck_assert_int_eq(question("zebra", "show version"), 0);
	answer(fd, "show version", "8.4\n");
	ck_assert_int_eq(question("zebra", "show version"), 1);
	ck_assert_str_eq(text, "8.4\n");
	assert_quiet();

	/* It is asked anew; another question replaces it, and a failure leaves the text. */
	ck_assert_int_eq(question("zebra", "show version"), 0);
	close(take_question());
	ck_assert_int_eq(question("zebra", "show x"), 0);
	fd = take_question();
	text = "untouched";
	assert_failed(question("bgpd", "show x"), ENOENT, "FRR's bgpd does not run");
	assert_failed(question("bgpd", "clear bgp *"), EINVAL, "that begins with `show '");
	ck_assert_str_eq(text, "untouched");
	ck_assert(fake_host_readable(fd, 60000)); /* the end of the question that was replaced */
	close(fd);
	assert_quiet();
}
END_TEST

START_TEST(test_daemons)
{
	ck_assert_int_eq(question(NULL, "show daemons"), 1);
	ck_assert_str_eq(text, "zebra");
	assert_failed(question(NULL, "show version"), EINVAL, "only `show daemons' is possible");
}
END_TEST

START_TEST(test_beside_a_reload_and_a_query)
{
	int fd;

	write_file("fail.read", "exec sleep infinity");
	ck_assert_int_eq(ask(NULL, 1), 0);
	close(take_question());
	next_event();
	ck_assert_int_eq(question("zebra", "show version"), 0);
	fd = take_question();
	answer(fd, "show version", "8.4\n");
	ck_assert_int_eq(question("zebra", "show version"), 1);
	ck_assert_str_eq(text, "8.4\n");
	/* The reload is the same one. */
	ck_assert_int_eq(ask(NULL, 1), 0);
	ck_assert_int_eq(outcome("show query", 0), 1);
	ck_assert_str_eq(text, "show query\n");
	ck_assert_uint_le(count_calls("read"), 1);
}
END_TEST

/* Starts a reload whose first reading asks zebra, and answers. */
static void reload_read(uint64_t generation, const char *words)
{
	ck_assert_int_eq(ask(NULL, generation), 0);
	answer(take_question(), "show running-config", words);
}

START_TEST(test_a_reload_reads)
{
	options[4] = (struct fake_option){ "daemons", "zebra" };
	open_plugin();
	write_file("wanted", ZEBRA_A);
	reload_read(1, "Building configuration...\n\nCurrent configuration:\n!\n" ZEBRA_A);
	ck_assert_msg(ask(NULL, 1) == 1, "%s", err.msg);
	ck_assert_str_eq(read_file("calls"), "");
	assert_quiet();

	/* A difference is applied, and read back by vtysh. */
	write_file("wanted", ZEBRA_B);
	write_file("applied", ZEBRA_B);
	reload_read(2, ZEBRA_A);
	ck_assert_int_eq(outcome(NULL, 2), 1);
	ck_assert_str_eq(read_file("calls"), "check\napply\n");

	/* What is no configuration, and a daemon that hangs up: vtysh reads. */
	reload_read(3, "% no such thing\n");
	ck_assert_int_eq(outcome(NULL, 3), 1);
	ck_assert_int_eq(count_calls("read"), 1);
	ck_assert_int_eq(ask(NULL, 4), 0);
	close(take_question());
	ck_assert_int_eq(outcome(NULL, 4), 1);
	ck_assert_int_eq(count_calls("read"), 2);
	assert_quiet();
}
END_TEST

START_TEST(test_time_limit)
{
	int fd;

	options[3].value = "1";
	open_plugin();
	ck_assert_int_eq(question("zebra", "show version"), 0);
	fd = take_question();
	ck_assert_int_eq(next_event(), EVPN_EVENT_RETRY);
	assert_failed(question("zebra", "show version"), ETIMEDOUT,
		      "FRR's zebra does not answer within the time limit");
	assert_quiet();
	close(fd);
}
END_TEST

START_TEST(test_no_descriptor_is_left)
{
	int before = fake_host_count_fds();

	for (int i = 0; i < 100; i++) {
		ck_assert_int_eq(question("zebra", "show version"), 0);
		if (i % 2)
			answer(take_question(), "show version", "8.4\n");
		else
			close(accept4(listener, NULL, NULL, SOCK_CLOEXEC));
		question("zebra", "show version");
		question("bgpd", "show version");
	}
	ck_assert_int_eq(fake_host_count_fds(), before);
}
END_TEST

/* The first process of a container. */
static pid_t start_container(const char *pidfile)
{
	char content[16];
	int ready[2];
	char byte;
	pid_t pid;

	ck_assert_int_eq(pipe2(ready, O_CLOEXEC), 0);
	pid = fork();
	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (unshare(CLONE_NEWNET) < 0 || write(ready[1], "", 1) != 1)
			_exit(1);
		for (;;)
			pause();
	}
	close(ready[1]);
	ck_assert_msg(read(ready[0], &byte, 1) == 1, "cannot make a network namespace");
	close(ready[0]);
	snprintf(content, sizeof(content), "%d", (int)pid);
	write_file(pidfile, content);
	return pid;
}

START_TEST(test_a_container_that_ends)
{
	char pidfile[96];
	pid_t pid;

	snprintf(pidfile, sizeof(pidfile), "%s/pid", options[0].value);
	options[4] = (struct fake_option){ "pidfile", pidfile };
	open_plugin();
	assert_failed(question("zebra", "show version"), ENOENT, "waits for ");
	ck_assert_int_eq(question(NULL, "show daemons"), 1);
	ck_assert_str_eq(text, "");

	pid = start_container("pid");
	ck_assert_int_eq(next_event(), EVPN_EVENT_NONE);
	ck_assert_int_eq(question("zebra", "show version"), 0);
	answer(take_question(), "show version", "8.4\n");
	ck_assert_int_eq(question("zebra", "show version"), 1);

	/* evpnd asks before it handles the event that reports the end: it is reported all the same. */
	kill(pid, SIGKILL);
	ck_assert_int_eq(waitpid(pid, NULL, 0), pid);
	assert_failed(question("zebra", "show version"), ENOENT, "has just ended");
	ck_assert_int_eq(next_event(), EVPN_EVENT_CHANGED);
	assert_failed(question("zebra", "show version"), ENOENT, "waits for a new pid");

	/* A new container, though the old one has not ended. */
	start_container("pid");
	next_event();
	ck_assert_int_eq(question("zebra", "show version"), 0);
	close(take_question());
	pid = start_container("pid");
	while (fake_host_readable(plugin->event_fd(self), 100))
		plugin->on_event(self, &err);
	ck_assert_int_eq(question("zebra", "show x"), 0);
	kill(pid, SIGKILL);
	ck_assert_int_eq(waitpid(pid, NULL, 0), pid);
	ck_assert_int_eq(next_event(), EVPN_EVENT_CHANGED);
	assert_failed(question("zebra", "show x"), ENOENT, "its container has ended");
}
END_TEST

int main(void)
{
	TCase *tcase = tcase_create("frr-vtysh-ask");

	tcase_add_checked_fixture(tcase, set_up, tear_down);
	tcase_set_timeout(tcase, 60);
	tcase_add_test(tcase, test_answer);
	tcase_add_test(tcase, test_daemons);
	tcase_add_test(tcase, test_a_reload_reads);
	tcase_add_test(tcase, test_beside_a_reload_and_a_query);
	tcase_add_test(tcase, test_time_limit);
	tcase_add_test(tcase, test_no_descriptor_is_left);
	/* It makes network namespaces. */
	if (geteuid() == 0)
		tcase_add_test(tcase, test_a_container_that_ends);
	return unit_run("frr-vtysh-ask", tcase);
}
