/* SPDX-License-Identifier: Apache-2.0 */
/* test_pipeline.c - the control flow as a table: every phase with every input */
#include "base/clock.h"
#include "run/pipeline.h"
#include "unit.h"
#include "base/util.h"

#define LAST ((enum pipeline_step)(STEP_COUNT - 1))

static const struct {
	struct pipeline_state before;
	enum pipeline_input input;
	struct pipeline_state after;
} table[] = {
	/* A trigger begins a run from the first step, in whatever phase; during a run it is remembered. */
	{ { PIPELINE_IDLE, 0, 0, false }, PIPELINE_TRIGGER, { PIPELINE_RUNNING, STEP_LOAD, 0, false } },
	{ { PIPELINE_CONVERGED, LAST, 0, false }, PIPELINE_TRIGGER, { PIPELINE_RUNNING, STEP_LOAD, 0, false } },
	{ { PIPELINE_WAITING, STEP_RELOAD, 2, false }, PIPELINE_TRIGGER, { PIPELINE_RUNNING, STEP_LOAD, 2, false } },
	{ { PIPELINE_FAILED, STEP_BUILD, 3, false }, PIPELINE_TRIGGER, { PIPELINE_RUNNING, STEP_LOAD, 3, false } },
	{ { PIPELINE_RUNNING, STEP_BUILD, 0, false }, PIPELINE_TRIGGER, { PIPELINE_RUNNING, STEP_BUILD, 0, true } },
	/* A retry asks the waiting step again, begins a failed run anew, and means nothing otherwise. */
	{ { PIPELINE_WAITING, STEP_FIND, 0, false }, PIPELINE_RETRY, { PIPELINE_RUNNING, STEP_FIND, 0, false } },
	{ { PIPELINE_FAILED, STEP_RAISE, 1, false }, PIPELINE_RETRY, { PIPELINE_RUNNING, STEP_LOAD, 1, false } },
	{ { PIPELINE_CONVERGED, LAST, 0, false }, PIPELINE_RETRY, { PIPELINE_CONVERGED, LAST, 0, false } },
	{ { PIPELINE_IDLE, 0, 0, false }, PIPELINE_RETRY, { PIPELINE_IDLE, 0, 0, false } },
	{ { PIPELINE_RUNNING, STEP_PLAN, 0, false }, PIPELINE_RETRY, { PIPELINE_RUNNING, STEP_PLAN, 0, false } },
	/* Results. */
	{ { PIPELINE_RUNNING, STEP_LOAD, 2, false }, PIPELINE_DONE, { PIPELINE_RUNNING, STEP_FIND, 2, false } },
	{ { PIPELINE_RUNNING, LAST, 2, false }, PIPELINE_DONE, { PIPELINE_CONVERGED, LAST, 0, false } },
	{ { PIPELINE_RUNNING, LAST, 2, true }, PIPELINE_DONE, { PIPELINE_RUNNING, STEP_LOAD, 0, false } },
	{ { PIPELINE_RUNNING, STEP_FIND, 1, false }, PIPELINE_NOT_READY, { PIPELINE_WAITING, STEP_FIND, 1, false } },
	{ { PIPELINE_RUNNING, STEP_FIND, 1, true }, PIPELINE_NOT_READY, { PIPELINE_RUNNING, STEP_LOAD, 1, false } },
	{ { PIPELINE_RUNNING, STEP_BUILD, 1, false }, PIPELINE_FAULT, { PIPELINE_FAILED, STEP_BUILD, 2, false } },
	{ { PIPELINE_RUNNING, STEP_BUILD, 1, true }, PIPELINE_FAULT, { PIPELINE_RUNNING, STEP_LOAD, 2, false } },
	/* A result that comes when nothing runs is nobody's. */
	{ { PIPELINE_WAITING, STEP_FIND, 0, false }, PIPELINE_DONE, { PIPELINE_WAITING, STEP_FIND, 0, false } },
	{ { PIPELINE_FAILED, STEP_FIND, 1, false }, PIPELINE_FAULT, { PIPELINE_FAILED, STEP_FIND, 1, false } },
	{ { PIPELINE_CONVERGED, LAST, 0, false }, PIPELINE_NOT_READY, { PIPELINE_CONVERGED, LAST, 0, false } },
};

START_TEST(next_state)
{
	struct pipeline_state after = pipeline_next(table[_i].before, table[_i].input);

	ck_assert_int_eq(after.phase, table[_i].after.phase);
	ck_assert_int_eq(after.step, table[_i].after.step);
	ck_assert_uint_eq(after.failures, table[_i].after.failures);
	ck_assert_int_eq(after.again, table[_i].after.again);
}
END_TEST

START_TEST(every_step_leads_to_the_next)
{
	struct pipeline_state state = pipeline_next((struct pipeline_state){ 0 }, PIPELINE_TRIGGER);

	for (int step = 0; step < STEP_COUNT; step++) {
		ck_assert_int_eq(state.phase, PIPELINE_RUNNING);
		ck_assert_int_eq(state.step, step);
		ck_assert_ptr_nonnull(pipeline_step_name(state.step));
		state = pipeline_next(state, PIPELINE_DONE);
	}
	ck_assert_int_eq(state.phase, PIPELINE_CONVERGED);
}
END_TEST

START_TEST(pause_doubles_up_to_a_minute)
{
	ck_assert_uint_eq(clock_backoff_ms(1), 1000);
	ck_assert_uint_eq(clock_backoff_ms(2), 2000);
	ck_assert_uint_eq(clock_backoff_ms(6), 32000);
	ck_assert_uint_eq(clock_backoff_ms(7), 60000);
	ck_assert_uint_eq(clock_backoff_ms(1000000), 60000);
}
END_TEST

/* A netns plugin that has another FRR each time must not keep evpnd in its loop for ever. */
START_TEST(run_out_of_date_begins_at_once_thrice)
{
	struct pipeline_state state = { .phase = PIPELINE_RUNNING, .step = STEP_CONFIRM };

	for (int i = 0; i < 3; i++) {
		state = pipeline_next(state, PIPELINE_STALE);
		ck_assert(state.phase == PIPELINE_RUNNING && state.step == STEP_LOAD);
		state = pipeline_next(state, PIPELINE_DONE);
	}
	state = pipeline_next(state, PIPELINE_STALE);
	ck_assert(state.phase == PIPELINE_FAILED && !state.again);
	ck_assert_uint_eq(state.failures, 4);
	/* After the pause the next one is another one in a row, until a run has ended in another way. */
	state = pipeline_next(pipeline_next(state, PIPELINE_RETRY), PIPELINE_STALE);
	ck_assert_int_eq(state.phase, PIPELINE_FAILED);
	state = pipeline_next(pipeline_next(state, PIPELINE_RETRY), PIPELINE_FAULT);
	state = pipeline_next(pipeline_next(state, PIPELINE_RETRY), PIPELINE_STALE);
	ck_assert_int_eq(state.phase, PIPELINE_RUNNING);
}
END_TEST

int main(void)
{
	TCase *tcase = tcase_create("table");

	tcase_add_loop_test(tcase, next_state, 0, (int)ARRAY_LEN(table));
	tcase_add_test(tcase, every_step_leads_to_the_next);
	tcase_add_test(tcase, run_out_of_date_begins_at_once_thrice);
	tcase_add_test(tcase, pause_doubles_up_to_a_minute);
	return unit_run("pipeline", tcase);
}
