/* SPDX-License-Identifier: Apache-2.0 */
/* vty.c - see vty.h */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include "lib/clock.h"
#include "lib/fd.h"
#include "lib/vty.h"
#include "lib/vty_path.h"

#define ENABLE	       "enable"
#define KNOCK_PAUSE_MS 50
#define BLOCK_SIZE     16384
/* What one call of vty_handle() reads at most: a daemon that sends without end must not hold up the caller's loop. */
#define BLOCKS_MAX 16
/*
 * How often an answer is read at most. FRR writes blocks of 4096 bytes: a daemon that sends single bytes would only keep
 * the caller busy until the time limit.
 */
#define READS_MAX(len) (1000 + (len) / 512)
#define QUOTE_MAX      400

/* The daemons that vtysh knows (vtysh_client[] in vtysh/vtysh.c) without watchfrr, which has no configuration. */
static const char *const daemons[] = { "mgmtd", "zebra",   "bgpd",   "staticd", "bfdd",	 "ospfd", "ospf6d",
				       "isisd", "fabricd", "ripd",   "ripngd",	"pimd",	 "pim6d", "ldpd",
				       "nhrpd", "eigrpd",  "babeld", "pbrd",	"vrrpd", "pathd", "sharpd" };

static int fail_no_socket(const char *daemon, const char *path, int code, struct evpn_error *err)
{
	if (code == ENOENT || code == ENOTDIR || code == ECONNREFUSED)
		return evpn_fail(err, ENOENT, "FRR's %s does not run: %s: %s", daemon, path, strerror(code));
	return evpn_fail(err, code == EPROTOTYPE ? EPROTO : code, "cannot reach FRR's %s: %s: %s", daemon, path,
			 strerror(code));
}

/* Opens the daemon's socket as a path only. Returns the descriptor, or -1. */
static int open_socket(const struct vty_place *place, const char *daemon, struct evpn_error *err)
{
	/*
	 * The last part of the path must not be a link. Links before it are common (/var/run), and stay in the container.
	 */
	const char *space = place->pathspace;
	_cleanup_close_ int fd = -1;
	char path[PATH_MAX];
	struct stat st;
	int r;

	snprintf(path, sizeof(path), "%s/%s%s%s.vty", place->dir, space ? space : "", space ? "/" : "", daemon);
	if (place->root < 0) {
		fd = open(path, O_PATH | O_NOFOLLOW | O_CLOEXEC);
		r = fd < 0 ? -errno : 0;
	} else {
		r = fd = vty_path_open(place->root, path, false);
	}
	if (r >= 0 && fstat(fd, &st) < 0)
		r = -errno;
	if (r < 0)
		return fail_no_socket(daemon, path, -r, err);
	if (!S_ISSOCK(st.st_mode))
		return evpn_fail(err, EPROTO, "cannot reach FRR's %s: %s is not a socket", daemon, path);
	return fd_take(&fd);
}

/* Connects to a socket that open_socket() has opened. Returns the connection, or -errno: -EAGAIN if its queue is full. */
static int connect_to(int fd)
{
	struct sockaddr_un un = { .sun_family = AF_UNIX };
	_cleanup_close_ int connection = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	snprintf(un.sun_path, sizeof(un.sun_path), "/proc/self/fd/%d", fd);
	if (connection < 0 || connect(connection, (const struct sockaddr *)&un, sizeof(un)) < 0)
		return -errno;
	return fd_take(&connection);
}

static void close_all(struct vty *vty)
{
	/*
	 * Closing alone would leave it in the set while a child process, before it executes its program, has a copy: the
	 * set would stay readable.
	 */
	if (vty->epoll >= 0 && vty->fd >= 0)
		epoll_ctl(vty->epoll, EPOLL_CTL_DEL, vty->fd, NULL);
	fd_close(&vty->fd);
	fd_close(&vty->socket);
}

static void end(struct vty *vty, int outcome)
{
	close_all(vty);
	if (outcome < 0)
		vty_answer_clear(&vty->answer);
	vty->state = VTY_DONE;
	vty->outcome = outcome;
}

void vty_fail(struct vty *vty, const struct evpn_error *err)
{
	vty->err = *err;
	end(vty, -1);
}

