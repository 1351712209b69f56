/* SPDX-License-Identifier: Apache-2.0 */
/*
 * reloader_protocol.h - what the plugin frr-signal and the sidecar evpn-reloader share: addresses, limits, the file's
 * sum
 *
 * The protocol is described in evpn-reloader(8). This code needs only libc, since the sidecar is linked statically.
 */
#ifndef RELOADER_PROTOCOL_H
#define RELOADER_PROTOCOL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>
#include <sys/un.h>

#define PROTOCOL_HELLO "evpn-reloader 1 "
/* Size of a buffer for the longest line, with its newline and a NUL. */
#define PROTOCOL_LINE_SIZE 512
/* The longest body. `show evpn vni json' with 4,000 VNIs has about 1 MB. */
#define PROTOCOL_BODY_MAX (16u << 20)
/* Sizes of buffers with a NUL: for a generation, and for the 16 hexadecimal digits of a sum. */
#define PROTOCOL_GENERATION_SIZE 64
#define PROTOCOL_SUM_SIZE	 17

struct protocol_address {
	union {
		struct sockaddr any;
		struct sockaddr_un un;
		struct sockaddr_storage storage;
	} to;
	socklen_t len;
	bool loopback; /* only this host can reach it; also true for a unix socket */
};

/* Parses "unix:PATH", "tcp:IPV4:PORT", "tcp:[IPV6]:PORT". Returns 0, or -1 with a reason. It resolves no host names. */
int protocol_parse_address(const char *text, struct protocol_address *ret_address, const char **ret_why);

static inline bool protocol_is_unix(const struct protocol_address *address)
{
	return address->to.any.sa_family == AF_UNIX;
}

/*
 * The FNV-1a hash (64 bits) of an open file's content, by which the sidecar notices that it reads another file than evpnd
 * wrote. It is no protection against an attacker. Returns 0 or -errno.
 */
int protocol_sum_file(int fd, char ret_sum[PROTOCOL_SUM_SIZE]);

/*
 * The names of errno values that an answer can contain, as on every system: the numbers differ between architectures.
 * NULL, or 0: it has none of them.
 */
const char *protocol_error_name(int code);
int protocol_error_code(const char *name, size_t len);

/* Parses a decimal number from min to max; -1 if the text is anything else. */
long protocol_parse_number(const char *text, long min, long max);

#endif
