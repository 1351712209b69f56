/* SPDX-License-Identifier: Apache-2.0 */
/*
 * net_dependent.h - what the host loses when an underlay NIC leaves it: plain data, which the NIC's record owns
 */
#pragma once

/*
 * Something of the host that depends on an underlay NIC, and does not survive that the NIC leaves the host. The plan refuses
 * the move, or warns (plan/plan_depend.c).
 */
enum net_dependent_kind {
	NET_DEPENDENT_STACKED, /* a device that is made on the NIC */
	NET_DEPENDENT_TC, /* queueing disciplines and filters */
	NET_DEPENDENT_XDP,
	NET_DEPENDENT_ROUTE, /* a route that evpnd cannot restore */
	NET_DEPENDENT_LEASE, /* an address with a lifetime */
	NET_DEPENDENT_SESSION, /* somebody is logged in by an address of the NIC */
	NET_DEPENDENT_DEFAULT, /* the only default route */
	NET_DEPENDENT_MULTICAST,
};
struct net_dependent {
	enum net_dependent_kind kind;
	char text[200]; /* what it is; the plan adds what to do */
};
