/* SPDX-License-Identifier: Apache-2.0 */
/* link_attr.c - the attributes that links of every kind have, and the table of all; see link_attr.h */
#include <errno.h>
#include <linux/if_link.h>
#include <linux/ipv6.h>
#include <netinet/in.h>

#include "kernel/link_attr.h"
#include "base/util.h"

const struct link_attr *const link_attrs[NET_ATTR_COUNT] = {
#define X(id, member, ...) [NET_ATTR_##id] = &link_attr_##member,
	NET_LINK_ATTRS(X)
#undef X
};

static int put_value(struct link_out *out, enum net_attr attr)
{
	const void *value = net_attr_value(out->link, attr);
	int type = (int)link_attrs[attr]->type;

	switch (net_attrs[attr].type) {
	case NET_TYPE_BOOL:
		nla_put_u8(out->msg, type, *(const bool *)value);
		break;
	case NET_TYPE_U8:
	case NET_TYPE_WORD:
		nla_put_u8(out->msg, type, *(const uint8_t *)value);
		break;
	case NET_TYPE_U16:
		nla_put_u16(out->msg, type, *(const uint16_t *)value);
		break;
	case NET_TYPE_U32:
		nla_put_u32(out->msg, type, *(const uint32_t *)value);
		break;
	case NET_TYPE_MAC:
		nla_put(out->msg, type, 6, value);
		break;
	/* Each of these has its own `put`. */
	case NET_TYPE_LIMITS:
	case NET_TYPE_IP:
	case NET_TYPE_NAME:
	case NET_TYPE_PARENT:
	case NET_TYPE_PEER:
	case NET_TYPE_MARK:
		break;
	}
	return 0;
}

int link_attr_put(struct link_out *out, net_attr_set attrs, enum link_level level)
{
	for (; attrs; attrs &= attrs - 1) {
		enum net_attr attr = net_attr_first(attrs);
		const struct link_attr *entry = link_attrs[attr];
		int r;

		if (entry->level != level)
			continue;
		r = entry->put ? entry->put(out) : put_value(out, attr);
		if (r < 0)
			return r;
	}
	return 0;
}

static void get_value(const struct link_in *in, struct net_link *link, enum net_attr attr)
{
	const struct link_attr *entry = link_attrs[attr];
	const struct nlattr *nla = in->tb[entry->level] ? in->tb[entry->level][entry->type] : NULL;
	void *value = (char *)link + net_attrs[attr].offset;

	if (!nla)
		return;
	switch (net_attrs[attr].type) {
	case NET_TYPE_BOOL:
		*(bool *)value = nla_get_u8(nla) != 0;
		break;
	case NET_TYPE_U8:
	case NET_TYPE_WORD:
		*(uint8_t *)value = nla_get_u8(nla);
		break;
	case NET_TYPE_U16:
		*(uint16_t *)value = nla_get_u16(nla);
		break;
	case NET_TYPE_U32:
		*(uint32_t *)value = nla_get_u32(nla);
		break;
	case NET_TYPE_MAC:
		read_mac_attr(nla, value);
		break;
	/* Each of these has its own `get`. */
	case NET_TYPE_LIMITS:
	case NET_TYPE_IP:
	case NET_TYPE_NAME:
	case NET_TYPE_PARENT:
	case NET_TYPE_PEER:
	case NET_TYPE_MARK:
		break;
	}
}

void link_attr_get(const struct link_in *in, struct net_link *link, net_attr_set attrs)
{
	for (; attrs; attrs &= attrs - 1) {
		enum net_attr attr = net_attr_first(attrs);

		if (link_attrs[attr]->get)
			link_attrs[attr]->get(in, link);
		else
			get_value(in, link, attr);
	}
}

const struct link_attr link_attr_mtu = { .type = IFLA_MTU };
const struct link_attr link_attr_mac = { .type = IFLA_ADDRESS };

static int put_master(struct link_out *out)
{
	const struct net_link *link = out->link;
	int master = link->master[0] ? rtnl_ifindex(out->apply->rtnl[link->ns], link->master) : 0;

	if (link->master[0] && !master) {
		out->why = "its master no longer exists";
		return -ENODEV;
	}
	nla_put_u32(out->msg, IFLA_MASTER, (uint32_t)master);
	return 0;
}

static void get_master(const struct link_in *in, struct net_link *link)
{
	const struct nlattr *nla = in->tb[LINK_LEVEL_TOP][IFLA_MASTER];

	in->raw->master = nla ? (int)nla_get_u32(nla) : 0;
}

const struct link_attr link_attr_master = { .type = IFLA_MASTER, .put = put_master, .get = get_master };

static int put_addrgen(struct link_out *out)
{
	struct nlattr *spec = nla_nest_start(out->msg, IFLA_AF_SPEC), *inet6 = nla_nest_start(out->msg, AF_INET6);

	nla_put_u8(out->msg, IFLA_INET6_ADDR_GEN_MODE,
		   out->link->addrgen_none ? IN6_ADDR_GEN_MODE_NONE : IN6_ADDR_GEN_MODE_EUI64);
	nla_nest_end(out->msg, inet6);
	nla_nest_end(out->msg, spec);
	return 0;
}

