/* SPDX-License-Identifier: Apache-2.0 */
/* apply.c - see apply.h */
#include <errno.h>
#include <fcntl.h>
#include <linux/if_addr.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <linux/veth.h>
#include <netinet/in.h>
#include <netlink/attr.h>

#include "apply.h"
#include "netns.h"
#include "ovs.h"
#include "util.h"

#ifndef IFA_PROTO
#define IFA_PROTO 11 /* linux 5.18; older kernels pass it over */
#endif

/* An operation's result: 0 or -errno; `why` in place of the kernel's words where we know better. */
struct outcome {
	int error;
	const char *why;
};

#define OUTCOME(e) ((struct outcome){ .error = (e) })

static struct outcome no_device(void)
{
	return (struct outcome){ -ENODEV, "the device has gone meanwhile" };
}

static struct nl_msg *link_message(int type, int flags, uint8_t family, int ifindex, unsigned int ifi_flags,
				   unsigned int change)
{
	struct ifinfomsg ifi = {
		.ifi_family = family, .ifi_index = ifindex, .ifi_flags = ifi_flags, .ifi_change = change
	};
	struct nl_msg *msg = rtnl_message(type, flags);

	nlmsg_append(msg, &ifi, sizeof(ifi), NLMSG_ALIGNTO);
	return msg;
}

static void put_ip(struct nl_msg *msg, int attr, const struct ipaddr *ip)
{
	nla_put(msg, attr, (int)ipaddr_size(ip), ip->bytes);
}

static void put_vxlan(struct nl_msg *msg, const struct net_link *link)
{
	nla_put_u32(msg, IFLA_VXLAN_ID, link->vni);
	put_ip(msg, link->local.family == AF_INET ? IFLA_VXLAN_LOCAL : IFLA_VXLAN_LOCAL6, &link->local);
	nla_put_u16(msg, IFLA_VXLAN_PORT, htons(link->port));
	nla_put_u8(msg, IFLA_VXLAN_LEARNING, link->learning);
}

/* The peer is born in its own namespace: creating it here and moving it takes six times as long. */
static void put_veth(const struct apply *apply, struct nl_msg *msg, const struct net_link *link)
{
	struct ifinfomsg ifi = { .ifi_family = AF_UNSPEC };
	struct nlattr *peer = nla_nest_start(msg, VETH_INFO_PEER);

	nlmsg_append(msg, &ifi, sizeof(ifi), NLMSG_ALIGNTO);
	nla_put_string(msg, IFLA_IFNAME, link->peer);
	nla_put_u32(msg, IFLA_GROUP, net_birth_group(apply->instance));
	if (link->want & NET_LINK_MTU)
		nla_put_u32(msg, IFLA_MTU, link->mtu);
	nla_put_u32(msg, IFLA_NET_NS_FD, (uint32_t)apply->netns_fd[link->peer_ns]);
	nla_nest_end(msg, peer);
}

static struct outcome link_create(struct apply *apply, const struct op *op)
{
	const struct net_link *link = op->link;
	/* What sits on a device of the host is made from there, and born in FRR's namespace. */
	struct rtnl *rtnl = apply->rtnl[link->parent[0] ? NET_NS_HOST : link->ns];
	int master = link->master[0] ? rtnl_ifindex(rtnl, link->master) : 0;
	int parent = link->parent[0] ? rtnl_ifindex(rtnl, link->parent) : 0;
	struct nl_msg *msg;
	struct nlattr *info, *data;

