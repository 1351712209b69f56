/* SPDX-License-Identifier: Apache-2.0 */
/* actual_nic.c - what an underlay NIC looks like on the host before it is moved; see actual.h */
#include <dirent.h>
#include <errno.h>
#include <linux/rtnetlink.h>
#include <netinet/in.h>
#include <netlink/attr.h>

#include "read.h"
#include "read_link.h"
#include "util.h"

struct nic_reader {
	struct record_nic *nic;
	int ifindex;
	size_t first_route; /* of this dump */
	char mark[NET_MARK_SIZE];
};

static void each_route(const struct nlmsghdr *hdr, void *arg)
{
	struct nic_reader *reader = arg;
	const struct rtmsg *rtm = nlmsg_data(hdr);
	struct nlattr *tb[RTA_MAX + 1];
	struct net_route *route;
	uint8_t bits = rtm->rtm_family == AF_INET ? 32 : 128;

	if (hdr->nlmsg_type != RTM_NEWROUTE ||
	    nlmsg_parse((struct nlmsghdr *)(uintptr_t)hdr, sizeof(*rtm), tb, RTA_MAX, NULL) < 0)
		return;
	/* Older kernels do not filter by device. What the kernel made with an address, it will make again. */
	if (!tb[RTA_OIF] || (int)nla_get_u32(tb[RTA_OIF]) != reader->ifindex || rtm->rtm_protocol == RTPROT_KERNEL ||
	    rtm->rtm_protocol == RTPROT_REDIRECT || rtm->rtm_protocol == RTPROT_RA || rtm->rtm_type != RTN_UNICAST)
		return;
	route = util_append(&reader->nic->routes, &reader->nic->n_routes, sizeof(*route));
	route->ns = NET_NS_HOST;
	net_set_name(route->link, reader->nic->name);
	route->protocol = rtm->rtm_protocol;
	route->scope = rtm->rtm_scope;
	route->flags = rtm->rtm_flags & RTNH_F_ONLINK;
	route->table = tb[RTA_TABLE] ? nla_get_u32(tb[RTA_TABLE]) : rtm->rtm_table;
	route->metric = tb[RTA_PRIORITY] ? nla_get_u32(tb[RTA_PRIORITY]) : 0;
	actual_ip_from_attr(tb[RTA_DST], rtm->rtm_family, rtm->rtm_dst_len, &route->dst);
	if (tb[RTA_GATEWAY])
		actual_ip_from_attr(tb[RTA_GATEWAY], rtm->rtm_family, bits, &route->via);
	if (tb[RTA_PREFSRC])
		actual_ip_from_attr(tb[RTA_PREFSRC], rtm->rtm_family, bits, &route->prefsrc);
	if (tb[RTA_METRICS] && (size_t)nla_len(tb[RTA_METRICS]) <= sizeof(route->metrics)) {
		route->n_metrics = (uint8_t)nla_len(tb[RTA_METRICS]);
		memcpy(route->metrics, nla_data(tb[RTA_METRICS]), route->n_metrics);
	}
}

static void restart_routes(void *arg)
{
	struct nic_reader *reader = arg;

	reader->nic->n_routes = reader->first_route;
}

/* Such as no program made: those have a kind. (default_device_exit_net in the kernel's net/core/dev.c) */
static bool is_physical(struct nlattr *info)
{
	struct nlattr *tb[IFLA_INFO_MAX + 1];

	return !info || (nla_parse_nested(tb, IFLA_INFO_MAX, info, NULL) == 0 && !tb[IFLA_INFO_KIND]);
}

