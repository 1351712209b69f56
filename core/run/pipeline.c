/* SPDX-License-Identifier: Apache-2.0 */
/* pipeline.c - see pipeline.h */
#include "base/clock.h"
#include "base/log.h"
#include "base/util.h"
#include "run/control.h"
#include "run/pipeline.h"
#include "run/steps.h"

struct step {
	const char *name;
	pipeline_step_fn *by_goal[RUN_GOAL_COUNT]; /* NULL: nothing to do for this goal */
	bool changes; /* a dry run ends before the first such step */
};

/* clang-format off */
#define STEP(step_name, up, down, check) { .name = step_name, .by_goal = { up, down, check } }
#define CHANGING_STEP(step_name, up, down) { .name = step_name, .by_goal = { up, down, NULL }, .changes = true }

/*
 * The order matters, each "before" is a bug that others had (doc/internals.md): devices before frr.conf, so that FRR
 * finds what it names; frr.conf before L3VNI devices come up, so that bgpd never sees a VXLAN without its EVPN instance;
 * addresses after zebra knows the links; FRR drops a VNI before its devices are deleted; FRR's own tables are read last.
 */
static const struct step steps[] = {
	[STEP_LOAD]         = STEP("load config", step_load, step_load, step_load),
	[STEP_FIND]         = STEP("find netns", step_find, step_find_to_take_down, NULL),
	[STEP_READ]         = STEP("read kernel", step_read, step_read, NULL),
	[STEP_PLAN]         = STEP("plan", step_plan, step_plan, NULL),
	[STEP_CHECK_FRR]    = STEP("check FRR", step_check_frr, NULL, step_check_version),
	[STEP_CHECK_SYNTAX] = STEP("check syntax", step_check_syntax, NULL, step_check_syntax),
	[STEP_COMPARE]      = STEP("compare FRR", step_compare, NULL, NULL),
	[STEP_CONFIRM]      = CHANGING_STEP("confirm netns", step_confirm, NULL),
	[STEP_BUILD]        = CHANGING_STEP("build", step_build, NULL),
	[STEP_LEASE]        = CHANGING_STEP("lease", step_lease, step_forget_leases),
	[STEP_INSTALL]      = CHANGING_STEP("install frr.conf", step_install, NULL),
	[STEP_RELOAD]       = CHANGING_STEP("reload FRR", step_reload, NULL),
	[STEP_AWAIT_ZEBRA]  = CHANGING_STEP("await zebra", step_await_zebra, NULL),
	[STEP_RAISE]        = CHANGING_STEP("raise", step_raise, NULL),
	[STEP_PRUNE]        = CHANGING_STEP("prune", step_prune, step_take_down),
	[STEP_VERIFY]       = CHANGING_STEP("verify", step_verify, step_forget),
	[STEP_REMEMBER]     = CHANGING_STEP("remember FRR", step_remember, NULL),
};
/* clang-format on */
_Static_assert(ARRAY_LEN(steps) == STEP_COUNT, "each step has its line in the table");

const char *pipeline_step_name(enum pipeline_step step)
{
	return steps[step].name;
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

/* The next run begins at once after so many in a row that were out of date; then after the pause of a failure. */
#define STALE_AT_ONCE 3

static struct pipeline_state on_result(struct pipeline_state state, enum pipeline_input input)
{
	if (input == PIPELINE_NOT_READY)
		return end(state, PIPELINE_WAITING);
	if (input == PIPELINE_FAULT || input == PIPELINE_STALE) {
		state.failures++;
		/* A plugin that says so each time must not keep evpnd busy for ever. */
		state.stale = input == PIPELINE_STALE ? state.stale + 1 : 0;
		state.again |= state.stale > 0 && state.stale <= STALE_AT_ONCE;
		return end(state, PIPELINE_FAILED);
	}
	if (state.step + 1 < STEP_COUNT) {
		state.step++;
		return state;
	}
	state.failures = state.stale = 0;
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
	case PIPELINE_STALE:
		return state.phase == PIPELINE_RUNNING ? on_result(state, input) : state;
	}
	return state;
}

static enum pipeline_input result_of(int r)
{
	if (r == STEP_STALE)
		return PIPELINE_STALE;
	return r > 0 ? PIPELINE_DONE : r == 0 ? PIPELINE_NOT_READY : PIPELINE_FAULT;
}

static int run_step(struct run *run, enum pipeline_step step)
{
	/* cppcheck takes the table's array of function pointers for one of integers. */
	/* cppcheck-suppress AssignmentIntegerToAddress */
	pipeline_step_fn *fn = steps[step].by_goal[run->options->goal];
	uint64_t now;
	int r;

	if (!fn)
		return 1;
	if (run->options->before_step)
		run->options->before_step(steps[step].name);
	run->err = (struct evpn_error){ 0 };
	run->wait_ms = 0;
	run->wait_fd = -1;
	r = fn(run);
	log_debug("%s: %s", steps[step].name, r > 0 ? "done" : run->err.msg);
	if (r > 0) {
		now = clock_us();
		run->step_us[step] = now - run->step_since_us;
		run->step_since_us = now;
	}
	return r;
}

void pipeline_run(struct daemon *daemon, enum pipeline_input input)
{
	struct run *run = &daemon->run;
	struct pipeline_state *state = &daemon->state;

	drift_interrupt(&daemon->drift);
	*state = pipeline_next(*state, input);
	while (state->phase == PIPELINE_RUNNING) {
		if (state->step == STEP_LOAD) {
			drift_stop(&daemon->drift);
			health_check_stop(&daemon->health);
			asking_interrupt(&daemon->askings);
			run_begin(run);
		}
		if (run->options->dry_run && steps[state->step].changes)
			break;
		if (run->options->control)
			run->options->control->step(run->options->control->arg);
		*state = pipeline_next(*state, result_of(run_step(run, state->step)));
	}
	run_pause(run, state->phase == PIPELINE_WAITING);
}
