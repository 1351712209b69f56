/* SPDX-License-Identifier: Apache-2.0 */
/* apply.c - see apply.h */
#include <errno.h>
#include <linux/if_addr.h>
#include <linux/rtnetlink.h>
#include <netinet/in.h>
#include <netlink/attr.h>

#include "apply_parts.h"
#include "netns.h"
#include "ovs.h"
#include "util.h"

#ifndef IFA_PROTO
#define IFA_PROTO 11 /* linux 5.18; older kernels pass it over */
#endif

void apply_put_ip(struct nl_msg *msg, int attr, const struct ipaddr *ip)
{
	nla_put(msg, attr, (int)ipaddr_size(ip), ip->bytes);
}

static struct outcome address(struct apply *apply, const struct op *op, int type, int flags)
{
	const struct net_addr *addr = op->addr;
	struct rtnl *rtnl = apply->rtnl[addr->ns];
	int ifindex = rtnl_ifindex(rtnl, addr->link);
	struct ifaddrmsg ifa = { .ifa_family = addr->ip.family,
				 .ifa_prefixlen = addr->ip.prefixlen,
				 .ifa_scope = addr->scope,
				 .ifa_index = (unsigned int)ifindex };
	struct nl_msg *msg;

	if (!ifindex)
		return apply_no_device();
	msg = rtnl_message(type, flags);
	nlmsg_append(msg, &ifa, sizeof(ifa), NLMSG_ALIGNTO);
	apply_put_ip(msg, IFA_LOCAL, &addr->ip);
	apply_put_ip(msg, IFA_ADDRESS, ipaddr_is_set(&addr->peer) ? &addr->peer : &addr->ip);
	/* Configured, not guessed: nobody could bind to an IPv6 address while it is tentative. */
	nla_put_u32(msg, IFA_FLAGS, addr->flags | (addr->ip.family == AF_INET6 ? IFA_F_NODAD : 0));
	if (ipaddr_is_set(&addr->broadcast))
		apply_put_ip(msg, IFA_BROADCAST, &addr->broadcast);
	if (addr->label[0])
		nla_put_string(msg, IFA_LABEL, addr->label);
	if (addr->ours || addr->proto)
		nla_put_u8(msg, IFA_PROTO, addr->ours ? NET_PROTOCOL : addr->proto);
	return OUTCOME(rtnl_request(rtnl, msg));
}

static struct outcome address_add(struct apply *apply, const struct op *op)
{
	struct outcome o = address(apply, op, RTM_NEWADDR, NLM_F_CREATE | NLM_F_EXCL);

	/* The kernel may have been told to keep an IPv6 address that was expected to go with its link (keep_addr_on_down). */
	return o.error == -EEXIST ? OUTCOME(0) : o;
}

static struct outcome route(struct apply *apply, const struct op *op, int type, int flags)
{
	const struct net_route *r = op->route;
	bool unreachable = r->type == NET_ROUTE_UNREACHABLE;
	struct rtnl *rtnl = apply->rtnl[r->ns];
	int oif = r->link[0] ? rtnl_ifindex(rtnl, r->link) : 0;
	struct rtmsg rtm = { .rtm_family = r->dst.family,
			     .rtm_dst_len = r->dst.prefixlen,
			     .rtm_table = RT_TABLE_UNSPEC,
			     .rtm_protocol = r->protocol ? r->protocol : NET_PROTOCOL,
			     .rtm_scope = r->scope,
			     .rtm_flags = r->flags,
			     .rtm_type = unreachable ? RTN_UNREACHABLE : RTN_UNICAST };
	struct nl_msg *msg;

	if (r->link[0] && !oif)
		return apply_no_device();
	msg = rtnl_message(type, flags);
	nlmsg_append(msg, &rtm, sizeof(rtm), NLMSG_ALIGNTO);
	nla_put_u32(msg, RTA_TABLE, r->table);
	if (r->dst.prefixlen)
		apply_put_ip(msg, RTA_DST, &r->dst);
	if (ipaddr_is_set(&r->via))
		apply_put_ip(msg, RTA_GATEWAY, &r->via);
	if (ipaddr_is_set(&r->prefsrc))
		apply_put_ip(msg, RTA_PREFSRC, &r->prefsrc);
	if (oif)
		nla_put_u32(msg, RTA_OIF, (uint32_t)oif);
	if (r->metric)
		nla_put_u32(msg, RTA_PRIORITY, r->metric);
	if (r->n_metrics)
		nla_put(msg, RTA_METRICS | NLA_F_NESTED, r->n_metrics, r->metrics);
	return OUTCOME(rtnl_request(rtnl, msg));
}

static struct outcome route_add(struct apply *apply, const struct op *op)
{
	return route(apply, op, RTM_NEWROUTE, NLM_F_CREATE | NLM_F_EXCL);
}

static struct outcome route_replace(struct apply *apply, const struct op *op)
{
	/* Created, if it has gone with the device of its former next hop. */
	return route(apply, op, RTM_NEWROUTE, NLM_F_CREATE | NLM_F_REPLACE);
}

static struct outcome route_delete(struct apply *apply, const struct op *op)
{
	struct outcome o = route(apply, op, RTM_DELROUTE, 0);

	/* Routes go with the device or the VRF they hang on. */
	return o.error == -ESRCH ? OUTCOME(0) : o;
}

