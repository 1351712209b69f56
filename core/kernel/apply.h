/* SPDX-License-Identifier: Apache-2.0 */
/*
 * apply.h - applies the operations of a plan to the kernel; nothing else in evpnd changes it
 */
#pragma once

#include "evpn-plugin.h"
#include "kernel/ovs.h"
#include "kernel/rtnl.h"
#include "plan/plan.h"

/* How fast zebra takes the notifications; internal to apply_pace.c. */
struct apply_pace {
	int fd; /* a socket for the look; 0: closed */
	unsigned int n_ops; /* since the last look */
	unsigned int each; /* look after so many; 0: there was no look yet */
	bool pausing, off;
	unsigned int percent; /* at the last look */
	uint64_t since_us; /* since when it has not fallen */
};

/*
 * The application of one stage of a plan. The caller fills in the members before n_done; the others are zero at first,
 * and again when the stage has ended (but for n_done). While apply_stage returns 0, it has to stay unchanged until the
 * next call, and so has all that it points to: the sockets, the namespaces' descriptors, the session with Open vSwitch,
 * desired, failed, and the plan.
 */
struct apply {
	struct rtnl *const *rtnl; /* by enum net_ns */
	const int *netns_fd; /* by enum net_ns */
	const char *instance;
	struct ovs *ovs; /* NULL: no operation of the plan is Open vSwitch's */
	const struct net *desired;
	/* 1 + the descriptor of the caller's own listener in FRR's namespace, whose queue does not count; 0: none. */
	int own_listener;

	bool *failed; /* by group; set here, never cleared */
	/* Called for an error that stops one group, with the operation in the words of ip(8); the others continue. */
	void (*report)(void *arg, unsigned int group, const struct evpn_error *err);
	/* Called after each change of the kernel, for tests that kill the process there. Optional. */
	void (*after)(void *arg);
	void *arg;

	size_t n_done;
	size_t next; /* the operation that is being applied */
	size_t batch_end; /* for the operations before this one apply_delete_many was tried */
	uint64_t started_us; /* when that operation was begun (clock_us); 0: not begun, or not measured */
	struct evpn_error ovs_err; /* of Open vSwitch's last operation that failed */
	/* Internal to apply.c: of what is restored for a NIC, what is done, by operation, and what is tried again. */
	bool *restored;
	size_t *unfinished, n_unfinished;
	const struct plan *plan; /* of the stage */
	/* Internal to apply_delete.c and apply_sysctl.c. */
	bool leaving_known[NET_NS_COUNT], leaving_free[NET_NS_COUNT];
	int sysctl_back;
	enum net_ns sysctl_ns;
	struct apply_pace pace;
};

/*
 * Applies the operations of one stage in the order of the plan, without those of failed groups. At log level debug,
 * each is logged with its duration. Returns 1 when all are done, or <0 when one of the base group failed; then the
 * operations after it were not applied. The next run finds and repairs what is incomplete.
 *
 * 0: with apply->pace.pausing, zebra is behind with the notifications: call again in APPLY_PACE_MS. Else an operation
 * waits for Open vSwitch: wait until ovs_fd(apply->ovs) is readable, and call again with the same arguments. The process
 * is in its own network namespace then, and no operation is half done in the kernel. The caller may free the session
 * instead; then Open vSwitch may or may not have done the last request.
 */
#define APPLY_PACE_MS 2
int apply_stage(struct apply *apply, const struct plan *plan, enum plan_stage stage, struct evpn_error *err);
