/* SPDX-License-Identifier: Apache-2.0 */
/* vlan_map.c - see vlan_map.h */
#include <errno.h>
#include <linux/if_bridge.h>
#include <linux/if_link.h>
#include <linux/neighbour.h>
#include <linux/rtnetlink.h>
#include <netlink/msg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/util.h"
#include "kernel/read_link.h"
#include "kernel/vlan.h"
#include "kernel/vlan_map.h"

#define ACCESS (BRIDGE_VLAN_INFO_PVID | BRIDGE_VLAN_INFO_UNTAGGED)

struct map {
	struct net *net;
	struct net_link **by_index; /* of FRR's namespace */
	size_t n_links;
	const struct net_link *bridge, *vxlan; /* vxlan NULL: there is none */
	size_t first; /* of net.vlans: those before are the host's */
};

static int by_index(const void *a, const void *b)
{
	const struct net_link *x = *(const struct net_link *const *)a, *y = *(const struct net_link *const *)b;

	return (x->ifindex > y->ifindex) - (x->ifindex < y->ifindex);
}

static struct net_link *find_index(const struct map *map, int ifindex)
{
	struct net_link key = { .ifindex = ifindex }, *pointer = &key, **hit;

	hit = map->n_links ? bsearch(&pointer, map->by_index, map->n_links, sizeof(pointer), by_index) : NULL;
	return hit ? *hit : NULL;
}

static void add(const struct map *map, const struct net_link *link, const struct net_vlan *entry)
{
	struct net_vlan *vlan = util_append(&map->net->vlans, &map->net->n_vlans, sizeof(*vlan));

	*vlan = *entry;
	vlan->ns = NET_NS_FRR;
	net_set_name(vlan->link, link->name);
}

/* libnl takes no const message. */
static struct nlattr *attributes(const struct nlmsghdr *hdr, size_t size)
{
	return nlmsg_attrdata((struct nlmsghdr *)(uintptr_t)hdr, (int)size);
}

/* One VLAN, or a range whose VNIs follow each other, too. */
static bool parse_range(struct nlattr *nest, struct vlan_map_range *range)
{
	struct nlattr *tb[BRIDGE_VLANDB_ENTRY_MAX + 1], *tunnel[BRIDGE_VLANDB_TINFO_MAX + 1] = { NULL };
	const struct bridge_vlan_info *info;

	if (nla_parse_nested(tb, BRIDGE_VLANDB_ENTRY_MAX, nest, NULL) < 0 || !tb[BRIDGE_VLANDB_ENTRY_INFO] ||
	    nla_len(tb[BRIDGE_VLANDB_ENTRY_INFO]) < (int)sizeof(*info))
		return false;
	info = nla_data(tb[BRIDGE_VLANDB_ENTRY_INFO]);
	range->first = info->vid;
	range->last = tb[BRIDGE_VLANDB_ENTRY_RANGE] ? nla_get_u16(tb[BRIDGE_VLANDB_ENTRY_RANGE]) : info->vid;
	range->flags = info->flags;
	range->vni = 0;
	if (tb[BRIDGE_VLANDB_ENTRY_TUNNEL_INFO] &&
	    nla_parse_nested(tunnel, BRIDGE_VLANDB_TINFO_MAX, tb[BRIDGE_VLANDB_ENTRY_TUNNEL_INFO], NULL) == 0 &&
	    tunnel[BRIDGE_VLANDB_TINFO_ID])
		range->vni = nla_get_u32(tunnel[BRIDGE_VLANDB_TINFO_ID]);
	return true;
}

void vlan_map_each(const struct nlmsghdr *hdr, void (*each)(const struct vlan_map_range *range, void *arg), void *arg)
{
	const struct br_vlan_msg *bvm = nlmsg_data(hdr);
	struct vlan_map_range range;
	struct nlattr *attr;
	int left;

	if (hdr->nlmsg_type != RTM_NEWVLAN || nlmsg_datalen(hdr) < (int)sizeof(*bvm))
		return;
	range.ifindex = (int)bvm->ifindex;
	nla_for_each_attr (attr, attributes(hdr, sizeof(*bvm)), nlmsg_attrlen(hdr, sizeof(*bvm)), left)
		if (nla_type(attr) == BRIDGE_VLANDB_ENTRY && parse_range(attr, &range))
			each(&range, arg);
}

