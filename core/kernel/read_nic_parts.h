/* SPDX-License-Identifier: Apache-2.0 */
/*
 * read_nic_parts.h - shared by the files that read what an underlay NIC looks like on the host; internal to them
 *
 * read_nic.c has the NIC itself and its sysctls, read_nic_route.c the routes through it, nic_object.c what else
 * comes back with it, read_nic_depend.c what else depends on it.
 * All functions return 0, or less than 0 when the kernel refuses an answer.
 */
#pragma once

#include "kernel/rtnl.h"
#include "model/nic_record.h"

/*
 * Adds to nic->routes the routes of all protocols, types and tables that lead through the NIC, in the kernel's order, but for those
 * that the kernel makes again by itself; and to nic->dependents those that evpnd cannot restore. nic->addrs has to be complete.
 */
int read_nic_routes(struct nic_record *nic, struct rtnl *host, const struct net *actual, int ifindex,
		    struct evpn_error *err);

/* Adds to nic->dependents what else depends on it. Its addresses and routes have to be complete. */
int read_nic_dependents(struct nic_record *nic, struct rtnl *host, const struct net *actual, int ifindex,
			struct evpn_error *err);

/*
 * nic_object.c: adds to nic->objects static and proxy neighbors, nexthop objects and so on; to nic->dependents those that evpnd cannot
 * restore.
 */
int read_nic_objects(struct nic_record *nic, struct rtnl *host, const struct net *actual, int ifindex,
		     struct evpn_error *err);
