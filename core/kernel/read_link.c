/* SPDX-License-Identifier: Apache-2.0 */
/* read_link.c - see read_link.h */
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <netinet/in.h>
#include <netlink/attr.h>
#include <netlink/msg.h>
#include <stdio.h>

#include "base/util.h"
#include "kernel/link_attr.h"
#include "kernel/read_link.h"
#include "kernel/vlan.h"

/* The largest type in IFLA_INFO_DATA that is read, of any kind; the kernel's own largest is below 64. */
#define DATA_MAX 63

void read_ip_attr(const struct nlattr *attr, uint8_t family, uint8_t prefixlen, struct ipaddr *ip)
{
	size_t size = family == AF_INET ? 4 : 16;

	memset(ip, 0, sizeof(*ip));
	ip->family = family;
	ip->prefixlen = prefixlen;
	if (attr && (size_t)nla_len(attr) >= size)
		memcpy(ip->bytes, nla_data(attr), size);
}

void read_mac_attr(const struct nlattr *attr, uint8_t mac[6])
{
	if (attr && nla_len(attr) == 6)
		memcpy(mac, nla_data(attr), 6);
}

char *read_altnames(struct nlattr *list)
{
	char *names = NULL;
	struct nlattr *attr;
	int left;

	if (!list)
		return NULL;
	nla_for_each_nested (attr, list, left) {
		char *longer;

		if (nla_type(attr) != IFLA_ALT_IFNAME)
			continue;
		longer = xasprintf("%s%s ", names ? names : "", nla_get_string(attr));
		free(names);
		names = longer;
	}
	return names;
}

/* The attributes of one level: the table into which they are parsed, or NULL. */
static struct nlattr *const *parse_level(struct nlattr *nest, int max, struct nlattr **tb)
{
	return nest && nla_parse_nested(tb, max, nest, NULL) == 0 ? tb : NULL;
}

static bool is_slave_of(struct nlattr *const *info, const char *kind)
{
	return info && info[IFLA_INFO_SLAVE_KIND] && streq(nla_get_string(info[IFLA_INFO_SLAVE_KIND]), kind);
}

/*
 * Kinds whose devices the kernel does not move to another namespace (NETIF_F_NETNS_LOCAL, netns_immutable). Not all
 * kernels say so themselves.
 */
static const char *find_bound(const char *kind)
{
	static const char *const kinds[] = { "bond", "bridge", "team", "vrf", "batadv", "hsr", "ppp" };

	for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
		if (streq(kind, kinds[i]))
			return kinds[i];
	return NULL;
}

/* "BUS/NAME" */
static void read_parent(struct nlattr *const *tb, char parent[sizeof(((struct net_device *)0)->parent)])
{
	if (tb[IFLA_PARENT_DEV_NAME])
		snprintf(parent, sizeof(((struct net_device *)0)->parent), "%s/%s",
			 tb[IFLA_PARENT_DEV_BUS_NAME] ? nla_get_string(tb[IFLA_PARENT_DEV_BUS_NAME]) : "",
			 nla_get_string(tb[IFLA_PARENT_DEV_NAME]));
}

/* The port's number in hexadecimal, which the kernel keeps unique, and its name. */
static void read_port(struct nlattr *const *tb, char port[sizeof(((struct net_device *)0)->port)])
{
	const size_t size = sizeof(((struct net_device *)0)->port);
	const uint8_t *id = tb[IFLA_PHYS_PORT_ID] ? nla_data(tb[IFLA_PHYS_PORT_ID]) : NULL;
	size_t len = 0, n = id ? (size_t)nla_len(tb[IFLA_PHYS_PORT_ID]) : 0;

	for (size_t i = 0; i < n && len + 3 < size; i++)
		len += (size_t)snprintf(port + len, size - len, "%02x", id[i]);
	if (tb[IFLA_PHYS_PORT_NAME])
		snprintf(port + len, size - len, "%s%s", len ? "/" : "", nla_get_string(tb[IFLA_PHYS_PORT_NAME]));
}

static void read_device(struct nlattr *const *tb, struct nlattr *const *info, struct net_device *device)
{
	if (info && info[IFLA_INFO_KIND])
		snprintf(device->kind, sizeof(device->kind), "%s", nla_get_string(info[IFLA_INFO_KIND]));
	device->permanent = tb[IFLA_PERM_ADDRESS] && nla_len(tb[IFLA_PERM_ADDRESS]) == 6;
	read_parent(tb, device->parent);
	read_port(tb, device->port);
}

static struct nlattr *find_family(const struct nlattr *af_spec, int family)
{
	return nla_find(nla_data(af_spec), nla_len(af_spec), family);
}

static int8_t take_devconf(const struct nlattr *conf, size_t index)
{
	int32_t value;

	if (!conf || (size_t)nla_len(conf) < (index + 1) * sizeof(value))
		return NET_DEVCONF_UNKNOWN;
	memcpy(&value, (const char *)nla_data(conf) + index * sizeof(value), sizeof(value));
	return value > SCHAR_MIN && value <= SCHAR_MAX ? (int8_t)value : NET_DEVCONF_UNKNOWN;
}

