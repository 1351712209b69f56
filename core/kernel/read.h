/* SPDX-License-Identifier: Apache-2.0 */
/*
 * read.h - kernel -> struct net: the actual state; changes nothing
 *
 * One dump of links and one of addresses for each namespace, and one of our own routes in FRR's. Nothing is kept
 * between calls.
 */
#pragma once

#include "evpn-plugin.h"
#include "kernel/rtnl.h"
#include "model/net.h"
#include "model/nic_record.h"

/*
 * Reads links, addresses and our routes through the two sockets (by enum net_ns) into *net, which is zeroed; it is
 * sorted then. A socket of NULL stands for a namespace that does not exist. Returns 0, or <0 when the kernel refuses a
 * dump.
 */
int read_net(struct rtnl *const rtnl[NET_NS_COUNT], const char *instance, struct net *net, struct evpn_error *err);

/*
 * Reads sysctls into actual->sysctls: those that `desired` names, conf/default of those that inherit it, and promote_secondaries of the host's links on which an
 * IPv4 address of ours stands that `desired` lacks. Both nets sorted. A sysctl that does not exist (device not made yet,
 * older kernel) is left out. Returns 0, or <0 when a namespace cannot be entered.
 */
int read_sysctls(const int netns_fd[NET_NS_COUNT], const struct net *desired, struct net *actual,
		 struct evpn_error *err);

/*
 * Reads net_device.serial of the links of which `wants` says so. Returns 0, or <0 when the kernel refuses it.
 */
int read_serials(const int netns_fd[NET_NS_COUNT], struct net *net,
		 bool (*wants)(const struct net_link *link, void *arg), void *arg, struct evpn_error *err);

/*
 * Makes the record of a NIC from its present state on the host: addresses, the routes through it, sysctls, what depends on it.
 * `link` is the actual link. The caller clears *ret_nic.
 */
struct nic_names {
	const char *instance;
	const char *name, *host_name; /* in the record; the device may have another name now */
};
int read_nic(struct rtnl *host, const struct net *actual, const struct net_link *link, const struct nic_names *names,
	     struct nic_record *ret_nic, struct evpn_error *err);
