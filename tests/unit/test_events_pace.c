/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_events_pace.c - plugins that have too many events, events that fail, or none at all
 *
 * The linker replaces drift detection (drift_settle), the log and the clock: time passes when the test says so.
 */
#include <stdarg.h>

#include "base/util.h"
#include "events_case.h"
#include "unit.h"

uint32_t __wrap_drift_settle(struct daemon *daemon);

uint32_t __wrap_drift_settle(struct daemon *daemon)
{
	return DRIFT_NOTHING;
}

void __wrap_log_line(enum evpn_log_level level, const char *format, ...) EVPN_PRINTF(2, 3);

static unsigned int n_warnings;
static char warning[512]; /* the last one */

void __wrap_log_line(enum evpn_log_level level, const char *format, ...)
{
	va_list ap;

	if (level != EVPN_LOG_WARNING)
		return;
	n_warnings++;
	va_start(ap, format);
	vsnprintf(warning, sizeof(warning), format, ap);
	va_end(ap);
}

static void setup(void)
{
	n_warnings = 0;
	events_case_begin();
	events_case_arm(PIPELINE_CONVERGED);
}

static void teardown(void)
{
	events_case_end();
}

/* Fires the timer, and goes on until nothing is left. */
static void fire_and_flood(void)
{
	ck_assert_int_ge(sd_event_source_set_time(ec.timer, 0), 0);
	for (int rounds = 0; sd_event_run(ec.event, 0) > 0; rounds++)
		ck_assert_int_lt(rounds, 2000);
}

START_TEST(failed_events_pause_longer_and_are_told_once)
{
	for (unsigned int n = 0, us = 1000000; n < 10; n++, us = us < 32000000 ? 2 * us : 60000000) {
		events_case_frr(-1);
		ck_assert_uint_eq(ec.run.frr.n_events, n + 1);
		ck_assert_uint_eq(ec.timer_us, us);
		/* In the pause a run does not end it. */
		events_case_arm(PIPELINE_CONVERGED);
		events_case_run();
		ck_assert_uint_eq(ec.run.frr.n_events, n + 1);
		ec.run.frr.event = EVPN_EVENT_NONE;
		run_case_now_ms += us / 1000;
		events_case_fire();
		ck_assert_uint_eq(ec.run.frr.n_events, n + 2);
		ec.run.frr.n_events--;
	}
	ck_assert_uint_eq(ec.n_faults, 1);
	/* After a quiet time it is a new fault. */
	run_case_now_ms += 60000;
	events_case_frr(EVPN_EVENT_NONE);
	events_case_frr(-1);
	ck_assert_uint_eq(ec.n_faults, 2);
	ck_assert_uint_eq(ec.timer_us, 1000000);
}
END_TEST

static unsigned int n_calls;

static int leave_readable(void *self, struct evpn_error *err)
{
	n_calls++;
	return *(const int *)self;
}

/* The plugin's event_fd is readable all the time from here on; how often it is called until evpnd pauses. */
static unsigned int flood(struct plugin *plugin, int event)
{
	static int says;

	says = event;
	n_calls = 0;
	plugin->api.on_event = leave_readable;
	plugin->self = &says;
	run_case_raise_event(plugin);
	for (int rounds = 0; sd_event_run(ec.event, 0) > 0; rounds++)
		ck_assert_int_lt(rounds, 2000);
	return n_calls;
}

START_TEST(descriptor_that_stays_readable)
{
	static const int events[] = { EVPN_EVENT_NONE, EVPN_EVENT_RETRY, 77 };
	struct plugin *plugin = _i % 2 ? &ec.run.frr_plugin : &ec.run.netns_plugin;
	uint64_t us;

	ck_assert_uint_eq(flood(plugin, events[_i / 2]), 1001);
	ck_assert_uint_eq(ec.timer_us, 1000000);
	ck_assert_uint_eq(n_warnings, 1);
	ck_assert_msg(strstr(warning, "on_event leaves event_fd readable"), "%s", warning);
	ck_assert_msg(strstr(warning, plugin->api.name), "%s", warning);
	events_case_got_nothing();
	for (us = 2000000; us <= 32000000; us *= 2) {
		n_calls = 0;
		run_case_now_ms += us / 2000;
		fire_and_flood();
		ck_assert_uint_eq(n_calls, 101);
		ck_assert_uint_eq(ec.timer_us, us);
	}
	run_case_now_ms += us / 2000;
	fire_and_flood();
	ck_assert_uint_eq(ec.timer_us, 60000000);
	ck_assert_uint_eq(n_warnings, 1);
}
END_TEST

/* 100 events a second may go on for ever, and a burst of 1,000 now and then. */
START_TEST(busy_plugin_is_no_bad_one)
{
	for (int i = 0; i < 5000; i++) {
		run_case_now_ms += 10;
		events_case_frr(EVPN_EVENT_NONE);
	}
	for (int burst = 0; burst < 3; burst++, run_case_now_ms += 10000)
		for (int i = 0; i < 999; i++)
			events_case_frr(EVPN_EVENT_NONE);
	ck_assert_uint_eq(ec.run.frr.n_events, 5000 + 3 * 999);
	ck_assert(ec.n_timers == 0 && n_warnings == 0);
}
END_TEST

START_TEST(changes_without_end)
{
	unsigned int n;

	for (n = 1; n <= 31; n++) {
		events_case_frr(EVPN_EVENT_CHANGED);
		ck_assert_uint_eq(ec.run.frr.n_events, n);
		ck_assert_uint_eq(ec.timer_us, 10000);
		events_case_fire();
		events_case_got(PIPELINE_TRIGGER);
		/* The run itself arms everything anew. */
		ck_assert_uint_eq(n_warnings, n > 30);
	}
	ck_assert_msg(strstr(warning, "fake-frr: on_event reports changes again and again"), "%s", warning);
	/* In the pause the plugin is not heard. */
	events_case_frr(EVPN_EVENT_CHANGED);
	ck_assert_uint_eq(ec.run.frr.n_events, 31);
	events_case_netns(EVPN_EVENT_CHANGED);
	ck_assert_uint_eq(ec.run.netns.n_events, 1);
}
END_TEST