static void take_range(const struct vlan_map_range *range, void *arg)
{
	const struct map *map = arg;
	struct net_link *link = find_index(map, range->ifindex);

	if (link && link != map->bridge && link != map->vxlan) {
		link->pvid = !link->pvid && range->flags == ACCESS && range->last == range->first ? range->first
												  : NET_PVID_OTHER;
		if (link->kind == NET_KIND_VETH && net_is_made(link))
			vlan_take_range(map->net, link, range->first, range->last, range->flags);
		return;
	}
	for (uint32_t vid = range->first; link && vid <= range->last && vid <= NET_VLAN_LAST; vid++)
		add(map, link,
		    &(struct net_vlan){ .kind = link == map->vxlan ? NET_VLAN_TUNNEL : NET_VLAN_SELF,
					.vid = (uint16_t)vid,
					.vni = range->vni ? range->vni + vid - range->first : 0 });
}

static void each_vlan(const struct nlmsghdr *hdr, void *arg)
{
	vlan_map_each(hdr, take_range, arg);
}

static void take_vnis(const struct map *map, struct nlattr *nest)
{
	struct nlattr *tb[VXLAN_VNIFILTER_ENTRY_MAX + 1];
	uint32_t first, last;

	if (nla_parse_nested(tb, VXLAN_VNIFILTER_ENTRY_MAX, nest, NULL) < 0 || !tb[VXLAN_VNIFILTER_ENTRY_START])
		return;
	first = nla_get_u32(tb[VXLAN_VNIFILTER_ENTRY_START]);
	last = tb[VXLAN_VNIFILTER_ENTRY_END] ? nla_get_u32(tb[VXLAN_VNIFILTER_ENTRY_END]) : first;
	for (uint32_t vni = first; vni <= last && vni < 1u << 24; vni++)
		add(map, map->vxlan, &(struct net_vlan){ .kind = NET_VLAN_VNI, .vni = vni });
}

static void each_tunnel(const struct nlmsghdr *hdr, void *arg)
{
	const struct map *map = arg;
	const struct tunnel_msg *tmsg = nlmsg_data(hdr);
	struct nlattr *attr;
	int left;

	if (hdr->nlmsg_type != RTM_NEWTUNNEL || nlmsg_datalen(hdr) < (int)sizeof(*tmsg) ||
	    (int)tmsg->ifindex != map->vxlan->ifindex)
		return;
	nla_for_each_attr (attr, attributes(hdr, sizeof(*tmsg)), nlmsg_attrlen(hdr, sizeof(*tmsg)), left)
		if (nla_type(attr) == VXLAN_VNIFILTER_ENTRY)
			take_vnis(map, attr);
}

/* The bridge's own addresses in VLANs, but for those that the kernel adds for its MAC address. */
static void each_mac(const struct nlmsghdr *hdr, void *arg)
{
	const struct map *map = arg;
	const struct ndmsg *ndm = nlmsg_data(hdr);
	struct net_vlan entry = { .kind = NET_VLAN_MAC };
	struct nlattr *tb[NDA_MAX + 1];

	if (hdr->nlmsg_type != RTM_NEWNEIGH ||
	    nlmsg_parse((struct nlmsghdr *)(uintptr_t)hdr, sizeof(*ndm), tb, NDA_MAX, NULL) < 0 ||
	    ndm->ndm_ifindex != map->bridge->ifindex || !(ndm->ndm_state & NUD_PERMANENT) || !tb[NDA_VLAN] ||
	    !tb[NDA_LLADDR])
		return;
	read_mac_attr(tb[NDA_LLADDR], entry.mac);
	entry.vid = nla_get_u16(tb[NDA_VLAN]);
	if (memcmp(entry.mac, map->bridge->mac, sizeof(entry.mac)) != 0)
		add(map, map->bridge, &entry);
}

static void restart(void *arg)
{
	const struct map *map = arg;

	map->net->n_vlans = map->first;
	for (size_t i = 0; i < map->n_links; i++)
		map->by_index[i]->pvid = 0;
}

