/* SPDX-License-Identifier: Apache-2.0 */
/* ovsdb.c - see ovsdb.h */
#include <errno.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "base/json.h"
#include "base/util.h"
#include "base/volume.h"
#include "kernel/ovsdb.h"

#define DATABASE   "Open_vSwitch"
#define REQUEST_ID 1

#define PIECE 65536
/* One call of ovsdb_continue takes this many pieces at most, so that a server that never pauses does not hold it up. */
#define PIECES_MAX 16
/* So much text is parsed on a guess at most (is_worth_parsing); an incomplete message can be parsed several times. */
#define GUESSED_MAX ((size_t)JSON_TEXT_MIB << 20)
/* A server sends a probe now and then; each message costs time. */
#define PASSED_MAX 1000

struct ovsdb {
	char *socket; /* its path, for messages */
	int fd;
	size_t n_operations;
	char *request;
	size_t n_request, n_sent;

	/* What was received and is not parsed yet: from text + start to text + len. */
	char *text;
	size_t start, len, size;
	struct json_scan scan; /* of all that was received */
	size_t enough; /* when so much is there, the next attempt to parse is worth its time */
	char last; /* the last character that is no blank, of what was received since the last attempt */
	size_t guessed;
	unsigned int n_passed; /* messages that are no answer */
};

void ovsdb_free(struct ovsdb *db)
{
	if (!db)
		return;
	util_closep(&db->fd);
	free(db->socket);
	free(db->request);
	free(db->text);
	free(db);
}

static void freep(struct ovsdb **db)
{
	ovsdb_free(*db);
}

int ovsdb_fd(const struct ovsdb *db)
{
	return db->fd;
}

uint32_t ovsdb_events(const struct ovsdb *db)
{
	return db->n_sent < db->n_request ? EPOLLOUT : EPOLLIN;
}

static int fault(const struct ovsdb *db, struct evpn_error *err, int code, const char *what, const char *why)
{
	return evpn_fail(err, code, "Open vSwitch's database at %s: %s%s%s", db->socket, what, why[0] ? ": " : "", why);
}

static int not_connected(const struct ovsdb *db, struct evpn_error *err, int code)
{
	return evpn_fail(err, code, "Open vSwitch's database at %s: connect: %s; does ovsdb-server run?", db->socket,
			 strerror(code));
}

static int connect_to(struct ovsdb *db, struct evpn_error *err)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	_cleanup_close_ int place = -1;

	if (strlen(db->socket) >= sizeof(address.sun_path))
		return fault(db, err, ENAMETOOLONG, "the path is too long for a socket", "");
	place = volume_open_socket(db->socket);
	if (place == -ELOOP || place == -ENOTSOCK)
		return fault(db, err, -place, volume_fault(place), "");
	if (place < 0)
		return not_connected(db, err, -place);
	snprintf(address.sun_path, sizeof(address.sun_path), "/proc/self/fd/%d", place);
	db->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (db->fd < 0)
		return fault(db, err, errno, "socket", strerror(errno));
	if (connect(db->fd, (const struct sockaddr *)&address, sizeof(address)) == 0)
		return 0;
	/* unix(7): the queue is full. It is the kernel's, so the server does not look at it; poll(2) cannot wait for it. */
	if (errno == EAGAIN)
		return fault(db, err, EAGAIN, "it accepts no connections; does ovsdb-server hang?", "");
	return not_connected(db, err, errno);
}

/* 1: all is sent; 0: not yet. */
static int send_more(struct ovsdb *db, struct evpn_error *err)
{
	while (db->n_sent < db->n_request) {
		ssize_t n = send(db->fd, db->request + db->n_sent, db->n_request - db->n_sent, MSG_NOSIGNAL);

		if (n < 0 && errno == EAGAIN)
			return 0;
		if (n < 0 && errno != EINTR)
			return fault(db, err, errno, "send", strerror(errno));
		if (n > 0)
			db->n_sent += (size_t)n;
	}
	return 1;
}

int ovsdb_start(const char *socket, json_t *operations, struct ovsdb **ret, struct evpn_error *err)
{
	_cleanup_(freep) struct ovsdb *db = xcalloc(1, sizeof(*db));
	json_auto_t *request = NULL;

	db->socket = xstrdup(socket);
	db->fd = -1;
	db->n_operations = json_array_size(operations);
	json_array_insert_new(operations, 0, json_string(DATABASE));
	request = json_pack("{s:s, s:i, s:o}", "method", "transact", "id", REQUEST_ID, "params", operations);
	db->request = json_dumps(request, JSON_COMPACT);
	if (!db->request)
		return fault(db, err, EINVAL, "the request cannot be written as JSON", "");
	db->n_request = strlen(db->request);
	if (connect_to(db, err) < 0 || send_more(db, err) < 0)
		return -1;
	*ret = util_take_ptr(&db);
	return 0;
}

/* What was parsed goes, once for all that came with one receive, whatever the number of messages. */
static void make_room(struct ovsdb *db)
{
	if (db->start) {
		memmove(db->text, db->text + db->start, db->len - db->start);
		db->len -= db->start;
		db->start = 0;
	}
	if (db->len == db->size) {
		db->size = db->size ? db->size * 2 : PIECE;
		db->text = xrealloc_array(db->text, db->size, 1);
	}
}

