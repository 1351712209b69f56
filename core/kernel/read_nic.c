/* SPDX-License-Identifier: Apache-2.0 */
/* read_nic.c - the state of an underlay NIC on the host, before it is moved; see read.h */
#include <errno.h>
#include <linux/rtnetlink.h>
#include <netinet/in.h>
#include <netlink/attr.h>
#include <stdlib.h>

#include "base/util.h"
#include "kernel/device.h"
#include "kernel/read.h"
#include "kernel/read_link.h"
#include "kernel/read_nic_parts.h"
#include "kernel/sysctl.h"

struct nic_reader {
	struct nic_record *nic;
	char mark[NET_MARK_SIZE];
};

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

/* The directories of a device's sysctls below /proc/sys. */
static const char *const sysctl_dirs[] = { "net/ipv4/conf", "net/ipv6/conf", "net/ipv4/neigh", "net/ipv6/neigh",
					   "net/mpls/conf" };

/* No setting: the kernel sets its value, or does not reveal it, or it is another one in a coarser unit. */
static bool is_no_setting(const char *name)
{
	return name[0] == '.' || streq(name, "mtu") || streq(name, "stable_secret") || streq(name, "mc_forwarding") ||
	       streq(name, "base_reachable_time") || streq(name, "retrans_time") || streq(name, "unres_qlen");
}

/* 1: the device's value differs from the default, which a NIC that comes back has; 0: it does not; <0: unknown. */
static int read_setting(const char *dir, const char *device, const char *name, char **ret_own, struct evpn_error *err)
{
	_cleanup_free_ char *key = xasprintf("%s/%s/%s", dir, device, name), *usual = NULL;
	_cleanup_free_ char *usual_key = xasprintf("%s/default/%s", dir, name);
	int r = sysctl_read("host", key, ret_own, err);

	if (r > 0 && sysctl_read("host", usual_key, &usual, err) < 0)
		r = -1;
	/* Neighbor tables have defaults in the host's first namespace alone, MPLS has none. */
	return r <= 0 ? r : !usual || !streq(*ret_own, usual);
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
	snprintf(sysctl->key, sizeof(sysctl->key), "%s/%s/%.60s", dir, nic->host_name, name);
	net_set_name(sysctl->link, nic->host_name);
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

static int read_link(struct nic_reader *reader, struct rtnl *host, int ifindex, struct evpn_error *err)
{
	struct ifinfomsg ifi = { .ifi_family = AF_UNSPEC, .ifi_index = ifindex };
	struct nl_msg *msg = rtnl_message(RTM_GETLINK, 0);
	int r;

	nlmsg_append(msg, &ifi, sizeof(ifi), NLMSG_ALIGNTO);
	r = rtnl_get(host, msg, each_link, reader);
	return r < 0 ? evpn_fail(err, -r, "host: read link %s: %s", reader->nic->name, strerror(-r)) : 0;
}

static int by_order(const void *a, const void *b)
{
	const struct net_addr *x = a, *y = b;

	return (x->order > y->order) - (x->order < y->order);
}

int read_nic(struct rtnl *host, const struct net *actual, const struct net_link *link, const struct nic_names *names,
	     struct nic_record *ret_nic, struct evpn_error *err)
{
	struct nic_record nic = { .up = link->up, .mtu = link->mtu, .identified = true, .device = link->device };
	struct nic_reader reader = { .nic = &nic };

	net_mark(names->instance, reader.mark);
	net_set_name(nic.name, names->name);
	net_set_name(nic.host_name, names->host_name);
	memcpy(nic.mac, link->hw_mac, sizeof(nic.mac));
	for (size_t i = 0; i < actual->n_addrs; i++) {
		const struct net_addr *addr = &actual->addrs[i];
		struct net_addr *copy;

		if (addr->ns != NET_NS_HOST || !streq(addr->link, link->name))
			continue;
		copy = util_append(&nic.addrs, &nic.n_addrs, sizeof(*copy));
		*copy = *addr;
		net_set_name(copy->link, nic.host_name);
	}
	if (nic.n_addrs)
		qsort(nic.addrs, nic.n_addrs, sizeof(*nic.addrs), by_order);
	if (read_nic_routes(&nic, host, actual, link->ifindex, err) < 0 ||
	    read_link(&reader, host, link->ifindex, err) < 0 ||
	    read_nic_objects(&nic, host, actual, link->ifindex, err) < 0 ||
	    read_nic_sysctls(&nic, link->name, err) < 0 ||
	    read_nic_dependents(&nic, host, actual, link->ifindex, err) < 0) {
		nic_record_clear(&nic);
		return -1;
	}
	*ret_nic = nic;
	return 0;
}