static void each_link(const struct nlmsghdr *hdr, void *arg)
{
	struct nic_reader *reader = arg;
	const struct ifinfomsg *ifi = nlmsg_data(hdr);
	struct nlattr *tb[IFLA_MAX + 1];

	if (hdr->nlmsg_type != RTM_NEWLINK ||
	    nlmsg_parse((struct nlmsghdr *)(uintptr_t)hdr, sizeof(*ifi), tb, IFLA_MAX, NULL) < 0)
		return;
	reader->nic->physical = is_physical(tb[IFLA_LINKINFO]);
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

/* Where a device's sysctls are; of each family's only those that differ from the host's default. */
static const char *const sysctl_dirs[] = { "net/ipv4/conf", "net/ipv6/conf" };

/* What the kernel says of the device by itself, or keeps to itself. */
static bool is_no_setting(const char *name)
{
	return name[0] == '.' || streq(name, "mtu") || streq(name, "stable_secret") || streq(name, "mc_forwarding");
}

static char *read_sysctl(const char *dir, const char *device, const char *name)
{
	_cleanup_free_ char *path = xasprintf("/proc/sys/%s/%s/%s", dir, device, name);
	char *text = NULL;

	if (util_read_file(path, 4096, &text, NULL) < 0)
		return NULL;
	text[strcspn(text, "\n")] = '\0';
	return text;
}

static void read_sysctls(struct record_nic *nic, const char *dir, const char *device)
{
	_cleanup_free_ char *path = xasprintf("/proc/sys/%s/%s", dir, device);
	DIR *folder = opendir(path);
	const struct dirent *entry;

	/* None: a kernel without IPv6. */
	while (folder && (entry = readdir(folder))) {
		_cleanup_free_ char *own = NULL, *usual = NULL;
		struct net_sysctl *sysctl;

		if (is_no_setting(entry->d_name))
			continue;
		own = read_sysctl(dir, device, entry->d_name);
		usual = read_sysctl(dir, "default", entry->d_name);
		if (!own || !usual || streq(own, usual) || strlen(own) >= sizeof(sysctl->value))
			continue;
		sysctl = util_append(&nic->sysctls, &nic->n_sysctls, sizeof(*sysctl));
		sysctl->ns = NET_NS_HOST;
		/* The record's name: a NIC that the kernel renamed gets its own back. */
		snprintf(sysctl->key, sizeof(sysctl->key), "%s/%s/%.60s", dir, nic->name, entry->d_name);
		net_set_name(sysctl->link, nic->name);
		snprintf(sysctl->value, sizeof(sysctl->value), "%s", own);
	}
	if (folder)
		closedir(folder);
}

static int read_routes(struct nic_reader *reader, struct rtnl *host, bool no_ipv6, struct evpn_error *err)
{
	static const uint8_t families[] = { AF_INET, AF_INET6 };

	for (size_t i = 0; i < ARRAY_LEN(families); i++) {
		struct rtmsg rtm = { .rtm_family = families[i] };
		struct nl_msg *msg;

		if (families[i] == AF_INET6 && no_ipv6)
			continue;
		msg = rtnl_message(RTM_GETROUTE, 0);
		nlmsg_append(msg, &rtm, sizeof(rtm), NLMSG_ALIGNTO);
		nla_put_u32(msg, RTA_OIF, (uint32_t)reader->ifindex);
		reader->first_route = reader->nic->n_routes;
		if (dump(host, reader, msg, each_route, err) < 0)
			return -1;
	}
	return 0;
}

static int read_link(struct nic_reader *reader, struct rtnl *host, struct evpn_error *err)
{
	struct ifinfomsg ifi = { .ifi_family = AF_UNSPEC, .ifi_index = reader->ifindex };
	struct nl_msg *msg = rtnl_message(RTM_GETLINK, 0);
	int r;

	nlmsg_append(msg, &ifi, sizeof(ifi), NLMSG_ALIGNTO);
	r = rtnl_get(host, msg, each_link, reader);
	return r < 0 ? evpn_fail(err, -r, "host: read link %s: %s", reader->nic->name, strerror(-r)) : 0;
}

int actual_read_nic(struct rtnl *host, const struct net *actual, const struct net_link *link, const char *instance,
		    const char *name, struct record_nic *ret_nic, struct evpn_error *err)
{
	struct record_nic nic = { .up = link->up, .mtu = link->mtu };
	struct nic_reader reader = { .nic = &nic, .ifindex = link->ifindex };

	net_mark(instance, reader.mark);
	net_set_name(nic.name, name);
	memcpy(nic.mac, link->hw_mac, sizeof(nic.mac));
	for (size_t i = 0; i < actual->n_addrs; i++) {
		const struct net_addr *addr = &actual->addrs[i];

		if (addr->ns == NET_NS_HOST && streq(addr->link, link->name))
			*(struct net_addr *)util_append(&nic.addrs, &nic.n_addrs, sizeof(*addr)) = *addr;
	}
	if (read_routes(&reader, host, actual->no_ipv6[NET_NS_HOST], err) < 0 || read_link(&reader, host, err) < 0) {
		record_nic_clear(&nic);
		return -1;
	}
	for (size_t i = 0; i < ARRAY_LEN(sysctl_dirs); i++)
		read_sysctls(&nic, sysctl_dirs[i], link->name);
	*ret_nic = nic;
	return 0;
}
