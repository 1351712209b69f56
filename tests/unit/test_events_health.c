/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_events_health.c - when a health check begins and goes on: after a run, at its time, on the frr plugin's event
 *
 * The linker replaces the checks themselves: the test says what they return.
 */
#include "base/util.h"
#include "events_case.h"
#include "unit.h"

uint32_t __wrap_health_check_begin(struct daemon *daemon);
uint32_t __wrap_health_check_look(struct daemon *daemon);
uint32_t __wrap_health_check_continue(struct daemon *daemon);

static unsigned int n_begun, n_looks, n_continued;
static uint32_t result; /* of each of them */

static uint32_t check(struct daemon *daemon)
{
	daemon->health.asking = result == HEALTH_ASKS;
	return result;
}

uint32_t __wrap_health_check_begin(struct daemon *daemon)
{
	n_begun++;
	return check(daemon);
}

uint32_t __wrap_health_check_look(struct daemon *daemon)
{
	n_looks++;
	return check(daemon);
}

uint32_t __wrap_health_check_continue(struct daemon *daemon)
{
	n_continued++;
	return check(daemon);
}

static void setup(void)
{
	events_case_begin();
	ec.run.daemon.options.checks_health = true;
	run_begin(&ec.run.daemon.run);
}

static void teardown(void)
{
	events_case_end();
}

static void frr_says(int event)
{
	ec.run.frr.event = event;
	run_case_raise_event(&ec.run.frr_plugin);
	events_case_run();
}

START_TEST(check_follows_a_run)
{
	result = 10000;
	events_case_arm(PIPELINE_WAITING);
	ck_assert_uint_eq(n_begun, 0);
	events_case_arm(PIPELINE_CONVERGED);
	ck_assert_uint_eq(n_begun, 1);
	ck_assert_uint_eq(ec.n_checked, 1);
	ck_assert_uint_eq(ec.timer_us, 10000000);
	/* Once for each run. */
	events_case_arm(PIPELINE_CONVERGED);
	ck_assert_uint_eq(n_begun, 1);
	ec.run.daemon.run.started_us++;
	events_case_arm(PIPELINE_CONVERGED);
	ck_assert_uint_eq(n_begun, 2);
	events_case_got_nothing();
}
END_TEST

START_TEST(further_checks_come_at_their_time)
{
	result = 10000;
	events_case_arm(PIPELINE_CONVERGED);
	result = 1000;
	events_case_fire();
	ck_assert(n_looks == 1 && ec.n_checked == 2);
	ck_assert_uint_eq(ec.timer_us, 1000000);
	result = HEALTH_NEVER;
	events_case_fire();
	ck_assert(n_looks == 2 && ec.n_checked == 3);
	ck_assert(!events_case_is_set(ec.timer));
	events_case_got_nothing();
}
END_TEST

START_TEST(check_may_begin_a_run)
{
	result = 0;
	events_case_arm(PIPELINE_CONVERGED);
	ck_assert_uint_eq(ec.timer_us, 10000);
	ck_assert_uint_eq(ec.n_checked, 1);
	events_case_fire();
	events_case_got(PIPELINE_TRIGGER);
}
END_TEST

START_TEST(answer_is_for_the_check)
{
	result = HEALTH_ASKS;
	events_case_arm(PIPELINE_CONVERGED);
	ck_assert(n_begun == 1 && ec.n_checked == 0);
	ck_assert_uint_eq(ec.timer_us, 30000000);
	frr_says(EVPN_EVENT_RETRY);
	ck_assert(n_continued == 1 && ec.n_checked == 0);
	result = 10000;
	frr_says(EVPN_EVENT_RETRY);
	ck_assert(n_continued == 2 && ec.n_checked == 1);
	ck_assert_uint_eq(ec.timer_us, 10000000);
	events_case_got_nothing();
	/* The next one is for the waiting step, as ever. */
	ec.run.daemon.state.phase = PIPELINE_WAITING;
	frr_says(EVPN_EVENT_RETRY);
	events_case_got(PIPELINE_RETRY);
	ck_assert_uint_eq(n_continued, 2);
}
END_TEST

START_TEST(other_events_are_not_for_the_check)
{
	result = HEALTH_ASKS;
	events_case_arm(PIPELINE_CONVERGED);
	ec.run.netns.event = EVPN_EVENT_RETRY;
	run_case_raise_event(&ec.run.netns_plugin);
	events_case_run();
	events_case_got_nothing();
	frr_says(EVPN_EVENT_CHANGED);
	ck_assert_uint_eq(n_continued, 0);
	events_case_fire();
	events_case_got(PIPELINE_TRIGGER);
}
END_TEST

/* The plugin may lose its event, and one without event_fd has none. */
START_TEST(check_goes_on_without_an_event)
{
	bool has_events = _i;

	if (!has_events)
		ec.run.frr_plugin.event_fd = -1;
	result = HEALTH_ASKS;
	events_case_arm(PIPELINE_CONVERGED);
	ck_assert_uint_eq(ec.timer_us, has_events ? 30000000 : 1000000);
	events_case_fire();
	ck_assert(n_continued == 1 && n_looks == 0);
	result = 10000;
	events_case_fire();
	ck_assert(n_continued == 2 && n_looks == 0 && ec.n_checked == 1);
	ck_assert_uint_eq(ec.timer_us, 10000000);
	events_case_fire();
	ck_assert_uint_eq(n_looks, 1);
	ec.run.frr_plugin.event_fd = ec.run.event_fds[1];
}
END_TEST

START_TEST(nobody_wants_checks)
{
	ec.run.daemon.options.checks_health = false;
	events_case_arm(PIPELINE_CONVERGED);
	ck_assert(n_begun == 0 && ec.n_checked == 0 && ec.n_timers == 0);
}
END_TEST

int main(void)
{
	TCase *tcase = tcase_create("events health");

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_test(tcase, check_follows_a_run);
	tcase_add_test(tcase, further_checks_come_at_their_time);
	tcase_add_test(tcase, check_may_begin_a_run);
	tcase_add_test(tcase, answer_is_for_the_check);
	tcase_add_test(tcase, other_events_are_not_for_the_check);
	tcase_add_loop_test(tcase, check_goes_on_without_an_event, 0, 2);
	tcase_add_test(tcase, nobody_wants_checks);
	return unit_run("events_health", tcase);
}
