/* SPDX-License-Identifier: Apache-2.0 */
/* read.c - see read.h */
#include <errno.h>
#include <linux/if_addr.h>
#include <linux/rtnetlink.h>
#include <netinet/in.h>
#include <netlink/attr.h>

#include "base/util.h"
#include "kernel/read.h"
#include "kernel/read_link.h"
#include "kernel/read_parts.h"
#include "kernel/rule.h"
#include "kernel/seal.h"

#ifndef IFA_PROTO
#define IFA_PROTO 11 /* linux 5.18 */
#endif
#ifndef IFAPROT_KERNEL_RA
#define IFAPROT_KERNEL_RA 2
#endif
#ifndef IFAPROT_KERNEL_LL
#define IFAPROT_KERNEL_LL 3
#endif

/* The flags of an address that a user sets; the kernel sets the others. */
#define ADDR_USER_FLAGS \
	(IFA_F_NODAD | IFA_F_HOMEADDRESS | IFA_F_MANAGETEMPADDR | IFA_F_NOPREFIXROUTE | IFA_F_MCAUTOJOIN)

static int by_ifindex(const void *a, const void *b)
{
	return ((const struct reader_slot *)a)->ifindex - ((const struct reader_slot *)b)->ifindex;
}

struct net_link *reader_link(const struct reader *reader, int ifindex)
{
	struct reader_slot key = { .ifindex = ifindex };
	const struct reader_slot *hit = reader->n_raw
						? bsearch(&key, reader->slots, reader->n_raw, sizeof(key), by_ifindex)
						: NULL;

	return hit ? &reader->net->links[hit->pos] : NULL;
}

static void each_link(const struct nlmsghdr *hdr, void *arg)
{
	struct reader *reader = arg;
	struct net_link link;
	struct read_raw raw;

	if (!read_parse_link(hdr, reader->ident, &link, &raw))
		return;
	link.ns = reader->ns;
	/* evpn.conf may name a NIC by one. */
	if (reader->ns == NET_NS_HOST)
		link.altnames = read_altnames(
			nlmsg_find_attr((struct nlmsghdr *)(uintptr_t)hdr, sizeof(struct ifinfomsg), IFLA_PROP_LIST));
	*(struct net_link *)util_append(&reader->net->links, &reader->net->n_links, sizeof(link)) = link;
	*(struct read_raw *)util_append(&reader->raw, &reader->n_raw, sizeof(raw)) = raw;
	if (streq(link.name, "lo"))
		reader->net->no_ipv6[reader->ns] = !raw.has_inet6;
}

static void restart_links(void *arg)
{
	struct reader *reader = arg;

	while (reader->net->n_links > reader->first_link)
		free(reader->net->links[--reader->net->n_links].altnames);
	reader->n_raw = 0;
}

/*
 * The kernel adds and deletes by itself a link-local IPv6 address of each device. But on a device of ours with addrgenmode none it
 * is ours, and on a device of the host's an address may be the administrator's. (Before Linux 5.18 the kernel does not tell.)
 */
static bool is_set_by_user(const struct reader *reader, const struct ifaddrmsg *ifa, uint8_t proto,
			   const struct net_link *link)
{
	if (net_is_made(link))
		return link->addrgen_none;
	return reader->ns == NET_NS_HOST &&
	       (ifa->ifa_family == AF_INET || (reader->knows_addr_proto && proto != IFAPROT_KERNEL_LL));
}

/*
 * The kernel adds and deletes by itself the addresses of router advertisements. (IPv4 uses the flag of a temporary address for
 * secondary ones.)
 */
static bool is_by_advertisement(const struct reader *reader, const struct ifaddrmsg *ifa, uint8_t proto)
{
	return proto == IFAPROT_KERNEL_RA ||
	       (ifa->ifa_family == AF_INET6 && ((ifa->ifa_flags & IFA_F_TEMPORARY) ||
						(!reader->knows_addr_proto && !(ifa->ifa_flags & IFA_F_PERMANENT))));
}

