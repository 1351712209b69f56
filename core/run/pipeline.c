/* SPDX-License-Identifier: Apache-2.0 */
/* pipeline.c - see pipeline.h */
#include "log.h"
#include "pipeline.h"
#include "steps.h"
#include "util.h"

/*
 * The order is the point (each "before" is a bug that others had, see docs in README.md):
 * devices before frr.conf, so that FRR finds what it names; frr.conf before L3VNI devices come up, so that bgpd never
 * sees a VXLAN without its EVPN instance; FRR's dropping a VNI before its devices go; FRR's word last.
 */
static const char *const names[STEP_COUNT] = {
	[STEP_LOAD] = "load config",  [STEP_FIND] = "find netns", [STEP_READ] = "read kernel",
	[STEP_PLAN] = "plan",	      [STEP_BUILD] = "build",	  [STEP_INSTALL] = "install frr.conf",
	[STEP_RELOAD] = "reload FRR", [STEP_RAISE] = "raise",	  [STEP_PRUNE] = "prune",
	[STEP_VERIFY] = "verify",
};

const char *pipeline_step_name(enum pipeline_step step)
{
	return names[step];
}

static struct pipeline_state start_over(struct pipeline_state state)
{
	state.phase = PIPELINE_RUNNING;
	state.step = STEP_LOAD;
	state.again = false;
	return state;
}

/* The run has ended in `phase`; a trigger that came meanwhile begins the next one. */
static struct pipeline_state end(struct pipeline_state state, enum pipeline_phase phase)
{
	state.phase = phase;
	return state.again ? start_over(state) : state;
}

static struct pipeline_state on_result(struct pipeline_state state, enum pipeline_input input)
{
	if (input == PIPELINE_NOT_READY)
		return end(state, PIPELINE_WAITING);
	if (input == PIPELINE_FAULT) {
		state.failures++;
		return end(state, PIPELINE_FAILED);
	}
	if (state.step + 1 < STEP_COUNT) {
		state.step++;
		return state;
	}
	state.failures = 0;
	return end(state, PIPELINE_CONVERGED);
}

struct pipeline_state pipeline_next(struct pipeline_state state, enum pipeline_input input)
{
	switch (input) {
	case PIPELINE_TRIGGER:
		if (state.phase != PIPELINE_RUNNING)
			return start_over(state);
		state.again = true;
		return state;
	case PIPELINE_RETRY:
		if (state.phase == PIPELINE_FAILED)
			return start_over(state);
		if (state.phase == PIPELINE_WAITING)
			state.phase = PIPELINE_RUNNING;
		return state;
	case PIPELINE_DONE:
	case PIPELINE_NOT_READY:
	case PIPELINE_FAULT:
		return state.phase == PIPELINE_RUNNING ? on_result(state, input) : state;
	}
	return state;
}

unsigned int pipeline_pause_ms(unsigned int failures)
{
	unsigned int seconds = failures > 6 ? 60 : failures ? 1u << (failures - 1) : 0;

	return (seconds < 60 ? seconds : 60) * 1000;
}

static void time_step(struct run *run, enum pipeline_step step)
{
	uint64_t now = steps_now_us();

	run->step_us[step] = now - run->step_since_us;
	run->step_since_us = now;
}

void pipeline_run(struct run *run, enum pipeline_input input)
{
	pipeline_step_fn *const *table = run->options.down ? steps_down_table : steps_table;

	run->state = pipeline_next(run->state, input);
	while (run->state.phase == PIPELINE_RUNNING) {
		enum pipeline_step step = run->state.step;
		int r;

		if (step == STEP_LOAD)
			steps_begin(run);
		if (run->options.before_step)
			run->options.before_step(names[step]);
		memset(&run->err, 0, sizeof(run->err));
		run->wait_ms = 0;
		r = table[step](run);
		log_debug("%s: %s", names[step], r > 0 ? "done" : r == 0 ? run->err.msg : "failed");
		if (r > 0)
			time_step(run, step);
		run->state = pipeline_next(run->state, r > 0	? PIPELINE_DONE
						       : r == 0 ? PIPELINE_NOT_READY
								: PIPELINE_FAULT);
		if (r > 0 && step == STEP_PLAN && run->options.dry_run)
			break;
	}
	steps_pause(run);
}
