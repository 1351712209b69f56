/* SPDX-License-Identifier: Apache-2.0 */
/* bridge.h - how many MAC addresses a bridge has learned, and its limit (kind_bridge.c) */
#pragma once

#include "kernel/rtnl.h"

/*
 * What the bridge has learned from frames by itself. Entries of FRR (extern_learn), of a user and of the bridge's own devices are not
 * counted (net/bridge/br_fdb.c, BR_FDB_DYNAMIC_LEARNED).
 */
struct bridge_macs {
	bool counted; /* false: the kernel, before Linux 6.7, does not count them, and nothing else is set */
	uint32_t learned;
	uint32_t limit; /* 0: none */
};

/* Returns 0, or -errno. */
int bridge_macs(struct rtnl *rtnl, int ifindex, struct bridge_macs *ret_macs);
