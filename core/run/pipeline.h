/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pipeline.h - the order in which evpnd works; reading starts here
 *
 * Everything that evpnd does is one run through a table of steps. A trigger (start, SIGHUP, an event of a plugin, drift, the
 * retry timer) begins a run from the first step. A step that is not ready waits for its event and is asked again; one that
 * failed ends the run, and the next run begins after a pause. There is no state to trust between runs: each reads the
 * kernel afresh, plans, and does what is left to do, so a restart of evpnd is a run like any other.
 */
#pragma once

#include <stdbool.h>

enum pipeline_step {
	STEP_LOAD, /* evpn.conf -> struct config; open the plugins */
	STEP_FIND, /* FRR's network namespace */
	STEP_READ, /* kernel -> actual */
	STEP_PLAN, /* config -> desired; the difference -> plan */
	STEP_CHECK_FRR, /* this FRR survives the devices that the plan makes */
	STEP_CHECK_SYNTAX, /* vtysh -C accepts the frr.conf that is to be installed */
	STEP_COMPARE, /* FRR's running configuration is as the last run left it, or has to be loaded again */
	STEP_CONFIRM, /* FRR is still where it was found: asked before a NIC goes there */
	STEP_BUILD, /* devices, addresses, NIC; L3VNI devices stay down */
	STEP_LEASE, /* DHCP clients of underlay NICs; a VTEP that a server gives is known from here on */
	STEP_INSTALL, /* frr.conf onto the shared volume */
	STEP_RELOAD, /* FRR loads it */
	STEP_AWAIT_ZEBRA, /* zebra lists the devices that get an address next */
	STEP_RAISE, /* L3VNI devices up, addresses: FRR knows what they are now */
	STEP_PRUNE, /* delete what the configuration no longer names: FRR has dropped it */
	STEP_VERIFY, /* zebra and bgpd have every VNI as configured */
	STEP_REMEMBER, /* FRR's running configuration, for the next comparison */
	STEP_COUNT,
};

enum pipeline_phase { PIPELINE_IDLE, PIPELINE_RUNNING, PIPELINE_WAITING, PIPELINE_FAILED, PIPELINE_CONVERGED };

struct pipeline_state {
	enum pipeline_phase phase;
	enum pipeline_step step; /* RUNNING, WAITING, FAILED: which */
	unsigned int failures; /* in a row; for the pause before the next run */
	bool again; /* a trigger came during the run */
	unsigned int stale; /* runs in a row that were out of date, for PIPELINE_STALE */
};

enum pipeline_input {
	PIPELINE_TRIGGER, /* something changed: run from the first step */
	PIPELINE_RETRY, /* the awaited event, or the end of the pause after a failure */
	PIPELINE_DONE, /* the step's results */
	PIPELINE_NOT_READY,
	PIPELINE_FAULT,
	PIPELINE_STALE, /* a fault because the world has changed since the run began: the next run begins at once, thrice in a row */
};

/* The state after `input`. Pure: all of evpnd's control flow is this function. */
struct pipeline_state pipeline_next(struct pipeline_state state, enum pipeline_input input);

const char *pipeline_step_name(enum pipeline_step step);

/* What a step returns when what it found is out of date; see PIPELINE_STALE. */
#define STEP_STALE (-2)

struct run;
struct daemon;

/* A step: <0 failed, run->err says why; 0 not ready, run->err says what it waits for; >0 done. */
typedef int pipeline_step_fn(struct run *run);

/*
 * Feeds `input`, then runs steps until the run waits, fails or has converged, or, in a dry run, has planned (the phase is
 * RUNNING then). The caller arms timers and reports from daemon->state afterwards.
 */
void pipeline_run(struct daemon *daemon, enum pipeline_input input);