static int dump_vlans(struct map *map, struct rtnl *rtnl)
{
	struct br_vlan_msg bvm = { .family = AF_BRIDGE };
	struct nl_msg *msg = rtnl_message(RTM_GETVLAN, 0);

	nlmsg_append(msg, &bvm, sizeof(bvm), NLMSG_ALIGNTO);
	return rtnl_dump(rtnl, msg, each_vlan, restart, map);
}

/* Begins where the dump before has ended. */
struct rest {
	struct map *map;
	size_t first;
	void (*each)(const struct nlmsghdr *hdr, void *arg);
};

static void each_of_rest(const struct nlmsghdr *hdr, void *arg)
{
	const struct rest *rest = arg;

	rest->each(hdr, rest->map);
}

static void restart_rest(void *arg)
{
	const struct rest *rest = arg;

	rest->map->net->n_vlans = rest->first;
}

static int dump_vnis(struct map *map, struct rtnl *rtnl)
{
	struct rest rest = { map, map->net->n_vlans, each_tunnel };
	struct tunnel_msg tmsg = { .family = AF_BRIDGE, .ifindex = (uint32_t)map->vxlan->ifindex };
	struct nl_msg *msg = rtnl_message(RTM_GETTUNNEL, 0);

	nlmsg_append(msg, &tmsg, sizeof(tmsg), NLMSG_ALIGNTO);
	return rtnl_dump(rtnl, msg, each_of_rest, restart_rest, &rest);
}

static int dump_macs(struct map *map, struct rtnl *rtnl)
{
	struct rest rest = { map, map->net->n_vlans, each_mac };
	struct ndmsg ndm = { .ndm_family = AF_BRIDGE, .ndm_ifindex = map->bridge->ifindex };
	struct nl_msg *msg = rtnl_message(RTM_GETNEIGH, 0);

	nlmsg_append(msg, &ndm, sizeof(ndm), NLMSG_ALIGNTO);
	return rtnl_dump(rtnl, msg, each_of_rest, restart_rest, &rest);
}

static int dump_all(struct map *map, struct rtnl *rtnl, const char **ret_what)
{
	int r;

	*ret_what = "VLANs";
	r = dump_vlans(map, rtnl);
	if (r < 0)
		return r;
	*ret_what = "VNIs";
	r = map->vxlan && map->vxlan->external ? dump_vnis(map, rtnl) : 0;
	if (r < 0)
		return r;
	*ret_what = "the single bridge's addresses";
	return dump_macs(map, rtnl);
}

int read_vlan_map(struct rtnl *rtnl, struct net *net, struct evpn_error *err)
{
	struct map map = { .net = net,
			   .bridge = net_find_link(net, NET_NS_FRR, NET_SINGLE_BRIDGE),
			   .first = net->n_vlans };
	const struct net_link *vxlan = net_find_link(net, NET_NS_FRR, NET_SINGLE_VXLAN);
	const char *what;
	int r;

	if (!map.bridge || map.bridge->kind != NET_KIND_BRIDGE || !map.bridge->filters)
		return 0;
	map.vxlan = vxlan && vxlan->kind == NET_KIND_VXLAN ? vxlan : NULL;
	map.by_index = xcalloc(net->n_links, sizeof(*map.by_index));
	for (size_t i = 0; i < net->n_links; i++)
		if (net->links[i].ns == NET_NS_FRR)
			map.by_index[map.n_links++] = &net->links[i];
	qsort(map.by_index, map.n_links, sizeof(struct net_link *), by_index);
	r = dump_all(&map, rtnl, &what);
	free(map.by_index);
	net_sort(net);
	return r < 0 ? evpn_fail(err, -r, "frr: dump of %s: %s", what, strerror(-r)) : 0;
}

/* A message of AF_BRIDGE has the two ends of a range one behind the other. */
struct said {
	uint32_t vnis[NET_VLAN_LAST + 1];
	bool vlans[NET_VLAN_LAST + 1], access[NET_VLAN_LAST + 1];
	uint16_t first_tunnel;
	uint32_t first_vni;
};

