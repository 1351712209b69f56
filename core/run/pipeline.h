/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pipeline.h - THE FLOW: reading starts here
 *
 * Everything that evpnd does is one run through a table of steps. A trigger (start, SIGHUP, an event of a plugin, the
 * retry timer) begins a run from the first step. A step that is not ready waits for its event and is asked again; one
 * that failed ends the run, and the next run begins after a pause. There is no state to trust between runs: each reads
 * the kernel afresh, plans, and does what is left to do, so a restart is a run like any other.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "evpn-plugin.h"

enum pipeline_step {
	STEP_LOAD, /* evpn.conf -> struct config; open the plugins */
	STEP_FIND, /* where FRR runs */
	STEP_READ, /* kernel -> actual */
	STEP_PLAN, /* config -> desired; the difference -> plan */
	STEP_BUILD, /* devices, addresses, NIC; L3VNI devices stay down */
	STEP_INSTALL, /* frr.conf onto the shared volume */
	STEP_RELOAD, /* FRR takes it over */
	STEP_RAISE, /* L3VNI devices up, addresses: FRR knows what they are now */
	STEP_PRUNE, /* what the configuration no longer names goes: FRR has dropped it */
	STEP_VERIFY, /* FRR knows every VNI */
};
#define STEP_COUNT 10

enum pipeline_phase { PIPELINE_IDLE, PIPELINE_RUNNING, PIPELINE_WAITING, PIPELINE_FAILED, PIPELINE_CONVERGED };

struct pipeline_state {
	enum pipeline_phase phase;
	enum pipeline_step step; /* RUNNING, WAITING, FAILED: which */
	unsigned int failures; /* in a row; for the pause before the next run */
	bool again; /* a trigger came during the run */
};

enum pipeline_input {
	PIPELINE_TRIGGER, /* something changed: run from the first step */
	PIPELINE_RETRY, /* the event that was waited for, or the end of the pause after a failure */
	PIPELINE_DONE, /* the step's results */
	PIPELINE_NOT_READY,
	PIPELINE_FAULT,
};

/* The state after `input`. Pure: all of evpnd's control flow is this table. */
struct pipeline_state pipeline_next(struct pipeline_state state, enum pipeline_input input);

/* The pause after `failures` failed runs in a row: 1 s, doubling, at most 60 s. */
unsigned int pipeline_pause_ms(unsigned int failures);

const char *pipeline_step_name(enum pipeline_step step);

struct run;

/* A step: <0 failed, run->err says why; 0 not ready, run->err says what is waited for; >0 done. */
typedef int pipeline_step_fn(struct run *run);

/*
 * Feeds `input`, then runs steps until the run waits, fails or has converged. The caller arms timers and reports from
 * run->state afterwards.
 */
void pipeline_run(struct run *run, enum pipeline_input input);
