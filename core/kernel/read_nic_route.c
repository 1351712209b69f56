/* SPDX-License-Identifier: Apache-2.0 */
/* read_nic_route.c - the host's routes that lead through an underlay NIC; see read_nic_parts.h */
#include <errno.h>
#include <linux/rtnetlink.h>
#include <netinet/in.h>
#include <netlink/attr.h>

#include "base/util.h"
#include "kernel/read_link.h"
#include "kernel/read_nic_parts.h"

#ifndef RTA_NH_ID
#define RTA_NH_ID 30 /* linux 5.3 */
#endif
/* rta_cacheinfo counts in these, whatever the kernel's HZ is (USER_HZ). */
#define TICKS_PER_SECOND 100
/* IP6_RT_PRIO_ADDRCONF: of the routes that the kernel adds with an IPv6 address. */
#define METRIC_OF_ADDRESS6 256

struct route_reader {
	struct nic_record *nic;
	const struct net *actual;
	int ifindex;
	size_t first; /* of this dump */
	size_t first_dependent;
};

static const struct net_link *find_index(const struct route_reader *reader, int ifindex)
{
	for (size_t i = 0; i < reader->actual->n_links; i++)
		if (reader->actual->links[i].ns == NET_NS_HOST && reader->actual->links[i].ifindex == ifindex)
			return &reader->actual->links[i];
	return NULL;
}

/* RTA_VIA: a next hop of another family than the route's. */
static void read_via(const struct nlattr *attr, struct ipaddr *ip)
{
	const struct rtvia *via = nla_data(attr);
	size_t size = (size_t)nla_len(attr) < sizeof(*via) ? 0 : (size_t)nla_len(attr) - sizeof(*via);
	size_t wanted = via->rtvia_family == AF_INET ? 4 : 16;

	if ((via->rtvia_family != AF_INET && via->rtvia_family != AF_INET6) || size < wanted)
		return;
	ip->family = (uint8_t)via->rtvia_family;
	ip->prefixlen = (uint8_t)(wanted * 8);
	memcpy(ip->bytes, via->rtvia_addr, wanted);
}

/* False: a hop of a form that evpnd does not know, such as one with an encapsulation, or too many of them. */
static bool read_hops(const struct route_reader *reader, const struct nlattr *attr, uint8_t family,
		      struct net_route *route)
{
	struct net_route_more *more = net_route_more(route);
	const struct rtnexthop *nh = nla_data(attr);
	size_t left = (size_t)nla_len(attr);

	for (; left >= sizeof(*nh) && nh->rtnh_len >= sizeof(*nh) && nh->rtnh_len <= left;
	     left -= NLMSG_ALIGN(nh->rtnh_len) < left ? NLMSG_ALIGN(nh->rtnh_len) : left,
	     nh = (const struct rtnexthop *)(const void *)((const char *)nh + NLMSG_ALIGN(nh->rtnh_len))) {
		const struct net_link *link = find_index(reader, nh->rtnh_ifindex);
		struct net_hop *hop = &more->hops[more->n_hops];
		struct nlattr *tb[RTA_MAX + 1];

		if (more->n_hops == NET_HOPS_MAX || !link ||
		    nla_parse(tb, RTA_MAX, (struct nlattr *)(uintptr_t)(nh + 1), (int)(nh->rtnh_len - sizeof(*nh)),
			      NULL) < 0 ||
		    tb[RTA_ENCAP])
			return false;
		more->n_hops++;
		net_set_name(hop->link, link->ifindex == reader->ifindex ? reader->nic->host_name : link->name);
		hop->weight = nh->rtnh_hops;
		hop->flags = nh->rtnh_flags & RTNH_F_ONLINK;
		if (tb[RTA_GATEWAY])
			read_ip_attr(tb[RTA_GATEWAY], family, family == AF_INET ? 32 : 128, &hop->via);
		else if (tb[RTA_VIA])
			read_via(tb[RTA_VIA], &hop->via);
	}
	return true;
}

/* The attributes that each_route() reads into members, and those that no program sets. */
static bool is_read(const struct nlattr *attr)
{
	switch (nla_type(attr)) {
	case RTA_DST:
	case RTA_IIF:
	case RTA_OIF:
	case RTA_GATEWAY:
	case RTA_VIA:
	case RTA_PRIORITY:
	case RTA_PREFSRC:
	case RTA_MULTIPATH:
	case RTA_TABLE:
	case RTA_CACHEINFO:
	case RTA_EXPIRES:
	case RTA_NH_ID:
		return true;
	case RTA_PREF: /* of a router in its advertisements; 0: medium */
		return nla_len(attr) >= 1 && *(const uint8_t *)nla_data(attr) == 0;
	default:
		return false;
	}
}

