/* SPDX-License-Identifier: Apache-2.0 */
/* nic_object.c - reads and restores what else lives with a NIC on the host; see read_nic_parts.h and apply_parts.h */
#include <errno.h>
#include <linux/if_link.h>
#include <linux/neighbour.h>
#include <linux/nexthop.h>
#include <linux/rtnetlink.h>
#include <netinet/in.h>
#include <netlink/attr.h>
#include <stdio.h>

#include "base/util.h"
#include "kernel/apply_parts.h"
#include "kernel/read_link.h"
#include "kernel/read_nic_parts.h"

/* How the objects of a kind are written. */
struct object_kind {
	int type;
	int flags;
	size_t header; /* bytes of the message before its attributes */
	size_t index_at; /* where the index of the device is in the header */
	bool index_is_attr; /* it is NHA_OIF */
};

static const struct object_kind kinds[NET_OBJECT_KIND_COUNT] = {
	[NET_OBJECT_NEIGHBOR] = { RTM_NEWNEIGH, NLM_F_CREATE | NLM_F_REPLACE, sizeof(struct ndmsg),
				  offsetof(struct ndmsg, ndm_ifindex), false },
	[NET_OBJECT_TOKEN] = { RTM_SETLINK, 0, sizeof(struct ifinfomsg), offsetof(struct ifinfomsg, ifi_index), false },
	/* Its number may be another program's now. */
	[NET_OBJECT_NEXTHOP] = { RTM_NEWNEXTHOP, NLM_F_CREATE | NLM_F_EXCL, sizeof(struct nhmsg), 0, true },
	/* The kernel has taken the NIC's nexthop out of a group that has others. */
	[NET_OBJECT_NEXTHOP_GROUP] = { RTM_NEWNEXTHOP, NLM_F_CREATE | NLM_F_REPLACE, sizeof(struct nhmsg), 0, false },
};

struct object_reader {
	struct nic_record *nic;
	const struct net *actual;
	int ifindex;
	size_t first, first_dependent; /* before this dump */
	bool groups;
};

static void restart(void *arg)
{
	struct object_reader *reader = arg;

	reader->nic->n_objects = reader->first;
	reader->nic->n_dependents = reader->first_dependent;
}

/* Starts an object with a message's header. NULL: it does not fit. */
static struct net_object *begin(struct object_reader *reader, enum net_object_kind kind, const void *header)
{
	struct nic_record *nic = reader->nic;
	struct net_object *object = util_append(&nic->objects, &nic->n_objects, sizeof(*object));

	memset(object, 0, sizeof(*object));
	object->ns = NET_NS_HOST;
	object->kind = kind;
	net_set_name(object->link, nic->host_name);
	object->size = (unsigned int)NLMSG_ALIGN(kinds[kind].header);
	memcpy(object->message, header, kinds[kind].header);
	return object;
}

/* False: the attribute does not fit, and the object is dropped. */
static bool add_attr(struct object_reader *reader, struct net_object *object, const struct nlattr *attr)
{
	size_t size = (size_t)nla_total_size(nla_len(attr));

	if (size > sizeof(object->message) - object->size) {
		reader->nic->n_objects--;
		return false;
	}
	memcpy(object->message + object->size, attr, (size_t)nla_attr_size(nla_len(attr)));
	object->size += (unsigned int)size;
	return true;
}

static void put_mac(const struct nlattr *attr, char *buf, size_t size)
{
	const uint8_t *mac = nla_data(attr);

	for (int i = 0; i < nla_len(attr) && (size_t)i * 3 + 3 < size; i++)
		snprintf(buf + i * 3, size - (size_t)i * 3, "%s%02x", i ? ":" : "", mac[i]);
}

static void describe_neighbor(const struct ndmsg *ndm, struct nlattr *const *tb, struct net_object *object)
{
	char ip[IPADDR_TEXT_SIZE] = "", mac[64] = "";
	struct ipaddr addr;

	if (tb[NDA_LLADDR])
		put_mac(tb[NDA_LLADDR], mac, sizeof(mac));
	if (ndm->ndm_family == AF_BRIDGE) {
		snprintf(object->text, sizeof(object->text), "fdb add %s dev %s self", mac, object->link);
		return;
	}
	read_ip_attr(tb[NDA_DST], ndm->ndm_family, ndm->ndm_family == AF_INET ? 32 : 128, &addr);
	ipaddr_format(&addr, false, ip);
	snprintf(object->text, sizeof(object->text), "neigh add%s %s%s%s dev %s%s",
		 ndm->ndm_flags & NTF_PROXY ? " proxy" : "", ip, mac[0] ? " lladdr " : "", mac, object->link,
		 ndm->ndm_state & NUD_NOARP ? " nud noarp" : "");
}

