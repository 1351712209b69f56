/* SPDX-License-Identifier: Apache-2.0 */
/* test_frr_signal_events.c - retries and events of the plugin frr-signal */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include "signal_case.h"

START_TEST(test_quiet_when_idle)
{
	assert_quiet();
	ck_assert_int_eq(plugin->on_event(self, &err), EVPN_EVENT_NONE);
	assert_quiet();
}
END_TEST

START_TEST(test_nobody_listens)
{
	int fd;

	assert_error(reload(1), 0, 0, "waits for evpn-reloader at");
	ck_assert(strstr(err.msg, sock_path) != NULL);
	/* The plugin watches the directory: no event until the socket exists. */
	ck_assert(!fake_host_readable(plugin->event_fd(self), 300));
	listen_unix();
	/* bind() creates the socket before listen(): the plugin may have connected in between. */
	fd = take_connection();
	answer_with(fd, "ok", "");
	ck_assert_int_eq(reload_outcome(1), 1);
	assert_quiet();
}
END_TEST

START_TEST(test_bound_before_it_listens)
{
	struct sockaddr_un un = { .sun_family = AF_UNIX };
	int sock = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0), fd;

	ck_assert_int_eq(reload(1), 0);
	strcpy(un.sun_path, sock_path);
	ck_assert_int_eq(bind(sock, (const struct sockaddr *)&un, sizeof(un)), 0);
	/* The plugin has connected too early. chmod() by evpn-reloader, or the end of the pause, causes a retry. */
	ck_assert(fake_host_readable(plugin->event_fd(self), 60000));
	plugin->on_event(self, &err);
	assert_error(reload(1), 0, 0, "Connection refused");
	ck_assert_int_eq(listen(sock, 1), 0);
	while (!fake_host_readable(sock, 0)) {
		ck_assert(fake_host_readable(plugin->event_fd(self), 60000));
		plugin->on_event(self, &err);
	}
	fd = accept4(sock, NULL, NULL, SOCK_CLOEXEC);
	answer_with(fd, "ok", "");
	ck_assert_int_eq(reload_outcome(1), 1);
	close(sock);
}
END_TEST

START_TEST(test_left_over_socket)
{
	listen_unix();
	stop_listening();
	assert_error(reload(1), 0, 0, "Connection refused");
	unlink(sock_path);
	listen_unix();
	answer_with(take_connection(), "ok", "");
	ck_assert_int_eq(reload_outcome(1), 1);
}
END_TEST

START_TEST(test_no_directory)
{
	rmdir(run_dir);
	assert_error(reload(1), 0, 0, "No such file or directory");
	ck_assert_int_eq(mkdir(run_dir, 0700), 0);
	listen_unix();
	answer_with(take_connection(), "ok", "");
	ck_assert_int_eq(reload_outcome(1), 1);
	assert_quiet();
}
END_TEST

START_TEST(test_directory_is_replaced)
{
	ck_assert_int_eq(reload(1), 0);
	rmdir(run_dir);
	ck_assert_int_eq(mkdir(run_dir, 0700), 0);
	listen_unix();
	answer_with(take_connection(), "ok", "");
	ck_assert_int_eq(reload_outcome(1), 1);
}
END_TEST

START_TEST(test_full_backlog)
{
	struct sockaddr_un un = { .sun_family = AF_UNIX };
	int others[4], n = 0;

	listen_unix();
	strcpy(un.sun_path, sock_path);
	for (;;) {
		others[n] = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
		if (connect(others[n++], (const struct sockaddr *)&un, sizeof(un)) < 0)
			break;
		ck_assert_int_lt(n, 4);
	}
	ck_assert_int_eq(errno, EAGAIN);
	assert_error(reload(1), 0, 0, "waits for evpn-reloader at");
	for (int i = 0; i < n; i++)
		close(others[i]);
	while (n-- > 1)
		close(take_connection());
	answer_with(take_connection(), "ok", "");
	ck_assert_int_eq(reload_outcome(1), 1);
}
END_TEST

START_TEST(test_not_ready)
{
	int first, second;

	listen_unix();
	ck_assert_int_eq(reload(3), 0);
	first = take_connection();
	answer_with(first, "notready", "FRR's bgpd does not answer\nmore\n");
	/* The reason for waiting has changed, so there is an event without an outcome. */
	ck_assert(fake_host_readable(plugin->event_fd(self), 60000));
	ck_assert_int_eq(plugin->on_event(self, &err), EVPN_EVENT_RETRY);
	assert_error(reload(3), 0, 0, "FRR's bgpd does not answer");
	ck_assert_ptr_null(strstr(err.msg, "more"));
	assert_quiet();
	/* The plugin repeats the request without a call of reload_frr. */
	second = take_connection();
	ck_assert_ptr_nonnull(strstr(take_request(second), "/3 "));
	answer_with(second, "ok", "");
	ck_assert_int_eq(reload_outcome(3), 1);
	assert_quiet();
}
END_TEST

START_TEST(test_time_limit)
{
	int fd;

	options[1] = (struct fake_option){ "timeout", "1" };
	open_plugin_again();
	listen_unix();
	ck_assert_int_eq(reload(1), 0);
	fd = take_connection();
	take_request(fd);
	answer_text(fd, "evpn-reloader 1 ok length=5\nhel");
	assert_error(reload_outcome(1), -1, ETIMEDOUT, "no answer from unix:");
	ck_assert_ptr_nonnull(strstr(err.msg, "within 1 s"));
	assert_quiet();
	close(fd);
}
END_TEST

