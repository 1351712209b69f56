/* SPDX-License-Identifier: Apache-2.0 */
/* read_nic_depend.c - what of the host depends on an underlay NIC, and is lost when the NIC leaves; see read_nic_parts.h */
#include <errno.h>
#include <linux/if_link.h>
#include <linux/pkt_sched.h>
#include <linux/rtnetlink.h>
#include <netinet/in.h>
#include <netlink/attr.h>
#include <stdio.h>

#include "base/util.h"
#include "kernel/login.h"
#include "kernel/read_nic_parts.h"

struct seeker {
	struct nic_record *nic;
	int ifindex;
	size_t first; /* dependents before this dump */
	bool other_default; /* a default route that does not use the NIC */
};

static void restart(void *arg)
{
	struct seeker *seeker = arg;

	seeker->nic->n_dependents = seeker->first;
	seeker->other_default = false;
}

static int fail(const struct nic_record *nic, const char *what, int r, struct evpn_error *err)
{
	return evpn_fail(err, -r, "host: read the %s of %s: %s", what, nic->name, strerror(-r));
}

static void find_stacked(struct nic_record *nic, const struct net *actual, int ifindex)
{
	for (size_t i = 0; i < actual->n_links; i++) {
		const struct net_link *link = &actual->links[i];

		if (link->ns == NET_NS_HOST && link->lower == ifindex && link->ifindex != ifindex)
			nic_add_dependent(nic, NET_DEPENDENT_STACKED, "%s%s%s is made on it", link->device.kind,
					  link->device.kind[0] ? " " : "", link->name);
	}
}

/* The queueing disciplines that the kernel makes by itself have no handle. */
static void each_qdisc(const struct nlmsghdr *hdr, void *arg)
{
	struct seeker *seeker = arg;
	const struct tcmsg *tcm = nlmsg_data(hdr);
	const struct nlattr *kind = nlmsg_find_attr((struct nlmsghdr *)(uintptr_t)hdr, sizeof(*tcm), TCA_KIND);

	if (hdr->nlmsg_type == RTM_NEWQDISC && tcm->tcm_ifindex == seeker->ifindex && tcm->tcm_handle)
		nic_add_dependent(seeker->nic, NET_DEPENDENT_TC, "traffic control, %s %x:%s, is set on it",
				  kind ? nla_get_string(kind) : "qdisc", tcm->tcm_handle >> 16,
				  tcm->tcm_parent == TC_H_ROOT ? " root" : "");
}

static int find_qdiscs(struct seeker *seeker, struct rtnl *host, struct evpn_error *err)
{
	struct tcmsg tcm = { .tcm_family = AF_UNSPEC, .tcm_ifindex = seeker->ifindex };
	struct nl_msg *msg = rtnl_message(RTM_GETQDISC, 0);
	int r;

	nlmsg_append(msg, &tcm, sizeof(tcm), NLMSG_ALIGNTO);
	seeker->first = seeker->nic->n_dependents;
	r = rtnl_dump(host, msg, each_qdisc, restart, seeker);
	/* A kernel without traffic control. */
	return r < 0 && r != -EOPNOTSUPP ? fail(seeker->nic, "queueing disciplines", r, err) : 0;
}

static void each_xdp(const struct nlmsghdr *hdr, void *arg)
{
	struct seeker *seeker = arg;
	struct nlattr *tb[IFLA_MAX + 1], *xdp[IFLA_XDP_MAX + 1];

	if (hdr->nlmsg_type != RTM_NEWLINK ||
	    nlmsg_parse((struct nlmsghdr *)(uintptr_t)hdr, sizeof(struct ifinfomsg), tb, IFLA_MAX, NULL) < 0 ||
	    !tb[IFLA_XDP] || nla_parse_nested(xdp, IFLA_XDP_MAX, tb[IFLA_XDP], NULL) < 0)
		return;
	if (xdp[IFLA_XDP_ATTACHED] && nla_get_u8(xdp[IFLA_XDP_ATTACHED]))
		nic_add_dependent(seeker->nic, NET_DEPENDENT_XDP, "an XDP program is attached to it");
}

static int find_xdp(struct seeker *seeker, struct rtnl *host, struct evpn_error *err)
{
	struct ifinfomsg ifi = { .ifi_family = AF_UNSPEC, .ifi_index = seeker->ifindex };
	struct nl_msg *msg = rtnl_message(RTM_GETLINK, 0);
	int r;

	nlmsg_append(msg, &ifi, sizeof(ifi), NLMSG_ALIGNTO);
	r = rtnl_get(host, msg, each_xdp, seeker);
	return r < 0 ? fail(seeker->nic, "link", r, err) : 0;
}