/* A deprecated address has a preferred lifetime of 0, which the kernel does not show with an IPv4 address that is valid forever. */
static void read_lifetime(const struct nlattr *attr, uint32_t flags, struct net_addr *addr)
{
	const struct ifa_cacheinfo *info = attr ? nla_data(attr) : NULL;

	if (!info || (size_t)nla_len(attr) < sizeof(*info))
		return;
	addr->valid = info->ifa_valid;
	addr->preferred = flags & IFA_F_DEPRECATED ? 0 : info->ifa_prefered;
	addr->limited = addr->valid != UINT32_MAX || addr->preferred != UINT32_MAX;
}

static void each_addr(const struct nlmsghdr *hdr, void *arg)
{
	struct reader *reader = arg;
	const struct ifaddrmsg *ifa = nlmsg_data(hdr);
	struct nlattr *tb[IFA_PROTO + 1], *ip;
	const struct net_link *link;
	struct net_addr *addr;
	uint32_t flags;
	uint8_t proto = 0;

	if (hdr->nlmsg_type != RTM_NEWADDR ||
	    nlmsg_parse((struct nlmsghdr *)(uintptr_t)hdr, sizeof(*ifa), tb, IFA_PROTO, NULL) < 0)
		return;
	if (tb[IFA_PROTO]) {
		reader->knows_addr_proto = true;
		proto = nla_get_u8(tb[IFA_PROTO]);
	}
	ip = tb[IFA_LOCAL] ? tb[IFA_LOCAL] : tb[IFA_ADDRESS];
	link = reader_link(reader, (int)ifa->ifa_index);
	if (!ip || !link ||
	    (ifa->ifa_scope == RT_SCOPE_LINK && proto != NET_PROTOCOL && !is_set_by_user(reader, ifa, proto, link)) ||
	    is_by_advertisement(reader, ifa, proto))
		return;
	addr = util_append(&reader->net->addrs, &reader->net->n_addrs, sizeof(*addr));
	addr->ns = reader->ns;
	net_set_name(addr->link, link->name);
	read_ip_attr(ip, ifa->ifa_family, ifa->ifa_prefixlen, &addr->ip);
	addr->ours = proto == NET_PROTOCOL;
	addr->proto = proto;
	addr->scope = ifa->ifa_scope;
	flags = tb[IFA_FLAGS] ? nla_get_u32(tb[IFA_FLAGS]) : ifa->ifa_flags;
	addr->flags = flags & ADDR_USER_FLAGS;
	/* IFA_ADDRESS is the peer's address if it differs. An IPv6 message without IFA_LOCAL has the address in it. */
	if (tb[IFA_LOCAL] && tb[IFA_ADDRESS])
		read_ip_attr(tb[IFA_ADDRESS], ifa->ifa_family, (uint8_t)ipaddr_bits(&addr->ip), &addr->peer);
	if (memcmp(addr->peer.bytes, addr->ip.bytes, sizeof(addr->ip.bytes)) == 0)
		memset(&addr->peer, 0, sizeof(addr->peer));
	if (tb[IFA_BROADCAST])
		read_ip_attr(tb[IFA_BROADCAST], ifa->ifa_family, (uint8_t)ipaddr_bits(&addr->ip), &addr->broadcast);
	if (tb[IFA_LABEL])
		net_set_name(addr->label, nla_get_string(tb[IFA_LABEL]));
	if (tb[IFA_RT_PRIORITY])
		addr->metric = nla_get_u32(tb[IFA_RT_PRIORITY]);
	read_lifetime(tb[IFA_CACHEINFO], flags, addr);
	/* The kernel lists IPv4 addresses as they were added, and those of IPv6 the other way round. */
	addr->order = ifa->ifa_family == AF_INET ? (uint32_t)reader->net->n_addrs
						 : UINT32_MAX - (uint32_t)reader->net->n_addrs;
}

