/* SPDX-License-Identifier: Apache-2.0 */
/* vlan.c - see vlan.h */
#include <errno.h>
#include <linux/if_bridge.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>

#include "base/util.h"
#include "kernel/link_attr.h"
#include "kernel/vlan.h"

#define ACCESS (BRIDGE_VLAN_INFO_PVID | BRIDGE_VLAN_INFO_UNTAGGED)

uint16_t vlan_parse(struct nlattr *spec)
{
	uint16_t pvid = 0;
	struct nlattr *attr;
	int left;

	nla_for_each_nested (attr, spec, left) {
		const struct bridge_vlan_info *info = nla_data(attr);

		if (nla_type(attr) != IFLA_BRIDGE_VLAN_INFO || nla_len(attr) < (int)sizeof(*info))
			continue;
		/* More than one, a part of a range, or one with tags. */
		if (pvid || info->flags != ACCESS)
			return NET_PVID_OTHER;
		pvid = info->vid;
	}
	return pvid;
}

void vlan_each(struct nlattr *spec, void (*each)(uint16_t first, uint16_t last, uint16_t flags, void *arg), void *arg)
{
	struct nlattr *attr;
	uint16_t first = 0;
	int left;

	nla_for_each_nested (attr, spec, left) {
		const struct bridge_vlan_info *info = nla_data(attr);

		if (nla_type(attr) != IFLA_BRIDGE_VLAN_INFO || nla_len(attr) < (int)sizeof(*info))
			continue;
		if (!(info->flags & BRIDGE_VLAN_INFO_RANGE_END))
			first = info->vid;
		if (!(info->flags & BRIDGE_VLAN_INFO_RANGE_BEGIN))
			each(first, info->vid, info->flags, arg);
	}
}

void vlan_take_range(struct net *net, const struct net_link *link, uint16_t first, uint16_t last, uint16_t flags)
{
	for (uint32_t vid = first; vid <= last && vid <= NET_VLAN_LAST; vid++) {
		struct net_vlan *vlan = util_append(&net->vlans, &net->n_vlans, sizeof(*vlan));

		vlan->ns = link->ns;
		vlan->kind = NET_VLAN_PORT;
		vlan->vid = (uint16_t)vid;
		vlan->access = flags & ACCESS;
		net_set_name(vlan->link, link->name);
	}
}

struct port {
	struct net *net;
	const struct net_link *link;
};

static void take_range(uint16_t first, uint16_t last, uint16_t flags, void *arg)
{
	const struct port *port = arg;

	vlan_take_range(port->net, port->link, first, last, flags);
}

static void each_port(const struct nlmsghdr *hdr, void *arg)
{
	struct nlattr *tb[IFLA_MAX + 1];
	struct net *net = arg;
	struct net_link *link;

	if (hdr->nlmsg_type != RTM_NEWLINK ||
	    nlmsg_parse((struct nlmsghdr *)(uintptr_t)hdr, sizeof(struct ifinfomsg), tb, IFLA_MAX, NULL) < 0 ||
	    !tb[IFLA_IFNAME] || !tb[IFLA_AF_SPEC])
		return;
	link = (struct net_link *)(uintptr_t)net_find_link(net, NET_NS_HOST, nla_get_string(tb[IFLA_IFNAME]));
	if (!link || link->ifindex != ((const struct ifinfomsg *)nlmsg_data(hdr))->ifi_index)
		return;
	link->pvid = vlan_parse(tb[IFLA_AF_SPEC]);
	if (link->kind == NET_KIND_VETH && net_is_made(link))
		vlan_each(tb[IFLA_AF_SPEC], take_range, &(struct port){ .net = net, .link = link });
}

static void restart(void *arg)
{
	struct net *net = arg;

	net->n_vlans = 0;
	for (size_t i = 0; i < net->n_links; i++)
		if (net->links[i].ns == NET_NS_HOST)
			net->links[i].pvid = 0;
}

