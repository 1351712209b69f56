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

const struct link_attr link_attr_zero_csum6_rx = { .level = LINK_LEVEL_DATA, .type = IFLA_VXLAN_UDP_ZERO_CSUM6_RX };
const struct link_attr link_attr_ttl = { .level = LINK_LEVEL_DATA, .type = IFLA_VXLAN_TTL };
const struct link_attr link_attr_tos = { .level = LINK_LEVEL_DATA, .type = IFLA_VXLAN_TOS };
const struct link_attr link_attr_df = { .level = LINK_LEVEL_DATA, .type = IFLA_VXLAN_DF };

/* The kernel takes a flag, whose presence counts, and gives a byte. */
static int put_ttl_inherit(struct link_out *out)
{
	if (out->link->ttl_inherit)
		nla_put_flag(out->msg, IFLA_VXLAN_TTL_INHERIT);
	return 0;
}

static void get_ttl_inherit(const struct link_in *in, struct net_link *link)
{
	const struct nlattr *nla = in->tb[LINK_LEVEL_DATA] ? in->tb[LINK_LEVEL_DATA][IFLA_VXLAN_TTL_INHERIT] : NULL;

	link->ttl_inherit = nla && (nla_len(nla) == 0 || nla_get_u8(nla));
}

const struct link_attr link_attr_ttl_inherit = { .level = LINK_LEVEL_DATA,
						 .put = put_ttl_inherit,
						 .get = get_ttl_inherit };
