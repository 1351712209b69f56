/* SPDX-License-Identifier: Apache-2.0 */
/* ovsdb.c - see ovsdb.h */
#include <errno.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>

#include "ovsdb.h"
#include "util.h"

#define DATABASE   "Open_vSwitch"
#define REQUEST_ID 1

/* One connection, for one request. */
struct session {
	const char *socket; /* its path, for messages */
	int fd;
	uint64_t until; /* CLOCK_MONOTONIC ms */
	struct evpn_error *err;

	/* What has come and was not taken yet; the texts of messages follow each other without anything in between. */
	char *text;
	size_t start, len, size; /* the first one begins at start; len counts from text */
	size_t total; /* of all messages */
	/* Where the scan for its end is. */
	size_t scanned;
	unsigned int depth;
	bool in_string, escaped;
};

static uint64_t now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000 + (uint64_t)ts.tv_nsec / 1000000;
}

static void session_clear(struct session *s)
{
	util_closep(&s->fd);
	free(s->text);
}

static int fault(const struct session *s, int code, const char *what, const char *why)
{
	return evpn_fail(s->err, code, "Open vSwitch's database at %s: %s%s%s", s->socket, what, why[0] ? ": " : "",
			 why);
}

static int too_late(const struct session *s)
{
	return fault(s, ETIMEDOUT, "no answer within 2 s", "");
}

/* Milliseconds left, for poll. */
static int left(const struct session *s)
{
	uint64_t now = now_ms();

	return now < s->until ? (int)(s->until - now) : 0;
}

static int connect_to(struct session *s)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	/* A full backlog holds connect() up, and poll() cannot tell when it is over: this can. */
	struct timeval limit = { .tv_sec = OVSDB_LIMIT_MS / 1000 };

	if (strlen(s->socket) >= sizeof(address.sun_path))
		return fault(s, ENAMETOOLONG, "the path is too long for a socket", "");
	snprintf(address.sun_path, sizeof(address.sun_path), "%s", s->socket);
	s->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (s->fd < 0 || setsockopt(s->fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit)) < 0)
		return fault(s, errno, "socket", strerror(errno));
	if (connect(s->fd, (const struct sockaddr *)&address, sizeof(address)) == 0)
		return 0;
	if (errno == EAGAIN)
		return too_late(s);
	return evpn_fail(s->err, errno, "Open vSwitch's database at %s: connect: %s; does ovsdb-server run?", s->socket,
			 strerror(errno));
}

/* 1: an event in `events`; <0: the time is over, even if there is always an event. */
static int wait_for(const struct session *s, short events)
{
	struct pollfd pollfd = { .fd = s->fd, .events = events };

	while (left(s) > 0) {
		int r = poll(&pollfd, 1, left(s));

		if (r > 0)
			return 1;
		if (r < 0 && errno != EINTR)
			return fault(s, errno, "poll", strerror(errno));
	}
	return too_late(s);
}

static int send_all(const struct session *s, const char *text)
{
	size_t len = strlen(text);

	while (len > 0) {
		ssize_t n = send(s->fd, text, len, MSG_DONTWAIT | MSG_NOSIGNAL);

		if (n < 0 && errno == EAGAIN) {
			if (wait_for(s, POLLOUT) < 0)
				return -1;
		} else if (n < 0 && errno != EINTR) {
			return fault(s, errno, "send", strerror(errno));
		} else if (n > 0) {
			text += n;
			len -= (size_t)n;
		}
	}
	return 0;
}

/* Moves what is not taken yet to the front: once for all that came with one receive, whatever the number of messages. */
static void compact(struct session *s)
{
	if (!s->start)
		return;
	memmove(s->text, s->text + s->start, s->len - s->start);
	s->len -= s->start;
	s->scanned -= s->start;
	s->start = 0;
}

static int receive(struct session *s)
{
	ssize_t n;

	if (wait_for(s, POLLIN) < 0)
		return -1;
	compact(s);
	if (s->len == s->size) {
		s->size = s->size ? s->size * 2 : 65536;
		s->text = xrealloc_array(s->text, s->size, 1);
	}
	n = recv(s->fd, s->text + s->len, s->size - s->len, MSG_DONTWAIT);
	if (n < 0)
		return errno == EAGAIN || errno == EINTR ? 0 : fault(s, errno, "receive", strerror(errno));
	if (n == 0)
		return fault(s, EPIPE, "it ended the connection without an answer", "");
	s->len += (size_t)n;
	s->total += (size_t)n;
	if (s->total > OVSDB_REPLY_MAX)
		return fault(s, EMSGSIZE, "its answer is larger than 16 MiB", "");
	return 0;
}

