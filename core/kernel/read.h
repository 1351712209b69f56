/* SPDX-License-Identifier: Apache-2.0 */
/*
 * actual.h - kernel -> struct net; only reads
 *
 * One dump of links and one of addresses per namespace, one of our own routes in FRR's. Nothing is kept between calls:
 * what is read is the state at that moment.
 */
#pragma once

#include "evpn-plugin.h"
#include "net.h"
#include "nic_record.h"
#include "rtnl.h"

/*
 * Reads links, addresses and our routes through the two sockets (by enum net_ns) into *net, zeroed before. Links of
 * the host count with all their attributes, though only those of the desired names matter later. A socket that is NULL:
 * there is no such namespace, and nothing in it.
 */
int actual_read(struct rtnl *const rtnl[NET_NS_COUNT], const char *instance, struct net *net, struct evpn_error *err);

/*
 * Reads the present values of the sysctls that `desired` names into actual->sysctls; one that is not there (device not
 * made yet, older kernel) is left out.
 */
int actual_read_sysctls(const int netns_fd[NET_NS_COUNT], const struct net *desired, struct net *actual,
			struct evpn_error *err);

/*
 * What the NIC `link` looks like on the host now, with the routes that leave through it: what a record is made of.
 * `name` is what the record is of. The caller clears *ret_nic.
 */
int actual_read_nic(struct rtnl *host, const struct net *actual, const struct net_link *link, const char *instance,
		    const char *name, struct record_nic *ret_nic, struct evpn_error *err);
