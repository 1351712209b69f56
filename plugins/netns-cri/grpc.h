/* SPDX-License-Identifier: Apache-2.0 */
/*
 * grpc.h - parses gRPC replies that came by HTTP/2: the frame of a message, and the final status
 *
 * Source: "gRPC over HTTP2" (PROTOCOL-HTTP2.md). A message has a prefix of five bytes: a flag "compressed" and the
 * length, big endian. The status is in the trailers; a reply without a message has it in its only block of headers.
 * These functions only handle memory, they use no sockets. Functions that return int: <0 failed, with err filled in.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "evpn-plugin.h"

#define GRPC_PREFIX_LEN 5
/* The longest message that is accepted; kubelet has the same limit. */
#define GRPC_MESSAGE_MAX (16u << 20)

enum grpc_status {
	GRPC_NO_STATUS = -1, /* none received */
	GRPC_OK = 0,
	GRPC_NOT_FOUND = 5,
	GRPC_PERMISSION_DENIED = 7,
	GRPC_UNIMPLEMENTED = 12,
	GRPC_UNAVAILABLE = 14
};

/* What has been received for one call. Owns the body. */
struct grpc_reply {
	int http_status; /* 0: no status line yet */
	int status; /* enum grpc_status, or another of gRPC's status numbers */
	char content_type[64];
	char message[512]; /* grpc-message, printable */
	uint8_t *body;
	size_t len, room;
};

/* Frees the body, and makes the reply an empty one. */
void grpc_reply_clear(struct grpc_reply *reply);

/* Takes one line of headers or trailers, or the status line, as libcurl passes it: not terminated by NUL. */
void grpc_reply_header(struct grpc_reply *reply, const char *line, size_t len);

/* Appends bytes to the body. Returns 0, or -EMSGSIZE above the limit of one message, or -ENOMEM. */
int grpc_reply_append(struct grpc_reply *reply, const void *data, size_t len);

/*
 * Parses the frame at the beginning of data. >0: *ret_payload and *ret_len are its message, within data; 0: it is not
 * complete yet; <0: it is invalid.
 */
int grpc_frame(const uint8_t *data, size_t len, const uint8_t **ret_payload, size_t *ret_len, struct evpn_error *err);

/*
 * The message of a unary call that has ended: >0, or <0 if the reply has none; then reply->status may say why. `what`
 * names the call in errors.
 */
int grpc_reply_message(const struct grpc_reply *reply, const char *what, const uint8_t **ret_payload, size_t *ret_len,
		       struct evpn_error *err);

/* Writes the prefix of a message of `len` bytes. */
void grpc_prefix(uint8_t prefix[GRPC_PREFIX_LEN], size_t len);
