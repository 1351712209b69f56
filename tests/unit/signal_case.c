/* SPDX-License-Identifier: Apache-2.0 */
/* signal_case.c - see signal_case.h */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include "lib/clock.h"
#include "signal_case.h"
#include "unit.h"

const struct evpn_plugin *plugin;
struct fake_host fake;
struct fake_option options[4];
char dir[64], run_dir[80], sock_path[96], conf_path[96];
void *self;
struct evpn_error err;
const char *text;

static char address[128];
static int listener = -1;
static int watch_fd = -1; /* accepted before another connection */

void open_plugin_again(void)
{
	if (self)
		plugin->close(self);
	self = NULL;
	memset(&err, 0, sizeof(err));
	ck_assert_msg(plugin->open(fake_host_init(&fake, options), &self, &err) >= 0, "%s", err.msg);
}

static void set_up(void)
{
	FILE *f;

	strcpy(dir, "/tmp/test-frr-signal.XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(dir));
	snprintf(run_dir, sizeof(run_dir), "%s/run", dir);
	snprintf(sock_path, sizeof(sock_path), "%s/sock", run_dir);
	snprintf(conf_path, sizeof(conf_path), "%s/frr.conf", dir);
	snprintf(address, sizeof(address), "unix:%s", sock_path);
	ck_assert_int_eq(mkdir(run_dir, 0700), 0);
	f = fopen(conf_path, "w");
	ck_assert_ptr_nonnull(f);
	fputs("foobar", f);
	fclose(f);
	memset(options, 0, sizeof(options));
	options[0] = (struct fake_option){ "address", address };
	plugin = fake_host_load(MODULE);
	open_plugin_again();
}

static void tear_down(void)
{
	if (self)
		plugin->close(self);
	self = NULL;
	if (watch_fd >= 0)
		close(watch_fd);
	watch_fd = -1;
	stop_listening();
	unlink(sock_path);
	unlink(conf_path);
	rmdir(run_dir);
	rmdir(dir);
}

void listen_unix(void)
{
	struct sockaddr_un un = { .sun_family = AF_UNIX };

	strcpy(un.sun_path, sock_path);
	listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	ck_assert_int_eq(bind(listener, (const struct sockaddr *)&un, sizeof(un)), 0);
	ck_assert_int_eq(listen(listener, 0), 0);
}

int listen_tcp(int family, int port)
{
	struct sockaddr_in in = { .sin_family = AF_INET, .sin_port = htons((uint16_t)port) };
	struct sockaddr_in6 in6 = { .sin6_family = AF_INET6, .sin6_port = htons((uint16_t)port) };
	struct sockaddr_storage to = { 0 };
	socklen_t len = family == AF_INET ? sizeof(in) : sizeof(in6);
	int one = 1;

	in.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	in6.sin6_addr = in6addr_loopback;
	if (family == AF_INET)
		memcpy(&to, &in, sizeof(in));
	else
		memcpy(&to, &in6, sizeof(in6));
	listener = socket(family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (bind(listener, (const struct sockaddr *)&to, len) < 0)
		return -1;
	ck_assert_int_eq(listen(listener, 4), 0);
	ck_assert_int_eq(getsockname(listener, (struct sockaddr *)&to, &len), 0);
	/* The port has the same offset for IPv4 and IPv6. */
	return ntohs(((const struct sockaddr_in *)&to)->sin_port);
}

void stop_listening(void)
{
	if (listener >= 0)
		close(listener);
	listener = -1;
}

/* The plugin's request "watch", which it sends after each successful reload. */
static bool is_watch(int fd)
{
	static const char line[] = "evpn-reloader 1 watch\n";
	char bytes[sizeof(line)];
	ssize_t n = recv(fd, bytes, sizeof(bytes), MSG_PEEK | MSG_DONTWAIT);

	return n == (ssize_t)strlen(line) && memcmp(bytes, line, strlen(line)) == 0;
}

bool has_connection(void)
{
	return fake_host_readable(listener, 0);
}

static int accept_next(void)
{
	struct pollfd fds[2] = { { .fd = listener, .events = POLLIN },
				 { .fd = plugin->event_fd(self), .events = POLLIN } };
	int64_t deadline = clock_ms() + 60000;
	int fd;

	while (!has_connection()) {
		ck_assert_msg(clock_ms() < deadline, "the plugin does not connect: %s", err.msg);
		poll(fds, 2, (int)(deadline - clock_ms()));
		if (fds[1].revents)
			plugin->on_event(self, &err);
	}
	fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
	/* By TCP the plugin sends its request only after an event. */
	while (!fake_host_readable(fd, 0) && fake_host_readable(plugin->event_fd(self), 0))
		plugin->on_event(self, &err);
	return fd;
}

int take_connection(void)
{
	int fd = accept_next();

	if (!is_watch(fd))
		return fd;
	if (watch_fd >= 0)
		close(watch_fd);
	watch_fd = fd;
	return take_connection();
}

int take_watch(void)
{
	int fd = watch_fd >= 0 ? watch_fd : accept_next();

	watch_fd = -1;
	ck_assert_str_eq(take_request(fd), "evpn-reloader 1 watch");
	return fd;
}

const char *take_request(int fd)
{
	static char line[1024];
	size_t len = 0;

	do {
		ck_assert_msg(fake_host_readable(fd, 60000), "no request");
		ck_assert_int_eq(read(fd, line + len, 1), 1);
	} while (line[len++] != '\n' && len < sizeof(line));
	line[len - 1] = '\0';
	/* There is no further data. */
	ck_assert(!fake_host_readable(fd, 0));
	return line;
}

void answer(int fd, const char *bytes, size_t len)
{
	for (size_t sent = 0; sent < len;) {
		ssize_t n = send(fd, bytes + sent, len - sent, MSG_DONTWAIT | MSG_NOSIGNAL);

		if (n > 0)
			sent += (size_t)n;
		else
			plugin->on_event(self, &err); /* the plugin must read before more can be sent */
	}
}

void answer_text(int fd, const char *bytes)
{
	answer(fd, bytes, strlen(bytes));
}

void answer_with(int fd, const char *status, const char *body)
{
	char head[256];

	snprintf(head, sizeof(head), "evpn-reloader 1 %s duration_ms=5 generation=x changed=1 length=%zu\n", status,
		 strlen(body));
	answer_text(fd, head);
	answer_text(fd, body);
	close(fd);
}

int reload(uint64_t generation)
{
	memset(&err, 0, sizeof(err));
	return plugin->reload_frr(self, conf_path, generation, &err);
}

int query(const char *command)
{
	memset(&err, 0, sizeof(err));
	return plugin->query_frr(self, command, &text, &err);
}

/* Repeats the call after each EVPN_EVENT_RETRY until it has an outcome, as evpnd does. */
static int outcome(const char *command, uint64_t generation)
{
	int64_t deadline = clock_ms() + 60000;
	int r;

	while ((r = command ? query(command) : reload(generation)) == 0) {
		do {
			ck_assert_msg(fake_host_readable(plugin->event_fd(self), (int)(deadline - clock_ms())),
				      "no event: %s", err.msg);
		} while (plugin->on_event(self, &err) == EVPN_EVENT_NONE);
	}
	return r;
}

int reload_outcome(uint64_t generation)
{
	return outcome(NULL, generation);
}

int query_outcome(const char *command)
{
	return outcome(command, 0);
}

void assert_quiet(void)
{
	ck_assert_msg(!fake_host_readable(plugin->event_fd(self), 0), "the event descriptor is readable");
}

void assert_error(int r, int expected_r, int code, const char *part)
{
	ck_assert_int_eq(r, expected_r);
	ck_assert_msg(strstr(err.msg, part) != NULL, "`%s' is not in: %s", part, err.msg);
	ck_assert_int_eq(err.code, code);
	ck_assert_msg(err.msg[strlen(err.msg) - 1] != '\n', "a newline ends: %s", err.msg);
}

int signal_case_main(const char *name, const TTest *const *tests, size_t n_tests)
{
	TCase *tcase = tcase_create(name);

	tcase_add_checked_fixture(tcase, set_up, tear_down);
	tcase_set_timeout(tcase, 30);
	for (size_t i = 0; i < n_tests; i++)
		tcase_add_test(tcase, tests[i]);
	return unit_run(name, tcase);
}
