/* SPDX-License-Identifier: Apache-2.0 */
/* look.c - see look.h */
#include <errno.h>
#include <linux/if_bridge.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <netinet/in.h>
#include <netlink/attr.h>

#include "base/util.h"
#include "kernel/look.h"
#include "kernel/read_link.h"

/* The unit of the times in NDA_CACHEINFO, whatever the kernel's own is: USER_HZ. */
#define TICKS_PER_SECOND 100

/* Not there, as the kernel says it for a link, an entry, an address of a family that it lacks. */
static bool is_absent(int code)
{
	return code == -ENODEV || code == -ENOENT || code == -EAFNOSUPPORT || code == -ENXIO;
}

static int fail(const char *what, int code, struct evpn_error *err)
{
	return evpn_fail(err, -code, "read %s: %s%s", what, strerror(-code),
			 code == -EINTR ? "; it kept changing, try again" : "");
}

static bool parse(const struct nlmsghdr *hdr, size_t size, struct nlattr **tb, int max)
{
	return nlmsg_parse((struct nlmsghdr *)(uintptr_t)hdr, (int)size, tb, max, NULL) >= 0;
}

static void take_port(struct nlattr *info, struct look_link *link)
{
	const struct nlattr *state = NULL;
	struct nlattr *data = info ? nla_find(nla_data(info), nla_len(info), IFLA_INFO_SLAVE_DATA) : NULL;

	if (data && link->master)
		state = nla_find(nla_data(data), nla_len(data), IFLA_BRPORT_STATE);
	link->forwards = !state || nla_get_u8(state) == BR_STATE_FORWARDING;
}

static void take_link(const struct nlmsghdr *hdr, void *arg)
{
	const struct read_ident ident = { .mark = "" };
	struct look_link *link = arg;
	struct nlattr *tb[IFLA_MAX + 1];
	struct read_raw raw;

	if (!read_parse_link(hdr, &ident, &link->link, &raw) || !parse(hdr, sizeof(struct ifinfomsg), tb, IFLA_MAX))
		return;
	link->found = true;
	link->master = raw.master;
	link->carrier = tb[IFLA_CARRIER] ? nla_get_u8(tb[IFLA_CARRIER]) != 0
					 : (((const struct ifinfomsg *)nlmsg_data(hdr))->ifi_flags & IFF_RUNNING) != 0;
	take_port(tb[IFLA_LINKINFO], link);
}

/* By name, or else by index. */
static int get_link(struct rtnl *rtnl, const char *name, int ifindex, struct look_link *link)
{
	struct ifinfomsg ifi = { .ifi_family = AF_UNSPEC, .ifi_index = name ? 0 : ifindex };
	struct nl_msg *msg = rtnl_message(RTM_GETLINK, 0);

	nlmsg_append(msg, &ifi, sizeof(ifi), NLMSG_ALIGNTO);
	if (name)
		nla_put_string(msg, IFLA_IFNAME, name);
	nla_put_u32(msg, IFLA_EXT_MASK, RTEXT_FILTER_SKIP_STATS);
	return rtnl_get(rtnl, msg, take_link, link);
}

/* "": it is gone. */
static void name_of(struct rtnl *rtnl, int ifindex, char ret_name[IFNAMSIZ])
{
	struct look_link link = { 0 };

	ret_name[0] = '\0';
	if (ifindex > 0 && get_link(rtnl, NULL, ifindex, &link) == 0)
		net_set_name(ret_name, link.link.name);
}

int look_link(struct rtnl *rtnl, const char *name, struct look_link *ret_link, struct evpn_error *err)
{
	struct look_link link = { 0 };
	int r = get_link(rtnl, name, 0, &link);

	if (r < 0 && !is_absent(r))
		return fail(name, r, err);
	if (link.found)
		name_of(rtnl, link.master, link.link.master);
	*ret_link = link;
	return 0;
}

/* What a message has to match, and where it goes. */
struct search {
	const uint8_t *mac;
	uint32_t vni; /* 0: any */
	const struct ipaddr *ip;
	struct look_entries *entries;
};