static void restart_addrs(void *arg)
{
	struct reader *reader = arg;

	reader->net->n_addrs = reader->first_addr;
}

static int dump_links(struct reader *reader, struct rtnl *rtnl)
{
	struct ifinfomsg ifi = { .ifi_family = AF_UNSPEC };
	struct nl_msg *msg = rtnl_message(RTM_GETLINK, 0);
	int r;

	nlmsg_append(msg, &ifi, sizeof(ifi), NLMSG_ALIGNTO);
	nla_put_u32(msg, IFLA_EXT_MASK, RTEXT_FILTER_SKIP_STATS);
	r = rtnl_dump(rtnl, msg, each_link, restart_links, reader);
	reader->slots = xcalloc(reader->n_raw, sizeof(*reader->slots));
	for (size_t i = 0; i < reader->n_raw; i++)
		reader->slots[i] = (struct reader_slot){ reader->net->links[reader->first_link + i].ifindex,
							 reader->first_link + i };
	if (reader->n_raw)
		qsort(reader->slots, reader->n_raw, sizeof(*reader->slots), by_ifindex);
	return r;
}

static int dump_addrs(struct reader *reader, struct rtnl *rtnl)
{
	struct ifaddrmsg ifa = { .ifa_family = AF_UNSPEC };
	struct nl_msg *msg = rtnl_message(RTM_GETADDR, 0);

	nlmsg_append(msg, &ifa, sizeof(ifa), NLMSG_ALIGNTO);
	return rtnl_dump(rtnl, msg, each_addr, restart_addrs, reader);
}

static void each_sealed(int ifindex, uint8_t seals, void *arg)
{
	struct net_link *link = reader_link(arg, ifindex);

	if (link)
		link->seals = seals;
}

static int read_ns(struct reader *reader, struct rtnl *rtnl, struct evpn_error *err)
{
	const char *what = "links";
	int r;

	reader->first_link = reader->net->n_links;
	reader->first_addr = reader->net->n_addrs;
	r = dump_links(reader, rtnl);
	if (r == 0) {
		what = "addresses";
		r = dump_addrs(reader, rtnl);
	}
	if (r == 0) {
		what = "traffic control";
		r = seal_read(rtnl, reader->ident, each_sealed, reader);
	}
	if (r == 0) {
		what = "routes";
		r = read_routes(reader, rtnl, AF_INET);
		if (r == 0 && !reader->net->no_ipv6[reader->ns])
			r = read_routes(reader, rtnl, AF_INET6);
	}
	if (r == 0 && reader->ns == NET_NS_FRR) {
		what = "rules";
		r = read_rules(rtnl, reader->net);
	}
	if (r < 0)
		return evpn_fail(err, -r, "%s: dump of %s: %s%s", net_ns_name(reader->ns), what, strerror(-r),
				 r == -EINTR ? "; the namespace kept changing, try again" : "");
	return 0;
}

/* Of these kinds the link is not the device below, but the other end. */
static bool is_peer(const struct net_link *link)
{
	return streq(link->device.kind, "veth") || streq(link->device.kind, "vxcan") ||
	       streq(link->device.kind, "netkit");
}

/* Turns indices into names. The peer of a veth is the link whose peer index points back. */
static void resolve(struct reader readers[NET_NS_COUNT])
{
	for (int ns = 0; ns < NET_NS_COUNT; ns++) {
		struct reader *reader = &readers[ns];

		for (size_t i = 0; i < reader->n_raw; i++) {
			struct net_link *link = &reader->net->links[reader->first_link + i];
			const struct read_raw *raw = &reader->raw[i];
			const struct net_link *master = raw->master ? reader_link(reader, raw->master) : NULL;
			const struct reader *other = &readers[raw->link_elsewhere ? !ns : ns];
			const struct net_link *peer = NULL;

			if (master)
				net_set_name(link->master, master->name);
			const net_attr_set attrs = net_kinds[link->kind].attrs;

			if (raw->link && !raw->link_elsewhere && !is_peer(link))
				link->lower = raw->link;
			if (raw->link && (attrs & NET_LINK_PARENT) && reader_link(other, raw->link)) {
				link->parent_ns = other->ns;
				net_set_name(link->parent, reader_link(other, raw->link)->name);
			}
			if (raw->link && (attrs & NET_LINK_PEER) && !link->elsewhere)
				peer = reader_link(other, raw->link);
			if (peer && peer->kind == link->kind &&
			    other->raw[peer - &other->net->links[other->first_link]].link == link->ifindex) {
				link->peer_ns = other->ns;
				net_set_name(link->peer, peer->name);
			}
		}
	}
}

