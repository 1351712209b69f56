/* SPDX-License-Identifier: Apache-2.0 */
/* events_case.c - see events_case.h */
#include <check.h>

#include "base/util.h"
#include "events_case.h"

/* Never, for a test. */
#define FAR_US (3600 * 1000000ull)

struct events_case ec;

int __real_sd_event_new(sd_event **ret);
int __wrap_sd_event_new(sd_event **ret);
int __real_sd_event_add_time_relative(sd_event *event, sd_event_source **ret, clockid_t clock, uint64_t usec,
				      uint64_t accuracy, sd_event_time_handler_t handler, void *arg);
int __wrap_sd_event_add_time_relative(sd_event *event, sd_event_source **ret, clockid_t clock, uint64_t usec,
				      uint64_t accuracy, sd_event_time_handler_t handler, void *arg);
int __real_sd_event_source_set_time_relative(sd_event_source *source, uint64_t usec);
int __wrap_sd_event_source_set_time_relative(sd_event_source *source, uint64_t usec);
void __wrap_report_fault(const char *format, ...) __attribute__((format(printf, 1, 2)));

int __wrap_sd_event_new(sd_event **ret)
{
	int r = __real_sd_event_new(ret);

	ec.event = *ret;
	return r;
}

static void timer_set(sd_event_source *source, uint64_t usec)
{
	sd_event_source_unref(ec.timer);
	ec.timer = sd_event_source_ref(source);
	ec.timer_us = usec;
	ec.n_timers++;
}

int __wrap_sd_event_add_time_relative(sd_event *event, sd_event_source **ret, clockid_t clock, uint64_t usec,
				      uint64_t accuracy, sd_event_time_handler_t handler, void *arg)
{
	int r = __real_sd_event_add_time_relative(event, ret, clock, usec ? FAR_US : 0, accuracy, handler, arg);

	if (usec)
		timer_set(*ret, usec);
	return r;
}

int __wrap_sd_event_source_set_time_relative(sd_event_source *source, uint64_t usec)
{
	timer_set(source, usec);
	return __real_sd_event_source_set_time_relative(source, FAR_US);
}

void __wrap_report_fault(const char *format, ...)
{
	ec.n_faults++;
}

/* As evpnd's own; the run itself is the test's affair. */
static void advance(void *arg, enum pipeline_input input)
{
	ck_assert_uint_lt(ec.n_inputs, ARRAY_LEN(ec.inputs));
	ec.inputs[ec.n_inputs++] = input;
	events_case_arm(ec.run.daemon.state.phase);
}

static void reloading(void *arg)
{
	ec.n_reloading++;
}

static bool stopping(void *arg)
{
	ec.n_stopping++;
	return ec.stays;
}

static void show_state(void *arg)
{
	ec.n_shown++;
}

static void checked(void *arg)
{
	ec.n_checked++;
}

static void give_up(void *arg)
{
	ec.n_given_up++;
}

void events_case_arm(enum pipeline_phase phase)
{
	struct evpn_error err = { 0 };

	events_disarm(ec.events);
	ec.run.daemon.state.phase = phase;
	ck_assert_msg(events_arm(ec.events, &ec.run.daemon, &err) == 0, "%s", err.msg);
}

static bool wrote_files(void *arg)
{
	return false;
}

void events_case_begin(void)
{
	static const struct events_callbacks callbacks = { .advance = advance,
							   .wrote_files = wrote_files,
							   .reloading = reloading,
							   .stopping = stopping,
							   .show_state = show_state,
							   .checked = checked,
							   .give_up = give_up };
	struct evpn_error err = { 0 };

	ec = (struct events_case){ 0 };
	run_case_begin(&ec.run, RUN_UP);
	run_case_open_events(&ec.run);
	ec.run.daemon.state.phase = PIPELINE_CONVERGED;
	ck_assert_msg(events_new(&callbacks, &ec.events, &err) == 0, "%s", err.msg);
	events_case_wait();
	events_case_got(PIPELINE_TRIGGER);
	ec.n_timers = 0;
}

void events_case_end(void)
{
	sd_event_source_unref(ec.timer);
	events_free(ec.events);
	run_case_end(&ec.run);
}

void events_case_run(void)
{
	int rounds = 0;

	while (sd_event_run(ec.event, 0) > 0)
		ck_assert_int_lt(rounds++, 100);
}

void events_case_netns(int event)
{
	ec.run.netns.event = event;
	run_case_raise_event(&ec.run.netns_plugin);
	events_case_run();
}

void events_case_frr(int event)
{
	ec.run.frr.event = event;
	run_case_raise_event(&ec.run.frr_plugin);
	events_case_run();
}

void events_case_wait(void)
{
	ck_assert_int_gt(sd_event_run(ec.event, UINT64_MAX), 0);
}

void events_case_fire(void)
{
	ck_assert_int_ge(__real_sd_event_source_set_time_relative(ec.timer, 0), 0);
	events_case_wait();
	events_case_run();
}

bool events_case_is_set(sd_event_source *timer)
{
	int enabled = SD_EVENT_OFF;

	ck_assert_int_ge(sd_event_source_get_enabled(timer, &enabled), 0);
	return enabled != SD_EVENT_OFF;
}

void events_case_got(enum pipeline_input input)
{
	ck_assert_uint_eq(ec.n_inputs, 1);
	ck_assert_int_eq(ec.inputs[0], input);
	ec.n_inputs = 0;
}

void events_case_got_nothing(void)
{
	ck_assert_uint_eq(ec.n_inputs, 0);
}
