/* SPDX-License-Identifier: Apache-2.0 */
/*
 * grpc.h - what gRPC adds to HTTP/2: the frame of a message, and the status at the end
 *
 * By "gRPC over HTTP2" (PROTOCOL-HTTP2.md): a message has a prefix of five bytes, a flag "compressed" and the length, big
 * endian. The status is in the trailers, or, when there is no message at all, in the only block of headers. Pure: no
 * sockets here.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "evpn-plugin.h"

#define GRPC_PREFIX_LEN 5
/* The longest message that is taken; kubelet's own limit for a CRI runtime's. */
#define GRPC_MESSAGE_MAX (16u << 20)

enum grpc_status {
	GRPC_NO_STATUS = -1, /* none came */
	GRPC_OK = 0,
	GRPC_NOT_FOUND = 5,
	GRPC_PERMISSION_DENIED = 7,
	GRPC_UNIMPLEMENTED = 12,
	GRPC_UNAVAILABLE = 14
};

/* What has come of one call. Zeroed by grpc_reply_clear, which frees the body too. */
struct grpc_reply {
	int http_status; /* 0: no status line yet */
	int status; /* enum grpc_status, or another number of gRPC's */
	char content_type[64];
	char message[512]; /* grpc-message, printable */
	uint8_t *body;
	size_t len, room;
};

void grpc_reply_clear(struct grpc_reply *reply);

/* A header or trailer line, or the status line, as libcurl hands them over: not ended by NUL. */
void grpc_reply_header(struct grpc_reply *reply, const char *line, size_t len);

/* Bytes of the body; <0: more than one message may have, or no memory. */
int grpc_reply_append(struct grpc_reply *reply, const void *data, size_t len);

/*
 * The frame at the beginning of data: >0, *ret_payload and *ret_len are its message, within data; 0: it is not complete
 * yet; <0: no frame that can be read.
 */
int grpc_frame(const uint8_t *data, size_t len, const uint8_t **ret_payload, size_t *ret_len, struct evpn_error *err);

/*
 * The one message of a unary call that has ended. >0: it is there; <0: it is not, reply->status may say why. `what` names
 * the call in messages.
 */
int grpc_reply_message(const struct grpc_reply *reply, const char *what, const uint8_t **ret_payload, size_t *ret_len,
		       struct evpn_error *err);

/* Writes the prefix of a message of `len` bytes. */
void grpc_prefix(uint8_t prefix[GRPC_PREFIX_LEN], size_t len);
