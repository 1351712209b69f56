/* SPDX-License-Identifier: Apache-2.0 */
/* ask.c - see ask.h; the protocol is described in evpn-reloader(8) */
#include <errno.h>
#include <libgen.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/inotify.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "reloader_client.h"

#define PAUSE_FIRST_MS 100
#define PAUSE_LAST_MS  2000

static void close_fd(int *fd)
{
	/* Its place in the epoll descriptor goes with it. */
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

static int watch(const struct ask *ask, int fd, uint32_t events)
{
	struct epoll_event event = { .events = events, .data.fd = fd };

	if (epoll_ctl(ask->epoll, EPOLL_CTL_MOD, fd, &event) == 0)
		return 0;
	return epoll_ctl(ask->epoll, EPOLL_CTL_ADD, fd, &event);
}

static void set_timer(const struct ask *ask, uint64_t ms)
{
	struct itimerspec spec = { .it_value = { .tv_sec = (time_t)(ms / 1000),
						 .tv_nsec = (long)(ms % 1000) * 1000000 } };

	timerfd_settime(ask->timer, 0, &spec, NULL);
}

int ask_init(struct ask *ask)
{
	ask->sock = ask->inotify = ask->timer = -1;
	ask->epoll = epoll_create1(EPOLL_CLOEXEC);
	if (ask->epoll < 0)
		return -errno;
	ask->timer = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
	if (ask->timer < 0 || watch(ask, ask->timer, EPOLLIN) < 0)
		return -errno;
	return 0;
}

void ask_drop(struct ask *ask)
{
	close_fd(&ask->sock);
	close_fd(&ask->inotify);
	set_timer(ask, 0);
	free(ask->body);
	ask->body = NULL;
	ask->body_len = ask->body_size = ask->head_len = ask->sent = 0;
	ask->state = ASK_IDLE;
	ask->outcome = 0;
	memset(&ask->err, 0, sizeof(ask->err));
}

void ask_free(struct ask *ask)
{
	ask_drop(ask);
	close_fd(&ask->timer);
	close_fd(&ask->epoll);
}

/* The connection has done its duty. */
static void end(struct ask *ask, int outcome)
{
	close_fd(&ask->sock);
	close_fd(&ask->inotify);
	set_timer(ask, 0);
	ask->state = ASK_DONE;
	ask->outcome = outcome;
}

/* Asks again later; ask->err says what is waited for. */
static void pause_first(struct ask *ask)
{
	close_fd(&ask->sock);
	free(ask->body);
	ask->body = NULL;
	ask->body_len = ask->head_len = ask->sent = 0;
	ask->state = ASK_PAUSING;
	set_timer(ask, ask->pause_ms);
	ask->pause_ms = ask->pause_ms * 2 < PAUSE_LAST_MS ? ask->pause_ms * 2 : PAUSE_LAST_MS;
}

/* Has the socket's appearance reported. false: it cannot be, its directory is not there. */
static bool watch_socket(struct ask *ask)
{
	char copy[sizeof(ask->address.to.un.sun_path)];

	if (ask->inotify >= 0)
		return true;
	ask->inotify = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
	strcpy(copy, ask->address.to.un.sun_path);
	/* IN_ATTRIB: evpn-reloader changes the socket's mode once it listens. */
	if (ask->inotify >= 0 &&
	    inotify_add_watch(ask->inotify, dirname(copy),
			      IN_CREATE | IN_MOVED_TO | IN_ATTRIB | IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR) >= 0 &&
	    watch(ask, ask->inotify, EPOLLIN) == 0)
		return true;
	close_fd(&ask->inotify);
	return false;
}

static void send_line(struct ask *ask);

static void connected(struct ask *ask)
{
	close_fd(&ask->inotify);
	if (ask->plain) {
		end(ask, 1);
		return;
	}
	/* What FRR lacked last time is the better answer to "why does it wait" until there is another. */
	if (!ask->was_notready)
		evpn_wait(&ask->err, "evpn-reloader at %s is at work", ask->name);
	ask->state = ASK_SENDING;
	send_line(ask);
}

static void connect_failed(struct ask *ask, int code)
{
	bool watched = wire_is_unix(&ask->address) && ask->inotify >= 0;

	if (code == ENOENT || code == ECONNREFUSED || code == EAGAIN || code == EHOSTUNREACH || code == ENETUNREACH) {
		ask->was_notready = false;
		evpn_wait(&ask->err, "nobody listens at %s (%s); is %s running beside FRR?", ask->name, strerror(code),
			  ask->plain ? "the reloader" : "evpn-reloader");
		pause_first(ask);
		/* A socket that is not there is reported when it comes; one left over can be listened on unseen. */
		if (watched && code == ENOENT)
			set_timer(ask, 0);
		return;
	}
	evpn_fail(&ask->err, code, "connect to %s: %s", ask->name, strerror(code));
	end(ask, -1);
}

static void connect_now(struct ask *ask)
{
	int r;

	/* Before looking: what comes between looking and watching would be missed. */
	if (wire_is_unix(&ask->address))
		watch_socket(ask);
	ask->sock = socket(ask->address.to.any.sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	r = ask->sock < 0 ? -1 : connect(ask->sock, &ask->address.to.any, ask->address.len);
	if (r < 0 && errno != EINPROGRESS) {
		connect_failed(ask, errno);
		return;
	}
	set_timer(ask, ask->timeout_s * 1000ull);
	ask->state = ASK_CONNECTING;
	if (r == 0)
		connected(ask);
	else
		watch(ask, ask->sock, EPOLLOUT);
}

static void finish_connect(struct ask *ask)
{
	int code = 0;
	socklen_t len = sizeof(code);
	struct sockaddr_storage peer;
	socklen_t peer_len = sizeof(peer);

	if (getsockopt(ask->sock, SOL_SOCKET, SO_ERROR, &code, &len) < 0)
		code = errno;
	if (code)
		connect_failed(ask, code);
	else if (getpeername(ask->sock, (struct sockaddr *)&peer, &peer_len) == 0)
		connected(ask);
}

static void send_line(struct ask *ask)
{
	while (ask->sent < ask->line_len) {
		ssize_t n = send(ask->sock, ask->line + ask->sent, ask->line_len - ask->sent, MSG_NOSIGNAL);

		if (n < 0 && errno == EAGAIN) {
			watch(ask, ask->sock, EPOLLOUT);
			return;
		}
		/* Closed already: it may have said why. */
		if (n < 0)
			break;
		ask->sent += (size_t)n;
	}
	ask->state = ASK_READING;
	watch(ask, ask->sock, EPOLLIN);
}

static void fail_protocol(struct ask *ask, const char *what)
{
	evpn_fail(&ask->err, EPROTO, "what answers at %s is not evpn-reloader, protocol 1: %s: %.*s", ask->name, what,
		  (int)strcspn(ask->head, "\r\n"), ask->head);
	end(ask, -1);
}

/* The first line: the status word and the body's length; what else stands there is for people. */
static void parse_head(struct ask *ask, size_t line_len)
{
	const char *at = ask->head + strlen(WIRE_HELLO), *length;
	size_t n = strcspn(at, " "), rest = ask->head_len - line_len - 1;
	long size;

	ask->head[line_len] = '\0';
	length = strstr(at, " length=");
	size = length ? wire_parse_number(length + 8, 0, WIRE_BODY_MAX) : -1;
	if (n == 0 || n >= sizeof(ask->status) || size < 0) {
		fail_protocol(ask, "its first line makes no sense");
		return;
	}
	memcpy(ask->status, at, n);
	ask->status[n] = '\0';
	ask->body_size = (size_t)size;
	ask->body = malloc(ask->body_size + 1);
	if (!ask->body) {
		evpn_fail(&ask->err, ENOMEM, "an answer of %ld bytes: %s", size, strerror(ENOMEM));
		end(ask, -1);
		return;
	}
	ask->body_len = rest < ask->body_size ? rest : ask->body_size;
	memcpy(ask->body, ask->head + line_len + 1, ask->body_len);
	ask->body[ask->body_len] = '\0';
}

static void take_head(struct ask *ask, size_t n)
{
	const char *newline;
	size_t hello = strlen(WIRE_HELLO);

	ask->head_len += n;
	ask->head[ask->head_len] = '\0';
	if (strncmp(ask->head, WIRE_HELLO, ask->head_len < hello ? ask->head_len : hello) != 0) {
		fail_protocol(ask, "it says");
		return;
	}
	newline = memchr(ask->head, '\n', ask->head_len);
	if (newline)
		parse_head(ask, (size_t)(newline - ask->head));
	else if (ask->head_len == sizeof(ask->head) - 1)
		fail_protocol(ask, "its first line does not end");
}

/* The answer is complete. */
static void take_answer(struct ask *ask)
{
	if (strcmp(ask->status, "notready") != 0) {
		end(ask, 1);
		return;
	}
	ask->was_notready = true;
	evpn_wait(&ask->err, "%.*s", (int)strcspn(ask->body, "\n"), ask->body);
	pause_first(ask);
}

static void read_answer(struct ask *ask)
{
	ssize_t n = 1;

	while (ask->state == ASK_READING && n > 0) {
		char *to = ask->body ? ask->body + ask->body_len : ask->head + ask->head_len;
		size_t room = ask->body ? ask->body_size - ask->body_len : sizeof(ask->head) - 1 - ask->head_len;

		if (ask->body && room == 0) {
			take_answer(ask);
			return;
		}
		n = recv(ask->sock, to, room, 0);
		if (n > 0 && !ask->body) {
			take_head(ask, (size_t)n);
		} else if (n > 0) {
			ask->body_len += (size_t)n;
			ask->body[ask->body_len] = '\0';
		}
	}
	if (n > 0 || (n < 0 && errno == EAGAIN))
		return;
	if (ask->patient) {
		pause_first(ask);
		return;
	}
	evpn_fail(&ask->err, ECONNRESET, "%s closed the connection %s%s", ask->name,
		  ask->head_len ? "in the middle of its answer" : "without an answer",
		  ask->head_len ? "; was evpn-reloader ended?"
				: "; a reloader that never answers needs protocol = \"plain\"");
	end(ask, -1);
}

void ask_begin(struct ask *ask, const char *line)
{
	ask_drop(ask);
	ask->pause_ms = PAUSE_FIRST_MS;
	ask->was_notready = false;
	ask->line_len = strlen(line);
	memcpy(ask->line, line, ask->line_len + 1);
	evpn_wait(&ask->err, "connecting to %s", ask->name);
	connect_now(ask);
}

static bool timer_fired(const struct ask *ask)
{
	uint64_t n;

	return read(ask->timer, &n, sizeof(n)) == sizeof(n);
}

/* Whatever happened in the directory: look again. */
static bool something_appeared(struct ask *ask)
{
	char events[4096] __attribute__((aligned(8)));
	bool any = false;
	ssize_t n;

	while (ask->inotify >= 0 && (n = read(ask->inotify, events, sizeof(events))) > 0) {
		any = true;
		/* The directory itself may be another one now. */
		for (ssize_t at = 0; at < n;) {
			const struct inotify_event *event = (const void *)(events + at);

			at += (ssize_t)(sizeof(*event) + event->len);
			if (event->mask & (IN_DELETE_SELF | IN_MOVE_SELF | IN_IGNORED)) {
				close_fd(&ask->inotify);
				break;
			}
		}
	}
	return any;
}

static void step(struct ask *ask)
{
	bool fired = timer_fired(ask), appeared = something_appeared(ask);

	switch (ask->state) {
	case ASK_IDLE:
	case ASK_DONE:
		return;
	case ASK_PAUSING:
		if (fired || appeared)
			connect_now(ask);
		return;
	case ASK_CONNECTING:
		finish_connect(ask);
		break;
	case ASK_SENDING:
		send_line(ask);
		break;
	case ASK_READING:
		break;
	}
	if (ask->state == ASK_READING)
		read_answer(ask);
	if (fired && (ask->state == ASK_CONNECTING || ask->state == ASK_SENDING || ask->state == ASK_READING)) {
		evpn_fail(&ask->err, ETIMEDOUT, "no answer from %s within %u s", ask->name, ask->timeout_s);
		end(ask, -1);
	}
}

bool ask_go_on(struct ask *ask)
{
	char before[sizeof(ask->err.msg)];

	strcpy(before, ask->err.msg);
	if (ask->outcome)
		return false;
	step(ask);
	return ask->outcome != 0 || strcmp(before, ask->err.msg) != 0;
}
