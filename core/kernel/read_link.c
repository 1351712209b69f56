/* SPDX-License-Identifier: Apache-2.0 */
/* actual_link.c - one link's message, as the kernel dumps it, into a struct net_link */
#include <linux/if_link.h>
#include <linux/ipv6.h>
#include <linux/rtnetlink.h>
#include <netinet/in.h>
#include <netlink/attr.h>
#include <netlink/msg.h>

#include "read_link.h"
#include "util.h"

void actual_ip_from_attr(const struct nlattr *attr, uint8_t family, uint8_t prefixlen, struct ipaddr *ip)
{
	size_t size = family == AF_INET ? 4 : 16;

	memset(ip, 0, sizeof(*ip));
	ip->family = family;
	ip->prefixlen = prefixlen;
	if (attr && (size_t)nla_len(attr) >= size)
		memcpy(ip->bytes, nla_data(attr), size);
}

static void read_vxlan(struct nlattr *data, struct net_link *link)
{
	struct nlattr *tb[IFLA_VXLAN_MAX + 1];

	if (!data || nla_parse_nested(tb, IFLA_VXLAN_MAX, data, NULL) < 0)
		return;
	if (tb[IFLA_VXLAN_ID])
		link->vni = nla_get_u32(tb[IFLA_VXLAN_ID]);
	if (tb[IFLA_VXLAN_LOCAL])
		actual_ip_from_attr(tb[IFLA_VXLAN_LOCAL], AF_INET, 32, &link->local);
	else if (tb[IFLA_VXLAN_LOCAL6])
		actual_ip_from_attr(tb[IFLA_VXLAN_LOCAL6], AF_INET6, 128, &link->local);
	if (tb[IFLA_VXLAN_PORT])
		link->port = ntohs(nla_get_u16(tb[IFLA_VXLAN_PORT]));
	link->learning = tb[IFLA_VXLAN_LEARNING] && nla_get_u8(tb[IFLA_VXLAN_LEARNING]);
}

static void read_linkinfo(struct nlattr *info, struct net_link *link)
{
	struct nlattr *tb[IFLA_INFO_MAX + 1], *data[IFLA_BRPORT_MAX + 1];
	const char *kind;

	if (nla_parse_nested(tb, IFLA_INFO_MAX, info, NULL) < 0)
		return;
	kind = tb[IFLA_INFO_KIND] ? nla_get_string(tb[IFLA_INFO_KIND]) : "";
	if (streq(kind, "vrf")) {
		link->kind = NET_KIND_VRF;
		if (tb[IFLA_INFO_DATA] && nla_parse_nested(data, IFLA_VRF_MAX, tb[IFLA_INFO_DATA], NULL) == 0 &&
		    data[IFLA_VRF_TABLE])
			link->table = nla_get_u32(data[IFLA_VRF_TABLE]);
	} else if (streq(kind, "bridge")) {
		link->kind = NET_KIND_BRIDGE;
	} else if (streq(kind, "vxlan")) {
		link->kind = NET_KIND_VXLAN;
		read_vxlan(tb[IFLA_INFO_DATA], link);
	} else if (streq(kind, "veth")) {
		link->kind = NET_KIND_VETH;
	} else if (streq(kind, "vlan")) {
		link->kind = NET_KIND_VLAN;
		if (tb[IFLA_INFO_DATA] && nla_parse_nested(data, IFLA_VLAN_MAX, tb[IFLA_INFO_DATA], NULL) == 0 &&
		    data[IFLA_VLAN_ID])
			link->vlan = nla_get_u16(data[IFLA_VLAN_ID]);
	} else if (streq(kind, "macvlan")) {
		link->kind = NET_KIND_MACVLAN;
	}
	link->ovs = tb[IFLA_INFO_SLAVE_KIND] && streq(nla_get_string(tb[IFLA_INFO_SLAVE_KIND]), "openvswitch");
	if (tb[IFLA_INFO_SLAVE_KIND] && streq(nla_get_string(tb[IFLA_INFO_SLAVE_KIND]), "bridge") &&
	    tb[IFLA_INFO_SLAVE_DATA] && nla_parse_nested(data, IFLA_BRPORT_MAX, tb[IFLA_INFO_SLAVE_DATA], NULL) == 0) {
		link->neigh_suppress = data[IFLA_BRPORT_NEIGH_SUPPRESS] && nla_get_u8(data[IFLA_BRPORT_NEIGH_SUPPRESS]);
		link->port_learning = data[IFLA_BRPORT_LEARNING] && nla_get_u8(data[IFLA_BRPORT_LEARNING]);
	}
}

