/* SPDX-License-Identifier: Apache-2.0 */
/*
 * read_link.h - a message of rtnetlink about one link -> struct net_link
 *
 * Attributes and kinds come from the tables in link_attr.h and link_kind.h.
 */
#pragma once

#include <linux/netlink.h>
#include <netlink/attr.h>

#include "model/net.h"

/* How a link of this instance is recognised. */
struct read_ident {
	char mark[NET_MARK_SIZE];
	uint32_t birth_group, leaving_group;
};

/* What the message has beyond struct net_link: indices, which read.c turns into names when all links are known. */
struct read_raw {
	int master, link; /* `link`: the other end of a veth, the parent of a VLAN or macvlan; 0: none */
	bool link_elsewhere; /* `link` is an index in another namespace */
	int nsid; /* of that namespace, of a link of any kind; -1: none */
	bool has_inet6;
};

/* Parses the message into *link, whose `ns` the caller sets, and *raw. False: it is not a message about a link. */
bool read_parse_link(const struct nlmsghdr *hdr, const struct read_ident *ident, struct net_link *link,
		     struct read_raw *raw);

/*
 * A bridge's message about one of its ports (AF_BRIDGE) has attributes of NET_LINK_PORT; *ret_attrs are those that it
 * has, with their values in *link. False: the message cannot be parsed.
 */
bool read_parse_port(const struct nlmsghdr *hdr, struct net_link *link, net_attr_set *ret_attrs);

/* Reads one attribute. NULL, or another length than 6 bytes: the MAC stays unchanged. */
void read_mac_attr(const struct nlattr *attr, uint8_t mac[6]);
/* IFLA_PROP_LIST: the other names, each with a space behind it, which no name has in it. NULL: none. The caller frees it. */
char *read_altnames(struct nlattr *list);
/* Reads one attribute. NULL: the unspecified address. */
void read_ip_attr(const struct nlattr *attr, uint8_t family, uint8_t prefixlen, struct ipaddr *ip);