/*
 * By default the kernel deletes with an IPv4 address the others of its subnet that were added later, and these may be just
 * the ones that are wanted now.
 */
static struct outcome address_delete(struct apply *apply, const struct op *op)
{
	const struct net_addr *addr = op->addr;
	_cleanup_free_ char *key = xasprintf("net/ipv4/conf/%s/promote_secondaries", addr->link);
	struct outcome o = OUTCOME(0);

	if (addr->ip.family == AF_INET && !streq(addr->link, "lo"))
		o = apply_write_sysctl(apply, addr->ns, key, "1");
	if (o.error == 0)
		o = address(apply, op, RTM_DELADDR, 0);
	/* Gone meanwhile, by another hand: what we wanted. */
	return o.error == -EADDRNOTAVAIL ? OUTCOME(0) : o;
}

static struct outcome ovs_outcome(const struct apply *apply, int r)
{
	return r < 0 ? (struct outcome){ -apply->ovs_err.code, apply->ovs_err.msg } : OUTCOME(0);
}

static struct outcome ovs_port_added(struct apply *apply, const struct op *op)
{
	/* A server that hangs is not asked again for each of many ports. */
	if (apply->ovs_err.code == ETIMEDOUT)
		return ovs_outcome(apply, -1);
	return ovs_outcome(apply, ovs_port_add(apply->ovs_socket, apply->instance, op->ovs_port, &apply->ovs_err));
}

static struct outcome ovs_port_deleted(struct apply *apply, const struct op *op)
{
	if (apply->ovs_err.code == ETIMEDOUT)
		return ovs_outcome(apply, -1);
	return ovs_outcome(apply, ovs_port_delete(apply->ovs_socket, apply->instance, op->ovs_port, &apply->ovs_cfg,
						  &apply->ovs_err));
}

/* Once for all that were deleted, not for each: ovs-vswitchd looks at everything anew each time. */
static void await_ovs(struct apply *apply, const struct op *op)
{
	if (!apply->ovs_cfg || op->type == OP_OVS_PORT_DELETE)
		return;
	/* What is pruned goes anyway. */
	if (op->stage == PLAN_BUILD)
		ovs_await(apply->ovs_socket, apply->ovs_cfg);
	apply->ovs_cfg = 0;
}

static struct outcome (*const runners[OP_TYPE_COUNT])(struct apply *, const struct op *) = {
	[OP_SYSCTL_SET] = apply_sysctl,
	[OP_LINK_DELETE] = apply_link_delete,
	[OP_LINK_CREATE] = apply_link_create,
	[OP_LINK_MOVE] = apply_link_move,
	[OP_LINK_RETURN] = apply_link_move,
	[OP_LINK_IPV6] = apply_link_ipv6,
	[OP_LINK_DOWN] = apply_link_down,
	[OP_LINK_SET] = apply_link_set,
	[OP_ADDR_ADD] = address_add,
	[OP_ADDR_DELETE] = address_delete,
	[OP_ROUTE_ADD] = route_add,
	[OP_ROUTE_REPLACE] = route_replace,
	[OP_ROUTE_DELETE] = route_delete,
	[OP_OVS_PORT_ADD] = ovs_port_added,
	[OP_OVS_PORT_DELETE] = ovs_port_deleted,
};

static const char *op_extack(const struct apply *apply, const struct op *op)
{
	if (op->type == OP_SYSCTL_SET || op->type == OP_LINK_IPV6 || op->ovs_port)
		return "";
	return rtnl_extack(apply->rtnl[plan_op_ns(op)]);
}

static void explain(const struct apply *apply, const struct op *op, const struct outcome *outcome,
		    struct evpn_error *err)
{
	const char *kernel = outcome->why ? outcome->why : op_extack(apply, op);
	char text[PLAN_OP_SIZE];

	evpn_fail(err, -outcome->error, "%s: %s: %s%s%s", apply->desired->groups[op->group].label,
		  plan_op_text(op, text), strerror(-outcome->error), kernel[0] ? ": " : "", kernel);
}

static int run_ops(struct apply *apply, const struct plan *plan, enum plan_stage stage, struct evpn_error *err)
{
	size_t batch_end = 0;

	for (size_t i = 0; i < plan->n_ops; i++) {
		const struct op *op = &plan->ops[i];
		struct outcome outcome;

		if (op->stage != stage || plan_group_in(apply->desired, apply->failed, op->group))
			continue;
		await_ovs(apply, op);
		if (op->type == OP_LINK_DELETE && i >= batch_end) {
			batch_end = i + apply_delete_run(apply, plan, i);
			if (apply_delete_many(apply, plan, i, batch_end - i)) {
				i = batch_end - 1;
				continue;
			}
		}
		outcome = runners[op->type](apply, op);
		if (outcome.error) {
			apply->failed[op->group] = true;
			explain(apply, op, &outcome, err);
			if (op->group == 0)
				return -1;
			apply->report(apply->arg, op->group, err);
			continue;
		}
		apply->n_done++;
		if (apply->after)
			apply->after(apply->arg);
	}
	return 0;
}

int apply_stage(struct apply *apply, const struct plan *plan, enum plan_stage stage, struct evpn_error *err)
{
	int r;

	apply->sysctl_back = -1;
	r = run_ops(apply, plan, stage, err);
	netns_leave(&apply->sysctl_back);
	return r;
}
