/* SPDX-License-Identifier: Apache-2.0 */
/* sidecar.c - see sidecar.h; the protocol is described in evpn-reloader(8) */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/inotify.h>
#include <unistd.h>

#include "frr-signal/sidecar.h"
#include "lib/clock.h"
#include "lib/fd.h"
#include "lib/folder.h"

#define NO_REASON "FRR is not ready, says evpn-reloader"

static int watch(const struct sidecar *sidecar, int fd, uint32_t events)
{
	struct epoll_event event = { .events = events, .data.fd = fd };

	if (epoll_ctl(sidecar->epoll, EPOLL_CTL_MOD, fd, &event) == 0)
		return 0;
	return epoll_ctl(sidecar->epoll, EPOLL_CTL_ADD, fd, &event);
}

int sidecar_init(struct sidecar *sidecar)
{
	sidecar->sock = sidecar->inotify = sidecar->timer = -1;
	sidecar->epoll = epoll_create1(EPOLL_CLOEXEC);
	if (sidecar->epoll < 0)
		return -errno;
	sidecar->timer = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
	if (sidecar->timer < 0 || watch(sidecar, sidecar->timer, EPOLLIN) < 0)
		return -errno;
	return 0;
}

void sidecar_drop(struct sidecar *sidecar)
{
	fd_close(&sidecar->sock);
	fd_close(&sidecar->inotify);
	fd_set_timer(sidecar->timer, 0);
	free(sidecar->body);
	sidecar->body = NULL;
	sidecar->body_len = sidecar->body_size = sidecar->head_len = sidecar->sent = 0;
	sidecar->state = SIDECAR_IDLE;
	sidecar->outcome = 0;
	memset(&sidecar->err, 0, sizeof(sidecar->err));
}

void sidecar_free(struct sidecar *sidecar)
{
	sidecar_drop(sidecar);
	fd_close(&sidecar->timer);
	fd_close(&sidecar->epoll);
}

/* Ends the request and closes the connection. */
static void end(struct sidecar *sidecar, int outcome)
{
	fd_close(&sidecar->sock);
	fd_close(&sidecar->inotify);
	fd_set_timer(sidecar->timer, 0);
	sidecar->state = SIDECAR_DONE;
	sidecar->outcome = outcome;
}

/* Repeats the request after a pause; sidecar->err says why. */
static void retry_after_pause(struct sidecar *sidecar)
{
	fd_close(&sidecar->sock);
	free(sidecar->body);
	sidecar->body = NULL;
	sidecar->body_len = sidecar->head_len = sidecar->sent = 0;
	sidecar->state = SIDECAR_PAUSING;
	sidecar->pause_ms = clock_next_pause_ms(sidecar->pause_ms, CLOCK_PAUSE_LAST_MS);
	fd_set_timer(sidecar->timer, sidecar->pause_ms);
}

/* Watches the directory of the socket. If it does not exist, the pauses between retries remain. */
static void watch_socket(struct sidecar *sidecar)
{
	char name[NAME_MAX + 1], place[32];
	_cleanup_close_ int dir = -1;

	if (sidecar->inotify >= 0)
		return;
	dir = folder_open(sidecar->address.to.un.sun_path, FOLDER_ROOT_LINKS, name);
	snprintf(place, sizeof(place), "/proc/self/fd/%d", dir);
	sidecar->inotify = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
	/* IN_ATTRIB: evpn-reloader changes the mode of the socket when it accepts connections. */
	if (dir >= 0 && sidecar->inotify >= 0 &&
	    inotify_add_watch(sidecar->inotify, place,
			      IN_CREATE | IN_MOVED_TO | IN_ATTRIB | IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR) >= 0 &&
	    watch(sidecar, sidecar->inotify, EPOLLIN) == 0)
		return;
	fd_close(&sidecar->inotify);
}

static void send_line(struct sidecar *sidecar);

