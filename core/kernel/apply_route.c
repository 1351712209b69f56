/* SPDX-License-Identifier: Apache-2.0 */
/* apply_route.c - adds, replaces and deletes routes; see apply_parts.h */
#include <errno.h>
#include <linux/rtnetlink.h>
#include <netinet/in.h>
#include <netlink/attr.h>

#include "base/util.h"
#include "kernel/apply_parts.h"

#ifndef RTA_NH_ID
#define RTA_NH_ID 30 /* linux 5.3 */
#endif

/* The kernel takes a next hop of another family than the route's in an attribute of its own. */
static void put_gateway(struct nl_msg *msg, const struct ipaddr *via, uint8_t family)
{
	struct {
		__kernel_sa_family_t family;
		uint8_t bytes[16];
	} other = { .family = via->family };

	if (!ipaddr_is_set(via))
		return;
	if (via->family == family) {
		apply_put_ip(msg, RTA_GATEWAY, via);
		return;
	}
	memcpy(other.bytes, via->bytes, ipaddr_size(via));
	nla_put(msg, RTA_VIA, (int)(sizeof(other.family) + ipaddr_size(via)), &other);
}

/* False: a device of one of the hops is gone. */
static bool put_hops(struct rtnl *rtnl, struct nl_msg *msg, const struct net_route *r)
{
	struct nlattr *list = nla_nest_start(msg, RTA_MULTIPATH);

	for (unsigned int i = 0; i < r->more->n_hops; i++) {
		const struct net_hop *hop = &r->more->hops[i];
		struct rtnexthop nh = { .rtnh_hops = hop->weight,
					.rtnh_flags = hop->flags,
					.rtnh_ifindex = rtnl_ifindex(rtnl, hop->link) };
		size_t start = nlmsg_hdr(msg)->nlmsg_len;

		if (!nh.rtnh_ifindex || nlmsg_append(msg, &nh, sizeof(nh), NLMSG_ALIGNTO) < 0)
			return false;
		put_gateway(msg, &hop->via, r->dst.family);
		nh.rtnh_len = (unsigned short)(nlmsg_hdr(msg)->nlmsg_len - start);
		memcpy((char *)nlmsg_hdr(msg) + start, &nh, sizeof(nh));
	}
	nla_nest_end(msg, list);
	return true;
}

/* The message has no attribute of the next hop: what `more` has of it is put here. */
static bool put_more(struct rtnl *rtnl, struct nl_msg *msg, const struct net_route *r)
{
	const struct net_route_more *more = r->more;

	if (more->expires)
		nla_put_u32(msg, RTA_EXPIRES, more->expires);
	if (more->n_attrs)
		nlmsg_append(msg, (void *)(uintptr_t)more->attrs, more->n_attrs, NLMSG_ALIGNTO);
	if (more->nexthop)
		nla_put_u32(msg, RTA_NH_ID, more->nexthop);
	return !more->n_hops || put_hops(rtnl, msg, r);
}

static uint8_t type_of(const struct net_route *r)
{
	return r->more && r->more->type		  ? r->more->type
	       : r->type == NET_ROUTE_UNREACHABLE ? RTN_UNREACHABLE
						  : RTN_UNICAST;
}

static struct outcome route(struct apply *apply, const struct op *op, int type, int flags)
{
	const struct net_route *r = op->route;
	bool by_more = r->more && (r->more->n_hops || r->more->nexthop);
	struct rtnl *rtnl = apply->rtnl[r->ns];
	int oif = r->link[0] && !by_more ? rtnl_ifindex(rtnl, r->link) : 0;
	/* Some on the host are other programs', which evpnd restores. */
	struct rtmsg rtm = { .rtm_family = r->dst.family,
			     .rtm_dst_len = r->dst.prefixlen,
			     .rtm_tos = r->more ? r->more->tos : 0,
			     .rtm_table = RT_TABLE_UNSPEC,
			     .rtm_protocol = r->ns == NET_NS_HOST ? r->protocol : NET_PROTOCOL,
			     .rtm_scope = r->scope,
			     .rtm_flags = by_more ? 0 : r->flags,
			     .rtm_type = type_of(r) };
	struct nl_msg *msg;

	if (r->link[0] && !by_more && !oif)
		return apply_no_device();
	msg = rtnl_message(type, flags);
	nlmsg_append(msg, &rtm, sizeof(rtm), NLMSG_ALIGNTO);
	nla_put_u32(msg, RTA_TABLE, r->table);
	if (r->dst.prefixlen)
		apply_put_ip(msg, RTA_DST, &r->dst);
	put_gateway(msg, &r->via, r->dst.family);
	if (ipaddr_is_set(&r->prefsrc))
		apply_put_ip(msg, RTA_PREFSRC, &r->prefsrc);
	if (oif)
		nla_put_u32(msg, RTA_OIF, (uint32_t)oif);
	if (r->metric)
		nla_put_u32(msg, RTA_PRIORITY, r->metric);
	if (r->more && !put_more(rtnl, msg, r)) {
		nlmsg_free(msg);
		return (struct outcome){ -ENODEV, "the device of one of its next hops no longer exists" };
	}
	return OUTCOME(rtnl_request(rtnl, msg));
}

/* Whether a route in its place that the kernel had behind it is restored already. */
static bool precedes(const struct apply *apply, const struct op *op)
{
	for (size_t i = 0; apply->restored && i < apply->plan->n_ops; i++) {
		const struct op *other = &apply->plan->ops[i];

		if (apply->restored[i] && other->type == OP_ROUTE_ADD && other->order > op->order &&
		    plan_same_place(other->route, op->route))
			return true;
	}
	return false;
}

struct outcome apply_route_add(struct apply *apply, const struct op *op)
{
	struct outcome o;

	if (op->route->ns != NET_NS_HOST || op->route->protocol == NET_PROTOCOL)
		return route(apply, op, RTM_NEWROUTE, NLM_F_CREATE | NLM_F_EXCL);
	/*
	 * The routes of a NIC are restored: several may differ in the next hop alone, and another program may have
	 * added this one already. Without NLM_F_APPEND the kernel puts it in front of them.
	 */
	o = route(apply, op, RTM_NEWROUTE, NLM_F_CREATE | (precedes(apply, op) ? 0 : NLM_F_APPEND));
	return o.error == -EEXIST ? OUTCOME(0) : o;
}

struct outcome apply_route_replace(struct apply *apply, const struct op *op)
{
	/* With NLM_F_CREATE, because the kernel may have deleted it with the device of its former next hop. */
	return route(apply, op, RTM_NEWROUTE, NLM_F_CREATE | NLM_F_REPLACE);
}

struct outcome apply_route_delete(struct apply *apply, const struct op *op)
{
	const struct net_route *r = op->route;
	struct outcome o;

	/* The kernel deletes a route with its device or VRF. */
	if (r->link[0] && !rtnl_ifindex(apply->rtnl[r->ns], r->link))
		return OUTCOME(0);
	o = route(apply, op, RTM_DELROUTE, 0);
	return o.error == -ESRCH ? OUTCOME(0) : o;
}
