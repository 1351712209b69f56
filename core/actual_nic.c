/* SPDX-License-Identifier: Apache-2.0 */
/* actual_nic.c - what an underlay NIC looks like on the host before it is moved; see actual.h */
#include <errno.h>
#include <linux/rtnetlink.h>
#include <netinet/in.h>
#include <netlink/attr.h>

#include "actual.h"
#include "actual_link.h"
#include "util.h"

struct nic_reader {
	struct record_nic *nic;
	int ifindex;
	char mark[NET_MARK_SIZE];
};

static void each_route(const struct nlmsghdr *hdr, void *arg)
{
	struct nic_reader *reader = arg;
	const struct rtmsg *rtm = nlmsg_data(hdr);
	struct nlattr *tb[RTA_MAX + 1];
	struct record_route *route;
	uint8_t bits = rtm->rtm_family == AF_INET ? 32 : 128;

	if (hdr->nlmsg_type != RTM_NEWROUTE ||
	    nlmsg_parse((struct nlmsghdr *)(uintptr_t)hdr, sizeof(*rtm), tb, RTA_MAX, NULL) < 0)
		return;
	/* Older kernels do not filter by device. What the kernel made with an address, it will make again. */
	if (!tb[RTA_OIF] || (int)nla_get_u32(tb[RTA_OIF]) != reader->ifindex || rtm->rtm_protocol == RTPROT_KERNEL ||
	    rtm->rtm_protocol == RTPROT_REDIRECT || rtm->rtm_type != RTN_UNICAST)
		return;
	route = util_append(&reader->nic->routes, &reader->nic->n_routes, sizeof(*route));
	route->protocol = rtm->rtm_protocol;
	route->scope = rtm->rtm_scope;
	route->type = rtm->rtm_type;
	route->table = tb[RTA_TABLE] ? nla_get_u32(tb[RTA_TABLE]) : rtm->rtm_table;
	route->metric = tb[RTA_PRIORITY] ? nla_get_u32(tb[RTA_PRIORITY]) : 0;
	actual_ip_from_attr(tb[RTA_DST], rtm->rtm_family, rtm->rtm_dst_len, &route->dst);
	if (tb[RTA_GATEWAY])
		actual_ip_from_attr(tb[RTA_GATEWAY], rtm->rtm_family, bits, &route->via);
	if (tb[RTA_PREFSRC])
		actual_ip_from_attr(tb[RTA_PREFSRC], rtm->rtm_family, bits, &route->prefsrc);
}

static void restart_routes(void *arg)
{
	((struct nic_reader *)arg)->nic->n_routes = 0;
}

static void each_link(const struct nlmsghdr *hdr, void *arg)
{
	struct nic_reader *reader = arg;
	const struct ifinfomsg *ifi = nlmsg_data(hdr);
	struct nlattr *tb[IFLA_MAX + 1];

	if (hdr->nlmsg_type != RTM_NEWLINK ||
	    nlmsg_parse((struct nlmsghdr *)(uintptr_t)hdr, sizeof(*ifi), tb, IFLA_MAX, NULL) < 0)
		return;
	/* A NIC that fell back from a dead namespace still has our mark; that is not what the user called it. */
	if (tb[IFLA_IFALIAS] && !streq(nla_get_string(tb[IFLA_IFALIAS]), reader->mark))
		snprintf(reader->nic->alias, sizeof(reader->nic->alias), "%s", nla_get_string(tb[IFLA_IFALIAS]));
}

static int dump(struct rtnl *host, struct nic_reader *reader, struct nl_msg *msg, rtnl_each *each,
		struct evpn_error *err)
{
	int r = rtnl_dump(host, msg, each, restart_routes, reader);

	return r < 0 ? evpn_fail(err, -r, "host: dump of routes of %s: %s", reader->nic->name, strerror(-r)) : 0;
}

int actual_read_nic(struct rtnl *host, const struct net *actual, const char *instance, const char *name,
		    struct record_nic *ret_nic, struct evpn_error *err)
{
	const struct net_link *link = net_find_link(actual, NET_NS_HOST, name);
	struct record_nic nic = { 0 };
	struct nic_reader reader = { .nic = &nic, .ifindex = link->ifindex };
	struct ifinfomsg ifi = { .ifi_family = AF_UNSPEC, .ifi_index = link->ifindex };
	struct nl_msg *msg;
	int r = 0;

	net_mark(instance, reader.mark);
	net_set_name(nic.name, name);
	nic.up = link->up;
	for (size_t i = 0; i < actual->n_addrs; i++) {
		const struct net_addr *addr = &actual->addrs[i];

		if (addr->ns == NET_NS_HOST && streq(addr->link, name))
			*(struct ipaddr *)util_append(&nic.addrs, &nic.n_addrs, sizeof(struct ipaddr)) = addr->ip;
	}
	for (int i = 0; r == 0 && i < 2; i++) {
		struct rtmsg rtm = { .rtm_family = i ? AF_INET6 : AF_INET };

		msg = rtnl_message(RTM_GETROUTE, 0);
		nlmsg_append(msg, &rtm, sizeof(rtm), NLMSG_ALIGNTO);
		nla_put_u32(msg, RTA_OIF, (uint32_t)link->ifindex);
		if (i && actual->no_ipv6[NET_NS_HOST])
			nlmsg_free(msg);
		else
			r = dump(host, &reader, msg, each_route, err);
	}
	if (r == 0) {
		msg = rtnl_message(RTM_GETLINK, 0);
		nlmsg_append(msg, &ifi, sizeof(ifi), NLMSG_ALIGNTO);
		r = rtnl_get(host, msg, each_link, &reader);
		if (r < 0)
			r = evpn_fail(err, -r, "host: read link %s: %s", name, strerror(-r));
	}
	if (r < 0) {
		record_nic_clear(&nic);
		return r;
	}
	*ret_nic = nic;
	return 0;
}