/*
 * Kernels before 5.18 do not keep an address's protocol. There, all addresses on a device of ours count as ours, and an
 * address on the NIC or on lo stays when it leaves the configuration.
 */
static void guess_owners(const struct reader *reader)
{
	struct net *net = reader->net;

	for (size_t i = reader->first_addr; !reader->knows_addr_proto && i < net->n_addrs; i++) {
		const struct net_link *link = net_find_link(net, net->addrs[i].ns, net->addrs[i].link);

		if (link && net_is_made(link))
			net->addrs[i].ours = true;
	}
}

/*
 * Where the other end of a link is, of every kind: of a VLAN the device that it is on, of a VXLAN the namespace that it was made
 * in. On the host that is FRR's namespace (`inward') or not; in FRR's, the host's, its own, or another one (`elsewhere').
 */
static int find_other_ends(struct reader readers[NET_NS_COUNT], struct rtnl *const rtnl[NET_NS_COUNT],
			   struct evpn_error *err)
{
	int nsid[NET_NS_COUNT];

	if (!rtnl[NET_NS_HOST] || !rtnl[NET_NS_FRR])
		return 0;
	for (int ns = 0; ns < NET_NS_COUNT; ns++)
		if (rtnl_nsid(rtnl[ns], rtnl[!ns], &nsid[ns], err) < 0)
			return -1;
	for (int ns = 0; ns < NET_NS_COUNT; ns++)
		for (size_t i = 0; i < readers[ns].n_raw; i++) {
			struct net_link *link = &readers[ns].net->links[readers[ns].first_link + i];
			int there = readers[ns].raw[i].nsid;

			link->inward = ns == NET_NS_HOST && there >= 0 && there == nsid[ns];
			link->elsewhere = ns == NET_NS_FRR && there >= 0 && there != nsid[ns];
		}
	return 0;
}

int read_net(struct rtnl *const rtnl[NET_NS_COUNT], const char *instance, struct net *net, struct evpn_error *err)
{
	struct read_ident ident = { .birth_group = net_birth_group(instance),
				    .leaving_group = net_leaving_group(instance) };
	struct reader readers[NET_NS_COUNT] = { 0 };
	int r = 0;

	net_mark(instance, ident.mark);
	for (int ns = 0; ns < NET_NS_COUNT && r == 0; ns++) {
		readers[ns] = (struct reader){ .net = net, .ns = (enum net_ns)ns, .ident = &ident };
		if (rtnl[ns])
			r = read_ns(&readers[ns], rtnl[ns], err);
	}
	if (r == 0)
		r = find_other_ends(readers, rtnl, err);
	if (r == 0) {
		resolve(readers);
		net_sort(net);
		/* The kernel sets the protocol of lo's own addresses, so one namespace with them tells for both. */
		bool knows = readers[NET_NS_HOST].knows_addr_proto || readers[NET_NS_FRR].knows_addr_proto;

		for (int ns = 0; ns < NET_NS_COUNT; ns++) {
			readers[ns].knows_addr_proto = knows;
			guess_owners(&readers[ns]);
		}
	}
	for (int ns = 0; ns < NET_NS_COUNT; ns++) {
		free(readers[ns].raw);
		free(readers[ns].slots);
	}
	return r;
}
