/* SPDX-License-Identifier: Apache-2.0 */
/*
 * link_attr.h - the table of link attributes: one row for each
 *
 * A row drives all that evpnd does with an attribute: comparing a wanted link with the actual one (plan/plan_link.c),
 * filtering the kernel's notifications (run/drift_filter.c), the words of --dry-run (plan/plan_text.c), and parsing and
 * writing (kernel/link_attr.c, by an entry of its own).
 *
 * To add an attribute, add
 *  1. a row here, and the member of struct net_link (net.h) that it names;
 *  2. in core/kernel `const struct link_attr link_attr_MEMBER`: how the attribute stands in a message. It belongs into
 *     the file of its kind, or into link_attr.c if links of every kind have it. Without it evpnd does not link.
 * Then set the member where it is wanted (plan/desired.c). An attribute of one kind is named in that kind's row too
 * (link_kind.h).
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What the member is. Each type is compared, printed, parsed and written in one way. */
enum net_type {
	NET_TYPE_BOOL,
	NET_TYPE_U8,
	NET_TYPE_WORD, /* uint8_t, which ip(8) writes as a word */
	NET_TYPE_U16,
	NET_TYPE_U32,
	NET_TYPE_IP, /* struct ipaddr */
	NET_TYPE_MAC, /* uint8_t[6] */
	NET_TYPE_LIMITS, /* struct net_limits */
	NET_TYPE_NAME, /* char[IFNAMSIZ]: another link. A message has its index, not its name. */
	NET_TYPE_PARENT, /* the same, with the namespace that it is in (parent_ns) */
	NET_TYPE_PEER, /* the same, with the namespace that it is in (peer_ns) */
	NET_TYPE_MARK, /* enum net_owner: written as the alias and the link group */
};

/* How the attribute is written. */
enum net_place {
	NET_PLACE_BIRTH, /* in the message that creates the link; a later message may change it */
	NET_PLACE_LATER, /* in a message of its own: the kernel does not take it from the one that creates the link */
	NET_PLACE_PORT, /* the same, and only while the link is a port of a bridge */
	NET_PLACE_DATA, /* among those of its kind in the message that creates the link; a later message may change it */
	NET_PLACE_SYSCTL, /* by a sysctl: an operation of its own */
	NET_PLACE_OWN, /* by messages that are not about links: an operation of its own */
	NET_PLACE_KIND, /* in the message that creates the link. If it differs, the link is deleted and made anew. */
};

/* clang-format off */
/*
 * The words are those of ip(8), in front of the value; of a NET_TYPE_BOOL the first stands for true, the second for
 * false; of a NET_TYPE_NAME the second stands for "none"; of a NET_TYPE_WORD it has the words of 0, 1, ... NULL: nothing is printed. Rows are printed in this order.
 *
 *	ID, member of struct net_link, type, place, words
 */
#define NET_LINK_ATTRS(X) \
	X(MTU,            mtu,            U32,  BIRTH,  "mtu",                  NULL) \
	X(MAC,            mac,            MAC,  BIRTH,  "address",              NULL) \
	X(MASTER,         master,         NAME, BIRTH,  "master",               "nomaster") \
	X(ADDRGEN_NONE,   addrgen_none,   BOOL, LATER,  "addrgenmode none",     "addrgenmode eui64") \
	X(MARK,           owner,          MARK, LATER,  "alias",                NULL) \
	X(UP,             up,             BOOL, LATER,  "up",                   "down") \
	X(IPV6,           ipv6,           BOOL, SYSCTL, NULL,                   NULL) \
	/* VXLAN as a port of a bridge */ \
	X(NEIGH_SUPPRESS, neigh_suppress, BOOL, PORT,   "neigh_suppress on",    "neigh_suppress off") \
	X(PORT_LEARNING,  port_learning,  BOOL, PORT,   "learning on",          "learning off") \
	X(VLAN_TUNNEL,    vlan_tunnel,    BOOL, PORT,   "vlan_tunnel on",       "vlan_tunnel off") \
	/* A port of a bridge on the host, which may filter VLANs */ \
	X(ISOLATED,       isolated,       BOOL, PORT,   "isolated on",          "isolated off") \
	X(HAIRPIN,        hairpin,        BOOL, PORT,   "hairpin on",           "hairpin off") \
	X(BPDU_GUARD,     bpdu_guard,     BOOL, PORT,   "guard on",             "guard off") \
	X(PVID,           pvid,           U16,  OWN,    NULL,                   NULL) \
	/* A port in FRR's namespace */ \
	X(LIMITS,         limits,         LIMITS, OWN,  NULL,                   NULL) \
	X(RELAY,          relay,          NAME, OWN,    NULL,                   NULL) \
	/* A bridge */ \
	X(MAX_MACS,       max_macs,       U32,  DATA,   "fdb_max_learned",      NULL) \
	X(SEALS,          seals,          U8,   OWN,    NULL,                   NULL) \
	X(STP,            stp,            U32,  DATA,   "stp_state",            NULL) \
	X(FILTERS,        filters,        BOOL, DATA,   "vlan_filtering 1",     "vlan_filtering 0") \
	X(NO_PVID,        no_pvid,        BOOL, DATA,   "vlan_default_pvid 0",  "vlan_default_pvid 1") \
	/* VRF */ \
	X(TABLE,          table,          U32,  KIND,   "table",                NULL) \
	/* VXLAN */ \
	X(EXTERNAL,       external,       BOOL, KIND,   "external vnifilter",   NULL) \
	X(VNI,            vni,            U32,  KIND,   "id",                   NULL) \
	X(LOCAL,          local,          IP,   KIND,   "local",                NULL) \
	X(DSTPORT,        port,           U16,  KIND,   "dstport",              NULL) \
	X(LEARNING,       learning,       BOOL, KIND,   NULL,                   "nolearning") \
	X(ZERO_CSUM6_RX,  zero_csum6_rx,  BOOL, KIND,   "udp6zerocsumrx",       NULL) \
	X(TTL_INHERIT,    ttl_inherit,    BOOL, KIND,   "ttl inherit",          NULL) \
	X(TTL,            ttl,            U8,   DATA,   "ttl",                  NULL) \
	X(TOS,            tos,            U8,   DATA,   "tos",                  NULL) \
	X(DF,             df,             WORD, DATA,   "df",                   "unset set inherit") \
	/* VLAN, macvlan: ip(8) has the parent first in the command, so plan_text.c prints it by itself */ \
	X(VLAN,           vlan,           U16,  KIND,   "id",                   NULL) \
	X(PARENT,         parent,         PARENT, KIND,   NULL,                   NULL) \
	/* veth */ \
	X(PEER,           peer,           PEER, KIND,   "peer",                 NULL)