/* Goes on to look for the end of the object at s->start. */
static bool find_end(struct session *s)
{
	while (s->scanned < s->len) {
		char c = s->text[s->scanned++];

		if (s->in_string) {
			s->in_string = s->escaped || c != '"';
			s->escaped = !s->escaped && c == '\\';
		} else if (c == '"') {
			s->in_string = true;
		} else if (c == '{' || c == '[') {
			s->depth++;
		} else if ((c == '}' || c == ']') && --s->depth == 0) {
			return true;
		}
	}
	return false;
}

/* Passes over blanks between messages. False: what comes is none. */
static bool find_start(struct session *s)
{
	while (s->start < s->len && memchr(" \t\r\n", s->text[s->start], 4))
		s->start++;
	s->scanned = s->start;
	return s->start == s->len || s->text[s->start] == '{';
}

/* The next message; NULL: none, err says why. */
static json_t *next_message(struct session *s)
{
	json_error_t error;
	json_t *message;

	while (s->depth > 0 || find_start(s)) {
		if (find_end(s)) {
			message = json_loadb(s->text + s->start, s->scanned - s->start, 0, &error);
			s->start = s->scanned;
			if (!message)
				fault(s, EPROTO, "its answer is no JSON", error.text);
			return message;
		}
		if (receive(s) < 0)
			return NULL;
	}
	fault(s, EPROTO, "this is no OVSDB server, its answer is no JSON object", "");
	return NULL;
}

static const char *text_of(const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));

	return text ? text : "";
}

static int refused(const struct session *s, const json_t *error)
{
	_cleanup_free_ char *why = xasprintf("%s%s%s", text_of(error, "error"),
					     text_of(error, "details")[0] ? ": " : "", text_of(error, "details"));

	return fault(s, streq(text_of(error, "error"), "timed out") ? OVSDB_CONDITION : EIO, "it refuses", why);
}

/* RFC 7047 4.1.3: an object for each operation, up to the one that failed, null after it; one more if the end failed. */
static int judge(const struct session *s, const json_t *reply, size_t n_operations, json_t **ret_results,
		 size_t *ret_failed)
{
	json_t *results = json_object_get(reply, "result"), *result;
	size_t i;

	if (json_is_object(json_object_get(reply, "error")))
		return refused(s, json_object_get(reply, "error"));
	if (!json_is_array(results) || json_array_size(results) < n_operations)
		return fault(s, EPROTO, "its answer has no results", "");
	json_array_foreach(results, i, result)
	{
		if (json_is_string(json_object_get(result, "error"))) {
			if (ret_failed)
				*ret_failed = i;
			return refused(s, result);
		}
		if (i < n_operations && !json_is_object(result))
			return fault(s, EPROTO, "its answer lacks results", "");
	}
	*ret_results = json_incref(results);
	return 0;
}

/* The answer to our request; what the server asks or tells besides is passed over. */
static int take_reply(struct session *s, json_t **ret_reply)
{
	for (;;) {
		json_t *message = next_message(s);
		const json_t *id = json_object_get(message, "id");

		if (!message)
			return -1;
		if (!json_object_get(message, "method") && json_is_integer(id) &&
		    json_integer_value(id) == REQUEST_ID) {
			*ret_reply = message;
			return 0;
		}
		json_decref(message);
	}
}

int ovsdb_transact(const char *socket, json_t *operations, json_t **ret_results, size_t *ret_failed,
		   struct evpn_error *err)
{
	_cleanup_(session_clear) struct session s = {
		.socket = socket, .fd = -1, .until = now_ms() + OVSDB_LIMIT_MS, .err = err
	};
	size_t n_operations = json_array_size(operations);
	json_auto_t *request = NULL, *reply = NULL;
	_cleanup_free_ char *text = NULL;

	json_array_insert_new(operations, 0, json_string(DATABASE));
	request = json_pack("{s:s, s:i, s:o}", "method", "transact", "id", REQUEST_ID, "params", operations);
	text = json_dumps(request, JSON_COMPACT);
	if (!text)
		return fault(&s, EINVAL, "the request cannot be written as JSON", "");
	if (connect_to(&s) < 0 || send_all(&s, text) < 0 || take_reply(&s, &reply) < 0)
		return -1;
	return judge(&s, reply, n_operations, ret_results, ret_failed);
}
