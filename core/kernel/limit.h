/* SPDX-License-Identifier: Apache-2.0 */
/*
 * limit.h - storm control of a port, by traffic control (tc(8)): read, counted, and recognised in notifications; apply_parts.h has how
 * it is set
 *
 * The port has a qdisc clsact. Its ingress side, which sees a frame before the bridge does, has a filter for each limited kind of frame,
 * a classic BPF program that looks at the destination MAC address, with an action of the kind police, which drops what is above the rate. Whether
 * a unicast address is unknown is not known there; the bridge decides it.
 */
#pragma once

#include "kernel/rtnl.h"
#include "model/net.h"

/* Reads net_link.limits of evpnd's veths in FRR's namespace. The net is sorted. Returns 0, or <0 when the kernel refuses it. */
int read_limits(struct rtnl *frr, struct net *net, struct evpn_error *err);

/* How many frames the limits of the link have dropped since they were set. Returns 0, or -errno. */
int limit_count(struct rtnl *rtnl, int ifindex, uint64_t *ret_dropped);

/*
 * Whether the notification says something new about the limits of a device. `find` gives the limits as they are known; NULL: the
 * device is no matter.
 */
bool limit_concerns(const struct nlmsghdr *hdr, const struct net_limits *(*find)(int ifindex, void *arg), void *arg);