static bool take_entry(const struct nlmsghdr *hdr, struct look_entry *entry)
{
	const struct ndmsg *ndm = nlmsg_data(hdr);
	const struct nda_cacheinfo *times;
	struct nlattr *tb[NDA_MAX + 1];
	uint8_t family;

	if (hdr->nlmsg_type != RTM_NEWNEIGH || !parse(hdr, sizeof(*ndm), tb, NDA_MAX))
		return false;
	*entry = (struct look_entry){ .ifindex = ndm->ndm_ifindex, .state = ndm->ndm_state, .flags = ndm->ndm_flags };
	entry->has_mac = tb[NDA_LLADDR] && nla_len(tb[NDA_LLADDR]) == 6;
	read_mac_attr(tb[NDA_LLADDR], entry->mac);
	entry->master = tb[NDA_MASTER] ? (int)nla_get_u32(tb[NDA_MASTER]) : 0;
	entry->vlan = tb[NDA_VLAN] ? nla_get_u16(tb[NDA_VLAN]) : 0;
	entry->vni = tb[NDA_SRC_VNI] ? nla_get_u32(tb[NDA_SRC_VNI]) : 0;
	family = ndm->ndm_family;
	/* A VXLAN's entry has the VTEP there, whose family its length tells. */
	if (family == AF_BRIDGE && tb[NDA_DST])
		family = nla_len(tb[NDA_DST]) == 4 ? AF_INET : AF_INET6;
	if (tb[NDA_DST] && family != AF_BRIDGE)
		read_ip_attr(tb[NDA_DST], family, family == AF_INET ? 32 : 128, &entry->ip);
	times = tb[NDA_CACHEINFO] && nla_len(tb[NDA_CACHEINFO]) >= (int)sizeof(*times) ? nla_data(tb[NDA_CACHEINFO])
										       : NULL;
	entry->age_s = times ? times->ndm_updated / TICKS_PER_SECOND : 0;
	return true;
}

static void take_match(const struct nlmsghdr *hdr, void *arg)
{
	struct search *search = arg;
	struct look_entry entry;

	if (!take_entry(hdr, &entry) || (search->mac && (!entry.has_mac || memcmp(entry.mac, search->mac, 6) != 0)) ||
	    (search->vni && entry.vni != search->vni) || (search->ip && !ipaddr_same(&entry.ip, search->ip)))
		return;
	if (search->entries->n_items < LOOK_ENTRIES_MAX)
		search->entries->items[search->entries->n_items++] = entry;
	else
		search->entries->n_more++;
}

static void restart_search(void *arg)
{
	struct search *search = arg;

	search->entries->n_items = search->entries->n_more = 0;
}

static void name_entry(struct rtnl *rtnl, struct look_entry *entry)
{
	name_of(rtnl, entry->ifindex, entry->device);
	name_of(rtnl, entry->master, entry->bridge);
}

static int search_entries(struct rtnl *rtnl, const struct ndmsg *ndm, struct search *search, const char *what,
			  struct evpn_error *err)
{
	struct nl_msg *msg = rtnl_message(RTM_GETNEIGH, 0);
	int r;

	*search->entries = (struct look_entries){ 0 };
	nlmsg_append(msg, (void *)(uintptr_t)ndm, sizeof(*ndm), NLMSG_ALIGNTO);
	r = rtnl_dump(rtnl, msg, take_match, restart_search, search);
	if (r < 0 && !is_absent(r))
		return fail(what, r, err);
	for (size_t i = 0; i < search->entries->n_items; i++)
		name_entry(rtnl, &search->entries->items[i]);
	return 0;
}

int look_fdb_all(struct rtnl *rtnl, const struct look_fdb_key *key, struct look_entries *ret_entries,
		 struct evpn_error *err)
{
	const struct ndmsg ndm = { .ndm_family = AF_BRIDGE, .ndm_ifindex = key->ifindex };
	struct search search = { .mac = key->mac, .vni = key->vni, .entries = ret_entries };

	return search_entries(rtnl, &ndm, &search, "the FDBs", err);
}

int look_neighbors(struct rtnl *rtnl, const struct ipaddr *ip, struct look_entries *ret_entries, struct evpn_error *err)
{
	const struct ndmsg ndm = { .ndm_family = ip->family };
	struct search search = { .ip = ip, .entries = ret_entries };

	return search_entries(rtnl, &ndm, &search, "the neighbors", err);
}

struct one {
	struct look_entry *entry;
	bool found;
};

static void take_one(const struct nlmsghdr *hdr, void *arg)
{
	struct one *one = arg;

	one->found |= take_entry(hdr, one->entry);
}

static int get_entry(struct rtnl *rtnl, struct nl_msg *msg, const char *what, struct look_entry *ret_entry,
		     bool *ret_found, struct evpn_error *err)
{
	struct look_entry entry = { 0 };
	struct one one = { .entry = &entry };
	int r = rtnl_get(rtnl, msg, take_one, &one);

	if (r < 0 && !is_absent(r))
		return fail(what, r, err);
	*ret_found = r == 0 && one.found;
	if (*ret_found) {
		name_entry(rtnl, &entry);
		*ret_entry = entry;
	}
	return 0;
}

