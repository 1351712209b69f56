/* SPDX-License-Identifier: Apache-2.0 */
/* apply_nic.c - moves underlay NICs between the namespaces; see apply_parts.h */
#include <errno.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <netlink/attr.h>

#include "base/util.h"
#include "kernel/apply_parts.h"
#include "kernel/device.h"
#include "kernel/read_link.h"

static void each_link(const struct nlmsghdr *hdr, void *arg)
{
	char **altnames = arg;
	struct nlattr *list = nlmsg_find_attr((struct nlmsghdr *)(uintptr_t)hdr, sizeof(struct ifinfomsg),
					      IFLA_PROP_LIST);

	free(*altnames);
	*altnames = read_altnames(list);
}

/* Adds or deletes (RTM_NEWLINKPROP, RTM_DELLINKPROP) those of `names` that `others` lacks. */
static int change_altnames(struct rtnl *rtnl, int type, int ifindex, const char *names, const char *others)
{
	int r = 0;

	while (r == 0 && *names) {
		size_t n = strcspn(names, " ");
		_cleanup_free_ char *name = xasprintf("%.*s", (int)n, names);
		struct nl_msg *msg;
		struct nlattr *list;

		names += n + (names[n] != '\0');
		if (net_has_altname(others, name, n))
			continue;
		msg = apply_link_message(type, type == RTM_NEWLINKPROP ? NLM_F_CREATE | NLM_F_EXCL | NLM_F_APPEND : 0,
					 ifindex, 0, 0);
		list = nla_nest_start(msg, IFLA_PROP_LIST | NLA_F_NESTED);
		nla_put_string(msg, IFLA_ALT_IFNAME, name);
		nla_nest_end(msg, list);
		r = rtnl_request(rtnl, msg);
	}
	return r;
}

/*
 * The kernel does not move a device to a namespace where one of its other names is in use (EEXIST). Those that the NIC did not
 * have on the host are another program's, so they go. *ret_altnames: those that it has; the caller frees it.
 */
static int remove_altnames(struct rtnl *rtnl, const struct net_link *have, const char *keep, char **ret_altnames)
{
	int r = rtnl_get(rtnl, apply_link_message(RTM_GETLINK, 0, have->ifindex, 0, 0), each_link, ret_altnames);

	return r < 0 || !*ret_altnames ? r : change_altnames(rtnl, RTM_DELLINKPROP, have->ifindex, *ret_altnames, keep);
}

/*
 * A device cannot be renamed to one of its other names. evpn.conf may name the NIC by that one, which it has in FRR's namespace then;
 * the record has it, so it comes back with the NIC.
 */
static int free_name(struct rtnl *rtnl, const struct net_link *have, const char *name)
{
	_cleanup_free_ char *altnames = NULL, *entry = NULL;
	int r = rtnl_get(rtnl, apply_link_message(RTM_GETLINK, 0, have->ifindex, 0, 0), each_link, &altnames);

	if (r < 0 || !altnames || !net_has_altname(altnames, name, strlen(name)))
		return r;
	entry = xasprintf("%s ", name);
	return change_altnames(rtnl, RTM_DELLINKPROP, have->ifindex, entry, "");
}

/*
 * FRR's namespace may have replaced the device between the observation and the move. On the host no container can change it any
 * more, so evpnd looks there whether it is the one that it saw, and puts any other one back, before it gets an address.
 */
static struct outcome check_given_back(struct apply *apply, const struct op *op, int ifindex)
{
	const uint64_t seen = op->have->device.serial;
	_cleanup_close_ int devices = -1;
	struct evpn_error err;
	struct nl_msg *msg;
	int r;

	if (!seen)
		return OUTCOME(0);
	r = device_open(apply->netns_fd[NET_NS_HOST], &devices, &err);
	if (r == 0 && device_serial(devices, op->link->name, ifindex) == seen)
		return OUTCOME(0);
	msg = apply_link_message(RTM_SETLINK, 0, ifindex, 0, 0);
	nla_put_u32(msg, IFLA_NET_NS_FD, (uint32_t)apply->netns_fd[NET_NS_FRR]);
	/* Its own name may be taken there meanwhile. */
	nla_put_string(msg, IFLA_IFNAME, "replaced%d");
	r = rtnl_request(apply->rtnl[NET_NS_HOST], msg);
	return r < 0 ? (struct outcome){ r,
					 "a program in FRR's namespace replaced the NIC while evpnd moved it, and the "
					 "kernel does not take that device back; delete it" }
		     : (struct outcome){ -ESTALE, "a program in FRR's namespace replaced the NIC while evpnd moved it; "
						  "evpnd has put that device back" };
}

/* The NIC is on the host, under its name. */
static struct outcome finish_give_back(struct apply *apply, const struct op *op, const char *altnames)
{
	struct rtnl *rtnl = apply->rtnl[NET_NS_HOST];
	int ifindex = rtnl_ifindex(rtnl, op->link->name);
	struct outcome outcome = ifindex ? check_given_back(apply, op, ifindex) : apply_no_device();

	if (outcome.error || !op->link->altnames)
		return outcome;
	return OUTCOME(change_altnames(rtnl, RTM_NEWLINKPROP, ifindex, op->link->altnames, altnames));
}

struct outcome apply_link_move(struct apply *apply, const struct op *op)
{
	const struct net_link *have = op->have, *want = op->link;
	struct rtnl *rtnl = apply->rtnl[have->ns];
	bool moves = have->ns != want->ns;
	char mark[NET_MARK_SIZE];
	_cleanup_free_ char *altnames = NULL;
	struct nl_msg *msg;
	int r = want->altnames ? remove_altnames(rtnl, have, want->altnames, &altnames) : 0;

	if (r == 0 && !streq(have->name, want->name))
		r = free_name(rtnl, have, want->name);
	if (r < 0)
		return r == -ENODEV ? apply_no_device() : OUTCOME(r);
	msg = apply_link_message(RTM_SETLINK, 0, have->ifindex, 0, 0);
	if (moves)
		nla_put_u32(msg, IFLA_NET_NS_FD, (uint32_t)apply->netns_fd[want->ns]);
	if (!streq(have->name, want->name))
		nla_put_string(msg, IFLA_IFNAME, want->name);
	if (op->attrs & NET_LINK_MTU)
		nla_put_u32(msg, IFLA_MTU, want->mtu);
	if (want->regroups)
		nla_put_u32(msg, IFLA_GROUP, want->link_group);
	nla_put_string(msg, IFLA_IFALIAS, want->given_back ? want->alias : net_mark(apply->instance, mark));
	r = rtnl_request(rtnl, msg);
	if (r == -EINVAL && moves)
		return (struct outcome){ r,
					 "the kernel keeps bonds, bridges and the like in their namespace; make such a "
					 "device the `parent' of a vlan or macvlan" };
	if (r == 0 && want->given_back)
		return finish_give_back(apply, op, altnames ? altnames : "");
	return r == -ENODEV ? apply_no_device() : OUTCOME(r);
}
