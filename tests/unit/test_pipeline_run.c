/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_pipeline_run.c - the table of steps: which steps a run takes for each goal, and what ends it
 *
 * The linker replaces every step by one that only writes down that it was called.
 */
#include "base/util.h"
#include "run_case.h"
#include "unit.h"

pipeline_step_fn __wrap_step_load, __wrap_step_find, __wrap_step_find_to_take_down, __wrap_step_read, __wrap_step_plan,
	__wrap_step_check_frr, __wrap_step_check_syntax, __wrap_step_confirm, __wrap_step_build, __wrap_step_install,
	__wrap_step_reload, __wrap_step_await_zebra, __wrap_step_raise, __wrap_step_prune, __wrap_step_take_down,
	__wrap_step_verify, __wrap_step_forget, __wrap_step_check_version, __wrap_step_compare, __wrap_step_remember;

static struct run_case c;
static char trace[1024]; /* the steps that were called, in order */
static const char *special; /* this step returns `result`, once, and `during` happens in it */
static int result;
static void (*during)(void);

static int step(struct run *run, const char *name)
{
	ck_assert_ptr_eq(run, &c.daemon.run);
	ck_assert_msg(run->err.msg[0] == '\0' && run->wait_ms == 0, "%s begins with what another step left", name);
	strcat(strcat(trace, trace[0] ? " " : ""), name);
	evpn_fail(&run->err, 1, "%s", name);
	run->wait_ms = 5;
	if (!special || !streq(special, name))
		return 1;
	special = NULL;
	if (during)
		during();
	return result;
}

