/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ipaddr.h - an IPv4 or IPv6 address with a prefix length: plain data, copied by value
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct ipaddr {
	uint8_t family; /* AF_INET, AF_INET6; AF_UNSPEC: none */
	uint8_t prefixlen; /* of a plain address: 32 or 128 */
	uint8_t bytes[16]; /* network order; what the family does not use is zero */
};

#define IPADDR_TEXT_SIZE 64

/* "192.0.2.1" or "2001:db8::1", with "/LEN" where `with_prefix` (then it must be there). False: not one. */
bool ipaddr_parse(const char *text, bool with_prefix, struct ipaddr *ret_ip);

/* With "/LEN" where with_prefix. Returns buf. */
const char *ipaddr_format(const struct ipaddr *ip, bool with_prefix, char buf[IPADDR_TEXT_SIZE]);

/* Total order: family, bytes, prefix length. */
int ipaddr_compare(const struct ipaddr *a, const struct ipaddr *b);

static inline bool ipaddr_is_set(const struct ipaddr *ip)
{
	return ip->family != 0;
}

/* Length in bytes of an address of this family: 4 or 16; 0 for none. */
size_t ipaddr_size(const struct ipaddr *ip);

/* 32 or 128. */
unsigned int ipaddr_bits(const struct ipaddr *ip);

/* Whether the two prefixes have an address in common. */
bool ipaddr_overlap(const struct ipaddr *a, const struct ipaddr *b);

/* Host number `index` of the prefix `pool`, as a plain address. False if the pool is too small. */
bool ipaddr_nth(const struct ipaddr *pool, uint32_t index, struct ipaddr *ret_ip);

bool ipaddr_is_loopback(const struct ipaddr *ip);
bool ipaddr_is_multicast(const struct ipaddr *ip);
bool ipaddr_is_link_local(const struct ipaddr *ip);
/* All bytes zero. */
bool ipaddr_is_any(const struct ipaddr *ip);
