/* SPDX-License-Identifier: Apache-2.0 */
/* kind_vxlan.c - VXLAN: one device for each VNI, or one for all; see link_kind.h */
#include <errno.h>
#include <linux/if_link.h>
#include <netinet/in.h>

#include "kernel/link_kind.h"

/* The kernel has no VNI in the message of a device that takes it from elsewhere. */
static int put_vni(struct link_out *out)
{
	if (!out->link->external)
		nla_put_u32(out->msg, IFLA_VXLAN_ID, out->link->vni);
	return 0;
}

static void get_vni(const struct link_in *in, struct net_link *link)
{
	const struct nlattr *nla = in->tb[LINK_LEVEL_DATA] ? in->tb[LINK_LEVEL_DATA][IFLA_VXLAN_ID] : NULL;

	link->vni = nla ? nla_get_u32(nla) : 0;
}

const struct link_attr link_attr_vni = { .level = LINK_LEVEL_DATA, .put = put_vni, .get = get_vni };

/* Without the filter such a device would take every VNI, and a namespace could have only one on a UDP port. */
static int put_external(struct link_out *out)
{
	if (out->link->external) {
		nla_put_u8(out->msg, IFLA_VXLAN_COLLECT_METADATA, 1);
		nla_put_u8(out->msg, IFLA_VXLAN_VNIFILTER, 1);
	}
	return 0;
}

static void get_external(const struct link_in *in, struct net_link *link)
{
	struct nlattr *const *tb = in->tb[LINK_LEVEL_DATA];

	link->external = tb && tb[IFLA_VXLAN_COLLECT_METADATA] && nla_get_u8(tb[IFLA_VXLAN_COLLECT_METADATA]) &&
			 tb[IFLA_VXLAN_VNIFILTER] && nla_get_u8(tb[IFLA_VXLAN_VNIFILTER]);
}

const struct link_attr link_attr_external = { .level = LINK_LEVEL_DATA, .put = put_external, .get = get_external };

static void take_external(const struct nlmsghdr *hdr, void *arg)
{
	const struct read_ident ident = { 0 };
	struct net_link link;
	struct read_raw raw;

	if (read_parse_link(hdr, &ident, &link, &raw))
		*(bool *)arg = link.external;
}

/* An older kernel ignores that there is to be a filter. */
static struct outcome check(struct rtnl *rtnl, int ifindex, const struct net_link *want, net_attr_set attrs)
{
	bool external = false;
	const char *why;
	int r;

	if (!(attrs & NET_LINK_EXTERNAL) || !want->external)
		return OUTCOME(0);
	r = rtnl_get(rtnl, apply_link_message(RTM_GETLINK, 0, ifindex, 0, 0), take_external, &external);
	if (r < 0 || external)
		return OUTCOME(r);
	why = "this kernel has no VXLAN device with a filter of VNIs, which Linux 5.18 has: remove `mode' from vxlan";
	return (struct outcome){ .error = -EOPNOTSUPP, .why = why };
}

const struct link_kind link_kind_vxlan = { .check = check };

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
