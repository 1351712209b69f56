/* SPDX-License-Identifier: Apache-2.0 */
/*
 * link_kind.h - the table of link kinds: one row for each
 *
 * To add a kind, touch two files and the list of sources (core/core.am): 1. a row here: it decides the order of
 * creation and deletion, which difference means "make it anew", and the words of --dry-run; 2. the new file
 * core/kernel/kind_NAME.c with `const struct link_kind link_kind_NAME` (kernel/link_kind.h) and the netlink side of the
 * attributes that only this kind has. Without it evpnd does not link. Attributes that no kind had before get their rows
 * in link_attr.h. Then plan/desired.c can want links of the kind.
 */
#pragma once

#include "model/link_attr.h"

/* Links are created in this order, so that each comes after what it refers to, and deleted the other way round. */
enum net_order {
	NET_ORDER_VRF,
	NET_ORDER_BRIDGE,
	NET_ORDER_VXLAN,
	NET_ORDER_VETH,
	NET_ORDER_NIC, /* here underlay NICs are moved */
	NET_ORDER_ON_PARENT,
};
#define NET_ORDER_COUNT 6

/* clang-format off */
/*
 * ID, the kernel's name, order, its attributes, the words of ip(8) for what is the same for all links of the kind
 */
#define NET_KINDS(X) \
	/* A NIC, lo, all that evpnd does not make. */ \
	X(OTHER,   device,  VETH,      0, "") \
	X(VRF,     vrf,     VRF,       NET_LINK_TABLE, "") \
	X(BRIDGE,  bridge,  BRIDGE,    NET_LINK_MAX_MACS | NET_LINK_STP | NET_LINK_FILTERS | NET_LINK_NO_PVID, "") \
	X(VXLAN,   vxlan,   VXLAN,     NET_LINK_EXTERNAL | NET_LINK_VNI | NET_LINK_LOCAL | NET_LINK_DSTPORT | NET_LINK_LEARNING | NET_LINK_ZERO_CSUM6_RX | \
				  NET_LINK_TTL_INHERIT | NET_LINK_TTL | NET_LINK_TOS | NET_LINK_DF, "") \
	X(VETH,    veth,    VETH,      NET_LINK_PEER, "") \
	X(VLAN,    vlan,    ON_PARENT, NET_LINK_VLAN | NET_LINK_PARENT, "") \
	X(MACVLAN, macvlan, ON_PARENT, NET_LINK_PARENT, " mode bridge")
/* clang-format on */

/* NET_KIND_OTHER, ... */
enum net_kind {
#define X(id, ...) NET_KIND_##id,
	NET_KINDS(X)
#undef X
		NET_KIND_COUNT
};

struct net_kind_row {
	const char *name; /* "vxlan": the kernel's IFLA_INFO_KIND */
	enum net_order order;
	net_attr_set attrs; /* of NET_LINK_KIND: if one differs, the link is made anew; and of NET_LINK_DATA */
	const char *words;
};

extern const struct net_kind_row net_kinds[NET_KIND_COUNT];

/* "vxlan"; "device" for NET_KIND_OTHER. */
const char *net_kind_name(enum net_kind kind);

/* The kind that the kernel calls so; NET_KIND_OTHER for all that evpnd does not make. */
enum net_kind net_kind_by_name(const char *name);
