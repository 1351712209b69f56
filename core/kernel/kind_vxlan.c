/* SPDX-License-Identifier: Apache-2.0 */
/* kind_vxlan.c - VXLAN: one device for each VNI; see link_kind.h */
#include <linux/if_link.h>
#include <netinet/in.h>

#include "kernel/link_kind.h"

const struct link_kind link_kind_vxlan = { 0 };

const struct link_attr link_attr_vni = { .level = LINK_LEVEL_DATA, .type = IFLA_VXLAN_ID };

static int put_local(struct link_out *out)
{
	const struct ipaddr *local = &out->link->local;

	apply_put_ip(out->msg, local->family == AF_INET ? IFLA_VXLAN_LOCAL : IFLA_VXLAN_LOCAL6, local);
	return 0;
}

static void get_local(const struct link_in *in, struct net_link *link)
{
	struct nlattr *const *tb = in->tb[LINK_LEVEL_DATA];

	if (tb && tb[IFLA_VXLAN_LOCAL])
		read_ip_attr(tb[IFLA_VXLAN_LOCAL], AF_INET, 32, &link->local);
	else if (tb && tb[IFLA_VXLAN_LOCAL6])
		read_ip_attr(tb[IFLA_VXLAN_LOCAL6], AF_INET6, 128, &link->local);
}

const struct link_attr link_attr_local = { .level = LINK_LEVEL_DATA, .put = put_local, .get = get_local };

/* The UDP port, in network byte order. */
static int put_port(struct link_out *out)
{
	nla_put_u16(out->msg, IFLA_VXLAN_PORT, htons(out->link->port));
	return 0;
}

static void get_port(const struct link_in *in, struct net_link *link)
{
	struct nlattr *const *tb = in->tb[LINK_LEVEL_DATA];

	if (tb && tb[IFLA_VXLAN_PORT])
		link->port = ntohs(nla_get_u16(tb[IFLA_VXLAN_PORT]));
}

const struct link_attr link_attr_port = { .level = LINK_LEVEL_DATA, .put = put_port, .get = get_port };

const struct link_attr link_attr_learning = { .level = LINK_LEVEL_DATA, .type = IFLA_VXLAN_LEARNING };

/*
 * The kernel keeps the route to a remote VTEP with its FDB entry, for each CPU, so that all packets to it leave by one
 * of several next hops, whatever fib_multipath_hash_policy says. It looks up the route of each packet if the device has
 * a TOS (vxlan_xmit_one(), in older kernels vxlan_get_route()). A TOS of 2 has no DSCP; its bits are those of ECN, which
 * ip_tunnel_ecn_encap() replaces by those of the inner packet: what is sent is the same.
 */
#define TOS_PER_FLOW 2

static int put_per_flow(struct link_out *out)
{
	nla_put_u8(out->msg, IFLA_VXLAN_TOS, out->link->per_flow ? TOS_PER_FLOW : 0);
	return 0;
}

static void get_per_flow(const struct link_in *in, struct net_link *link)
{
	struct nlattr *const *tb = in->tb[LINK_LEVEL_DATA];

	link->per_flow = tb && tb[IFLA_VXLAN_TOS] && nla_get_u8(tb[IFLA_VXLAN_TOS]) == TOS_PER_FLOW;
}

const struct link_attr link_attr_per_flow = { .level = LINK_LEVEL_DATA, .put = put_per_flow, .get = get_per_flow };