static void find_leases(struct nic_record *nic)
{
	char text[IPADDR_TEXT_SIZE];

	for (size_t i = 0; i < nic->n_addrs; i++)
		if (nic->addrs[i].limited && nic->addrs[i].valid != UINT32_MAX)
			nic_add_dependent(
				nic, NET_DEPENDENT_LEASE,
				"its address %s is a lease, valid for %u more seconds, which no program would renew in "
				"FRR's namespace",
				ipaddr_format(&nic->addrs[i].ip, true, text), nic->addrs[i].valid);
}

static bool uses_nic(const struct nlattr *hops, int ifindex)
{
	const struct rtnexthop *nh = nla_data(hops);
	int left = nla_len(hops);

	for (; RTNH_OK(nh, left); left -= NLMSG_ALIGN(nh->rtnh_len), nh = RTNH_NEXT(nh))
		if (nh->rtnh_ifindex == ifindex)
			return true;
	return false;
}

static void each_default(const struct nlmsghdr *hdr, void *arg)
{
	struct seeker *seeker = arg;
	const struct rtmsg *rtm = nlmsg_data(hdr);
	struct nlattr *tb[RTA_MAX + 1];

	if (hdr->nlmsg_type != RTM_NEWROUTE || rtm->rtm_dst_len || rtm->rtm_type != RTN_UNICAST ||
	    rtm->rtm_table != RT_TABLE_MAIN ||
	    nlmsg_parse((struct nlmsghdr *)(uintptr_t)hdr, sizeof(*rtm), tb, RTA_MAX, NULL) < 0)
		return;
	if (tb[RTA_MULTIPATH] ? !uses_nic(tb[RTA_MULTIPATH], seeker->ifindex)
			      : !tb[RTA_OIF] || (int)nla_get_u32(tb[RTA_OIF]) != seeker->ifindex)
		seeker->other_default = true;
}

static const struct net_route *own_default(const struct nic_record *nic, uint8_t family)
{
	for (size_t i = 0; i < nic->n_routes; i++) {
		const struct net_route *route = &nic->routes[i];

		if (route->dst.family == family && route->dst.prefixlen == 0 && route->table == RT_TABLE_MAIN &&
		    !(route->more && route->more->type))
			return route;
	}
	return NULL;
}

static int find_default(struct seeker *seeker, struct rtnl *host, uint8_t family, struct evpn_error *err)
{
	const struct net_route *own = own_default(seeker->nic, family);
	struct rtmsg rtm = { .rtm_family = family, .rtm_table = RT_TABLE_MAIN };
	char via[IPADDR_TEXT_SIZE];
	struct nl_msg *msg;
	int r;

	if (!own)
		return 0;
	msg = rtnl_message(RTM_GETROUTE, 0);
	nlmsg_append(msg, &rtm, sizeof(rtm), NLMSG_ALIGNTO);
	nla_put_u32(msg, RTA_TABLE, RT_TABLE_MAIN);
	seeker->first = seeker->nic->n_dependents;
	seeker->other_default = false;
	r = rtnl_dump(host, msg, each_default, restart, seeker);
	if (r < 0)
		return fail(seeker->nic, "default routes beside those", r, err);
	if (!seeker->other_default)
		nic_add_dependent(seeker->nic, NET_DEPENDENT_DEFAULT,
				  "the host's only %s default route leads through it%s%s",
				  family == AF_INET ? "IPv4" : "IPv6", ipaddr_is_set(&own->via) ? ", via " : "",
				  ipaddr_is_set(&own->via) ? ipaddr_format(&own->via, false, via) : "");
	return 0;
}

/* Addresses that `ip maddress' or a daemon by the same call has added: the kernel drops them with the move. */
static void find_multicast(struct nic_record *nic, int ifindex)
{
	_cleanup_fclose_ FILE *f = fopen("/proc/net/dev_mcast", "re");
	char line[128], address[64];
	int index, users, global;

	while (f && fgets(line, sizeof(line), f))
		if (sscanf(line, "%d %*s %d %d %63s", &index, &users, &global, address) == 4 && index == ifindex &&
		    global)
			nic_add_dependent(nic, NET_DEPENDENT_MULTICAST,
					  "it receives the multicast address %s (ip maddress)", address);
}

int read_nic_dependents(struct nic_record *nic, struct rtnl *host, const struct net *actual, int ifindex,
			struct evpn_error *err)
{
	struct seeker seeker = { .nic = nic, .ifindex = ifindex };

	find_stacked(nic, actual, ifindex);
	find_leases(nic);
	find_multicast(nic, ifindex);
	if (find_qdiscs(&seeker, host, err) < 0 || find_xdp(&seeker, host, err) < 0 ||
	    find_default(&seeker, host, AF_INET, err) < 0)
		return -1;
	if (!actual->no_ipv6[NET_NS_HOST] && find_default(&seeker, host, AF_INET6, err) < 0)
		return -1;
	return login_find(nic, err);
}