static void send_command(struct vty *vty, const char *command, enum vty_state state)
{
	size_t len = strlen(command) + 1;
	ssize_t n = send(vty->fd, command, len, MSG_NOSIGNAL);

	/* The buffer of the connection is empty at this time: it takes the whole line, or the connection is broken. */
	if (n == (ssize_t)len) {
		vty->state = state;
		return;
	}
	evpn_fail(&vty->err, EPROTO, "FRR's %s has closed the connection before `%s': %s", vty->daemon, command,
		  n < 0 ? strerror(errno) : "cut off");
	end(vty, -1);
}

/* The connection stands: begins with `enable'. */
static void connected(struct vty *vty, int fd)
{
	struct epoll_event event = { .events = EPOLLIN, .data.fd = fd };

	fd_close(&vty->socket);
	vty->fd = fd;
	if (vty->epoll >= 0 && epoll_ctl(vty->epoll, EPOLL_CTL_ADD, fd, &event) < 0) {
		evpn_fail(&vty->err, errno, "cannot watch the connection to FRR's %s: epoll_ctl: %s", vty->daemon,
			  strerror(errno));
		end(vty, -1);
		return;
	}
	evpn_wait(&vty->err, "waits for FRR's %s to answer `%s'", vty->daemon, vty->command);
	send_command(vty, ENABLE, VTY_ENABLING);
}

static void knock(struct vty *vty)
{
	int fd = connect_to(vty->socket);

	if (fd >= 0) {
		connected(vty, fd);
	} else if (fd == -EAGAIN) {
		evpn_wait(&vty->err, "waits for FRR's %s to accept a connection", vty->daemon);
		vty->state = VTY_KNOCKING;
		vty->again_ms = clock_ms() + KNOCK_PAUSE_MS;
	} else {
		fail_no_socket(vty->daemon, "its vty socket", -fd, &vty->err);
		end(vty, -1);
	}
}

void vty_begin(struct vty *vty, const struct vty_place *place, const char *daemon, const char *command,
	       unsigned int limit_ms)
{
	vty_drop(vty);
	strcpy(vty->daemon, daemon);
	strcpy(vty->command, command);
	vty->deadline_ms = clock_ms() + limit_ms;
	vty->n_reads = 0;
	vty->socket = open_socket(place, daemon, &vty->err);
	if (vty->socket < 0)
		end(vty, -1);
	else
		knock(vty);
}

/* Quotes the daemon's words: one line of printable characters. */
static void fail_refused(struct vty *vty)
{
	char words[QUOTE_MAX];
	size_t len = 0;

	for (const char *c = vty->answer.text; *c && len < sizeof(words) - 1; c++) {
		bool printable = *c > ' ' && *c <= '~';

		if (printable || (len > 0 && words[len - 1] != ' '))
			words[len++] = printable ? *c : ' ';
	}
	while (len > 0 && words[len - 1] == ' ')
		len--;
	words[len] = '\0';
	evpn_fail(&vty->err, EIO, "FRR's %s refuses `%s' with status %u%s%s", vty->daemon,
		  vty->state == VTY_ENABLING ? ENABLE : vty->command, vty->answer.status, len ? ": " : "", words);
	end(vty, -1);
}

/* The answer to `enable' or to the command is complete. */
static void take_answer(struct vty *vty)
{
	if (!vty_answer_is_good(&vty->answer)) {
		fail_refused(vty);
	} else if (vty->state == VTY_ENABLING) {
		/* A second command in the same block can be lost: see the comment in vtysh_read() of FRR 10. */
		vty_answer_clear(&vty->answer);
		send_command(vty, vty->command, VTY_ASKING);
	} else {
		end(vty, 1);
	}
}

static void fail_answer(struct vty *vty, int code)
{
	if (code == EFBIG)
		evpn_fail(&vty->err, EPROTO, "the answer of FRR's %s to `%s' is longer than %u MiB", vty->daemon,
			  vty->command, VTY_ANSWER_MAX >> 20);
	else if (code == ENOMEM)
		evpn_fail(&vty->err, ENOMEM, "cannot store the answer of FRR's %s to `%s': %s", vty->daemon,
			  vty->command, strerror(code));
	else
		evpn_fail(&vty->err, EPROTO, "the answer of FRR's %s to `%s' is not in the form of FRR's vty protocol",
			  vty->daemon, vty->command);
	end(vty, -1);
}