	if (link->master[0] && !master)
		return (struct outcome){ -ENODEV, "its master has gone meanwhile" };
	if (link->parent[0] && !parent)
		return (struct outcome){ -ENODEV, "its parent has gone meanwhile" };
	msg = link_message(RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, AF_UNSPEC, 0, 0, 0);
	nla_put_string(msg, IFLA_IFNAME, link->name);
	/* The alias, our mark, is only taken from a later message; this one says at birth whose the device is. */
	nla_put_u32(msg, IFLA_GROUP, net_birth_group(apply->instance));
	if (link->want & NET_LINK_MTU)
		nla_put_u32(msg, IFLA_MTU, link->mtu);
	if (link->want & NET_LINK_MAC)
		nla_put(msg, IFLA_ADDRESS, 6, link->mac);
	if (master)
		nla_put_u32(msg, IFLA_MASTER, (uint32_t)master);
	if (parent) {
		nla_put_u32(msg, IFLA_LINK, (uint32_t)parent);
		nla_put_u32(msg, IFLA_NET_NS_FD, (uint32_t)apply->netns_fd[link->ns]);
	}
	info = nla_nest_start(msg, IFLA_LINKINFO);
	nla_put_string(msg, IFLA_INFO_KIND, net_kind_name(link->kind));
	data = nla_nest_start(msg, IFLA_INFO_DATA);
	switch (link->kind) {
	case NET_KIND_VRF:
		nla_put_u32(msg, IFLA_VRF_TABLE, link->table);
		break;
	case NET_KIND_VXLAN:
		put_vxlan(msg, link);
		break;
	case NET_KIND_VETH:
		put_veth(apply, msg, link);
		break;
	case NET_KIND_VLAN:
		nla_put_u16(msg, IFLA_VLAN_ID, link->vlan);
		break;
	case NET_KIND_MACVLAN:
		nla_put_u32(msg, IFLA_MACVLAN_MODE, MACVLAN_MODE_BRIDGE);
		break;
	case NET_KIND_BRIDGE:
	case NET_KIND_OTHER:
		break;
	}
	nla_nest_end(msg, data);
	nla_nest_end(msg, info);
	return OUTCOME(rtnl_request(rtnl, msg));
}

static struct outcome link_delete(struct apply *apply, const struct op *op)
{
	struct rtnl *rtnl = apply->rtnl[op->link->ns];
	struct nl_msg *msg = link_message(RTM_DELLINK, 0, AF_UNSPEC, op->link->ifindex, 0, 0);
	int r = rtnl_request(rtnl, msg);

	/* Gone already, with its veth peer or by another hand: what we wanted. */
	return OUTCOME(r == -ENODEV ? 0 : r);
}

/* A device is renamed while it is down; the operations that follow set it up again. */
static int set_down(struct rtnl *rtnl, int ifindex)
{
	return rtnl_request(rtnl, link_message(RTM_SETLINK, 0, AF_UNSPEC, ifindex, 0, IFF_UP));
}

/*
 * The NIC goes to its namespace and its name there, and gets or loses our mark, all in one message: there is no moment
 * at which it is in FRR's namespace and nobody's.
 */
static struct outcome link_move(struct apply *apply, const struct op *op)
{
	const struct net_link *have = op->have, *want = op->link;
	struct rtnl *rtnl = apply->rtnl[have->ns];
	bool moves = have->ns != want->ns;
	char mark[NET_MARK_SIZE];
	struct nl_msg *msg;
	int r;

	if (!moves) {
		r = set_down(rtnl, have->ifindex);
		if (r < 0)
			return OUTCOME(r);
	}
	msg = link_message(RTM_SETLINK, 0, AF_UNSPEC, have->ifindex, 0, 0);
	if (moves)
		nla_put_u32(msg, IFLA_NET_NS_FD, (uint32_t)apply->netns_fd[want->ns]);
	if (!streq(have->name, want->name))
		nla_put_string(msg, IFLA_IFNAME, want->name);
	nla_put_string(msg, IFLA_IFALIAS, want->returned ? want->alias : net_mark(apply->instance, mark));
	r = rtnl_request(rtnl, msg);
	if (r == -EINVAL && moves)
		return (struct outcome){ r,
					 "the kernel keeps bonds, bridges and the like in their namespace; make such a "
					 "device the `parent' of a vlan or macvlan" };
	return r == -ENODEV ? no_device() : OUTCOME(r);
}

