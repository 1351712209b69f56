/* SPDX-License-Identifier: Apache-2.0 */
/*
 * relay.h - the gratuitous ARP that a host sends, and its unsolicited neighbor advertisements, to a VXLAN device with neigh_suppress;
 * port_filter.h has who calls it
 *
 * The bridge does not send them to such a port (br_do_proxy_suppress_arp(), br_do_suppress_nd()), so that nobody behind another VTEP
 * would hear that an address has moved here. So filters of the host's port mirror them to the VXLAN device itself, which floods
 * them by its own entries. It is no way back: what comes by the VXLAN device does not come in by that port.
 */
#pragma once

#include "kernel/tc.h"

/* Those of the two filters. They come after those of the limits, so that what these drop is not relayed. */
#define RELAY_PRIORITY 3
#define RELAY_COUNT    2

/* To which device each filter mirrors, by index; 0: there is no such filter, or the device is gone. */
struct relay {
	int target[RELAY_COUNT];
};

/* If the message is about one of the filters, sets its target and returns true. */
bool relay_take(const struct nlmsghdr *hdr, struct relay *relay);

/* The device to which both mirror; 0: not both do. */
int relay_target(const struct relay *relay);

/* Adds the filters to a port that has the qdisc and none of them. Returns 0 or -errno; -ENOENT: the kernel lacks a part of it. */
int relay_add(struct rtnl *rtnl, int ifindex, int target);

/* Whether the kernel lacks the action: asked by a request that it refuses in either case. */
bool relay_is_lacking(struct rtnl *rtnl);
