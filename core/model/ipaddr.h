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
	uint8_t prefixlen; /* 32 or 128 in an address without a prefix length */
	uint8_t bytes[16]; /* network byte order; of IPv4 the first 4, the others are zero */
};

#define IPADDR_TEXT_SIZE 64

/* Parses "192.0.2.1" or "2001:db8::1"; `with_prefix`: "/LEN" is required, else refused. False: not an address. */
bool ipaddr_parse(const char *text, bool with_prefix, struct ipaddr *ret_ip);

/* The text, with "/LEN" if `with_prefix`; "none" if unset. Returns buf. */
const char *ipaddr_format(const struct ipaddr *ip, bool with_prefix, char buf[IPADDR_TEXT_SIZE]);

/* Total order: family, bytes, prefix length. */
int ipaddr_compare(const struct ipaddr *a, const struct ipaddr *b);

static inline bool ipaddr_is_set(const struct ipaddr *ip)
{
	return ip->family != 0;
}

/* The length of an address of this family in bytes: 4 or 16; 0 if unset. */
size_t ipaddr_size(const struct ipaddr *ip);

/* 32 or 128. */
unsigned int ipaddr_bits(const struct ipaddr *ip);

/* Whether the two prefixes have an address in common. */
bool ipaddr_overlap(const struct ipaddr *a, const struct ipaddr *b);

/* Address number `index` of the prefix `pool`, without a prefix length. False: the pool is too small. */
bool ipaddr_nth(const struct ipaddr *pool, uint32_t index, struct ipaddr *ret_ip);

/* Subnet number `index` of length `length` of the prefix `pool`. False: the pool is too small, or shorter than that. */
bool ipaddr_nth_subnet(const struct ipaddr *pool, unsigned int length, uint32_t index, struct ipaddr *ret_subnet);

/* The network address of the subnet of `ip`, with its prefix length. */
void ipaddr_network(const struct ipaddr *ip, struct ipaddr *ret_network);

/* Whether the two are the same address, whatever their prefix lengths. */
bool ipaddr_same(const struct ipaddr *a, const struct ipaddr *b);

/*
 * Whether `ip` is the network (broadcast) address of the subnet of `subnet`. An IPv4 subnet of two addresses or one has
 * neither (RFC 3021), an IPv6 subnet has no broadcast address. The network address of an IPv6 subnet is the anycast
 * address of its routers (RFC 4291, 2.6.1), which a /127 and a /128 lack (RFC 6164).
 */
bool ipaddr_is_network_of(const struct ipaddr *ip, const struct ipaddr *subnet);
bool ipaddr_is_broadcast_of(const struct ipaddr *ip, const struct ipaddr *subnet);

bool ipaddr_is_loopback(const struct ipaddr *ip);
bool ipaddr_is_multicast(const struct ipaddr *ip);
bool ipaddr_is_link_local(const struct ipaddr *ip);
/* All bytes zero. */
bool ipaddr_is_any(const struct ipaddr *ip);