/* Copies the others as they are. False: they are too long. */
static bool read_others(const struct nlmsghdr *hdr, struct net_route *route)
{
	struct nlattr *attr;
	int left;

	nlmsg_for_each_attr(attr, (struct nlmsghdr *)(uintptr_t)hdr, sizeof(struct rtmsg), left)
	{
		struct net_route_more *more;
		size_t size = (size_t)nla_total_size(nla_len(attr));

		if (is_read(attr))
			continue;
		more = net_route_more(route);
		if (size > sizeof(more->attrs) - more->n_attrs)
			return false;
		memcpy(more->attrs + more->n_attrs, attr, (size_t)nla_attr_size(nla_len(attr)));
		more->n_attrs += (unsigned int)size;
	}
	return true;
}

static void read_expiry(struct nlattr *const *tb, struct net_route *route)
{
	const struct rta_cacheinfo *info = tb[RTA_CACHEINFO] ? nla_data(tb[RTA_CACHEINFO]) : NULL;

	if (info && (size_t)nla_len(tb[RTA_CACHEINFO]) >= sizeof(*info) && info->rta_expires > 0)
		net_route_more(route)->expires = (uint32_t)info->rta_expires / TICKS_PER_SECOND + 1;
}

/* Whether the kernel adds this route again with an address of the NIC: not if IFA_F_NOPREFIXROUTE says otherwise. */
static bool comes_with(const struct net_addr *addr, const struct net_route *route)
{
	struct ipaddr prefix = ipaddr_is_set(&addr->peer) ? addr->peer : addr->ip;
	uint32_t metric = addr->metric || addr->ip.family == AF_INET ? addr->metric : METRIC_OF_ADDRESS6;

	prefix.prefixlen = addr->ip.prefixlen;
	ipaddr_network(&prefix, &prefix);
	return !(addr->flags & IFA_F_NOPREFIXROUTE) && ipaddr_compare(&prefix, &route->dst) == 0 &&
	       route->metric == metric && (route->dst.family == AF_INET6 || ipaddr_same(&route->prefsrc, &addr->ip));
}

/* Whether it is one of those that the kernel adds to its local table: an address, or the broadcast addresses of its subnet. */
static bool is_of_address(const struct nic_record *nic, const struct net_route *route, uint8_t type)
{
	if (route->dst.family == AF_INET6)
		return true;
	for (size_t i = 0; route->table == RT_TABLE_LOCAL && i < nic->n_addrs; i++) {
		const struct net_addr *addr = &nic->addrs[i];

		if (type == RTN_LOCAL ? ipaddr_same(&addr->ip, &route->dst)
				      : type == RTN_BROADCAST && (ipaddr_same(&addr->broadcast, &route->dst) ||
								  ipaddr_is_network_of(&route->dst, &addr->ip) ||
								  ipaddr_is_broadcast_of(&route->dst, &addr->ip)))
			return true;
	}
	return false;
}

/*
 * Whether the kernel makes the route itself when the NIC is set up or gets its addresses: what it keeps in table local, the
 * multicast route, the prefixes of addresses. A route of protocol "kernel" may be another program's all the same:
 * NetworkManager and systemd-networkd add the prefix routes of their addresses themselves.
 */
static bool is_remade(const struct route_reader *reader, const struct net_route *route, uint8_t type)
{
	const struct nic_record *nic = reader->nic;

	if (route->protocol == RTPROT_REDIRECT)
		return true;
	if (route->protocol != RTPROT_KERNEL || ipaddr_is_set(&route->via))
		return false;
	if (type != RTN_UNICAST)
		return is_of_address(nic, route, type);
	if (route->dst.family == AF_INET6 && ipaddr_is_multicast(&route->dst))
		return true;
	/* The kernel's own link-local address is none of the record's. */
	if (route->dst.family == AF_INET6 && route->dst.prefixlen == 64 && ipaddr_is_link_local(&route->dst) &&
	    route->metric == METRIC_OF_ADDRESS6)
		return true;
	for (size_t i = 0; i < nic->n_addrs; i++)
		if (nic->addrs[i].ip.family == route->dst.family && comes_with(&nic->addrs[i], route))
			return true;
	return false;
}

