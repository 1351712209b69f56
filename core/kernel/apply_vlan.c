/* SPDX-License-Identifier: Apache-2.0 */
/* apply_vlan.c - adds and deletes entries of the single bridge, its VXLAN device and the trunk; see apply_parts.h */
#include <errno.h>
#include <linux/if_bridge.h>
#include <linux/if_link.h>
#include <linux/neighbour.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>

#include "kernel/apply_parts.h"
#include "base/util.h"

static struct nl_msg *begin_bridge(bool adds, int ifindex, struct nlattr **ret_spec)
{
	struct ifinfomsg ifi = { .ifi_family = AF_BRIDGE, .ifi_index = ifindex };
	struct nl_msg *msg = rtnl_message(adds ? RTM_SETLINK : RTM_DELLINK, 0);

	nlmsg_append(msg, &ifi, sizeof(ifi), NLMSG_ALIGNTO);
	*ret_spec = nla_nest_start(msg, IFLA_AF_SPEC);
	return msg;
}

static void put_vlan(struct nl_msg *msg, uint16_t flags, uint16_t vid)
{
	const struct bridge_vlan_info info = { .flags = flags, .vid = vid };

	nla_put(msg, IFLA_BRIDGE_VLAN_INFO, sizeof(info), &info);
}

static void put_vlans(struct nl_msg *msg, const struct net_vlan *first, const struct net_vlan *last)
{
	if (first < last)
		put_vlan(msg, BRIDGE_VLAN_INFO_RANGE_BEGIN, first->vid);
	put_vlan(msg, first < last ? BRIDGE_VLAN_INFO_RANGE_END : 0, last->vid);
}

static void put_tunnel(struct nl_msg *msg, uint16_t flags, const struct net_vlan *vlan)
{
	struct nlattr *nest = nla_nest_start(msg, IFLA_BRIDGE_VLAN_TUNNEL_INFO);

	nla_put_u32(msg, IFLA_BRIDGE_VLAN_TUNNEL_ID, vlan->vni);
	nla_put_u16(msg, IFLA_BRIDGE_VLAN_TUNNEL_VID, vlan->vid);
	nla_put_u16(msg, IFLA_BRIDGE_VLAN_TUNNEL_FLAGS, flags);
	nla_nest_end(msg, nest);
}

/* The kernel takes the parts of a message in their order. With a VLAN its VNI goes. */
static struct nl_msg *tunnels(bool adds, int ifindex, const struct net_vlan *first, const struct net_vlan *last)
{
	struct nlattr *spec;
	struct nl_msg *msg = begin_bridge(adds, ifindex, &spec);

	put_vlans(msg, first, last);
	if (adds && first < last)
		put_tunnel(msg, BRIDGE_VLAN_INFO_RANGE_BEGIN, first);
	if (adds)
		put_tunnel(msg, first < last ? BRIDGE_VLAN_INFO_RANGE_END : 0, last);
	nla_nest_end(msg, spec);
	return msg;
}

/* Of the bridge itself, or of a port. */
static struct nl_msg *plain_vlans(bool adds, int ifindex, const struct net_vlan *first, const struct net_vlan *last)
{
	struct nlattr *spec;
	struct nl_msg *msg = begin_bridge(adds, ifindex, &spec);

	if (first->kind == NET_VLAN_SELF)
		nla_put_u16(msg, IFLA_BRIDGE_FLAGS, BRIDGE_FLAGS_SELF);
	put_vlans(msg, first, last);
	nla_nest_end(msg, spec);
	return msg;
}

static struct nl_msg *vnis(bool adds, int ifindex, const struct net_vlan *first, const struct net_vlan *last)
{
	struct tunnel_msg tmsg = { .family = AF_BRIDGE, .ifindex = (uint32_t)ifindex };
	struct nl_msg *msg = rtnl_message(adds ? RTM_NEWTUNNEL : RTM_DELTUNNEL, 0);
	struct nlattr *nest;

