/* SPDX-License-Identifier: Apache-2.0 */
/* cri_message.h - the message types that protoc-c generates from cri.proto, with constants and helpers for them */
#pragma once

#include "plugins/netns-cri/cri.pb-c.h"

/* Values of CRI's enumerations, which are plain numbers in cri.proto. */
#define CRI_SANDBOX_READY     0
#define CRI_CONTAINER_RUNNING 1
#define CRI_NETWORK_NODE      2

/* Frees the message that the variable points to. Every generated message begins with a ProtobufCMessage. */
static inline void cri_free_messagep(void *message)
{
	ProtobufCMessage **m = message;

	if (*m)
		protobuf_c_message_free_unpacked(*m, NULL);
}

#define _cleanup_message_ __attribute__((cleanup(cri_free_messagep)))

/* Casts const away: protobuf-c's strings are not const, though packing only reads them. */
static inline char *cri_text(const char *from)
{
	union {
		const char *in;
		char *out;
	} cast = { .in = from };

	return cast.out;
}
