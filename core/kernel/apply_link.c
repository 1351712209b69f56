/* SPDX-License-Identifier: Apache-2.0 */
/* apply_link.c - links: made, moved, changed, deleted; see apply_parts.h */
#include <errno.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <linux/veth.h>
#include <netinet/in.h>
#include <netlink/attr.h>

#include "apply_parts.h"
#include "util.h"

struct outcome apply_no_device(void)
{
	return (struct outcome){ -ENODEV, "the device has gone meanwhile" };
}

struct nl_msg *apply_link_message(int type, int flags, int ifindex, unsigned int ifi_flags, unsigned int change)
{
	struct ifinfomsg ifi = { .ifi_index = ifindex, .ifi_flags = ifi_flags, .ifi_change = change };
	struct nl_msg *msg = rtnl_message(type, flags);

	nlmsg_append(msg, &ifi, sizeof(ifi), NLMSG_ALIGNTO);
	return msg;
}

static void put_vxlan(struct nl_msg *msg, const struct net_link *link)
{
	nla_put_u32(msg, IFLA_VXLAN_ID, link->vni);
	apply_put_ip(msg, link->local.family == AF_INET ? IFLA_VXLAN_LOCAL : IFLA_VXLAN_LOCAL6, &link->local);
	nla_put_u16(msg, IFLA_VXLAN_PORT, htons(link->port));
	nla_put_u8(msg, IFLA_VXLAN_LEARNING, link->learning);
}

/*
 * A veth is made with a queue for each processor, of which the kernel then takes all but one away (veth_init_queues): 2 sysfs
 * objects for each, at both ends, in vain. One from the beginning is the same device.
 */
static void put_one_queue(struct nl_msg *msg)
{
	nla_put_u32(msg, IFLA_NUM_TX_QUEUES, 1);
	nla_put_u32(msg, IFLA_NUM_RX_QUEUES, 1);
}

/* The peer is born in its own namespace: creating it here and moving it takes six times as long. */
static void put_veth(const struct apply *apply, struct nl_msg *msg, const struct net_link *link)
{
	struct ifinfomsg ifi = { .ifi_family = AF_UNSPEC };
	struct nlattr *peer = nla_nest_start(msg, VETH_INFO_PEER);

	nlmsg_append(msg, &ifi, sizeof(ifi), NLMSG_ALIGNTO);
	nla_put_string(msg, IFLA_IFNAME, link->peer);
	nla_put_u32(msg, IFLA_GROUP, net_birth_group(apply->instance));
	put_one_queue(msg);
	if (link->want & NET_LINK_MTU)
		nla_put_u32(msg, IFLA_MTU, link->mtu);
	nla_put_u32(msg, IFLA_NET_NS_FD, (uint32_t)apply->netns_fd[link->peer_ns]);
	nla_nest_end(msg, peer);
}

struct outcome apply_link_create(struct apply *apply, const struct op *op)
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
	msg = apply_link_message(RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, 0, 0, 0);
	nla_put_string(msg, IFLA_IFNAME, link->name);
	/* The alias, our mark, is only taken from a later message; this one says at birth whose the device is. */
	nla_put_u32(msg, IFLA_GROUP, net_birth_group(apply->instance));
	if (link->want & NET_LINK_MTU)
		nla_put_u32(msg, IFLA_MTU, link->mtu);
	if (link->want & NET_LINK_MAC)
		nla_put(msg, IFLA_ADDRESS, 6, link->mac);
	if (link->kind == NET_KIND_VETH)
		put_one_queue(msg);
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

struct outcome apply_link_delete(struct apply *apply, const struct op *op)
{
	struct rtnl *rtnl = apply->rtnl[op->link->ns];
	struct nl_msg *msg = apply_link_message(RTM_DELLINK, 0, op->link->ifindex, 0, 0);
	int r = rtnl_request(rtnl, msg);

	/* Gone already, with its veth peer or by another hand: what we wanted. */
	return OUTCOME(r == -ENODEV ? 0 : r);
}

/* A device is renamed while it is down; the operations that follow set it up again. */
static int set_down(struct rtnl *rtnl, int ifindex)
{
	return rtnl_request(rtnl, apply_link_message(RTM_SETLINK, 0, ifindex, 0, IFF_UP));
}

/*
 * The NIC goes to its namespace and its name there, and gets or loses our mark, all in one message: there is no moment
 * at which it is in FRR's namespace and nobody's. One that goes back has its MTU in that message too.
 */
struct outcome apply_link_move(struct apply *apply, const struct op *op)
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
	msg = apply_link_message(RTM_SETLINK, 0, have->ifindex, 0, 0);
	if (moves)
		nla_put_u32(msg, IFLA_NET_NS_FD, (uint32_t)apply->netns_fd[want->ns]);
	if (!streq(have->name, want->name))
		nla_put_string(msg, IFLA_IFNAME, want->name);
	if (op->attrs & NET_LINK_MTU)
		nla_put_u32(msg, IFLA_MTU, want->mtu);
	nla_put_string(msg, IFLA_IFALIAS, want->returned ? want->alias : net_mark(apply->instance, mark));
	r = rtnl_request(rtnl, msg);
	if (r == -EINVAL && moves)
		return (struct outcome){ r,
					 "the kernel keeps bonds, bridges and the like in their namespace; make such a "
					 "device the `parent' of a vlan or macvlan" };
	return r == -ENODEV ? apply_no_device() : OUTCOME(r);
}

struct outcome apply_link_down(struct apply *apply, const struct op *op)
{
	struct rtnl *rtnl = apply->rtnl[op->link->ns];
	int ifindex = rtnl_ifindex(rtnl, op->link->name);

	return ifindex ? OUTCOME(set_down(rtnl, ifindex)) : apply_no_device();
}

/* The kernel hears of a port's attributes in two ways; this is the one that has room for all the rest. */
static void put_port(struct nl_msg *msg, const struct net_link *link)
{
	struct nlattr *info = nla_nest_start(msg, IFLA_LINKINFO), *port;

	nla_put_string(msg, IFLA_INFO_SLAVE_KIND, "bridge");
	port = nla_nest_start(msg, IFLA_INFO_SLAVE_DATA);
	nla_put_u8(msg, IFLA_BRPORT_NEIGH_SUPPRESS, link->neigh_suppress);
	nla_put_u8(msg, IFLA_BRPORT_LEARNING, link->port_learning);
	nla_nest_end(msg, port);
	nla_nest_end(msg, info);
}

struct outcome apply_link_set(struct apply *apply, const struct op *op)
{
	const struct net_link *link = op->link;
	struct rtnl *rtnl = apply->rtnl[link->ns];
	int ifindex = rtnl_ifindex(rtnl, link->name);
	bool set_up = op->attrs & NET_LINK_UP;
	char mark[NET_MARK_SIZE];
	struct nl_msg *msg;

	if (!ifindex)
		return apply_no_device();
	msg = apply_link_message(op->attrs & NET_LINK_PORT ? RTM_NEWLINK : RTM_SETLINK, 0, ifindex,
				 set_up && link->up ? IFF_UP : 0, set_up ? IFF_UP : 0);
	if (op->attrs & NET_LINK_MARK)
		nla_put_string(msg, IFLA_IFALIAS, link->returned ? link->alias : net_mark(apply->instance, mark));
	if ((op->attrs & NET_LINK_MARK) && link->owner == NET_OWNER_OURS)
		nla_put_u32(msg, IFLA_GROUP, net_birth_group(apply->instance));
	if (op->attrs & NET_LINK_PORT)
		put_port(msg, link);
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
