/* SPDX-License-Identifier: Apache-2.0 */
/*
 * apply.h - operations -> kernel: the only file that changes it
 */
#pragma once

#include "evpn-plugin.h"
#include "plan.h"
#include "rtnl.h"

struct apply {
	struct rtnl *const *rtnl; /* by enum net_ns */
	const int *netns_fd; /* by enum net_ns */
	const char *instance;
	const char *ovs_socket;
	const struct net *desired;

	bool *failed; /* by group; set here, never cleared */
	/* A fault that stops one group is told here, with the operation as ip(8) would have it; the run goes on. */
	void (*report)(void *arg, unsigned int group, const struct evpn_error *err);
	/* After each change of the kernel; for tests that end the process there. Optional. */
	void (*after)(void *arg);
	void *arg;

	size_t n_done;
	struct evpn_error ovs_err; /* of Open vSwitch's last operation that failed */
	int64_t ovs_cfg; /* ports were deleted: what ovs_await needs before something else is done; 0: nothing */
	/* apply_delete.c's and apply_sysctl.c's own, for the length of a stage */
	bool leaving_known[NET_NS_COUNT], leaving_free[NET_NS_COUNT];
	int sysctl_back;
	enum net_ns sysctl_ns;
};

/*
 * Runs the operations of one stage in order. Operations of failed groups are left out. Returns 0, or <0 when one of
 * the base group failed: nothing after it was done. The next run finds and repairs whatever stands half made.
 */
int apply_stage(struct apply *apply, const struct plan *plan, enum plan_stage stage, struct evpn_error *err);
