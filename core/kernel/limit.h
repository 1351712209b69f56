/* SPDX-License-Identifier: Apache-2.0 */
/*
 * limit.h - storm control of a port: the filters for it, and how many frames they have dropped; port_filter.h has who calls it
 *
 * Each limited kind of frame has a filter that looks at the destination MAC address, with an action of the kind police, which drops what
 * is above the rate. Whether a unicast address is unknown is not known there; the bridge decides it.
 */
#pragma once

#include "kernel/tc.h"
#include "model/net_limit.h"

/* The priorities of the kinds of frames, from here on. */
#define LIMIT_PRIORITY 1

/*
 * If the message is about the filter of a kind, sets its rate, adds to *dropped what it has dropped, and returns true. The rate is 0
 * if the filter does something else than limit_add()'s.
 */
bool limit_take(const struct nlmsghdr *hdr, struct net_limits *limits, uint64_t *dropped);

/* Adds the filters to a port that has the qdisc and none of them. Returns 0 or -errno; -ENOENT: the kernel lacks a part of it. */
int limit_add(struct rtnl *rtnl, int ifindex, const struct net_limits *limits);

/* How many frames the limits of the link have dropped since they were set. Returns 0, or -errno. */
int limit_count(struct rtnl *rtnl, int ifindex, uint64_t *ret_dropped);