static void take_said_vlans(uint16_t first, uint16_t last, uint16_t flags, void *arg)
{
	struct said *said = arg;

	for (uint32_t vid = first; vid <= last && vid <= NET_VLAN_LAST; vid++) {
		said->vlans[vid] = true;
		said->access[vid] = flags & ACCESS;
	}
}

static void take_said_tunnel(struct said *said, struct nlattr *nest)
{
	struct nlattr *tb[IFLA_BRIDGE_VLAN_TUNNEL_MAX + 1];
	uint16_t flags, vid, first;
	uint32_t vni;

	if (nla_parse_nested(tb, IFLA_BRIDGE_VLAN_TUNNEL_MAX, nest, NULL) < 0 || !tb[IFLA_BRIDGE_VLAN_TUNNEL_ID] ||
	    !tb[IFLA_BRIDGE_VLAN_TUNNEL_VID])
		return;
	vni = nla_get_u32(tb[IFLA_BRIDGE_VLAN_TUNNEL_ID]);
	vid = nla_get_u16(tb[IFLA_BRIDGE_VLAN_TUNNEL_VID]);
	flags = tb[IFLA_BRIDGE_VLAN_TUNNEL_FLAGS] ? nla_get_u16(tb[IFLA_BRIDGE_VLAN_TUNNEL_FLAGS]) : 0;
	if (flags & BRIDGE_VLAN_INFO_RANGE_BEGIN) {
		said->first_tunnel = vid;
		said->first_vni = vni;
		return;
	}
	first = flags & BRIDGE_VLAN_INFO_RANGE_END ? said->first_tunnel : vid;
	if (!(flags & BRIDGE_VLAN_INFO_RANGE_END))
		said->first_vni = vni;
	for (uint32_t i = first; i <= vid && i <= NET_VLAN_LAST; i++)
		said->vnis[i] = said->first_vni + i - first;
}

bool vlan_map_port_differs(const struct net *net, const struct net_link *link, struct nlattr *spec)
{
	_cleanup_free_ struct said *said = xcalloc(1, sizeof(*said));
	struct nlattr *attr;
	size_t n = 0, n_same = 0;
	int left;

	vlan_each(spec, take_said_vlans, said);
	nla_for_each_nested (attr, spec, left)
		if (nla_type(attr) == IFLA_BRIDGE_VLAN_TUNNEL_INFO)
			take_said_tunnel(said, attr);
	for (uint32_t vid = 0; vid <= NET_VLAN_LAST; vid++)
		n += said->vlans[vid];
	for (size_t i = 0; i < net->n_vlans; i++) {
		const struct net_vlan *vlan = &net->vlans[i];

		if (vlan->ns != link->ns || !streq(vlan->link, link->name) || vlan->kind == NET_VLAN_VNI ||
		    vlan->kind == NET_VLAN_MAC)
			continue;
		if (!said->vlans[vlan->vid] || said->vnis[vlan->vid] != vlan->vni ||
		    (vlan->kind == NET_VLAN_PORT && said->access[vlan->vid] != vlan->access))
			return true;
		n_same++;
	}
	return n != n_same;
}

bool vlan_map_tunnel_differs(const struct net *net, const struct nlmsghdr *hdr)
{
	const struct net_link *vxlan = net_find_link(net, NET_NS_FRR, NET_SINGLE_VXLAN);
	struct net said = { 0 };
	const struct map map = { .net = &said, .vxlan = vxlan };
	bool differs = false;
	struct nlattr *attr;
	int left;

	if (nlmsg_datalen(hdr) < (int)sizeof(struct tunnel_msg) || !vxlan ||
	    (int)((const struct tunnel_msg *)nlmsg_data(hdr))->ifindex != vxlan->ifindex)
		return false;
	nla_for_each_attr (attr, attributes(hdr, sizeof(struct tunnel_msg)),
			   nlmsg_attrlen(hdr, sizeof(struct tunnel_msg)), left)
		if (nla_type(attr) == VXLAN_VNIFILTER_ENTRY)
			take_vnis(&map, attr);
	for (size_t i = 0; i < said.n_vlans; i++)
		differs |= (net_find_vni(net, said.vlans[i].vni) != NULL) != (hdr->nlmsg_type == RTM_NEWTUNNEL);
	net_clear(&said);
	return differs;
}