static void connected(struct sidecar *sidecar)
{
	fd_close(&sidecar->inotify);
	if (sidecar->plain) {
		end(sidecar, 1);
		return;
	}
	/* After "notready" keep the message: it says what FRR lacks, until the next answer comes. */
	if (!sidecar->was_notready)
		evpn_wait(&sidecar->err, "waits for the answer of evpn-reloader at %s", sidecar->name);
	sidecar->state = SIDECAR_SENDING;
	send_line(sidecar);
}

static void connect_failed(struct sidecar *sidecar, int code)
{
	bool watched = protocol_is_unix(&sidecar->address) && sidecar->inotify >= 0;

	if (code == ENOENT || code == ECONNREFUSED || code == EAGAIN || code == EHOSTUNREACH || code == ENETUNREACH) {
		sidecar->was_notready = false;
		evpn_wait(&sidecar->err, "waits for %s at %s: %s; is it running beside FRR?",
			  sidecar->plain ? "the reloader" : "evpn-reloader", sidecar->name, strerror(code));
		retry_after_pause(sidecar);
		/*
		 * inotify reports a new socket (ENOENT), but not that a program listens on an existing one
		 * (ECONNREFUSED).
		 */
		if (watched && code == ENOENT)
			fd_set_timer(sidecar->timer, 0);
		return;
	}
	evpn_fail(&sidecar->err, code, "cannot connect to %s: %s", sidecar->name, folder_fault(-code));
	end(sidecar, -1);
}

/*
 * Connects the socket. The container can write to the directory of a unix socket: a link there would lead to a socket of
 * the host. 0, or -1 with errno set.
 */
static int connect_to(const struct sidecar *sidecar)
{
	const struct protocol_address *address = &sidecar->address;
	struct sockaddr_un un = { .sun_family = AF_UNIX };
	_cleanup_close_ int place = -1;

	if (!protocol_is_unix(address))
		return connect(sidecar->sock, &address->to.any, address->len);
	place = folder_open_socket(address->to.un.sun_path, FOLDER_ROOT_LINKS);
	if (place < 0) {
		errno = -place;
		return -1;
	}
	snprintf(un.sun_path, sizeof(un.sun_path), "/proc/self/fd/%d", place);
	return connect(sidecar->sock, (const struct sockaddr *)&un, sizeof(un));
}

