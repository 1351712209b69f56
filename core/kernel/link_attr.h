/* SPDX-License-Identifier: Apache-2.0 */
/*
 * link_attr.h - how the attributes of a link stand in a message of rtnetlink
 *
 * One `struct link_attr link_attr_MEMBER` for each row of model/link_attr.h: in link_attr.c if links of every kind have
 * the attribute, else in the file of its kind.
 */
#pragma once

#include <linux/rtnetlink.h>
#include <netlink/attr.h>
#include <netlink/msg.h>

#include "kernel/apply_parts.h"
#include "kernel/read_link.h"
#include "model/net.h"

/* Where in the message the attribute is. */
enum link_level {
	LINK_LEVEL_TOP, /* IFLA_... */
	LINK_LEVEL_INET6, /* IFLA_INET6_..., in IFLA_AF_SPEC */
	LINK_LEVEL_DATA, /* in IFLA_INFO_DATA: the kind's own */
	LINK_LEVEL_PORT, /* IFLA_BRPORT_..., in IFLA_INFO_SLAVE_DATA */
};
#define LINK_LEVEL_COUNT 4

/* A link's message that was received, parsed. */
struct link_in {
	const struct ifinfomsg *ifi;
	struct nlattr *const *tb[LINK_LEVEL_COUNT]; /* by type; NULL: the message has nothing of this level */
	const struct read_ident *ident;
	struct read_raw *raw;
};

/* One that is written. */
struct link_out {
	const struct apply *apply;
	const struct net_link *link;
	struct nl_msg *msg;
	const char *why; /* set by a `put` that fails */
};

struct link_attr {
	enum link_level level;
	unsigned int type; /* IFLA_..., by level */
	/*
	 * Adds the attribute to the message. Returns 0, or -errno with out->why set. If unset, the value is written as
	 * its type in model/link_attr.h says: one byte for a bool, else host byte order.
	 */
	int (*put)(struct link_out *out);
	/* Sets the member from the message. If unset, it is read like that; what the message lacks stays zero. */
	void (*get)(const struct link_in *in, struct net_link *link);
};

#define X(id, member, ...) extern const struct link_attr link_attr_##member;
NET_LINK_ATTRS(X)
#undef X

/* The entries above, by enum net_attr. */
extern const struct link_attr *const link_attrs[NET_ATTR_COUNT];

/* Adds those attributes of a set that stand at this level. Returns 0, or -errno with out->why set. */
int link_attr_put(struct link_out *out, net_attr_set attrs, enum link_level level);

/* The `get` of attributes that IFLA_LINK stands for: keeps the index in in->raw, since the name is not known yet. */
void link_attr_get_link(const struct link_in *in, struct net_link *link);

/* Sets the members of a set. */
void link_attr_get(const struct link_in *in, struct net_link *link, net_attr_set attrs);