static void get_addrgen(const struct link_in *in, struct net_link *link)
{
	struct nlattr *const *tb = in->tb[LINK_LEVEL_INET6];

	link->addrgen_none = tb && tb[IFLA_INET6_ADDR_GEN_MODE] &&
			     nla_get_u8(tb[IFLA_INET6_ADDR_GEN_MODE]) == IN6_ADDR_GEN_MODE_NONE;
}

/* `put` nests it by itself, so it counts as one of the top. */
const struct link_attr link_attr_addrgen_none = { .put = put_addrgen, .get = get_addrgen };

/* A NIC has the alias and its own group. A device that evpnd created is in the birth group, or comes back into it. */
static int put_mark(struct link_out *out)
{
	const struct net_link *link = out->link;
	char mark[NET_MARK_SIZE];

	nla_put_string(out->msg, IFLA_IFALIAS, link->given_back ? link->alias : net_mark(out->apply->instance, mark));
	if (link->owner == NET_OWNER_OURS)
		nla_put_u32(out->msg, IFLA_GROUP, net_birth_group(out->apply->instance));
	else if (link->regroups)
		nla_put_u32(out->msg, IFLA_GROUP, link->link_group);
	return 0;
}

static void get_mark(const struct link_in *in, struct net_link *link)
{
	struct nlattr *const *tb = in->tb[LINK_LEVEL_TOP];
	const char *alias = tb[IFLA_IFALIAS] ? nla_get_string(tb[IFLA_IFALIAS]) : "";
	uint32_t group = tb[IFLA_GROUP] ? nla_get_u32(tb[IFLA_GROUP]) : 0;
	bool born = group == in->ident->birth_group;

	if (streq(alias, in->ident->mark)) {
		link->leaving = group == in->ident->leaving_group;
		link->owner = born || link->leaving ? NET_OWNER_OURS : NET_OWNER_NIC;
	} else if (alias[0]) {
		link->owner = net_is_mark(alias) ? NET_OWNER_SIBLING : NET_OWNER_FOREIGN;
	} else {
		link->owner = born ? NET_OWNER_BORN : NET_OWNER_FOREIGN;
	}
}

const struct link_attr link_attr_owner = { .type = IFLA_IFALIAS, .put = put_mark, .get = get_mark };

static int put_up(struct link_out *out)
{
	struct ifinfomsg *ifi = nlmsg_data(nlmsg_hdr(out->msg));

	ifi->ifi_flags = out->link->up ? IFF_UP : 0;
	ifi->ifi_change = IFF_UP;
	return 0;
}

static void get_up(const struct link_in *in, struct net_link *link)
{
	link->up = in->ifi->ifi_flags & IFF_UP;
}

const struct link_attr link_attr_up = { .put = put_up, .get = get_up };

/* The kernel takes it only as a sysctl: OP_LINK_IPV6. */
static int put_nothing(struct link_out *out)
{
	return 0;
}

static void get_ipv6(const struct link_in *in, struct net_link *link)
{
	struct nlattr *const *tb = in->tb[LINK_LEVEL_INET6];
	const struct nlattr *conf = tb ? tb[IFLA_INET6_CONF] : NULL;

	link->ipv6 = tb != NULL;
	if (conf && nla_len(conf) > DEVCONF_DISABLE_IPV6 * (int)sizeof(int32_t))
		link->ipv6 = ((const int32_t *)nla_data(conf))[DEVCONF_DISABLE_IPV6] == 0;
}

const struct link_attr link_attr_ipv6 = { .put = put_nothing, .get = get_ipv6 };

/* What a NIC's VLAN or macvlan sits on is on the host; the link is born in its own namespace. */
static int put_parent(struct link_out *out)
{
	const struct net_link *link = out->link;
	int parent = rtnl_ifindex(out->apply->rtnl[link->parent_ns], link->parent);

	if (!parent) {
		out->why = "its parent no longer exists";
		return -ENODEV;
	}
	nla_put_u32(out->msg, IFLA_LINK, (uint32_t)parent);
	if (link->parent_ns != link->ns)
		nla_put_u32(out->msg, IFLA_NET_NS_FD, (uint32_t)out->apply->netns_fd[link->ns]);
	return 0;
}

void link_attr_get_link(const struct link_in *in, struct net_link *link)
{
	struct nlattr *const *tb = in->tb[LINK_LEVEL_TOP];

	in->raw->link = tb[IFLA_LINK] ? (int)nla_get_u32(tb[IFLA_LINK]) : 0;
	in->raw->link_elsewhere = tb[IFLA_LINK_NETNSID] != NULL;
}

const struct link_attr link_attr_parent = { .type = IFLA_LINK, .put = put_parent, .get = link_attr_get_link };