static void connect_now(struct sidecar *sidecar)
{
	int r;

	/* Watch before connecting: otherwise a socket that appears in between would be missed. */
	if (protocol_is_unix(&sidecar->address))
		watch_socket(sidecar);
	sidecar->sock = socket(sidecar->address.to.any.sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	r = sidecar->sock < 0 ? -1 : connect_to(sidecar);
	if (r < 0 && errno != EINPROGRESS) {
		connect_failed(sidecar, errno);
		return;
	}
	fd_set_timer(sidecar->timer, sidecar->timeout_s * 1000ull);
	sidecar->state = SIDECAR_CONNECTING;
	if (r == 0)
		connected(sidecar);
	else
		watch(sidecar, sidecar->sock, EPOLLOUT);
}

static void finish_connect(struct sidecar *sidecar)
{
	int code = 0;
	socklen_t len = sizeof(code);
	struct sockaddr_storage peer;
	socklen_t peer_len = sizeof(peer);

	if (getsockopt(sidecar->sock, SOL_SOCKET, SO_ERROR, &code, &len) < 0)
		code = errno;
	if (code)
		connect_failed(sidecar, code);
	else if (getpeername(sidecar->sock, (struct sockaddr *)&peer, &peer_len) == 0)
		connected(sidecar);
}

static void send_line(struct sidecar *sidecar)
{
	while (sidecar->sent < sidecar->line_len) {
		ssize_t n = send(sidecar->sock, sidecar->line + sidecar->sent, sidecar->line_len - sidecar->sent,
				 MSG_NOSIGNAL);

		if (n < 0 && errno == EAGAIN) {
			watch(sidecar, sidecar->sock, EPOLLOUT);
			return;
		}
		/* The sidecar has closed the connection; it may have sent an answer before. */
		if (n < 0)
			break;
		sidecar->sent += (size_t)n;
	}
	sidecar->state = SIDECAR_READING;
	watch(sidecar, sidecar->sock, EPOLLIN);
}

static void fail_protocol(struct sidecar *sidecar, const char *what)
{
	evpn_fail(&sidecar->err, EPROTO, "the answer at %s is not evpn-reloader's protocol 1: %s: %.*s", sidecar->name,
		  what, (int)strcspn(sidecar->head, "\r\n"), sidecar->head);
	end(sidecar, -1);
}

/* Parses the first line: the status word, an error and the length of the body. Other words are ignored. */
static void parse_head(struct sidecar *sidecar, size_t line_len)
{
	const char *at = sidecar->head + strlen(PROTOCOL_HELLO), *length, *error;
	size_t n = strcspn(at, " "), rest = sidecar->head_len - line_len - 1;
	long size;

	sidecar->head[line_len] = '\0';
	length = strstr(at, " length=");
	error = strstr(at, " error=");
	sidecar->code = error ? protocol_error_code(error + 7, strcspn(error + 7, " ")) : 0;
	size = length ? protocol_parse_number(length + 8, 0, PROTOCOL_BODY_MAX) : -1;
	if (n == 0 || n >= sizeof(sidecar->status) || size < 0) {
		fail_protocol(sidecar, "invalid first line");
		return;
	}
	memcpy(sidecar->status, at, n);
	sidecar->status[n] = '\0';
	sidecar->body_size = (size_t)size;
	sidecar->body = malloc(sidecar->body_size + 1);
	if (!sidecar->body) {
		evpn_fail(&sidecar->err, ENOMEM, "cannot store an answer of %ld bytes: %s", size, strerror(ENOMEM));
		end(sidecar, -1);
		return;
	}
	sidecar->body_len = rest < sidecar->body_size ? rest : sidecar->body_size;
	memcpy(sidecar->body, sidecar->head + line_len + 1, sidecar->body_len);
	sidecar->body[sidecar->body_len] = '\0';
}

static void take_head(struct sidecar *sidecar, size_t n)
{
	const char *newline;
	size_t hello = strlen(PROTOCOL_HELLO);

	sidecar->head_len += n;
	sidecar->head[sidecar->head_len] = '\0';
	if (strncmp(sidecar->head, PROTOCOL_HELLO, sidecar->head_len < hello ? sidecar->head_len : hello) != 0) {
		fail_protocol(sidecar, "unexpected text");
		return;
	}
	newline = memchr(sidecar->head, '\n', sidecar->head_len);
	if (newline)
		parse_head(sidecar, (size_t)(newline - sidecar->head));
	else if (sidecar->head_len == sizeof(sidecar->head) - 1)
		fail_protocol(sidecar, "first line too long");
}

/* The answer is complete: ends the request, or repeats it if FRR is not ready. */
static void take_answer(struct sidecar *sidecar)
{
	int len = (int)strcspn(sidecar->body, "\n");

	if (strcmp(sidecar->status, "notready") != 0) {
		end(sidecar, 1);
		return;
	}
	sidecar->was_notready = true;
	/* Nobody but a faulty or foreign reloader leaves the reason out. */
	evpn_wait(&sidecar->err, "%.*s", len ? len : (int)strlen(NO_REASON), len ? sidecar->body : NO_REASON);
	retry_after_pause(sidecar);
}

static void read_answer(struct sidecar *sidecar)
{
	ssize_t n = 1;

	while (sidecar->state == SIDECAR_READING && n > 0) {
		char *to = sidecar->body ? sidecar->body + sidecar->body_len : sidecar->head + sidecar->head_len;
		size_t room = sidecar->body ? sidecar->body_size - sidecar->body_len
					    : sizeof(sidecar->head) - 1 - sidecar->head_len;

		if (sidecar->body && room == 0) {
			take_answer(sidecar);
			return;
		}
		n = recv(sidecar->sock, to, room, 0);
		if (n > 0 && !sidecar->body) {
			take_head(sidecar, (size_t)n);
		} else if (n > 0) {
			sidecar->body_len += (size_t)n;
			sidecar->body[sidecar->body_len] = '\0';
		}
	}
	if (n > 0 || (n < 0 && errno == EAGAIN))
		return;
	if (sidecar->patient) {
		retry_after_pause(sidecar);
		return;
	}
	evpn_fail(&sidecar->err, ECONNRESET, "%s closed the connection %s; %s", sidecar->name,
		  sidecar->head_len ? "in the middle of its answer" : "without an answer",
		  sidecar->head_len ? "evpn-reloader may have been stopped"
				    : "a reloader without answers needs protocol = \"plain\"");
	end(sidecar, -1);
}

void sidecar_begin(struct sidecar *sidecar, const char *line)
{
	sidecar_drop(sidecar);
	sidecar->pause_ms = 0;
	sidecar->was_notready = false;
	sidecar->line_len = strlen(line);
	memcpy(sidecar->line, line, sidecar->line_len + 1);
	evpn_wait(&sidecar->err, "waits for the connection to %s", sidecar->name);
	connect_now(sidecar);
}

/* Reads the events of the directory of the socket. Any of them is a reason to connect again. */
static bool something_appeared(struct sidecar *sidecar)
{
	char events[4096] __attribute__((aligned(8)));
	bool any = false;
	ssize_t n;

	/* At most 16 blocks: the container can cause events without end. The rest wakes evpnd again. */
	for (int i = 0; i < 16 && sidecar->inotify >= 0 && (n = read(sidecar->inotify, events, sizeof(events))) > 0;
	     i++) {
		any = true;
		/* If the directory was deleted or moved, the next attempt watches the new one. */
		for (ssize_t at = 0; at < n;) {
			const struct inotify_event *event = (const void *)(events + at);

			at += (ssize_t)(sizeof(*event) + event->len);
			if (event->mask & (IN_DELETE_SELF | IN_MOVE_SELF | IN_IGNORED)) {
				fd_close(&sidecar->inotify);
				break;
			}
		}
	}
	return any;
}

static void step(struct sidecar *sidecar)
{
	bool fired = fd_timer_expired(sidecar->timer), appeared = something_appeared(sidecar);

	switch (sidecar->state) {
	case SIDECAR_IDLE:
	case SIDECAR_DONE:
		return;
	case SIDECAR_PAUSING:
		if (fired || appeared)
			connect_now(sidecar);
		return;
	case SIDECAR_CONNECTING:
		finish_connect(sidecar);
		break;
	case SIDECAR_SENDING:
		send_line(sidecar);
		break;
	case SIDECAR_READING:
		break;
	}
	if (sidecar->state == SIDECAR_READING)
		read_answer(sidecar);
	if (fired && (sidecar->state == SIDECAR_CONNECTING || sidecar->state == SIDECAR_SENDING ||
		      sidecar->state == SIDECAR_READING)) {
		evpn_fail(&sidecar->err, ETIMEDOUT,
			  "no answer from %s within %u s; raise option timeout if reloads take longer", sidecar->name,
			  sidecar->timeout_s);
		end(sidecar, -1);
	}
}

bool sidecar_handle_event(struct sidecar *sidecar)
{
	char before[sizeof(sidecar->err.msg)];

	strcpy(before, sidecar->err.msg);
	if (sidecar->outcome)
		return false;
	step(sidecar);
	return sidecar->outcome != 0 || strcmp(before, sidecar->err.msg) != 0;
}