static void read_devconf(struct nlattr *inet, struct nlattr *const *inet6, struct net_link *link)
{
	const struct nlattr *conf = inet ? nla_find(nla_data(inet), nla_len(inet), IFLA_INET_CONF) : NULL;
	const struct nlattr *conf6 = inet6 ? inet6[IFLA_INET6_CONF] : NULL;
	size_t n = 0;

#define ROW(family, index, name) link->devconf[n++] = take_devconf((family) == AF_INET ? conf : conf6, index);
	NET_DEVCONFS(ROW)
#undef ROW
}

bool read_parse_link(const struct nlmsghdr *hdr, const struct read_ident *ident, struct net_link *link,
		     struct read_raw *raw)
{
	struct nlattr *tb[IFLA_MAX + 1], *info_tb[IFLA_INFO_MAX + 1], *inet6_tb[IFLA_INET6_MAX + 1];
	struct nlattr *port_tb[IFLA_BRPORT_MAX + 1], *data_tb[DATA_MAX + 1];
	struct link_in in = { .ifi = nlmsg_data(hdr), .tb[LINK_LEVEL_TOP] = tb, .ident = ident, .raw = raw };
	struct nlattr *const *info;

	if (hdr->nlmsg_type != RTM_NEWLINK ||
	    nlmsg_parse((struct nlmsghdr *)(uintptr_t)hdr, sizeof(*in.ifi), tb, IFLA_MAX, NULL) < 0 || !tb[IFLA_IFNAME])
		return false;
	memset(link, 0, sizeof(*link));
	memset(raw, 0, sizeof(*raw));
	raw->nsid = tb[IFLA_LINK_NETNSID] ? nla_get_s32(tb[IFLA_LINK_NETNSID]) : -1;
	link->ifindex = in.ifi->ifi_index;
	net_set_name(link->name, nla_get_string(tb[IFLA_IFNAME]));
	read_mac_attr(tb[IFLA_PERM_ADDRESS] ? tb[IFLA_PERM_ADDRESS] : tb[IFLA_ADDRESS], link->hw_mac);

	info = parse_level(tb[IFLA_LINKINFO], IFLA_INFO_MAX, info_tb);
	if (info && info[IFLA_INFO_KIND]) {
		link->kind = net_kind_by_name(nla_get_string(info[IFLA_INFO_KIND]));
		link->bound = find_bound(nla_get_string(info[IFLA_INFO_KIND]));
	}
	read_device(tb, info, &link->device);
	link->ovs = is_slave_of(info, "openvswitch");
	if (info && net_kinds[link->kind].attrs)
		in.tb[LINK_LEVEL_DATA] = parse_level(info[IFLA_INFO_DATA], DATA_MAX, data_tb);
	if (is_slave_of(info, "bridge"))
		in.tb[LINK_LEVEL_PORT] = parse_level(info[IFLA_INFO_SLAVE_DATA], IFLA_BRPORT_MAX, port_tb);
	if (tb[IFLA_AF_SPEC])
		in.tb[LINK_LEVEL_INET6] = parse_level(find_family(tb[IFLA_AF_SPEC], AF_INET6), IFLA_INET6_MAX,
						      inet6_tb);
	read_devconf(tb[IFLA_AF_SPEC] ? find_family(tb[IFLA_AF_SPEC], AF_INET) : NULL, in.tb[LINK_LEVEL_INET6], link);
	raw->has_inet6 = in.tb[LINK_LEVEL_INET6] != NULL;
	link_attr_get(&in, link, NET_LINK_COMMON | net_kinds[link->kind].attrs);
	/* A VXLAN says in its own data which device it sends by. */
	if (link->kind == NET_KIND_VXLAN && !raw->link && in.tb[LINK_LEVEL_DATA] &&
	    in.tb[LINK_LEVEL_DATA][IFLA_VXLAN_LINK])
		raw->link = (int)nla_get_u32(in.tb[LINK_LEVEL_DATA][IFLA_VXLAN_LINK]);
	return true;
}

bool read_parse_port(const struct nlmsghdr *hdr, struct net_link *link, net_attr_set *ret_attrs)
{
	struct nlattr *tb[IFLA_MAX + 1], *port[IFLA_BRPORT_MAX + 1];
	struct link_in in = { .tb[LINK_LEVEL_PORT] = port };
	net_attr_set attrs = 0;

	if (nlmsg_parse((struct nlmsghdr *)(uintptr_t)hdr, sizeof(struct ifinfomsg), tb, IFLA_MAX, NULL) < 0)
		return false;
	memset(link, 0, sizeof(*link));
	if (parse_level(tb[IFLA_PROTINFO], IFLA_BRPORT_MAX, port))
		for (net_attr_set left = NET_LINK_PORT; left; left &= left - 1)
			if (port[link_attrs[net_attr_first(left)]->type])
				attrs |= (net_attr_set)1 << net_attr_first(left);
	link_attr_get(&in, link, attrs);
	if (tb[IFLA_AF_SPEC]) {
		link->pvid = vlan_parse(tb[IFLA_AF_SPEC]);
		attrs |= NET_LINK_PVID;
	}
	*ret_attrs = attrs;
	return true;
}