int read_vlans(struct rtnl *host, struct net *net, struct evpn_error *err)
{
	struct ifinfomsg ifi = { .ifi_family = AF_BRIDGE };
	struct nl_msg *msg = rtnl_message(RTM_GETLINK, 0);
	int r;

	nlmsg_append(msg, &ifi, sizeof(ifi), NLMSG_ALIGNTO);
	nla_put_u32(msg, IFLA_EXT_MASK, RTEXT_FILTER_BRVLAN_COMPRESSED | RTEXT_FILTER_SKIP_STATS);
	r = rtnl_dump(host, msg, each_port, restart, net);
	return r < 0 ? evpn_fail(err, -r, "host: dump of VLANs: %s", strerror(-r)) : 0;
}

static void put_vlan(struct nl_msg *msg, uint16_t flags, uint16_t vid)
{
	const struct bridge_vlan_info info = { .flags = flags, .vid = vid };

	nla_put(msg, IFLA_BRIDGE_VLAN_INFO, sizeof(info), &info);
}

static void put_range(struct nl_msg *msg, uint16_t first, uint16_t last)
{
	if (first < last)
		put_vlan(msg, BRIDGE_VLAN_INFO_RANGE_BEGIN, first);
	if (first <= last)
		put_vlan(msg, first < last ? BRIDGE_VLAN_INFO_RANGE_END : 0, last);
}

static struct nl_msg *begin(int type, int ifindex, struct nlattr **ret_spec)
{
	struct ifinfomsg ifi = { .ifi_family = AF_BRIDGE, .ifi_index = ifindex };
	struct nl_msg *msg = rtnl_message(type, 0);

	nlmsg_append(msg, &ifi, sizeof(ifi), NLMSG_ALIGNTO);
	*ret_spec = nla_nest_start(msg, IFLA_AF_SPEC);
	return msg;
}

/* The trunk leaves the VLANs that a new port has there. Those of its own come after. */
static struct nl_msg *none_of(int ifindex)
{
	struct nlattr *spec;
	struct nl_msg *msg = begin(RTM_DELLINK, ifindex, &spec);

	put_range(msg, NET_VLAN_FIRST, NET_VLAN_LAST);
	nla_nest_end(msg, spec);
	return msg;
}

struct outcome apply_link_vlan(struct apply *apply, const struct op *op)
{
	struct rtnl *rtnl = apply->rtnl[op->link->ns];
	int ifindex = rtnl_ifindex(rtnl, op->link->name), r;
	const uint16_t vid = op->link->pvid;
	const char *why = NULL;
	struct nlattr *spec;
	struct nl_msg *msg;

	if (!ifindex)
		return apply_no_device();
	if (op->link->trunk)
		return OUTCOME(rtnl_request(rtnl, none_of(ifindex)));
	msg = begin(RTM_SETLINK, ifindex, &spec);
	put_vlan(msg, ACCESS, vid);
	nla_nest_end(msg, spec);
	r = rtnl_request(rtnl, msg);
	if (r == -EOPNOTSUPP)
		why = "this kernel has no VLANs in bridges (CONFIG_BRIDGE_VLAN_FILTERING)";
	if (r < 0)
		return (struct outcome){ .error = r, .why = why };
	msg = begin(RTM_DELLINK, ifindex, &spec);
	put_range(msg, NET_VLAN_FIRST, vid - 1);
	put_range(msg, vid + 1, NET_VLAN_LAST);
	nla_nest_end(msg, spec);
	return OUTCOME(rtnl_request(rtnl, msg));
}

/* A message about the link itself has no VLANs: vlan_parse() and apply_link_vlan() do both. */
static int put_nothing(struct link_out *out)
{
	return 0;
}

static void get_nothing(const struct link_in *in, struct net_link *link)
{
}

const struct link_attr link_attr_pvid = { .put = put_nothing, .get = get_nothing };