static struct outcome link_down(struct apply *apply, const struct op *op)
{
	struct rtnl *rtnl = apply->rtnl[op->link->ns];
	int ifindex = rtnl_ifindex(rtnl, op->link->name);

	return ifindex ? OUTCOME(set_down(rtnl, ifindex)) : no_device();
}

static struct outcome link_set(struct apply *apply, const struct op *op)
{
	const struct net_link *link = op->link;
	struct rtnl *rtnl = apply->rtnl[link->ns];
	int ifindex = rtnl_ifindex(rtnl, link->name);
	bool set_up = op->attrs & NET_LINK_UP;
	char mark[NET_MARK_SIZE];
	struct nl_msg *msg;

	if (!ifindex)
		return no_device();
	msg = link_message(RTM_SETLINK, 0, AF_UNSPEC, ifindex, set_up && link->up ? IFF_UP : 0, set_up ? IFF_UP : 0);
	if (op->attrs & NET_LINK_MARK)
		nla_put_string(msg, IFLA_IFALIAS, link->returned ? link->alias : net_mark(apply->instance, mark));
	if (op->attrs & NET_LINK_MTU)
		nla_put_u32(msg, IFLA_MTU, link->mtu);
	if (op->attrs & NET_LINK_MAC)
		nla_put(msg, IFLA_ADDRESS, 6, link->mac);
	if (op->attrs & NET_LINK_MASTER) {
		int master = link->master[0] ? rtnl_ifindex(rtnl, link->master) : 0;

		if (link->master[0] && !master) {
			nlmsg_free(msg);
			return (struct outcome){ -ENODEV, "its master has gone meanwhile" };
		}
		nla_put_u32(msg, IFLA_MASTER, (uint32_t)master);
	}
	if (op->attrs & NET_LINK_ADDRGEN_NONE) {
		struct nlattr *spec = nla_nest_start(msg, IFLA_AF_SPEC), *inet6 = nla_nest_start(msg, AF_INET6);

		nla_put_u8(msg, IFLA_INET6_ADDR_GEN_MODE, IN6_ADDR_GEN_MODE_NONE);
		nla_nest_end(msg, inet6);
		nla_nest_end(msg, spec);
	}
	return OUTCOME(rtnl_request(rtnl, msg));
}

static struct outcome link_port(struct apply *apply, const struct op *op)
{
	struct rtnl *rtnl = apply->rtnl[op->link->ns];
	int ifindex = rtnl_ifindex(rtnl, op->link->name);
	struct nl_msg *msg;
	struct nlattr *port;

	if (!ifindex)
		return no_device();
	msg = link_message(RTM_SETLINK, 0, AF_BRIDGE, ifindex, 0, 0);
	port = nla_nest_start(msg, IFLA_PROTINFO | NLA_F_NESTED);
	nla_put_u8(msg, IFLA_BRPORT_NEIGH_SUPPRESS, op->link->neigh_suppress);
	nla_put_u8(msg, IFLA_BRPORT_LEARNING, op->link->port_learning);
	nla_nest_end(msg, port);
	return OUTCOME(rtnl_request(rtnl, msg));
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
		return no_device();
	msg = rtnl_message(type, flags);
	nlmsg_append(msg, &ifa, sizeof(ifa), NLMSG_ALIGNTO);
	put_ip(msg, IFA_LOCAL, &addr->ip);
	put_ip(msg, IFA_ADDRESS, ipaddr_is_set(&addr->peer) ? &addr->peer : &addr->ip);
	/* Configured, not guessed: nobody could bind to an IPv6 address while it is tentative. */
	nla_put_u32(msg, IFA_FLAGS, addr->flags | (addr->ip.family == AF_INET6 ? IFA_F_NODAD : 0));
	if (ipaddr_is_set(&addr->broadcast))
		put_ip(msg, IFA_BROADCAST, &addr->broadcast);
	if (addr->label[0])
		nla_put_string(msg, IFA_LABEL, addr->label);
	if (addr->ours || addr->proto)
		nla_put_u8(msg, IFA_PROTO, addr->ours ? NET_PROTOCOL : addr->proto);
	return OUTCOME(rtnl_request(rtnl, msg));
}