/* 1: a piece; 0: there is none now. *ret_ended: there will be none. */
static int receive(struct ovsdb *db, bool *ret_ended, struct evpn_error *err)
{
	ssize_t n;

	make_room(db);
	n = recv(db->fd, db->text + db->len, db->size - db->len, 0);
	if (n < 0)
		return errno == EAGAIN || errno == EINTR ? 0 : fault(db, err, errno, "receive", strerror(errno));
	*ret_ended = n == 0;
	for (ssize_t i = n; i > 0; i--)
		if (!memchr(" \t\r\n", db->text[db->len + (size_t)i - 1], 4)) {
			db->last = db->text[db->len + (size_t)i - 1];
			break;
		}
	if (!json_scan_add(&db->scan, db->text + db->len, (size_t)n))
		return fault(db, err, EMSGSIZE, "its answer is too large", JSON_LIMITS_TEXT);
	db->len += (size_t)n;
	return n > 0;
}

struct feed {
	const char *text;
	size_t left;
	bool ran_dry; /* the parser wanted more than there is */
};

static size_t feed(void *buffer, size_t size, void *arg)
{
	struct feed *feed = arg;
	size_t n = size < feed->left ? size : feed->left;

	memcpy(buffer, feed->text, n);
	feed->text += n;
	feed->left -= n;
	feed->ran_dry |= n == 0;
	return n;
}

/*
 * 1: *ret_message is the next one; 0: it is not complete. Messages follow each other with or without blanks in between, so
 * jansson finds where one ends. That it is incomplete shows in the parser's wish for more text. jansson's error code does
 * not tell: half of `true' is an invalid token, and half of a character is invalid UTF-8.
 */
static int next_message(struct ovsdb *db, json_t **ret_message, struct evpn_error *err)
{
	size_t n = db->len - db->start;
	struct feed source = { .text = db->text + db->start, .left = n };
	json_error_t error;
	json_t *message = json_load_callback(feed, &source, JSON_DISABLE_EOF_CHECK, &error);

	db->last = '\0';
	if (message) {
		db->start += (size_t)error.position;
		db->enough = 0;
		*ret_message = message;
		return 1;
	}
	db->enough = 2 * n;
	return source.ran_dry ? 0 : fault(db, err, EPROTO, "its answer is no JSON", error.text);
}

/*
 * To parse a large answer anew after each of its pieces would take quadratic time. So it is done when there is twice as
 * much as at the last attempt, and else on a guess: the server pauses, and what came last can be an object's end.
 */
static bool is_worth_parsing(struct ovsdb *db, bool pauses)
{
	size_t n = db->len - db->start;

	if (n > db->enough)
		return true;
	if (!pauses || db->last != '}' || db->guessed > GUESSED_MAX)
		return false;
	db->guessed += n;
	return true;
}

/* 1: the answer to our request. 0: not yet. What the server asks or announces besides is passed over. */
static int take_reply(struct ovsdb *db, json_t **ret_reply, struct evpn_error *err)
{
	json_t *message;
	int r;

	while ((r = next_message(db, &message, err)) > 0) {
		const json_t *id = json_object_get(message, "id");

		if (!json_object_get(message, "method") && json_is_integer(id) &&
		    json_integer_value(id) == REQUEST_ID) {
			*ret_reply = message;
			return 1;
		}
		r = json_is_object(message) ? 0 : -1;
		json_decref(message);
		if (r < 0)
			return fault(db, err, EPROTO, "this is no OVSDB server, its answer is no JSON object", "");
		if (++db->n_passed > PASSED_MAX)
			return fault(db, err, EMSGSIZE, "it sends messages without end, and no answer", "");
	}
	return r;
}

static int refused(const struct ovsdb *db, const json_t *error, struct evpn_error *err)
{
	_cleanup_free_ char *why = xasprintf("%s%s%s", json_text(error, "error"),
					     json_text(error, "details")[0] ? ": " : "", json_text(error, "details"));

	return fault(db, err, streq(json_text(error, "error"), "timed out") ? OVSDB_CONDITION : OVSDB_REFUSED,
		     "it refuses", why);
}

/* RFC 7047 4.1.3: an object for each operation, up to the one that failed, null after it; one more if the end failed. */
static int judge(const struct ovsdb *db, const json_t *reply, json_t **ret_results, size_t *ret_failed,
		 struct evpn_error *err)
{
	json_t *results = json_object_get(reply, "result"), *result;
	size_t i;

	if (json_is_object(json_object_get(reply, "error")))
		return refused(db, json_object_get(reply, "error"), err);
	if (!json_is_array(results) || json_array_size(results) < db->n_operations)
		return fault(db, err, EPROTO, "its answer has no results", "");
	json_array_foreach(results, i, result)
	{
		if (json_is_string(json_object_get(result, "error"))) {
			if (ret_failed)
				*ret_failed = i;
			return refused(db, result, err);
		}
		if (i < db->n_operations && !json_is_object(result))
			return fault(db, err, EPROTO, "its answer lacks results", "");
	}
	*ret_results = json_incref(results);
	return 1;
}

int ovsdb_continue(struct ovsdb *db, json_t **ret_results, size_t *ret_failed, struct evpn_error *err)
{
	json_auto_t *reply = NULL;
	bool ended = false;
	int r = send_more(db, err);

	for (int i = 0; r > 0 && i < PIECES_MAX && !reply; i++) {
		r = receive(db, &ended, err);
		if (r >= 0 && is_worth_parsing(db, r == 0) && take_reply(db, &reply, err) < 0)
			return -1;
	}
	if (reply)
		return judge(db, reply, ret_results, ret_failed, err);
	return ended ? fault(db, err, EPIPE, "it ended the connection without an answer", "") : r < 0 ? r : 0;
}