/*
 * The kernel itself makes entries without ARP, of multicast and broadcast addresses, and of all on a device that has no ARP
 * (arp_constructor, ndisc_constructor).
 */
static bool is_by_constructor(const struct nic_record *nic, const struct nlattr *mac)
{
	static const uint8_t none[6];

	return !mac || nla_len(mac) != 6 || (*(const uint8_t *)nla_data(mac) & 1) ||
	       memcmp(nla_data(mac), none, 6) == 0 || memcmp(nla_data(mac), nic->address, 6) == 0;
}

/* Whether an administrator or a program has set the entry, so that the kernel does not find it again. */
static bool is_static(const struct nic_record *nic, const struct ndmsg *ndm, struct nlattr *const *tb)
{
	if (ndm->ndm_family == AF_BRIDGE)
		return (ndm->ndm_flags & NTF_SELF) && (ndm->ndm_state & NUD_PERMANENT) && tb[NDA_LLADDR] &&
		       nla_len(tb[NDA_LLADDR]) == 6 && !(*(const uint8_t *)nla_data(tb[NDA_LLADDR]) & 1);
	if (!tb[NDA_DST])
		return false;
	if (ndm->ndm_flags & NTF_PROXY)
		return true;
	return (ndm->ndm_state & NUD_PERMANENT) ||
	       ((ndm->ndm_state & NUD_NOARP) && !is_by_constructor(nic, tb[NDA_LLADDR]));
}

/* The NIC's own MAC is in its filter on some drivers, and the kernel puts there the MACs of the devices on top of it. */
static bool is_of_device(const struct object_reader *reader, const uint8_t *mac)
{
	for (size_t i = 0; i < reader->actual->n_links; i++)
		if (memcmp(mac, reader->actual->links[i].hw_mac, 6) == 0)
			return true;
	return memcmp(mac, reader->nic->address, 6) == 0;
}

static void each_neighbor(const struct nlmsghdr *hdr, void *arg)
{
	static const int kept[] = { NDA_DST, NDA_LLADDR, NDA_PROTOCOL };
	struct object_reader *reader = arg;
	struct ndmsg ndm = *(const struct ndmsg *)nlmsg_data(hdr);
	struct nlattr *tb[NDA_MAX + 1];
	struct net_object *object;

	if (hdr->nlmsg_type != RTM_NEWNEIGH || ndm.ndm_ifindex != reader->ifindex ||
	    nlmsg_parse((struct nlmsghdr *)(uintptr_t)hdr, sizeof(ndm), tb, NDA_MAX, NULL) < 0 ||
	    !is_static(reader->nic, &ndm, tb))
		return;
	if (ndm.ndm_family == AF_BRIDGE && is_of_device(reader, nla_data(tb[NDA_LLADDR])))
		return;
	ndm.ndm_ifindex = 0;
	ndm.ndm_type = 0;
	ndm.ndm_flags &= NTF_PROXY | NTF_ROUTER | NTF_SELF;
	object = begin(reader, NET_OBJECT_NEIGHBOR, &ndm);
	for (size_t i = 0; i < ARRAY_LEN(kept); i++)
		if (tb[kept[i]] && !add_attr(reader, object, tb[kept[i]]))
			return;
	describe_neighbor(&ndm, tb, object);
}

/* Whether one of the NIC's nexthops, which were read before, is in the group. */
static bool has_member(const struct object_reader *reader, const struct nexthop_grp *members, size_t n)
{
	for (size_t i = 0; i < reader->nic->n_objects; i++) {
		const struct net_object *object = &reader->nic->objects[i];
		const struct nlattr *id = (const struct nlattr *)(const void *)(object->message +
										NLMSG_ALIGN(sizeof(struct nhmsg)));

		for (size_t k = 0; object->kind == NET_OBJECT_NEXTHOP && k < n; k++)
			if (members[k].id == nla_get_u32(id))
				return true;
	}
	return false;
}

static void describe_nexthop(struct nlattr *const *tb, const struct nhmsg *nhm, struct net_object *object)
{
	char ip[IPADDR_TEXT_SIZE] = "";
	struct ipaddr via = { 0 };

	if (tb[NHA_GATEWAY])
		read_ip_attr(tb[NHA_GATEWAY], nhm->nh_family, nhm->nh_family == AF_INET ? 32 : 128, &via);
	if (object->kind == NET_OBJECT_NEXTHOP_GROUP)
		snprintf(object->text, sizeof(object->text), "nexthop replace id %u group (%zu members)",
			 nla_get_u32(tb[NHA_ID]), (size_t)nla_len(tb[NHA_GROUP]) / sizeof(struct nexthop_grp));
	else
		snprintf(object->text, sizeof(object->text), "nexthop add id %u%s%s dev %s", nla_get_u32(tb[NHA_ID]),
			 tb[NHA_GATEWAY] ? " via " : "", tb[NHA_GATEWAY] ? ipaddr_format(&via, false, ip) : "",
			 object->link);
}