static struct outcome address_add(struct apply *apply, const struct op *op)
{
	return address(apply, op, RTM_NEWADDR, NLM_F_CREATE | NLM_F_EXCL);
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
		return no_device();
	msg = rtnl_message(type, flags);
	nlmsg_append(msg, &rtm, sizeof(rtm), NLMSG_ALIGNTO);
	nla_put_u32(msg, RTA_TABLE, r->table);
	if (r->dst.prefixlen)
		put_ip(msg, RTA_DST, &r->dst);
	if (ipaddr_is_set(&r->via))
		put_ip(msg, RTA_GATEWAY, &r->via);
	if (ipaddr_is_set(&r->prefsrc))
		put_ip(msg, RTA_PREFSRC, &r->prefsrc);
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

static struct outcome route_delete(struct apply *apply, const struct op *op)
{
	struct outcome o = route(apply, op, RTM_DELROUTE, 0);

	/* Routes go with the device or the VRF they hang on. */
	return o.error == -ESRCH ? OUTCOME(0) : o;
}

static struct outcome write_sysctl(const struct apply *apply, enum net_ns ns, const char *key, const char *value)
{
	_cleanup_free_ char *path = xasprintf("/proc/sys/%s", key);
	_cleanup_close_ int fd = -1;
	_cleanup_netns_ int back = -1;
	struct evpn_error err = { 0 };

	if (netns_enter(apply->netns_fd[ns], &back, &err) < 0)
		return OUTCOME(-err.code);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0 || write(fd, value, strlen(value)) < 0)
		return (struct outcome){ -errno, errno == EROFS ? "/proc/sys is mounted read-only" : NULL };
	return OUTCOME(0);
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
		o = write_sysctl(apply, addr->ns, key, "1");
	if (o.error == 0)
		o = address(apply, op, RTM_DELADDR, 0);
	/* Gone meanwhile, by another hand: what we wanted. */
	return o.error == -EADDRNOTAVAIL ? OUTCOME(0) : o;
}

static struct outcome sysctl_set(struct apply *apply, const struct op *op)
{
	struct outcome o = write_sysctl(apply, op->sysctl->ns, op->sysctl->key, op->sysctl->value);

	return o.error == -ENOENT && op->sysctl->optional ? OUTCOME(0) : o;
}

static struct outcome link_ipv6(struct apply *apply, const struct op *op)
{
	_cleanup_free_ char *key = xasprintf("net/ipv6/conf/%s/disable_ipv6", op->link->name);

	return write_sysctl(apply, op->link->ns, key, op->link->ipv6 ? "0" : "1");
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
	[OP_SYSCTL_SET] = sysctl_set,	  [OP_LINK_DELETE] = link_delete,     [OP_LINK_CREATE] = link_create,
	[OP_LINK_MOVE] = link_move,	  [OP_LINK_RETURN] = link_move,	      [OP_LINK_IPV6] = link_ipv6,
	[OP_LINK_DOWN] = link_down,	  [OP_LINK_SET] = link_set,	      [OP_LINK_PORT] = link_port,
	[OP_ADDR_ADD] = address_add,	  [OP_ADDR_DELETE] = address_delete,  [OP_ROUTE_ADD] = route_add,
	[OP_ROUTE_DELETE] = route_delete, [OP_OVS_PORT_ADD] = ovs_port_added, [OP_OVS_PORT_DELETE] = ovs_port_deleted,
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

int apply_stage(struct apply *apply, const struct plan *plan, enum plan_stage stage, struct evpn_error *err)
{
	for (size_t i = 0; i < plan->n_ops; i++) {
		const struct op *op = &plan->ops[i];
		struct outcome outcome;

		if (op->stage != stage || plan_group_in(apply->desired, apply->failed, op->group))
			continue;
		await_ovs(apply, op);
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