/* The netns plugin reports a change, and the run finds this FRR. */
static void find_another(uint64_t instance)
{
	struct run *run = &ec.run.daemon.run;

	ec.run.netns.instance = instance;
	events_case_netns(EVPN_EVENT_CHANGED);
	events_case_fire();
	events_case_got(PIPELINE_TRIGGER);
	run_begin(run);
	ck_assert_int_eq(step_find(run), 1);
	events_case_arm(PIPELINE_CONVERGED);
}

/* A plugin that invents FRRs has no more runs by that. */
START_TEST(another_frr_at_each_call)
{
	for (uint64_t n = 1; n <= 60; n++) {
		find_another(100 + n);
		ck_assert_uint_eq(ec.run.netns.n_events, n);
		ck_assert_uint_eq(n_warnings, 0);
	}
	find_another(161);
	ck_assert_uint_eq(n_warnings, 1);
	ck_assert_msg(strstr(warning, "fake-netns: find_netns finds another FRR again and again"), "%s", warning);
	/* In the pause the plugin is not heard, */
	events_case_netns(EVPN_EVENT_CHANGED);
	ck_assert_uint_eq(ec.run.netns.n_events, 61);
	/* and what it finds excuses no events of the other one. */
	for (unsigned int n = 1; n <= 31; n++) {
		events_case_frr(EVPN_EVENT_CHANGED);
		events_case_fire();
		events_case_got(PIPELINE_TRIGGER);
		ec.run.netns.instance = 200 + n;
		run_begin(&ec.run.daemon.run);
		ck_assert_int_eq(step_find(&ec.run.daemon.run), 1);
		events_case_arm(PIPELINE_CONVERGED);
	}
	ck_assert_msg(strstr(warning, "fake-frr: on_event reports changes again and again"), "%s", warning);
	ck_assert_uint_eq(ec.run.frr.n_events, 31);
}
END_TEST

/* A container that is restarted every 5 s for hours, and an FRR with it. */
START_TEST(restarts_of_frr_are_no_fault)
{
	for (uint64_t n = 1; n <= 2000; n++) {
		run_case_now_ms += 5000;
		find_another(100 + n);
		ck_assert_uint_eq(ec.run.netns.n_events, n);
	}
	ck_assert_uint_eq(n_warnings, 0);
}
END_TEST

START_TEST(retries_of_a_failed_run_are_paced)
{
	ec.run.daemon.state.failures = 1;
	events_case_arm(PIPELINE_FAILED);
	for (unsigned int n = 1; n <= 31; n++) {
		events_case_frr(EVPN_EVENT_RETRY);
		events_case_got(PIPELINE_RETRY);
		ck_assert_uint_eq(n_warnings, n > 30);
	}
	events_case_frr(EVPN_EVENT_RETRY);
	events_case_got_nothing();
}
END_TEST

START_TEST(closed_descriptor_is_the_plugins_fault)
{
	ck_assert_int_eq(close(ec.run.event_fds[1]), 0);
	ec.run.event_fds[1] = -1;
	events_case_arm(PIPELINE_CONVERGED);
	ck_assert_uint_eq(ec.n_faults, 1);
	ck_assert_uint_eq(ec.timer_us, 1000000);
	run_case_now_ms += 1000;
	events_case_fire();
	ck_assert_uint_eq(ec.n_faults, 1);
	ck_assert_uint_eq(ec.timer_us, 2000000);
	events_case_netns(EVPN_EVENT_NONE);
	ck_assert_uint_eq(ec.run.netns.n_events, 1);
}
END_TEST

START_TEST(plugin_without_events_is_polled)
{
	ec.run.netns_plugin.event_fd = -1;
	ec.run.netns_plugin.waits = true;
	events_case_arm(PIPELINE_WAITING);
	ck_assert_uint_eq(ec.timer_us, 1000000);
	events_case_fire();
	events_case_got(PIPELINE_RETRY);
	/* A step that asks again earlier does. */
	ec.run.daemon.run.wait_ms = 50;
	events_case_arm(PIPELINE_WAITING);
	ck_assert_uint_eq(ec.timer_us, 50000);
	ec.run.daemon.run.wait_ms = 30000;
	events_case_arm(PIPELINE_WAITING);
	ck_assert_uint_eq(ec.timer_us, 1000000);
	/* It is not the plugin that the step waits for. */
	ec.run.netns_plugin.waits = false;
	events_case_arm(PIPELINE_WAITING);
	ck_assert_uint_eq(ec.timer_us, 30000000);
	ec.run.netns_plugin.event_fd = ec.run.event_fds[0];
}
END_TEST

int main(void)
{
	TCase *tcase = tcase_create("events pace");

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_test(tcase, failed_events_pause_longer_and_are_told_once);
	tcase_add_loop_test(tcase, descriptor_that_stays_readable, 0, 6);
	tcase_add_test(tcase, busy_plugin_is_no_bad_one);
	tcase_add_test(tcase, changes_without_end);
	tcase_add_test(tcase, another_frr_at_each_call);
	tcase_add_test(tcase, restarts_of_frr_are_no_fault);
	tcase_add_test(tcase, retries_of_a_failed_run_are_paced);
	tcase_add_test(tcase, closed_descriptor_is_the_plugins_fault);
	tcase_add_test(tcase, plugin_without_events_is_polled);
	return unit_run("events_pace", tcase);
}
