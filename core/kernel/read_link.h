/* SPDX-License-Identifier: Apache-2.0 */
/*
 * actual_link.h - parsing of one link's message; internal to actual.c
 */
#pragma once

#include <linux/netlink.h>
#include <netlink/attr.h>

#include "net.h"

/* How a link of this instance is known. */
struct actual_ident {
	char mark[NET_MARK_SIZE];
	uint32_t birth_group, leaving_group;
};

/* What the message says beyond struct net_link: indices, which become names once all links are known. */
struct actual_raw {
	int master, link; /* `link`: a veth's other end, what a VLAN or macvlan sits on */
	bool link_elsewhere; /* `link` is an index in another namespace */
	bool has_inet6;
};

/* False: not a link's message. The link's ns is left to the caller. */
bool actual_parse_link(const struct nlmsghdr *hdr, const struct actual_ident *ident, struct net_link *link,
		       struct actual_raw *raw);

/* NULL: the unspecified address. */
void actual_ip_from_attr(const struct nlattr *attr, uint8_t family, uint8_t prefixlen, struct ipaddr *ip);
