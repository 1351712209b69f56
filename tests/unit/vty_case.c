/* SPDX-License-Identifier: Apache-2.0 */
/* vty_case.c - see vty_case.h */
#include "vty_case.h"

#include <fcntl.h>
#include <ftw.h>
#include <poll.h>

char outside[64], root_dir[80];
struct vty_place place;
struct vty vty = VTY_CLOSED;
int listener = -1;

static int n_fds;

const char *below(const char *path)
{
	static char whole[sizeof(((struct sockaddr_un *)0)->sun_path)];

	ck_assert_int_lt(snprintf(whole, sizeof(whole), "%s/%s", root_dir, path), (int)sizeof(whole));
	return whole;
}

static void make_dir(const char *path)
{
	ck_assert_int_eq(mkdir(below(path), 0755), 0);
}

static void set_up(void)
{
	n_fds = fake_host_count_fds();
	strcpy(outside, "/tmp/test-vty.XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(outside));
	snprintf(root_dir, sizeof(root_dir), "%s/root", outside);
	make_dir("");
	make_dir("run");
	make_dir("run/frr");
	make_dir("var");
	ck_assert_int_eq(symlink("/run", below("var/run")), 0);
	place = (struct vty_place){ .root = open(root_dir, O_PATH | O_DIRECTORY | O_CLOEXEC), .dir = "/var/run/frr" };
	ck_assert_int_ge(place.root, 0);
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *where)
{
	(void)st, (void)type, (void)where;
	return remove(path);
}

static void tear_down(void)
{
	vty_drop(&vty);
	stop_listening();
	fd_close(&place.root);
	ck_assert_int_eq(nftw(outside, remove_one, 8, FTW_DEPTH | FTW_PHYS), 0);
	ck_assert_int_eq(fake_host_count_fds(), n_fds);
}

TCase *vty_case(const char *name)
{
	TCase *tcase = tcase_create(name);

	tcase_add_checked_fixture(tcase, set_up, tear_down);
	tcase_set_timeout(tcase, 60);
	return tcase;
}

void listen_at(const char *path, int backlog)
{
	struct sockaddr_un un = { .sun_family = AF_UNIX };

	strcpy(un.sun_path, below(path));
	stop_listening();
	listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	ck_assert_int_eq(bind(listener, (const struct sockaddr *)&un, sizeof(un)), 0);
	ck_assert_int_eq(listen(listener, backlog), 0);
}

void stop_listening(void)
{
	fd_close(&listener);
}

void begin(unsigned int limit_ms)
{
	vty_begin(&vty, &place, "zebra", "show x", limit_ms);
}

void finish(void)
{
	int64_t deadline = clock_ms() + PATIENCE_MS;

	while (vty.outcome == 0) {
		struct pollfd fd = { .fd = vty.fd, .events = POLLIN };
		int64_t due = vty_due_ms(&vty) - clock_ms();

		ck_assert_msg(clock_ms() < deadline, "no outcome: %s", vty.err.msg);
		poll(&fd, 1, due < 0 ? 0 : due > PATIENCE_MS ? PATIENCE_MS : (int)due);
		vty_handle(&vty);
	}
}

int take_connection(void)
{
	int fd;

	ck_assert(fake_host_readable(listener, PATIENCE_MS));
	fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
	ck_assert_int_ge(fd, 0);
	return fd;
}

void expect_line(int fd, const char *line)
{
	char bytes[VTY_COMMAND_SIZE + 1];
	ssize_t n;

	ck_assert_msg(fake_host_readable(fd, PATIENCE_MS), "no line `%s'", line);
	n = recv(fd, bytes, sizeof(bytes), 0);
	ck_assert_int_eq(n, (ssize_t)strlen(line) + 1);
	ck_assert_int_eq(bytes[n - 1], '\0');
	ck_assert_str_eq(bytes, line);
}

void send_bytes(int fd, const char *data, size_t len)
{
	for (size_t sent = 0; sent < len && vty.outcome == 0;) {
		ssize_t n = send(fd, data + sent, len - sent, MSG_NOSIGNAL);

		if (n > 0)
			sent += (size_t)n;
		else
			vty_handle(&vty);
	}
}

void send_text(int fd, const char *text)
{
	send_bytes(fd, text, strlen(text));
}

void send_end(int fd, char status)
{
	const char end[4] = { 0, 0, 0, status };

	send_bytes(fd, end, sizeof(end));
}

int enabled(unsigned int limit_ms)
{
	int fd;

	begin(limit_ms);
	ck_assert_int_eq(vty.outcome, 0);
	fd = take_connection();
	expect_line(fd, "enable");
	/* Only after the answer comes the next command. */
	ck_assert(!fake_host_readable(fd, 0));
	send_end(fd, 0);
	vty_handle(&vty);
	expect_line(fd, "show x");
	return fd;
}

void expect_failure(int code, const char *text)
{
	ck_assert_msg(vty.outcome < 0, "outcome %d", vty.outcome);
	ck_assert_msg(vty.err.code == code && strstr(vty.err.msg, text), "code %d: %s", vty.err.code, vty.err.msg);
	ck_assert_int_eq(vty.fd, -1);
	ck_assert_ptr_null(vty.answer.text);
	ck_assert_int_eq(vty_due_ms(&vty), INT64_MAX);
}

void expect_answer(const char *text)
{
	ck_assert_msg(vty.outcome > 0, "outcome %d: %s", vty.outcome, vty.err.msg);
	ck_assert_str_eq(vty.answer.text, text);
	ck_assert_uint_eq(vty.answer.len, strlen(text));
	ck_assert_int_eq(vty.fd, -1);
}
