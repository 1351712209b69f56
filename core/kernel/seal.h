/* SPDX-License-Identifier: Apache-2.0 */
/*
 * seal.h - what bridges drop by traffic control (tc(8)), NET_SEAL_...: read, and recognised in notifications; apply_parts.h has how
 * they are sealed
 *
 * IPv4: a bridge forwards frames from port to port and delivers some to its namespace. The routing code drops most of those on a bridge
 * without addresses (rp_filter), but not datagrams from 0.0.0.0 to the broadcast address and to local multicast groups
 * (ip_route_input_slow(), ip_mc_validate_source()): they reach every UDP socket, VXLAN's too, which would put the frame inside
 * into whatever VNI it names. So the bridge gets a qdisc (tc.h), which sees what is delivered and not what is forwarded, and
 * it is in a block (TCA_INGRESS_BLOCK) with one filter for all. ARP passes: FRR learns from it.
 *
 * Goodbye: zebra sends a router advertisement of lifetime 0 when it ends or is told to send none (FRR, zebra/rtadv.c). It comes from
 * an address that all nodes share, so hosts behind other nodes would lose the route by them. What the bridge itself sends passes its
 * egress block, for which the qdisc is a clsact; what it forwards does not.
 */
#pragma once

#include "kernel/read_link.h"
#include "kernel/rtnl.h"
#include "model/net.h"

typedef void seal_each(int ifindex, uint8_t seals, void *arg);

/* Calls `each` for each sealed device, with those of its seals whose blocks have their filters. Returns 0, or -errno. */
int seal_read(struct rtnl *rtnl, const struct read_ident *ident, seal_each *each, void *arg);

/*
 * Whether the notification says something new about a device or a block's filter. `find` gives the seals of a device as they are
 * known, or less than 0: the device is no matter.
 */
bool seal_concerns(const struct nlmsghdr *hdr, const struct read_ident *ident, int (*find)(int ifindex, void *arg),
		   void *arg);
