/* SPDX-License-Identifier: Apache-2.0 */
/*
 * observe.h - reads the kernel and computes the plan, and changes nothing
 *
 * observe() is how evpnd finds out what is left to do: the steps "read kernel" and "plan" are its two halves, --dry-run
 * prints its outcome, and drift detection compares two of them.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "config/config.h"
#include "evpn-plugin.h"
#include "kernel/ovs.h"
#include "kernel/rtnl.h"
#include "model/nic_record.h"
#include "plan/plan.h"

/* What an observation is made from; all borrowed. */
struct observe_source {
	const struct config *config;
	bool down; /* nothing of what `config` says is wanted any more */
	const char *instance;
	const char *state_dir;
	struct ovs *ovs; /* the session for questions to Open vSwitch */
	int netns_fd[NET_NS_COUNT]; /* FRR's -1: there is no such namespace, and nothing in it */
};

struct observation {
	bool kernel_read; /* observe_read has read all but Open vSwitch */
	struct nic_records nics; /* what the underlay NICs look like on the host, or did before they were moved */
	struct nic_records lost; /* records of NICs that are gone: neither on the host nor in FRR's namespace */
	uint64_t netns_id; /* FRR's namespace, as rtnl_netns numbers them; 0: unknown */
	struct net former; /* what FRR's namespace itself was like before evpnd changed it */
	struct net actual, desired;
	struct plan plan; /* points into `actual` and `desired` */
};

/* Frees what the observation owns and zeroes it. Takes a zeroed one. */
void observation_clear(struct observation *obs);

/* Frees all but the groups of `desired`, which is what counts of a plan that has been carried out. */
void observation_shed(struct observation *obs);

/*
 * The first half: links, addresses, routes, records and Open vSwitch's ports into *obs, which the caller has zeroed. `rtnl` are
 * sockets in the two namespaces, NULL where there is none. 1 done; <0: err says what cannot be read. 0: Open vSwitch has
 * not answered yet, call it again when ovs_fd(from->ovs) is readable; the sockets are not needed any more then.
 */
int observe_read(const struct observe_source *from, struct rtnl *const rtnl[NET_NS_COUNT], struct observation *obs,
		 struct evpn_error *err);

/* The second half: the desired state, the sysctls that it names, and the plan. 0 or <0. */
int observe_plan(const struct observe_source *from, struct observation *obs, struct evpn_error *err);

/* Both, with sockets of its own. 1, 0 or <0 as observe_read; *obs is to be cleared in the end. */
int observe(const struct observe_source *from, struct observation *obs, struct evpn_error *err);
