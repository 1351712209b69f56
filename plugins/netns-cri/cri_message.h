/* SPDX-License-Identifier: Apache-2.0 */
/* cri_message.h - for the files that write and read messages: those generated from cri.proto, and what goes with them */
#pragma once

#include "plugins/netns-cri/cri.pb-c.h"

/* CRI's enumerations, which are plain numbers in cri.proto. */
#define CRI_SANDBOX_READY     0
#define CRI_CONTAINER_RUNNING 1
#define CRI_NETWORK_NODE      2

/* `message` points to the variable; every message begins with its base. */
static inline void cri_free_messagep(void *message)
{
	ProtobufCMessage **m = message;

	if (*m)
		protobuf_c_message_free_unpacked(*m, NULL);
}

#define _cleanup_message_ __attribute__((cleanup(cri_free_messagep)))

/* protobuf-c's strings are not const, though packing only reads them. */
static inline char *cri_text(const char *from)
{
	union {
		const char *in;
		char *out;
	} cast = { .in = from };

	return cast.out;
}