static void read_answer(struct vty *vty)
{
	char block[BLOCK_SIZE];

	for (int i = 0; i < BLOCKS_MAX && vty->fd >= 0; i++) {
		/* Without a buffer for them, the kernel closes descriptors that are passed with the answer. */
		ssize_t n = recv(vty->fd, block, sizeof(block), 0);
		int r;

		if (n < 0 && (errno == EAGAIN || errno == EINTR))
			return;
		if (n <= 0) {
			evpn_fail(&vty->err, EPROTO,
				  "FRR's %s has closed the connection before the end of its answer to `%s'",
				  vty->daemon, vty->command);
			end(vty, -1);
			return;
		}
		r = vty_answer_add(&vty->answer, block, (size_t)n);
		if (r == 0 && ++vty->n_reads > READS_MAX(vty->answer.len))
			r = -EPROTO;
		if (r < 0)
			fail_answer(vty, -r);
		else if (r > 0)
			take_answer(vty);
	}
}

bool vty_handle(struct vty *vty)
{
	if (vty->state == VTY_IDLE || vty->state == VTY_DONE)
		return false;
	if (vty->state == VTY_KNOCKING && clock_ms() >= vty->again_ms)
		knock(vty);
	if (vty->state == VTY_ENABLING || vty->state == VTY_ASKING)
		read_answer(vty);
	if (vty->state != VTY_DONE && clock_ms() >= vty->deadline_ms) {
		evpn_fail(&vty->err, ETIMEDOUT, "FRR's %s does not %s within the time limit (`%s')", vty->daemon,
			  vty->state == VTY_KNOCKING ? "accept a connection" : "answer", vty->command);
		end(vty, -1);
	}
	return vty->state == VTY_DONE;
}

int64_t vty_due_ms(const struct vty *vty)
{
	switch (vty->state) {
	case VTY_IDLE:
	case VTY_DONE:
		break;
	case VTY_KNOCKING:
		return vty->again_ms < vty->deadline_ms ? vty->again_ms : vty->deadline_ms;
	case VTY_ENABLING:
	case VTY_ASKING:
		return vty->deadline_ms;
	}
	return INT64_MAX;
}

void vty_drop(struct vty *vty)
{
	close_all(vty);
	vty_answer_clear(&vty->answer);
	vty->state = VTY_IDLE;
	vty->outcome = 0;
	memset(&vty->err, 0, sizeof(vty->err));
}

/*
 * Whether there is no daemon behind the name, or something else has it, which is the container's doing. All other errors are
 * faults of the host, and say nothing about the daemon.
 */
static bool is_absent(int code)
{
	return code == ENOENT || code == EPROTO || code == ELOOP;
}

/* 1: the daemon runs; 0: it does not; <0: that cannot be found out. */
static int probe(const struct vty_place *place, const char *daemon, struct evpn_error *err)
{
	_cleanup_close_ int fd = open_socket(place, daemon, err), connection = -1;

	if (fd < 0)
		return is_absent(err->code) ? 0 : -1;
	connection = connect_to(fd);
	if (connection >= 0 || connection == -EAGAIN)
		return 1;
	fail_no_socket(daemon, "its vty socket", -connection, err);
	return is_absent(err->code) ? 0 : -1;
}

int vty_list_daemons(const struct vty_place *place, char ret_names[VTY_NAMES_SIZE], struct evpn_error *err)
{
	size_t len = 0;

	ret_names[0] = '\0';
	for (size_t i = 0; i < sizeof(daemons) / sizeof(daemons[0]); i++) {
		struct evpn_error why = { 0 };
		int r = probe(place, daemons[i], &why);

		if (r < 0) {
			ret_names[0] = '\0';
			*err = why;
			return -1;
		}
		if (r > 0)
			len += (size_t)snprintf(ret_names + len, VTY_NAMES_SIZE - len, "%s%s", len ? " " : "",
						daemons[i]);
	}
	return 0;
}
