/* SPDX-License-Identifier: Apache-2.0 */
/* connect.c - see connect.h */
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/clock.h"
#include "connect.h"

/* evpnd sends no more than that (CTL_ANSWER_MAX). */
#define LINE_MAX_BYTES (64u << 20)
#define BLOCK_SIZE     65536

int connection_open(struct connection *connection, const char *path)
{
	struct sockaddr_un un = { .sun_family = AF_UNIX };
	int r = 0;

	*connection = (struct connection){ .fd = -1 };
	if (strlen(path) >= sizeof(un.sun_path))
		return -ENAMETOOLONG;
	strcpy(un.sun_path, path);
	connection->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (connection->fd < 0 || connect(connection->fd, (const struct sockaddr *)&un, sizeof(un)) < 0)
		r = -errno;
	if (r < 0)
		connection_close(connection);
	return r;
}

void connection_close(struct connection *connection)
{
	if (connection->fd >= 0)
		close(connection->fd);
	free(connection->buffer);
	*connection = (struct connection){ .fd = -1 };
}

int connection_send(struct connection *connection, const char *command, json_t *args)
{
	json_t *request = json_pack("{si ss so}", "version", 1, "command", command, "args",
				    args ? args : json_object());
	char *text = json_dumps(request, JSON_COMPACT);
	size_t len = text ? strlen(text) + 1 : 0, sent = 0;
	int r = text ? 0 : -EILSEQ;

	json_decref(request);
	if (text)
		text[len - 1] = '\n'; /* in place of its NUL */
	while (r == 0 && sent < len) {
		ssize_t n = send(connection->fd, text + sent, len - sent, MSG_NOSIGNAL);

		if (n < 0 && errno != EINTR)
			r = -errno;
		sent += n > 0 ? (size_t)n : 0;
	}
	free(text);
	return r;
}

/* Waits for bytes. >0: there are some; 0: the end; <0 */
static int fill(struct connection *connection, long long until_ms)
{
	long long left = until_ms < 0 ? -1 : until_ms - (long long)clock_ms();
	struct pollfd poller = { .fd = connection->fd, .events = POLLIN };
	char *buffer;
	ssize_t n;

	if (until_ms >= 0 && left <= 0)
		return -ETIMEDOUT;
	n = poll(&poller, 1, left > 1000000 ? 1000000 : (int)left);
	if (n < 0)
		return errno == EINTR ? 1 : -errno;
	if (n == 0)
		return 1;
	if (connection->len + BLOCK_SIZE > connection->size) {
		if (connection->size >= LINE_MAX_BYTES)
			return -EFBIG;
		connection->size = (connection->len + BLOCK_SIZE) * 2;
		buffer = realloc(connection->buffer, connection->size);
		if (!buffer)
			return -ENOMEM;
		connection->buffer = buffer;
	}
	n = recv(connection->fd, connection->buffer + connection->len, BLOCK_SIZE, 0);
	if (n < 0)
		return errno == EINTR ? 1 : -errno;
	connection->len += (size_t)n;
	return n > 0;
}

/* A whole line that has arrived, as JSON; NULL: not yet. */
static bool take_line(struct connection *connection, json_t **ret_line)
{
	char *start = connection->buffer + connection->taken, *end = NULL;

	if (connection->len > connection->taken)
		end = memchr(start, '\n', connection->len - connection->taken);
	if (!end) {
		if (connection->taken)
			memmove(connection->buffer, start, connection->len - connection->taken);
		connection->len -= connection->taken;
		connection->taken = 0;
		return false;
	}
	*ret_line = json_loadb(start, (size_t)(end - start), 0, NULL);
	connection->taken = (size_t)(end + 1 - connection->buffer);
	return true;
}

int connection_read(struct connection *connection, long long until_ms, json_t **ret_line)
{
	int r = 1;

	while (!take_line(connection, ret_line)) {
		r = fill(connection, until_ms);
		if (r <= 0)
			return r;
	}
	return *ret_line ? 1 : -EPROTO;
}
