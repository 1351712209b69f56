/* SPDX-License-Identifier: Apache-2.0 */
/* grpc.c - see grpc.h */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "lib/process.h"
#include "netns-cri/grpc.h"

void grpc_reply_clear(struct grpc_reply *reply)
{
	free(reply->body);
	*reply = (struct grpc_reply){ .status = GRPC_NO_STATUS };
}

/* The value of a header line without the white space around it; NULL if the line is another header. */
static const char *value_of(const char *line, size_t len, const char *name, size_t *ret_len)
{
	size_t n = strlen(name);

	if (len <= n || strncasecmp(line, name, n) != 0 || line[n] != ':')
		return NULL;
	line += n + 1;
	len -= n + 1;
	while (len && (line[0] == ' ' || line[0] == '\t')) {
		line++;
		len--;
	}
	while (len && (line[len - 1] == '\r' || line[len - 1] == '\n' || line[len - 1] == ' '))
		len--;
	*ret_len = len;
	return line;
}

static int hex(char c)
{
	return c >= '0' && c <= '9' ? c - '0' : (c | 32) >= 'a' && (c | 32) <= 'f' ? (c | 32) - 'a' + 10 : -1;
}

/* Decodes the percent-encoding of grpc-message. */
static void take_message(char *to, size_t size, const char *from, size_t len)
{
	size_t n = 0;

	for (size_t i = 0; i < len && n < size - 1; i++) {
		char c = from[i];

		if (c == '%' && i + 2 < len && hex(from[i + 1]) >= 0 && hex(from[i + 2]) >= 0) {
			c = (char)(hex(from[i + 1]) << 4 | hex(from[i + 2]));
			i += 2;
		}
		to[n++] = c ? c : '?';
	}
	to[n] = '\0';
	process_printable(to);
}

/* A status has one or two digits; the specification says to treat any other text as 2, UNKNOWN. */
static int parse_status(const char *text, size_t len)
{
	int status = 0;

	if (len < 1 || len > 2)
		return 2;
	for (size_t i = 0; i < len; i++) {
		if (text[i] < '0' || text[i] > '9')
			return 2;
		status = status * 10 + text[i] - '0';
	}
	return status;
}

void grpc_reply_header(struct grpc_reply *reply, const char *line, size_t len)
{
	const char *value;
	size_t n;

	if (len > 8 && strncmp(line, "HTTP/", 5) == 0) {
		const char *blank = memchr(line, ' ', len);
		size_t at = blank ? (size_t)(blank - line) + 1 : len;

		reply->http_status = 0;
		for (; at < len && line[at] >= '0' && line[at] <= '9' && reply->http_status < 1000; at++)
			reply->http_status = reply->http_status * 10 + line[at] - '0';
	} else if ((value = value_of(line, len, "grpc-status", &n))) {
		reply->status = parse_status(value, n);
	} else if ((value = value_of(line, len, "grpc-message", &n))) {
		take_message(reply->message, sizeof(reply->message), value, n);
	} else if ((value = value_of(line, len, "content-type", &n))) {
		take_message(reply->content_type, sizeof(reply->content_type), value, n);
	}
}

int grpc_reply_append(struct grpc_reply *reply, const void *data, size_t len)
{
	size_t need = reply->len + len;

	if (len > GRPC_PREFIX_LEN + GRPC_MESSAGE_MAX || need > GRPC_PREFIX_LEN + GRPC_MESSAGE_MAX)
		return -EMSGSIZE;
	if (need > reply->room) {
		size_t room = need < 2048 ? 4096 : need * 2;
		uint8_t *body = realloc(reply->body, room);

		if (!body)
			return -ENOMEM;
		reply->body = body;
		reply->room = room;
	}
	if (len)
		memcpy(reply->body + reply->len, data, len);
	reply->len = need;
	return 0;
}

int grpc_frame(const uint8_t *data, size_t len, const uint8_t **ret_payload, size_t *ret_len, struct evpn_error *err)
{
	uint32_t n;

	if (len < GRPC_PREFIX_LEN)
		return 0;
	n = (uint32_t)data[1] << 24 | (uint32_t)data[2] << 16 | (uint32_t)data[3] << 8 | data[4];
	if (data[0] != 0)
		return evpn_fail(err, EPROTO, "the message is compressed (flag %u), which evpnd did not request",
				 (unsigned int)data[0]);
	if (n > GRPC_MESSAGE_MAX)
		return evpn_fail(err, EMSGSIZE, "the message has %u bytes, the limit is %u", (unsigned int)n,
				 GRPC_MESSAGE_MAX);
	if (len - GRPC_PREFIX_LEN < n)
		return 0;
	*ret_payload = data + GRPC_PREFIX_LEN;
	*ret_len = n;
	return 1;
}

/* Checked before the message itself, since an error status explains why the message is missing. */
static int check_status(const struct grpc_reply *reply, const char *what, struct evpn_error *err)
{
	if (reply->http_status != 200)
		return evpn_fail(err, EPROTO,
				 "%s: HTTP status %d instead of a gRPC reply; set option socket to a CRI socket", what,
				 reply->http_status);
	if (strncmp(reply->content_type, "application/grpc", 16) != 0)
		return evpn_fail(err, EPROTO,
				 "%s: the reply is `%s' instead of gRPC; set option socket to a CRI socket", what,
				 reply->content_type);
	if (reply->status > GRPC_OK)
		return evpn_fail(err, EREMOTEIO, "%s: %s (grpc-status %d)", what,
				 reply->message[0] ? reply->message : "refused", reply->status);
	return 0;
}

int grpc_reply_message(const struct grpc_reply *reply, const char *what, const uint8_t **ret_payload, size_t *ret_len,
		       struct evpn_error *err)
{
	const uint8_t *payload = NULL;
	size_t len = 0;
	int r;

	if (check_status(reply, what, err) < 0)
		return -1;
	r = grpc_frame(reply->body, reply->len, &payload, &len, err);
	if (r < 0)
		return evpn_wrap(err, "%s: ", what);
	if (r == 0)
		return evpn_fail(err, EPROTO, "%s: the reply is incomplete: it ends inside a message (%zu bytes)", what,
				 reply->len);
	if (GRPC_PREFIX_LEN + len != reply->len)
		return evpn_fail(err, EPROTO,
				 "%s: the reply continues after its message (%zu bytes, the message has %zu)", what,
				 reply->len, GRPC_PREFIX_LEN + len);
	if (reply->status == GRPC_NO_STATUS)
		return evpn_fail(err, EPROTO, "%s: the reply is incomplete: it has no grpc-status", what);
	*ret_payload = payload;
	*ret_len = len;
	return 1;
}

void grpc_prefix(uint8_t prefix[GRPC_PREFIX_LEN], size_t len)
{
	prefix[0] = 0;
	for (int i = 1; i < GRPC_PREFIX_LEN; i++)
		prefix[i] = (uint8_t)(len >> (8 * (GRPC_PREFIX_LEN - 1 - i)));
}
