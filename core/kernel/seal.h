/* SPDX-License-Identifier: Apache-2.0 */
/*
 * seal.h - devices that take no IPv4 packet in for their namespace, by traffic control (tc(8)): read, and recognised in notifications;
 * apply_parts.h has how they are sealed
 *
 * A bridge forwards frames from port to port and delivers some to its namespace. The routing code drops most of those on a bridge
 * without addresses (rp_filter), but not datagrams from 0.0.0.0 to the broadcast address and to local multicast groups
 * (ip_route_input_slow(), ip_mc_validate_source()): they reach every UDP socket, VXLAN's too, which would put the frame inside
 * into whatever VNI it names. So the bridge gets a qdisc clsact, which sees what is delivered and not what is forwarded, and
 * it is in a block (TCA_INGRESS_BLOCK) with one filter for all. ARP passes: FRR learns from it.
 */
#pragma once

#include "kernel/rtnl.h"
#include "model/net.h"

/* Calls `each` for each device in the block, if the block has its filter. Returns 0, or -errno. */
int seal_read(struct rtnl *rtnl, uint32_t block, void (*each)(int ifindex, void *arg), void *arg);

/*
 * Whether the notification says something new about a device or the block's filter. `find` gives the sealed state of a device as
 * it is known: 0, 1, or less than 0: the device is no matter.
 */
bool seal_concerns(const struct nlmsghdr *hdr, uint32_t block, int (*find)(int ifindex, void *arg), void *arg);