#define STEP(name)                              \
	int __wrap_step_##name(struct run *run) \
	{                                       \
		return step(run, #name);        \
	}

STEP(load)
STEP(find)
STEP(find_to_take_down)
STEP(read)
STEP(plan)
STEP(check_frr)
STEP(check_version)
STEP(check_syntax)
STEP(compare)
STEP(confirm)
STEP(build)
STEP(install)
STEP(reload)
STEP(await_zebra)
STEP(raise)
STEP(prune)
STEP(take_down)
STEP(verify)
STEP(remember)
STEP(forget)

#define BEFORE_CHANGES "load find read plan check_frr check_syntax compare"
#define CHANGES	       "confirm build install reload await_zebra raise prune verify remember"
#define ALL	       BEFORE_CHANGES " " CHANGES

static void begin(enum run_goal goal)
{
	run_case_begin(&c, goal);
	trace[0] = '\0';
}

static void setup(void)
{
	begin(RUN_UP);
}

static void teardown(void)
{
	run_case_end(&c);
}

/* The next call of this step returns r. */
static void let(const char *name, int r)
{
	special = name;
	result = r;
}

/* Feeds the input, and compares the steps that were called. */
static void advance(enum pipeline_input input, const char *steps, enum pipeline_phase phase)
{
	trace[0] = '\0';
	pipeline_run(&c.daemon, input);
	ck_assert_str_eq(trace, steps);
	ck_assert_int_eq(c.daemon.state.phase, phase);
}

START_TEST(each_goal_has_its_steps)
{
	static const char *const steps[RUN_GOAL_COUNT] = {
		[RUN_UP] = ALL,
		[RUN_DOWN] = "load find_to_take_down read plan take_down forget",
		[RUN_CHECK] = "load check_version check_syntax",
	};

	for (int goal = 0; goal < RUN_GOAL_COUNT; goal++) {
		teardown();
		begin((enum run_goal)goal);
		advance(PIPELINE_TRIGGER, steps[goal], PIPELINE_CONVERGED);
	}
}
END_TEST

START_TEST(dry_run_ends_before_the_first_change)
{
	c.daemon.options.dry_run = true;
	advance(PIPELINE_TRIGGER, BEFORE_CHANGES, PIPELINE_RUNNING);
	teardown();
	begin(RUN_DOWN);
	c.daemon.options.dry_run = true;
	advance(PIPELINE_TRIGGER, "load find_to_take_down read plan", PIPELINE_RUNNING);
}
END_TEST

START_TEST(waiting_step_is_asked_again)
{
	let("compare", 0);
	advance(PIPELINE_TRIGGER, BEFORE_CHANGES, PIPELINE_WAITING);
	ck_assert_str_eq(c.daemon.run.err.msg, "compare");
	ck_assert_uint_eq(c.daemon.run.wait_ms, 5);
	let("compare", 0);
	advance(PIPELINE_RETRY, "compare", PIPELINE_WAITING);
	advance(PIPELINE_RETRY, "compare " CHANGES, PIPELINE_CONVERGED);
	let("read", 0);
	advance(PIPELINE_TRIGGER, "load find read", PIPELINE_WAITING);
	advance(PIPELINE_TRIGGER, ALL, PIPELINE_CONVERGED);
}
END_TEST

START_TEST(failed_step_ends_the_run)
{
	let("plan", -1);
	advance(PIPELINE_TRIGGER, "load find read plan", PIPELINE_FAILED);
	ck_assert_int_eq(c.daemon.state.step, STEP_PLAN);
	ck_assert_uint_eq(c.daemon.state.failures, 1);
	ck_assert_str_eq(c.daemon.run.err.msg, "plan");
	let("load", -1);
	advance(PIPELINE_RETRY, "load", PIPELINE_FAILED);
	ck_assert_uint_eq(c.daemon.state.failures, 2);
	advance(PIPELINE_RETRY, ALL, PIPELINE_CONVERGED);
	ck_assert_uint_eq(c.daemon.state.failures, 0);
}
END_TEST

START_TEST(stale_run_begins_anew_at_once)
{
	let("confirm", STEP_STALE);
	advance(PIPELINE_TRIGGER, BEFORE_CHANGES " confirm " ALL, PIPELINE_CONVERGED);
}
END_TEST

/* Where a plugin's callback, or a signal, begins a run while one is under way. */
static void trigger(void)
{
	c.daemon.state = pipeline_next(c.daemon.state, PIPELINE_TRIGGER);
}

START_TEST(trigger_during_a_run_begins_another)
{
	during = trigger;
	let("raise", 1);
	advance(PIPELINE_TRIGGER, ALL " " ALL, PIPELINE_CONVERGED);
	let("reload", 0);
	advance(PIPELINE_TRIGGER, BEFORE_CHANGES " confirm build install reload " ALL, PIPELINE_CONVERGED);
	let("find", -1);
	advance(PIPELINE_TRIGGER, "load find " ALL, PIPELINE_CONVERGED);
}
END_TEST

static char hooked[512];

static void before_step(const char *name)
{
	strcat(strcat(hooked, name), "\n");
	/* It is called before the step. */
	ck_assert_int_eq(streq(name, "load config"), trace[0] == '\0');
}

START_TEST(hook_is_called_before_each_step)
{
	c.daemon.options.before_step = before_step;
	advance(PIPELINE_TRIGGER, ALL, PIPELINE_CONVERGED);
	ck_assert_str_eq(hooked, "load config\nfind netns\nread kernel\nplan\ncheck FRR\ncheck syntax\ncompare FRR\n"
				 "confirm netns\n"
				 "build\nlease\ninstall frr.conf\nreload FRR\nawait zebra\nraise\nprune\nverify\n"
				 "remember FRR\n");
	hooked[0] = '\0';
	teardown();
	begin(RUN_CHECK);
	c.daemon.options.before_step = before_step;
	advance(PIPELINE_TRIGGER, "load check_version check_syntax", PIPELINE_CONVERGED);
	ck_assert_str_eq(hooked, "load config\ncheck FRR\ncheck syntax\n");
}
END_TEST

START_TEST(new_run_forgets_the_former)
{
	struct run *run = &c.daemon.run;

	config_errors_add(&run->problems, NULL, "vni 110: no");
	run->failed = xcalloc(1, sizeof(bool));
	run->frr_conf = xstrdup("text");
	run->n_changes = 3;
	run->verify = (struct verify){ .since = 1, .told = 1, .n_left = 1 };
	run->frr_drifted = true;
	inquiry_add(&run->inquiry, "zebra", "show version");
	running_add(&run->running, "zebra", "hostname node1");
	run->step_us[STEP_VERIFY] = 1;
	let("find", 0);
	advance(PIPELINE_TRIGGER, "load find", PIPELINE_WAITING);
	ck_assert_uint_eq(run->problems.n_lines, 0);
	ck_assert_ptr_null(run->failed);
	ck_assert_ptr_null(run->frr_conf);
	ck_assert_uint_eq(run->n_changes + run->step_us[STEP_VERIFY], 0);
	ck_assert_uint_eq(run->verify.since + run->verify.told + run->verify.n_left, 0);
	ck_assert_uint_eq(run->inquiry.n_questions + run->running.n_parts, 0);
	ck_assert(!run->frr_drifted);
	/* What the run knows outlives its waiting. */
	run->n_changes = 3;
	advance(PIPELINE_RETRY, "find read plan check_frr check_syntax compare " CHANGES, PIPELINE_CONVERGED);
	ck_assert_uint_eq(run->n_changes, 3);
}
END_TEST

int main(void)
{
	TCase *tcase = tcase_create("pipeline run");

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_test(tcase, each_goal_has_its_steps);
	tcase_add_test(tcase, dry_run_ends_before_the_first_change);
	tcase_add_test(tcase, waiting_step_is_asked_again);
	tcase_add_test(tcase, failed_step_ends_the_run);
	tcase_add_test(tcase, stale_run_begins_anew_at_once);
	tcase_add_test(tcase, trigger_during_a_run_begins_another);
	tcase_add_test(tcase, hook_is_called_before_each_step);
	tcase_add_test(tcase, new_run_forgets_the_former);
	return unit_run("pipeline_run", tcase);
}
