/* SPDX-License-Identifier: Apache-2.0 */
/* read_route.c - evpnd's routes; see read_parts.h */
#include <linux/rtnetlink.h>
#include <netlink/attr.h>
#include <netlink/msg.h>

#include "base/util.h"
#include "kernel/read_link.h"
#include "kernel/read_parts.h"

/* On the host a route is evpnd's if it leads through a device of evpnd's. In FRR's namespace VRFs tell. */
static bool read_route_link(const struct reader *reader, const struct nlattr *oif, struct net_route *route)
{
	const struct net_link *link = oif ? reader_link(reader, (int)nla_get_u32(oif)) : NULL;

	if (reader->ns == NET_NS_FRR)
		return true;
	if (!link || !net_is_made(link))
		return false;
	route->protocol = NET_PROTOCOL;
	net_set_name(route->link, link->name);
	return true;
}

static void each_route(const struct nlmsghdr *hdr, void *arg)
{
	struct reader *reader = arg;
	const struct rtmsg *rtm = nlmsg_data(hdr);
	struct nlattr *tb[RTA_MAX + 1];
	struct net_route *route, by = { 0 };

	if (hdr->nlmsg_type != RTM_NEWROUTE ||
	    nlmsg_parse((struct nlmsghdr *)(uintptr_t)hdr, sizeof(*rtm), tb, RTA_MAX, NULL) < 0 ||
	    rtm->rtm_protocol != NET_PROTOCOL || (rtm->rtm_type != RTN_UNICAST && rtm->rtm_type != RTN_UNREACHABLE) ||
	    !read_route_link(reader, tb[RTA_OIF], &by))
		return;
	route = util_append(&reader->net->routes, &reader->net->n_routes, sizeof(*route));
	*route = by;
	route->ns = reader->ns;
	route->table = tb[RTA_TABLE] ? nla_get_u32(tb[RTA_TABLE]) : rtm->rtm_table;
	route->type = rtm->rtm_type == RTN_UNREACHABLE ? NET_ROUTE_UNREACHABLE : NET_ROUTE_UNICAST;
	read_ip_attr(tb[RTA_DST], rtm->rtm_family, rtm->rtm_dst_len, &route->dst);
	if (tb[RTA_GATEWAY])
		read_ip_attr(tb[RTA_GATEWAY], rtm->rtm_family, rtm->rtm_family == AF_INET ? 32 : 128, &route->via);
	route->metric = tb[RTA_PRIORITY] ? nla_get_u32(tb[RTA_PRIORITY]) : 0;
}

static void restart_routes(void *arg)
{
	struct reader *reader = arg;

	reader->net->n_routes = reader->first_route;
}

/* The kernel filters by our protocol number (strict checking), so a full BGP table is not copied. */
int read_routes(struct reader *reader, struct rtnl *rtnl, uint8_t family)
{
	struct rtmsg rtm = { .rtm_family = family, .rtm_protocol = NET_PROTOCOL };
	struct nl_msg *msg = rtnl_message(RTM_GETROUTE, 0);

	reader->first_route = reader->net->n_routes;
	nlmsg_append(msg, &rtm, sizeof(rtm), NLMSG_ALIGNTO);
	return rtnl_dump(rtnl, msg, each_route, restart_routes, reader);
}
