/* SPDX-License-Identifier: Apache-2.0 */
/*
 * steps.h - what each step of the pipeline does, and the run they share
 */
#pragma once

#include "apply.h"
#include "child.h"
#include "config.h"
#include "guard.h"
#include "net.h"
#include "pipeline.h"
#include "plan.h"
#include "plugin_host.h"
#include "nic_record.h"
#include "rtnl.h"

/* What the command line fixes. */
struct run_options {
	const char *config_path;
	const char *instance;
	char *state_dir;
	const char *last_good; /* where the last good configuration is kept; NULL: nowhere */
	bool falls_back; /* to that one, at a start without a good one */
	bool dry_run; /* stop after planning */
	bool down; /* take everything back */
	bool listen; /* to the kernel's notifications, for drift */
	void (*after_op)(void *); /* test hook, see apply.h */
	void (*before_step)(const char *name); /* test hook */
};

/* frr.conf's way into FRR: what is under way, across runs. */
struct run_reload {
	uint64_t generation;
	bool pending; /* this generation was demanded and has not been answered */
	bool stale; /* what is wanted is refused; the accepted file is in force in its place */
	struct evpn_error refusal; /* why, for the run's end */
	char *refused; /* text that FRR refused, so that it is not tried again and again */
	uint64_t refused_by; /* the FRR that did */
	struct evpn_error refused_why;
	char *checked; /* text whose syntax was found good */
};

/* One evpnd: the configuration, the plugins, and what the present run knows. */
struct run {
	struct run_options options;
	struct pipeline_state state;
	struct evpn_error err; /* why the state is FAILED, what it is WAITING for */

	struct config *config; /* the last good one */
	struct config_errors config_errors; /* what is wrong with the file now, if it is not the one in force */
	bool unkept; /* the warning that the configuration cannot be kept has been given */
	struct plugin *netns, *frr;

	bool without_frr; /* to be taken down: FRR's namespace was waited for in vain, the host's part goes */
	int netns_fd[NET_NS_COUNT];
	uint64_t frr_instance;
	struct rtnl *rtnl[NET_NS_COUNT];

	struct record_nics nics;
	uint64_t netns_id; /* FRR's namespace, as rtnl_netns numbers them */
	struct net former; /* what FRR's namespace itself was like before */
	struct net actual, desired;
	struct plan plan;
	bool *failed; /* by group: this run could not bring it about */
	struct config_errors problems; /* what stops single VNIs, a line each */

	struct guard guard;
	struct run_reload reload;
	struct child check; /* vtysh -C */
	bool check_ended; /* its pidfd is readable */
	uint64_t check_until; /* CLOCK_MONOTONIC ms */
	unsigned int wait_ms; /* WAITING: ask again after this long, where no event would tell; 0: wait for the event */
	uint64_t verify_since; /* CLOCK_MONOTONIC ms; 0: FRR has not answered yet */
	uint64_t seen_since; /* CLOCK_MONOTONIC ms; 0: FRR has not yet failed to list a device (steps_seen.h) */
	char *evpn_vni; /* FRR's first answer, while the second is asked for */

	/* Of this run, for the log: when it began, when the present step began, how long each took with its waiting. */
	uint64_t started_us, step_since_us, step_us[STEP_COUNT];
	size_t n_changes; /* kernel operations of this run */
	bool reloaded;

	bool unseen; /* across runs: FRR may not know of all links in its namespace yet (steps_seen.h) */
};

extern pipeline_step_fn *const steps_table[STEP_COUNT];
/* The same for `evpnd --down`: nothing is built, and FRR keeps its configuration. */
extern pipeline_step_fn *const steps_down_table[STEP_COUNT];

/* Once, before the first run; steps_free at the end. */
int steps_init(struct run *run, const struct run_options *options, struct evpn_error *err);
void steps_free(struct run *run);

/* Begins a run: forgets what the last one knew of the world. */
void steps_begin(struct run *run);

/*
 * The run pauses: closes what would keep a dead container's namespace, and a NIC in it, alive. While a step waits, or the
 * guard listens in there, the namespace itself stays at hand, since the plugin tells when it dies.
 */
void steps_pause(struct run *run);
void steps_close_netns(struct run *run);

/*
 * Reads the kernel and plans, beside the run, which stays as it is: the outcome is in look->actual, desired and plan.
 * <0: it could not be done, look->err says why. steps_look_clear in either case.
 */
int steps_look(const struct run *run, struct run *look);
void steps_look_clear(struct run *look);

/* CLOCK_MONOTONIC in microseconds. */
uint64_t steps_now_us(void);