static void check_tcp(int family, const char *ip)
{
	char tcp[64];
	int port = listen_tcp(family, 0), fd;

	if (port < 0) {
		printf("SKIP: no loopback address of family %d\n", family);
		return;
	}
	stop_listening();
	snprintf(tcp, sizeof(tcp), "tcp:%s:%d", ip, port);
	options[0].value = tcp;
	open_plugin_again();
	ck_assert_int_eq(reload(1), 0);
	/* connect() fails at once, or later with an event. */
	while (!strstr(err.msg, "waits for evpn-reloader at")) {
		ck_assert(fake_host_readable(plugin->event_fd(self), 60000));
		plugin->on_event(self, &err);
		ck_assert_int_eq(reload(1), 0);
	}
	ck_assert_int_eq(listen_tcp(family, port), port);
	answer_with(take_connection(), "ok", "");
	ck_assert_int_eq(reload_outcome(1), 1);
	fd = take_watch();
	assert_quiet();
	close(fd);
	stop_listening();
}

START_TEST(test_tcp)
{
	check_tcp(AF_INET, "127.0.0.1");
	check_tcp(AF_INET6, "[::1]");
}
END_TEST

START_TEST(test_plain)
{
	char byte;
	int fd;

	options[1] = (struct fake_option){ "protocol", "plain" };
	open_plugin_again();
	assert_error(reload(1), 0, 0, "waits for the reloader at");
	listen_unix();
	for (uint64_t generation = 1; generation < 3; generation++) {
		fd = take_connection();
		ck_assert_int_eq(reload_outcome(generation), 1);
		ck_assert_int_eq(reload(generation), 1);
		ck_assert_int_eq(read(fd, &byte, 1), 0);
		close(fd);
		ck_assert(!has_connection());
		assert_quiet();
		ck_assert_int_eq(reload(generation + 1), 1);
	}
	assert_error(query("show evpn vni json"), -1, ENOTSUP, "cannot run commands in FRR");
}
END_TEST

static void reload_well(uint64_t generation)
{
	reload(generation);
	answer_with(take_connection(), "ok", "");
	ck_assert_int_eq(reload_outcome(generation), 1);
}

START_TEST(test_watch)
{
	int fd;

	listen_unix();
	reload_well(1);
	fd = take_watch();
	assert_quiet();
	answer_with(fd, "ok", "FRR's bgpd has ended\n");
	ck_assert(fake_host_readable(plugin->event_fd(self), 60000));
	ck_assert_int_eq(plugin->on_event(self, &err), EVPN_EVENT_CHANGED);
	ck_assert_ptr_nonnull(strstr(fake.log, "FRR's bgpd has ended: reloading FRR"));
	/* There is no further notification before FRR was reloaded. */
	assert_quiet();
	ck_assert(!has_connection());
	reload_well(2);
	close(take_watch());
}
END_TEST

START_TEST(test_watch_begins_with_a_show)
{
	listen_unix();
	ck_assert_int_eq(query("show version"), 0);
	answer_with(take_connection(), "ok", "FRRouting");
	ck_assert_int_eq(query_outcome("show version"), 1);
	close(take_watch());
}
END_TEST

START_TEST(test_watch_outlives_the_sidecar)
{
	int fd;

	listen_unix();
	reload_well(1);
	fd = take_watch();
	stop_listening();
	unlink(sock_path);
	close(fd);
	/* A restarted evpn-reloader reports that it has not reloaded FRR. */
	listen_unix();
	fd = take_watch();
	answer_with(fd, "ok", "evpn-reloader has not reloaded FRR\n");
	ck_assert(fake_host_readable(plugin->event_fd(self), 60000));
	ck_assert_int_eq(plugin->on_event(self, &err), EVPN_EVENT_CHANGED);
}
END_TEST

START_TEST(test_old_sidecar)
{
	listen_unix();
	reload_well(1);
	answer_with(take_watch(), "invalid", "expected: reload GENERATION [SUM], show ..., or status\n");
	ck_assert(fake_host_readable(plugin->event_fd(self), 60000));
	ck_assert_int_eq(plugin->on_event(self, &err), EVPN_EVENT_NONE);
	ck_assert_ptr_nonnull(strstr(fake.log, "cannot report the end of FRR's daemons"));
	reload_well(2);
	ck_assert(!has_connection());
	assert_quiet();
}
END_TEST

START_TEST(test_no_descriptor_is_left)
{
	int fds, fd;

	/* Close the instance in every state. */
	plugin->close(self);
	self = NULL;
	fds = fake_host_count_fds();
	open_plugin_again();
	ck_assert_int_eq(reload(1), 0);
	plugin->close(self);
	self = NULL;
	ck_assert_int_eq(fake_host_count_fds(), fds);
	listen_unix();
	fds = fake_host_count_fds();
	open_plugin_again();
	ck_assert_int_eq(query("show x"), 0);
	fd = take_connection();
	answer_text(fd, "evpn-reloader 1 ok length=100\nhalf");
	plugin->on_event(self, &err);
	plugin->close(self);
	self = NULL;
	close(fd);
	ck_assert_int_eq(fake_host_count_fds(), fds);
}
END_TEST

int main(void)
{
	const TTest *const tests[] = { test_quiet_when_idle,
				       test_nobody_listens,
				       test_bound_before_it_listens,
				       test_left_over_socket,
				       test_no_directory,
				       test_directory_is_replaced,
				       test_full_backlog,
				       test_not_ready,
				       test_time_limit,
				       test_tcp,
				       test_plain,
				       test_watch,
				       test_watch_begins_with_a_show,
				       test_watch_outlives_the_sidecar,
				       test_old_sidecar,
				       test_no_descriptor_is_left };

	return signal_case_main("frr-signal-events", tests, sizeof(tests) / sizeof(tests[0]));
}
