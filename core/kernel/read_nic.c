/* SPDX-License-Identifier: Apache-2.0 */
/* read_nic.c - the state of an underlay NIC on the host, before it is moved; see read.h */
#include <errno.h>
#include <linux/rtnetlink.h>
#include <netinet/in.h>
#include <netlink/attr.h>

#include "base/util.h"
#include "kernel/device.h"
#include "kernel/read.h"
#include "kernel/read_link.h"
#include "kernel/sysctl.h"

struct nic_reader {
	struct nic_record *nic;
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
	/* Older kernels do not filter by device. Routes that the kernel added with an address need no record. */
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
	read_ip_attr(tb[RTA_DST], rtm->rtm_family, rtm->rtm_dst_len, &route->dst);
	if (tb[RTA_GATEWAY])
		read_ip_attr(tb[RTA_GATEWAY], rtm->rtm_family, bits, &route->via);
	if (tb[RTA_PREFSRC])
		read_ip_attr(tb[RTA_PREFSRC], rtm->rtm_family, bits, &route->prefsrc);
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

/* A device without a kind: no program created it. (default_device_exit_net in the kernel's net/core/dev.c) */
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
	read_mac_attr(tb[IFLA_ADDRESS], reader->nic->address);
	reader->nic->group = tb[IFLA_GROUP] ? nla_get_u32(tb[IFLA_GROUP]) : 0;
	free(reader->nic->altnames);
	reader->nic->altnames = read_altnames(tb[IFLA_PROP_LIST]);
	/*
	 * A NIC that the kernel moved back from a deleted namespace still has our mark, which is not the user's alias.
	 */
	if (tb[IFLA_IFALIAS] && !streq(nla_get_string(tb[IFLA_IFALIAS]), reader->mark))
		snprintf(reader->nic->alias, sizeof(reader->nic->alias), "%s", nla_get_string(tb[IFLA_IFALIAS]));
}

int read_serials(const int netns_fd[NET_NS_COUNT], struct net *net,
		 bool (*wants)(const struct net_link *link, void *arg), void *arg, struct evpn_error *err)
{
	int r = 0;

	for (int ns = 0; ns < NET_NS_COUNT && r == 0; ns++) {
		_cleanup_close_ int devices = -1;
		bool opened = false;

		for (size_t i = 0; i < net->n_links && r == 0; i++) {
			struct net_link *link = &net->links[i];

			if ((int)link->ns != ns || !wants(link, arg))
				continue;
			r = opened ? 0 : device_open(netns_fd[ns], &devices, err);
			opened = true;
			link->device.serial = device_serial(devices, link->name, link->ifindex);
		}
	}
	return r;
}

static int dump(struct rtnl *host, struct nic_reader *reader, struct nl_msg *msg, rtnl_each *each,
		struct evpn_error *err)
{
	int r = rtnl_dump(host, msg, each, restart_routes, reader);

	return r < 0 ? evpn_fail(err, -r, "host: dump of the routes of %s: %s", reader->nic->name, strerror(-r)) : 0;
}

/* The directories of a device's sysctls below /proc/sys. */
static const char *const sysctl_dirs[] = { "net/ipv4/conf", "net/ipv6/conf" };

/* No setting: the kernel sets its value, or does not reveal it. */
static bool is_no_setting(const char *name)
{
	return name[0] == '.' || streq(name, "mtu") || streq(name, "stable_secret") || streq(name, "mc_forwarding");
}

/* 1: the device's value differs from the default, which a NIC that comes back has; 0: it does not; <0: unknown. */
static int read_setting(const char *dir, const char *device, const char *name, char **ret_own, struct evpn_error *err)
{
	_cleanup_free_ char *key = xasprintf("%s/%s/%s", dir, device, name), *usual = NULL;
	_cleanup_free_ char *usual_key = xasprintf("%s/default/%s", dir, name);
	int r = sysctl_read("host", key, ret_own, err);

	if (r > 0)
		r = sysctl_read("host", usual_key, &usual, err);
	return r <= 0 ? r : !streq(*ret_own, usual);
}

static int add_setting(struct nic_record *nic, const char *dir, const char *device, const char *name,
		       struct evpn_error *err)
{
	_cleanup_free_ char *own = NULL;
	struct net_sysctl *sysctl;
	int r = is_no_setting(name) ? 0 : read_setting(dir, device, name, &own, err);

	if (r <= 0 || strlen(own) >= sizeof(sysctl->value))
		return r;
	sysctl = util_append(&nic->sysctls, &nic->n_sysctls, sizeof(*sysctl));
	sysctl->ns = NET_NS_HOST;
	/* With the name in the record: a NIC that the kernel renamed gets its name back. */
	snprintf(sysctl->key, sizeof(sysctl->key), "%s/%s/%.60s", dir, nic->name, name);
	net_set_name(sysctl->link, nic->name);
	snprintf(sysctl->value, sizeof(sysctl->value), "%s", own);
	return 0;
}

static int read_dir_sysctls(struct nic_record *nic, const char *dir, const char *device, struct evpn_error *err)
{
	_cleanup_free_ char *path = xasprintf("/proc/sys/%s/%s", dir, device), *none = NULL;
	_cleanup_free_ char *probe = xasprintf("%s/%s", dir, device);
	_cleanup_closedir_ DIR *folder = opendir(path);
	const struct dirent *entry;
	int r = 0;

	/* A kernel without IPv6, or a device whose MTU is too small for it, does not have the directory. */
	if (!folder && errno == ENOENT)
		return sysctl_read("host", probe, &none, err);
	if (!folder)
		return evpn_fail(err, errno, "host: read the sysctls in %s: %s", path, strerror(errno));
	while (r >= 0 && (errno = 0, entry = readdir(folder)))
		r = add_setting(nic, dir, device, entry->d_name, err);
	return r < 0 || !errno ? r : evpn_fail(err, errno, "host: read the sysctls in %s: %s", path, strerror(errno));
}

/* The record lacks no setting because it could not be read: it would be lost with the move. */
static int read_nic_sysctls(struct nic_record *nic, const char *device, struct evpn_error *err)
{
	for (size_t i = 0; i < ARRAY_LEN(sysctl_dirs); i++)
		if (read_dir_sysctls(nic, sysctl_dirs[i], device, err) < 0)
			return -1;
	return 0;
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

int read_nic(struct rtnl *host, const struct net *actual, const struct net_link *link, const char *instance,
	     const char *name, struct nic_record *ret_nic, struct evpn_error *err)
{
	struct nic_record nic = { .up = link->up, .mtu = link->mtu, .identified = true, .device = link->device };
	struct nic_reader reader = { .nic = &nic, .ifindex = link->ifindex };

	net_mark(instance, reader.mark);
	net_set_name(nic.name, name);
	memcpy(nic.mac, link->hw_mac, sizeof(nic.mac));
	for (size_t i = 0; i < actual->n_addrs; i++) {
		const struct net_addr *addr = &actual->addrs[i];

		if (addr->ns == NET_NS_HOST && streq(addr->link, link->name))
			*(struct net_addr *)util_append(&nic.addrs, &nic.n_addrs, sizeof(*addr)) = *addr;
	}
	if (read_routes(&reader, host, actual->no_ipv6[NET_NS_HOST], err) < 0 || read_link(&reader, host, err) < 0 ||
	    read_nic_sysctls(&nic, link->name, err) < 0) {
		nic_record_clear(&nic);
		return -1;
	}
	*ret_nic = nic;
	return 0;
}