/* clang-format on */

/* A set of attributes: NET_LINK_... */
typedef uint64_t net_attr_set;

/* NET_ATTR_MTU, ... */
enum net_attr {
#define X(id, ...) NET_ATTR_##id,
	NET_LINK_ATTRS(X)
#undef X
		NET_ATTR_COUNT
};
_Static_assert(NET_ATTR_COUNT <= 64, "a set of attributes has 64 bits");

/* Sets of attributes: NET_LINK_MTU, ... */
enum net_link_attr {
#define X(id, ...) NET_LINK_##id = 1ull << NET_ATTR_##id,
	NET_LINK_ATTRS(X)
#undef X
};

/* Those of a place. */
enum net_link_place {
#define X(id, member, type, place, ...) | (NET_PLACE_##place == NET_PLACE_BIRTH ? 1ull << NET_ATTR_##id : 0ull)
	NET_LINK_BIRTH = 0ull NET_LINK_ATTRS(X),
#undef X
#define X(id, member, type, place, ...) | (NET_PLACE_##place == NET_PLACE_PORT ? 1ull << NET_ATTR_##id : 0ull)
	NET_LINK_PORT = 0ull NET_LINK_ATTRS(X),
#undef X
#define X(id, member, type, place, ...) | (NET_PLACE_##place == NET_PLACE_KIND ? 1ull << NET_ATTR_##id : 0ull)
	NET_LINK_KIND = 0ull NET_LINK_ATTRS(X),
#undef X
#define X(id, member, type, place, ...) | (NET_PLACE_##place == NET_PLACE_DATA ? 1ull << NET_ATTR_##id : 0ull)
	NET_LINK_DATA = 0ull NET_LINK_ATTRS(X),
#undef X
/* Those that links of every kind have. */
#define X(id, member, type, place, ...) \
	| (NET_PLACE_##place != NET_PLACE_KIND && NET_PLACE_##place != NET_PLACE_DATA ? 1ull << NET_ATTR_##id : 0ull)
	NET_LINK_COMMON = 0ull NET_LINK_ATTRS(X),
#undef X
/* Those whose value stands in a message about the link alone: no names of other links, nothing of other messages, and not the mark. */
#define X(id, member, type, place, ...) \
	| (NET_TYPE_##type < NET_TYPE_NAME && NET_PLACE_##place != NET_PLACE_OWN ? 1ull << NET_ATTR_##id : 0ull)
	NET_LINK_VALUES = 0ull NET_LINK_ATTRS(X),
#undef X
};

struct net_attr_row {
	enum net_type type;
	enum net_place place;
	size_t offset; /* of the member in struct net_link */
	const char *on, *off; /* the words, see above */
};

extern const struct net_attr_row net_attrs[NET_ATTR_COUNT];

/* The first attribute of a set that is not empty: for (left = set; left; left &= left - 1) ... net_attr_first(left) */
static inline enum net_attr net_attr_first(net_attr_set set)
{
	return (enum net_attr)__builtin_ctzll(set);
}

struct net_link;

/* The member. */
static inline const void *net_attr_value(const struct net_link *link, enum net_attr attr)
{
	return (const char *)link + net_attrs[attr].offset;
}

/*
 * Which attributes of `set` have another value in the actual link than in the wanted one; `want->want` does not count.
 */
net_attr_set net_link_differences(const struct net_link *want, const struct net_link *have, net_attr_set set);

/* The attributes that the message which creates the link carries, beside those of its kind. */
net_attr_set net_link_birth(const struct net_link *link);

/* Those of its kind, without the ones that a new link has anyway. */
net_attr_set net_link_birth_data(const struct net_link *link);
