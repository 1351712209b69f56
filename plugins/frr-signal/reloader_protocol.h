/* SPDX-License-Identifier: Apache-2.0 */
/*
 * wire.h - what the plugin frr-signal and its sidecar evpn-reloader have in common: addresses and the protocol's words
 *
 * The protocol itself is described in evpn-reloader(8). Needs nothing but libc: the sidecar is linked statically.
 */
#ifndef WIRE_H
#define WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>
#include <sys/un.h>

#define WIRE_HELLO "evpn-reloader 1 "
/* The longest line, with its newline and a NUL. */
#define WIRE_LINE_SIZE 512
/* The longest answer: `show evpn vni json' of 4,000 VNIs is about 1 MB. */
#define WIRE_BODY_MAX (16u << 20)
/* A generation is a word of these characters. */
#define WIRE_GENERATION_SIZE 64
/* 16 hexadecimal digits. */
#define WIRE_SUM_SIZE 17

struct wire_address {
	union {
		struct sockaddr any;
		struct sockaddr_un un;
		struct sockaddr_storage storage;
	} to;
	socklen_t len;
	bool loopback; /* reached from this machine only; true for a unix socket */
};

/* "unix:PATH", "tcp:IPV4:PORT", "tcp:[IPV6]:PORT". Returns 0, or -1 with the reason. Names are not resolved. */
int wire_parse_address(const char *text, struct wire_address *ret_address, const char **ret_why);

static inline bool wire_is_unix(const struct wire_address *address)
{
	return address->to.any.sa_family == AF_UNIX;
}

/*
 * The sum of a file's content (FNV-1a, 64 bits), by which the plugin and the sidecar notice that they look at different
 * files; not a matter of security. Returns 0, or -errno.
 */
int wire_sum_file(const char *path, char ret_sum[WIRE_SUM_SIZE]);

/* "a decimal number between min and max", or -1. */
long wire_parse_number(const char *text, long min, long max);

uint64_t wire_now_ms(void);

#endif