/* 1: *ret_route is the route; 0: it needs no record; -1: it cannot be recorded. */
static int parse_route(const struct route_reader *reader, const struct nlmsghdr *hdr, struct net_route *route)
{
	const struct rtmsg *rtm = nlmsg_data(hdr);
	struct nlattr *tb[RTA_MAX + 1];
	uint8_t family = rtm->rtm_family, bits = family == AF_INET ? 32 : 128;
	bool known = true;

	if (hdr->nlmsg_type != RTM_NEWROUTE ||
	    nlmsg_parse((struct nlmsghdr *)(uintptr_t)hdr, sizeof(*rtm), tb, RTA_MAX, NULL) < 0 ||
	    (rtm->rtm_flags & RTM_F_CLONED))
		return 0;
	/* Older kernels do not filter by device. */
	if (tb[RTA_OIF] && (int)nla_get_u32(tb[RTA_OIF]) != reader->ifindex && !tb[RTA_MULTIPATH])
		return 0;
	route->ns = NET_NS_HOST;
	net_set_name(route->link, reader->nic->host_name);
	route->protocol = rtm->rtm_protocol;
	route->scope = rtm->rtm_scope;
	route->flags = rtm->rtm_flags & RTNH_F_ONLINK;
	route->table = tb[RTA_TABLE] ? nla_get_u32(tb[RTA_TABLE]) : rtm->rtm_table;
	route->metric = tb[RTA_PRIORITY] ? nla_get_u32(tb[RTA_PRIORITY]) : 0;
	read_ip_attr(tb[RTA_DST], family, rtm->rtm_dst_len, &route->dst);
	if (tb[RTA_PREFSRC])
		read_ip_attr(tb[RTA_PREFSRC], family, bits, &route->prefsrc);
	if (tb[RTA_NH_ID])
		net_route_more(route)->nexthop = nla_get_u32(tb[RTA_NH_ID]);
	else if (tb[RTA_MULTIPATH])
		known = read_hops(reader, tb[RTA_MULTIPATH], family, route);
	else if (tb[RTA_GATEWAY])
		read_ip_attr(tb[RTA_GATEWAY], family, bits, &route->via);
	else if (tb[RTA_VIA])
		read_via(tb[RTA_VIA], &route->via);
	if (is_remade(reader, route, rtm->rtm_type))
		return 0;
	/* A route of a source subtree needs a second prefix. */
	if (rtm->rtm_src_len || !read_others(hdr, route))
		known = false;
	if (rtm->rtm_type != RTN_UNICAST || rtm->rtm_tos) {
		net_route_more(route)->type = rtm->rtm_type == RTN_UNICAST ? 0 : rtm->rtm_type;
		net_route_more(route)->tos = rtm->rtm_tos;
	}
	read_expiry(tb, route);
	return known ? 1 : -1;
}

static void each_route(const struct nlmsghdr *hdr, void *arg)
{
	struct route_reader *reader = arg;
	struct net_route route = { 0 };
	char text[IPADDR_TEXT_SIZE];
	int r = parse_route(reader, hdr, &route);

	if (r > 0) {
		route.order = (uint32_t)reader->nic->n_routes;
		*(struct net_route *)util_append(&reader->nic->routes, &reader->nic->n_routes, sizeof(route)) = route;
		return;
	}
	if (r < 0)
		nic_add_dependent(reader->nic, NET_DEPENDENT_ROUTE,
				  "evpnd cannot restore its route to %s (table %u): it has an encapsulation, a source "
				  "prefix, or more attributes than evpnd records",
				  ipaddr_format(&route.dst, true, text), route.table);
	free(route.more);
}

static void restart_routes(void *arg)
{
	struct route_reader *reader = arg;
	struct nic_record *nic = reader->nic;

	while (nic->n_routes > reader->first)
		free(nic->routes[--nic->n_routes].more);
	nic->n_dependents = reader->first_dependent;
}

int read_nic_routes(struct nic_record *nic, struct rtnl *host, const struct net *actual, int ifindex,
		    struct evpn_error *err)
{
	static const uint8_t families[] = { AF_INET, AF_INET6 };
	struct route_reader reader = { .nic = nic, .actual = actual, .ifindex = ifindex };

	for (size_t i = 0; i < ARRAY_LEN(families); i++) {
		struct rtmsg rtm = { .rtm_family = families[i] };
		struct nl_msg *msg;
		int r;

		if (families[i] == AF_INET6 && actual->no_ipv6[NET_NS_HOST])
			continue;
		msg = rtnl_message(RTM_GETROUTE, 0);
		nlmsg_append(msg, &rtm, sizeof(rtm), NLMSG_ALIGNTO);
		nla_put_u32(msg, RTA_OIF, (uint32_t)ifindex);
		reader.first = nic->n_routes;
		reader.first_dependent = nic->n_dependents;
		r = rtnl_dump(host, msg, each_route, restart_routes, &reader);
		if (r < 0)
			return evpn_fail(err, -r, "host: dump of the routes of %s: %s", nic->name, strerror(-r));
	}
	return 0;
}