static bool is_of_nic(const struct object_reader *reader, struct nlattr *const *tb)
{
	if (reader->groups)
		return tb[NHA_GROUP] && has_member(reader, nla_data(tb[NHA_GROUP]),
						   (size_t)nla_len(tb[NHA_GROUP]) / sizeof(struct nexthop_grp));
	return tb[NHA_OIF] && (int)nla_get_u32(tb[NHA_OIF]) == reader->ifindex;
}

static void each_nexthop(const struct nlmsghdr *hdr, void *arg)
{
	static const int kept[] = { NHA_ID, NHA_GATEWAY, NHA_GROUP, NHA_ENCAP_TYPE, NHA_ENCAP };
	struct object_reader *reader = arg;
	struct nhmsg nhm = *(const struct nhmsg *)nlmsg_data(hdr);
	struct nlattr *tb[NHA_MAX + 1];
	struct net_object *object;

	if (hdr->nlmsg_type != RTM_NEWNEXTHOP ||
	    nlmsg_parse((struct nlmsghdr *)(uintptr_t)hdr, sizeof(nhm), tb, NHA_MAX, NULL) < 0 || !tb[NHA_ID] ||
	    !is_of_nic(reader, tb))
		return;
	if (tb[NHA_GROUP_TYPE] && nla_get_u16(tb[NHA_GROUP_TYPE]) != NEXTHOP_GRP_TYPE_MPATH) {
		nic_add_dependent(reader->nic, NET_DEPENDENT_ROUTE,
				  "evpnd cannot restore nexthop %u, a resilient group with one of its nexthops",
				  nla_get_u32(tb[NHA_ID]));
		return;
	}
	nhm.nh_scope = 0;
	nhm.resvd = 0;
	nhm.nh_flags &= RTNH_F_ONLINK;
	object = begin(reader, reader->groups ? NET_OBJECT_NEXTHOP_GROUP : NET_OBJECT_NEXTHOP, &nhm);
	for (size_t i = 0; i < ARRAY_LEN(kept); i++)
		if (tb[kept[i]] && !add_attr(reader, object, tb[kept[i]])) {
			nic_add_dependent(reader->nic, NET_DEPENDENT_ROUTE,
					  "evpnd cannot restore nexthop %u: it has too many members",
					  nla_get_u32(tb[NHA_ID]));
			return;
		}
	describe_nexthop(tb, &nhm, object);
}

/* An address of router advertisements gets this interface identifier instead of the kernel's. */
static void each_token(const struct nlmsghdr *hdr, void *arg)
{
	static const uint8_t none[16];
	const struct ifinfomsg ifi = { .ifi_family = AF_UNSPEC };
	struct object_reader *reader = arg;
	struct nlattr *tb[IFLA_MAX + 1], *inet6, *token;
	struct ipaddr ip = { .family = AF_INET6, .prefixlen = 128 };
	struct net_object *object;
	struct nl_msg *msg;
	char text[IPADDR_TEXT_SIZE];

	if (hdr->nlmsg_type != RTM_NEWLINK ||
	    nlmsg_parse((struct nlmsghdr *)(uintptr_t)hdr, sizeof(ifi), tb, IFLA_MAX, NULL) < 0 || !tb[IFLA_AF_SPEC])
		return;
	inet6 = nla_find(nla_data(tb[IFLA_AF_SPEC]), nla_len(tb[IFLA_AF_SPEC]), AF_INET6);
	token = inet6 ? nla_find(nla_data(inet6), nla_len(inet6), IFLA_INET6_TOKEN) : NULL;
	if (!token || nla_len(token) != 16 || memcmp(nla_data(token), none, sizeof(none)) == 0)
		return;
	memcpy(ip.bytes, nla_data(token), 16);
	msg = rtnl_message(RTM_SETLINK, 0);
	nlmsg_append(msg, (void *)(uintptr_t)&ifi, sizeof(ifi), NLMSG_ALIGNTO);
	struct nlattr *spec = nla_nest_start(msg, IFLA_AF_SPEC), *nest = nla_nest_start(msg, AF_INET6);
	nla_put(msg, IFLA_INET6_TOKEN, 16, ip.bytes);
	nla_nest_end(msg, nest);
	nla_nest_end(msg, spec);
	object = begin(reader, NET_OBJECT_TOKEN, &ifi);
	if (add_attr(reader, object, spec))
		snprintf(object->text, sizeof(object->text), "token set %s dev %s", ipaddr_format(&ip, false, text),
			 object->link);
	nlmsg_free(msg);
}