static void read_inet6(struct nlattr *af_spec, struct net_link *link, struct actual_raw *raw)
{
	struct nlattr *inet6 = nla_find(nla_data(af_spec), nla_len(af_spec), AF_INET6);
	struct nlattr *tb[IFLA_INET6_MAX + 1];

	if (!inet6 || nla_parse_nested(tb, IFLA_INET6_MAX, inet6, NULL) < 0)
		return;
	raw->has_inet6 = true;
	link->ipv6 = true;
	if (tb[IFLA_INET6_CONF] && nla_len(tb[IFLA_INET6_CONF]) > DEVCONF_DISABLE_IPV6 * (int)sizeof(int32_t))
		link->ipv6 = ((const int32_t *)nla_data(tb[IFLA_INET6_CONF]))[DEVCONF_DISABLE_IPV6] == 0;
	link->addrgen_none = tb[IFLA_INET6_ADDR_GEN_MODE] &&
			     nla_get_u8(tb[IFLA_INET6_ADDR_GEN_MODE]) == IN6_ADDR_GEN_MODE_NONE;
}

static void read_owner(const struct actual_ident *ident, struct nlattr *const *tb, struct net_link *link)
{
	const char *alias = tb[IFLA_IFALIAS] ? nla_get_string(tb[IFLA_IFALIAS]) : "";
	uint32_t group = tb[IFLA_GROUP] ? nla_get_u32(tb[IFLA_GROUP]) : 0;
	bool born = group == ident->birth_group;

	if (streq(alias, ident->mark)) {
		link->leaving = group == ident->leaving_group;
		link->owner = born || link->leaving ? NET_OWNER_OURS : NET_OWNER_NIC;
	} else if (alias[0]) {
		link->owner = net_is_mark(alias) ? NET_OWNER_SIBLING : NET_OWNER_FOREIGN;
	} else {
		link->owner = born ? NET_OWNER_BORN : NET_OWNER_FOREIGN;
	}
}

static void read_mac(const struct nlattr *attr, uint8_t mac[6])
{
	if (attr && nla_len(attr) == 6)
		memcpy(mac, nla_data(attr), 6);
}

bool actual_parse_link(const struct nlmsghdr *hdr, const struct actual_ident *ident, struct net_link *link,
		       struct actual_raw *raw)
{
	const struct ifinfomsg *ifi = nlmsg_data(hdr);
	struct nlattr *tb[IFLA_MAX + 1];

	if (hdr->nlmsg_type != RTM_NEWLINK ||
	    nlmsg_parse((struct nlmsghdr *)(uintptr_t)hdr, sizeof(*ifi), tb, IFLA_MAX, NULL) < 0 || !tb[IFLA_IFNAME])
		return false;
	memset(link, 0, sizeof(*link));
	memset(raw, 0, sizeof(*raw));
	link->ifindex = ifi->ifi_index;
	net_set_name(link->name, nla_get_string(tb[IFLA_IFNAME]));
	read_owner(ident, tb, link);
	link->up = ifi->ifi_flags & IFF_UP;
	if (tb[IFLA_MTU])
		link->mtu = nla_get_u32(tb[IFLA_MTU]);
	read_mac(tb[IFLA_ADDRESS], link->mac);
	read_mac(tb[IFLA_PERM_ADDRESS] ? tb[IFLA_PERM_ADDRESS] : tb[IFLA_ADDRESS], link->hw_mac);
	if (tb[IFLA_LINKINFO])
		read_linkinfo(tb[IFLA_LINKINFO], link);
	if (tb[IFLA_AF_SPEC])
		read_inet6(tb[IFLA_AF_SPEC], link, raw);
	raw->master = tb[IFLA_MASTER] ? (int)nla_get_u32(tb[IFLA_MASTER]) : 0;
	raw->link = tb[IFLA_LINK] ? (int)nla_get_u32(tb[IFLA_LINK]) : 0;
	raw->link_elsewhere = tb[IFLA_LINK_NETNSID] != NULL;
	return true;
}