int look_fdb(struct rtnl *rtnl, const struct look_fdb_key *key, bool bridge, struct look_entry *ret_entry,
	     bool *ret_found, struct evpn_error *err)
{
	const struct ndmsg ndm = { .ndm_family = AF_BRIDGE,
				   .ndm_ifindex = bridge ? 0 : key->ifindex,
				   .ndm_flags = bridge ? NTF_MASTER : NTF_SELF };
	struct nl_msg *msg = rtnl_message(RTM_GETNEIGH, 0);

	nlmsg_append(msg, (void *)(uintptr_t)&ndm, sizeof(ndm), NLMSG_ALIGNTO);
	nla_put(msg, NDA_LLADDR, 6, key->mac);
	if (bridge)
		nla_put_u32(msg, NDA_MASTER, (uint32_t)key->ifindex);
	if (key->vlan)
		nla_put_u16(msg, NDA_VLAN, key->vlan);
	if (key->vni)
		nla_put_u32(msg, NDA_VNI, key->vni);
	return get_entry(rtnl, msg, "an FDB entry", ret_entry, ret_found, err);
}

int look_neighbor(struct rtnl *rtnl, int ifindex, const struct ipaddr *ip, struct look_entry *ret_entry,
		  bool *ret_found, struct evpn_error *err)
{
	const struct ndmsg ndm = { .ndm_family = ip->family, .ndm_ifindex = ifindex };
	struct nl_msg *msg = rtnl_message(RTM_GETNEIGH, 0);

	nlmsg_append(msg, (void *)(uintptr_t)&ndm, sizeof(ndm), NLMSG_ALIGNTO);
	nla_put(msg, NDA_DST, (int)ipaddr_size(ip), ip->bytes);
	return get_entry(rtnl, msg, "a neighbor", ret_entry, ret_found, err);
}

/* The route's own limit; 0: none. */
static uint32_t metric_mtu(struct nlattr *metrics)
{
	const struct nlattr *mtu = metrics ? nla_find(nla_data(metrics), nla_len(metrics), RTAX_MTU) : NULL;

	return mtu ? nla_get_u32(mtu) : 0;
}

struct way {
	struct look_way *way;
	int ifindex;
};

/* An IPv4 route by an IPv6 next hop, as unnumbered neighbors make them, has RTA_VIA in place of RTA_GATEWAY. */
static void take_via(struct nlattr *const *tb, uint8_t family, struct ipaddr *via)
{
	const struct rtvia *other = tb[RTA_VIA] ? nla_data(tb[RTA_VIA]) : NULL;

	if (tb[RTA_GATEWAY])
		read_ip_attr(tb[RTA_GATEWAY], family, family == AF_INET ? 32 : 128, via);
	if (!other || nla_len(tb[RTA_VIA]) < (int)sizeof(*other) + 16 || other->rtvia_family != AF_INET6)
		return;
	*via = (struct ipaddr){ .family = AF_INET6, .prefixlen = 128 };
	memcpy(via->bytes, other->rtvia_addr, 16);
}

static void take_way(const struct nlmsghdr *hdr, void *arg)
{
	const struct rtmsg *rtm = nlmsg_data(hdr);
	struct nlattr *tb[RTA_MAX + 1];
	struct way *to = arg;

	if (hdr->nlmsg_type != RTM_NEWROUTE || !parse(hdr, sizeof(*rtm), tb, RTA_MAX))
		return;
	to->way->found = rtm->rtm_type == RTN_UNICAST || rtm->rtm_type == RTN_LOCAL;
	to->way->local = rtm->rtm_type == RTN_LOCAL;
	to->way->mtu = metric_mtu(tb[RTA_METRICS]);
	to->ifindex = tb[RTA_OIF] ? (int)nla_get_u32(tb[RTA_OIF]) : 0;
	take_via(tb, rtm->rtm_family, &to->way->via);
}

int look_way(struct rtnl *rtnl, const struct ipaddr *ip, int vrf, struct look_way *ret_way, struct evpn_error *err)
{
	struct rtmsg rtm = { .rtm_family = ip->family, .rtm_dst_len = (uint8_t)ipaddr_bits(ip) };
	struct nl_msg *msg = rtnl_message(RTM_GETROUTE, 0);
	struct look_way way = { 0 };
	struct way to = { .way = &way };
	struct look_link link = { 0 };
	int r;

	nlmsg_append(msg, &rtm, sizeof(rtm), NLMSG_ALIGNTO);
	nla_put(msg, RTA_DST, (int)ipaddr_size(ip), ip->bytes);
	if (vrf)
		nla_put_u32(msg, RTA_OIF, (uint32_t)vrf);
	r = rtnl_get(rtnl, msg, take_way, &to);
	/* These are the answers of no route at all, and of unreachable, prohibit and blackhole routes. */
	if (r == -ENETUNREACH || r == -EHOSTUNREACH || r == -EACCES || r == -EINVAL || is_absent(r))
		way = (struct look_way){ 0 };
	else if (r < 0)
		return fail("a route", r, err);
	if (way.found && get_link(rtnl, NULL, to.ifindex, &link) == 0) {
		net_set_name(way.device, link.link.name);
		if (!way.mtu || link.link.mtu < way.mtu)
			way.mtu = link.link.mtu;
	}
	*ret_way = way;
	return 0;
}