static int fail(const struct nic_record *nic, const char *what, int r, struct evpn_error *err)
{
	return evpn_fail(err, -r, "host: read the %s of %s: %s", what, nic->name, strerror(-r));
}

static int read_neighbors(struct object_reader *reader, struct rtnl *host, uint8_t family, uint8_t flags)
{
	struct ndmsg ndm = { .ndm_family = family, .ndm_flags = flags };
	struct nl_msg *msg = rtnl_message(RTM_GETNEIGH, 0);
	int r;

	reader->first = reader->nic->n_objects;
	reader->first_dependent = reader->nic->n_dependents;
	nlmsg_append(msg, &ndm, sizeof(ndm), NLMSG_ALIGNTO);
	if (family != AF_BRIDGE)
		nla_put_u32(msg, NDA_IFINDEX, (uint32_t)reader->ifindex);
	r = rtnl_dump(host, msg, each_neighbor, restart, reader);
	/* A kernel without IPv6, or without filters. */
	return r == -EOPNOTSUPP || r == -EAFNOSUPPORT ? 0 : r;
}

static int read_nexthops(struct object_reader *reader, struct rtnl *host, bool groups)
{
	struct nhmsg nhm = { .nh_family = AF_UNSPEC };
	struct nl_msg *msg = rtnl_message(RTM_GETNEXTHOP, 0);
	int r;

	reader->groups = groups;
	reader->first = reader->nic->n_objects;
	reader->first_dependent = reader->nic->n_dependents;
	nlmsg_append(msg, &nhm, sizeof(nhm), NLMSG_ALIGNTO);
	if (groups)
		nla_put_flag(msg, NHA_GROUPS);
	else
		nla_put_u32(msg, NHA_OIF, (uint32_t)reader->ifindex);
	r = rtnl_dump(host, msg, each_nexthop, restart, reader);
	/* Before Linux 5.3. */
	return r == -EOPNOTSUPP ? 0 : r;
}

static int read_token(struct object_reader *reader, struct rtnl *host)
{
	return rtnl_get(host, apply_link_message(RTM_GETLINK, 0, reader->ifindex, 0, 0), each_token, reader);
}

int read_nic_objects(struct nic_record *nic, struct rtnl *host, const struct net *actual, int ifindex,
		     struct evpn_error *err)
{
	static const struct {
		uint8_t family, flags;
	} tables[] = {
		{ AF_INET, 0 }, { AF_INET, NTF_PROXY }, { AF_INET6, 0 }, { AF_INET6, NTF_PROXY }, { AF_BRIDGE, 0 }
	};
	struct object_reader reader = { .nic = nic, .actual = actual, .ifindex = ifindex };
	int r = 0;

	for (size_t i = 0; i < ARRAY_LEN(tables) && r == 0; i++)
		r = read_neighbors(&reader, host, tables[i].family, tables[i].flags);
	if (r < 0)
		return fail(nic, "neighbors", r, err);
	r = read_token(&reader, host);
	if (r < 0)
		return fail(nic, "token", r, err);
	r = read_nexthops(&reader, host, false);
	if (r == 0)
		r = read_nexthops(&reader, host, true);
	return r < 0 ? fail(nic, "nexthops", r, err) : 0;
}

struct outcome apply_object(struct apply *apply, const struct op *op)
{
	const struct net_object *object = op->object;
	const struct object_kind *kind = &kinds[object->kind];
	struct rtnl *rtnl = apply->rtnl[object->ns];
	uint8_t message[NET_OBJECT_MAX];
	int ifindex = rtnl_ifindex(rtnl, object->link);
	bool has_index = object->kind != NET_OBJECT_NEXTHOP_GROUP;
	struct nl_msg *msg;

	if (has_index && !ifindex)
		return apply_no_device();
	if (object->size < kind->header)
		return (struct outcome){ -EINVAL, "the record of the NIC is damaged" };
	memcpy(message, object->message, object->size);
	if (has_index && !kind->index_is_attr)
		memcpy(message + kind->index_at, &ifindex, sizeof(ifindex));
	msg = rtnl_message(kind->type, kind->flags);
	nlmsg_append(msg, message, object->size, NLMSG_ALIGNTO);
	if (kind->index_is_attr)
		nla_put_u32(msg, NHA_OIF, (uint32_t)ifindex);
	return OUTCOME(rtnl_request(rtnl, msg));
}