	nlmsg_append(msg, &tmsg, sizeof(tmsg), NLMSG_ALIGNTO);
	nest = nla_nest_start(msg, VXLAN_VNIFILTER_ENTRY | NLA_F_NESTED);
	nla_put_u32(msg, VXLAN_VNIFILTER_ENTRY_START, first->vni);
	if (first < last)
		nla_put_u32(msg, VXLAN_VNIFILTER_ENTRY_END, last->vni);
	nla_nest_end(msg, nest);
	return msg;
}

static struct nl_msg *address(bool adds, int ifindex, const struct net_vlan *vlan)
{
	struct ndmsg ndm = {
		.ndm_family = AF_BRIDGE, .ndm_ifindex = ifindex, .ndm_state = NUD_PERMANENT, .ndm_flags = NTF_SELF
	};
	struct nl_msg *msg = rtnl_message(adds ? RTM_NEWNEIGH : RTM_DELNEIGH, adds ? NLM_F_CREATE | NLM_F_REPLACE : 0);

	nlmsg_append(msg, &ndm, sizeof(ndm), NLMSG_ALIGNTO);
	nla_put(msg, NDA_LLADDR, sizeof(vlan->mac), vlan->mac);
	nla_put_u16(msg, NDA_VLAN, vlan->vid);
	return msg;
}

/* Another program, or the kernel with a device, has deleted it. */
static bool is_gone(int error)
{
	return error == -ENOENT || error == -ENODEV || error == -ESRCH || error == -EINVAL;
}

static struct outcome send_range(struct apply *apply, bool adds, const struct net_vlan *first, size_t n)
{
	struct rtnl *rtnl = apply->rtnl[first->ns];
	const struct net_vlan *last = first + n - 1;
	int ifindex = rtnl_ifindex(rtnl, first->link), r;
	struct nl_msg *msg = NULL;
	const char *why = NULL;

	if (!ifindex)
		return adds ? apply_no_device() : OUTCOME(0);
	switch (first->kind) {
	case NET_VLAN_VNI:
		msg = vnis(adds, ifindex, first, last);
		break;
	case NET_VLAN_TUNNEL:
		msg = tunnels(adds, ifindex, first, last);
		break;
	case NET_VLAN_SELF:
	case NET_VLAN_PORT:
		msg = plain_vlans(adds, ifindex, first, last);
		break;
	case NET_VLAN_MAC:
		msg = address(adds, ifindex, first);
		break;
	}
	r = rtnl_request(rtnl, msg);
	if (adds && r == -EEXIST && first->kind == NET_VLAN_VNI)
		why = "another VXLAN device on this UDP port has the VNI: delete that one, or set another `port' in "
		      "vxlan";
	return (struct outcome){ .error = !adds && is_gone(r) ? 0 : r, .why = why };
}

/*
 * What the kernel refuses of a range it refuses of one entry: halving finds it. Such an entry fails its VNI, the others are set. The
 * kernel may have taken a part of the range before; it takes that part again.
 */
static void set_range(struct apply *apply, const struct op *op, const struct net_vlan *first, size_t n,
		      struct evpn_error *err)
{
	struct op single = *op;
	struct outcome outcome = send_range(apply, op->type == OP_VLAN_ADD, first, n);

	if (!outcome.error)
		return;
	if (n > 1) {
		set_range(apply, op, first, n / 2, err);
		set_range(apply, op, first + n / 2, n - n / 2, err);
		return;
	}
	single.vlan = first;
	single.n_vlans = 1;
	single.group = op->type == OP_VLAN_ADD ? first->group : op->group;
	apply_report_failed(apply, &single, &outcome, err);
}

void apply_vlans(struct apply *apply, const struct op *op, struct evpn_error *err)
{
	const struct net_vlan *end = op->vlan + op->n_vlans;

	for (const struct net_vlan *first = op->vlan, *last; first < end; first = last) {
		bool failed = op->type == OP_VLAN_ADD && plan_group_in(apply->desired, apply->failed, first->group);

		for (last = first + 1; !failed && last < end; last++)
			if (op->type == OP_VLAN_ADD && plan_group_in(apply->desired, apply->failed, last->group))
				break;
		if (!failed)
			set_range(apply, op, first, (size_t)(last - first), err);
	}
}
