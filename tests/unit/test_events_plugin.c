/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_events_plugin.c - what becomes of the plugins' events and of the kernel's notifications
 *
 * The linker replaces drift detection (drift_settle, drift_read, drift_look, drift_continue) and the notification sockets: the test says
 * what they find.
 */
#include <fcntl.h>
#include <sys/eventfd.h>

#include "base/clock.h"
#include "base/util.h"
#include "events_case.h"
#include "frr/frrfile.h"
#include "unit.h"

uint32_t __wrap_drift_settle(struct daemon *daemon);
bool __wrap_drift_read(struct daemon *daemon, enum net_ns ns);
uint32_t __wrap_drift_look(struct daemon *daemon);
uint32_t __wrap_drift_continue(struct daemon *daemon);
int __wrap_drift_fd(const struct drift *drift);
int __wrap_notify_fd(const struct notify *monitor);
void __wrap_notify_close(struct notify *monitor);

static int notify_fds[NET_NS_COUNT];
static unsigned int n_read[NET_NS_COUNT], n_looks;
static uint32_t settles, look, continues; /* what drift_settle, drift_look and drift_continue return */
static int answer_fd; /* Open vSwitch's answer to an observation */
static bool concerns; /* what drift_read does */

uint32_t __wrap_drift_settle(struct daemon *daemon)
{
	return settles;
}

bool __wrap_drift_read(struct daemon *daemon, enum net_ns ns)
{
	eventfd_t n;

	n_read[ns]++;
	ck_assert_int_eq(eventfd_read(notify_fds[ns], &n), 0);
	return concerns;
}

uint32_t __wrap_drift_look(struct daemon *daemon)
{
	n_looks++;
	return look;
}

uint32_t __wrap_drift_continue(struct daemon *daemon)
{
	eventfd_t n;

	ck_assert_int_eq(eventfd_read(answer_fd, &n), 0);
	return continues;
}

int __wrap_drift_fd(const struct drift *drift)
{
	return answer_fd;
}

int __wrap_notify_fd(const struct notify *monitor)
{
	return *(const int *)(const void *)monitor;
}

void __wrap_notify_close(struct notify *monitor)
{
}

static struct run *run;

static void setup(void)
{
	settles = look = DRIFT_NOTHING;
	answer_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	events_case_begin();
	run = &ec.run.daemon.run;
	/* As a converged run leaves it: evpnd listens in both namespaces, and holds FRR's. */
	for (int ns = 0; ns < NET_NS_COUNT; ns++) {
		notify_fds[ns] = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
		run->notify[ns] = (struct notify *)(void *)&notify_fds[ns];
	}
	run->netns_fd[NET_NS_FRR] = open("/dev/null", O_RDONLY | O_CLOEXEC);
	events_case_arm(PIPELINE_CONVERGED);
}

static void teardown(void)
{
	events_case_end();
	for (int ns = 0; ns < NET_NS_COUNT; ns++)
		close(notify_fds[ns]);
	close(answer_fd);
}

static bool holds_netns(void)
{
	return run->netns_fd[NET_NS_FRR] >= 0 && run->notify[NET_NS_FRR];
}

START_TEST(retry_asks_the_waiting_step)
{
	events_case_arm(PIPELINE_WAITING);
	events_case_netns(EVPN_EVENT_RETRY);
	events_case_got(PIPELINE_RETRY);
	events_case_frr(EVPN_EVENT_RETRY);
	events_case_got(PIPELINE_RETRY);
	ck_assert(holds_netns());
	ck_assert_uint_eq(ec.n_timers, 0);
}
END_TEST

START_TEST(none_is_nothing)
{
	events_case_netns(EVPN_EVENT_NONE);
	events_case_frr(EVPN_EVENT_NONE);
	ck_assert(ec.run.netns.n_events == 1 && ec.run.frr.n_events == 1);
	events_case_got_nothing();
	ck_assert_uint_eq(ec.n_timers, 0);
	ck_assert(holds_netns());
}
END_TEST

START_TEST(many_changes_are_one_trigger)
{
	for (int i = 0; i < 5; i++) {
		events_case_netns(EVPN_EVENT_CHANGED);
		events_case_frr(EVPN_EVENT_CHANGED);
	}
	ck_assert(ec.run.netns.n_events == 5 && ec.run.frr.n_events == 5);
	ck_assert_uint_eq(ec.n_timers, 1);
	ck_assert_uint_eq(ec.timer_us, 10000);
	/* A new run begins in a moment: the waiting step of this one is not asked any more. */
	events_case_frr(EVPN_EVENT_RETRY);
	events_case_got_nothing();
	events_case_fire();
	events_case_got(PIPELINE_TRIGGER);
	events_case_arm(PIPELINE_WAITING);
	events_case_frr(EVPN_EVENT_RETRY);
	events_case_got(PIPELINE_RETRY);
}
END_TEST

START_TEST(retry_is_for_what_waits_or_has_failed)
{
	events_case_netns(EVPN_EVENT_RETRY);
	events_case_frr(EVPN_EVENT_RETRY);
	ck_assert(ec.run.netns.n_events == 1 && ec.run.frr.n_events == 1);
	events_case_got_nothing();
	ec.run.daemon.state.failures = 1;
	events_case_arm(PIPELINE_FAILED);
	events_case_frr(EVPN_EVENT_RETRY);
	events_case_got(PIPELINE_RETRY);
}
END_TEST

START_TEST(failed_event_pauses_the_plugin)
{
	uint64_t begin_ms = clock_ms();

	events_case_arm(PIPELINE_WAITING);
	events_case_frr(-1);
	events_case_run();
	/* Its descriptor is readable all the time. */
	ck_assert_uint_eq(ec.run.frr.n_events, 1);
	ck_assert_uint_eq(ec.n_faults, 1);
	/* Some of it may have passed. */
	ck_assert_uint_le(ec.timer_us, 1000000);
	ck_assert_uint_ge(ec.timer_us + (clock_ms() - begin_ms + 1) * 1000, 1000000);
	events_case_got_nothing();
	ck_assert_msg(holds_netns(), "it is not the netns plugin that has failed");
	/* After the pause a step may be asked, and with it the plugin's events again. */
	ec.run.frr.event = EVPN_EVENT_NONE;
	events_case_fire();
	events_case_got(PIPELINE_RETRY);
	events_case_run();
	ck_assert_uint_eq(ec.run.frr.n_events, 2);
	ck_assert_uint_eq(ec.n_faults, 1);
}
END_TEST

static void loaded(void)
{
	run_case_write(&ec.run, "frr/frr.conf", "good 1");
	ck_assert_int_eq(frrfile_set_loaded(ec.run.state_dir, ec.run.conf, 7, &run->err), 0);
	ec.run.daemon.frr.pending = true;
}

static bool is_loaded(void)
{
	return frrfile_is_loaded(ec.run.state_dir, ec.run.conf, 7) && ec.run.daemon.frr.pending;
}

START_TEST(change_lets_go_of_the_namespace_at_once)
{
	loaded();
	events_case_netns(EVPN_EVENT_CHANGED);
	ck_assert_msg(is_loaded(), "the next run finds out which FRR that is");
	events_case_got_nothing();
	ck_assert_int_eq(run->netns_fd[NET_NS_FRR], -1);
	ck_assert_ptr_null(run->notify[NET_NS_FRR]);
	ck_assert_ptr_nonnull(run->notify[NET_NS_HOST]);
	/* Nothing listens there any more; on the host evpnd still does. */
	ck_assert_int_eq(eventfd_write(notify_fds[NET_NS_FRR], 1), 0);
	ck_assert_int_eq(eventfd_write(notify_fds[NET_NS_HOST], 1), 0);
	events_case_run();
	ck_assert(n_read[NET_NS_FRR] == 0 && n_read[NET_NS_HOST] == 1);
}
END_TEST

START_TEST(failed_netns_plugin_lets_go_too)
{
	events_case_netns(-1);
	ck_assert_int_eq(run->netns_fd[NET_NS_FRR], -1);
	ck_assert_ptr_null(run->notify[NET_NS_FRR]);
}
END_TEST

START_TEST(change_of_the_frr_plugin_demands_a_reload)
{
	loaded();
	events_case_frr(EVPN_EVENT_RETRY);
	ck_assert(is_loaded());
	events_case_frr(EVPN_EVENT_CHANGED);
	ck_assert(!frrfile_is_loaded(ec.run.state_dir, ec.run.conf, 7));
	ck_assert(!ec.run.daemon.frr.pending);
	ck_assert_msg(holds_netns(), "FRR itself is still there");
}
END_TEST

START_TEST(disarmed_plugins_are_not_called)
{
	events_disarm(ec.events);
	events_case_netns(EVPN_EVENT_CHANGED);
	ck_assert_uint_eq(ec.run.netns.n_events, 0);
	events_case_arm(PIPELINE_CONVERGED);
	events_case_run();
	ck_assert_uint_eq(ec.run.netns.n_events, 1);
}
END_TEST

static void notify(enum net_ns ns)
{
	ck_assert_int_eq(eventfd_write(notify_fds[ns], 1), 0);
	events_case_run();
}

START_TEST(many_notifications_are_one_look)
{
	notify(NET_NS_HOST);
	notify(NET_NS_FRR);
	ck_assert(n_read[NET_NS_HOST] == 1 && n_read[NET_NS_FRR] == 1);
	ck_assert_msg(ec.n_timers == 0, "these do not concern evpnd");
	concerns = true;
	notify(NET_NS_HOST);
	notify(NET_NS_FRR);
	notify(NET_NS_FRR);
	ck_assert_uint_eq(ec.n_timers, 1);
	ck_assert_uint_eq(ec.timer_us, 10000);
	ck_assert_uint_eq(n_looks, 0);
	events_case_fire();
	ck_assert_uint_eq(n_looks, 1);
	events_case_got_nothing();
	/* The next one is looked at anew; it finds drift. */
	notify(NET_NS_FRR);
	look = 0;
	events_case_fire();
	ck_assert_uint_eq(n_looks, 2);
	events_case_got(PIPELINE_TRIGGER);
}
END_TEST

START_TEST(look_that_has_to_wait)
{
	concerns = true;
	notify(NET_NS_FRR);
	look = 700;
	events_case_fire();
	events_case_got_nothing();
	ck_assert_uint_eq(ec.timer_us, 700000);
	look = 0;
	events_case_fire();
	ck_assert_uint_eq(n_looks, 2);
	events_case_got(PIPELINE_TRIGGER);
}
END_TEST

START_TEST(new_run_needs_no_look)
{
	sd_event_source *look_timer;

	concerns = true;
	notify(NET_NS_FRR);
	look_timer = ec.timer;
	events_case_netns(EVPN_EVENT_CHANGED);
	ck_assert_uint_eq(ec.n_timers, 2);
	ck_assert(events_case_is_set(look_timer));
	events_case_fire();
	events_case_got(PIPELINE_TRIGGER);
	ck_assert(!events_case_is_set(look_timer));
	/* Of what comes after it the first one sets the time again. */
	notify(NET_NS_HOST);
	ck_assert_uint_eq(ec.n_timers, 3);
	events_case_fire();
	ck_assert_uint_eq(n_looks, 1);
}
END_TEST

START_TEST(drift_during_the_run)
{
	settles = 0;
	events_case_arm(PIPELINE_CONVERGED);
	ck_assert_uint_eq(ec.timer_us, 10000);
	events_case_got_nothing();
	settles = DRIFT_NOTHING;
	events_case_fire();
	events_case_got(PIPELINE_TRIGGER);
	settles = 70;
	events_case_arm(PIPELINE_CONVERGED);
	ck_assert_uint_eq(ec.timer_us, 70000);
	events_case_fire();
	ck_assert_uint_eq(n_looks, 1);
}
END_TEST

static void answer(uint32_t result)
{
	continues = result;
	ck_assert_int_eq(eventfd_write(answer_fd, 1), 0);
	events_case_run();
}

START_TEST(look_that_waits_for_open_vswitch)
{
	concerns = true;
	notify(NET_NS_FRR);
	look = DRIFT_ASKS;
	events_case_fire();
	events_case_got_nothing();
	/* Notifications stay queued: what they are about may have come after the kernel was read. */
	notify(NET_NS_HOST);
	notify(NET_NS_FRR);
	ck_assert(n_read[NET_NS_HOST] == 0 && n_read[NET_NS_FRR] == 1);
	answer(DRIFT_ASKS);
	ck_assert(n_read[NET_NS_HOST] == 0 && n_read[NET_NS_FRR] == 1);
	answer(DRIFT_NOTHING);
	events_case_got_nothing();
	ck_assert(n_read[NET_NS_HOST] == 1 && n_read[NET_NS_FRR] == 2);
	events_case_fire();
	answer(0);
	events_case_got(PIPELINE_TRIGGER);
	ck_assert_uint_eq(ec.n_faults, 0);
}
END_TEST

START_TEST(settling_that_waits_for_open_vswitch)
{
	settles = DRIFT_ASKS;
	events_case_arm(PIPELINE_CONVERGED);
	notify(NET_NS_HOST);
	ck_assert_uint_eq(n_read[NET_NS_HOST], 0);
	settles = DRIFT_NOTHING;
	answer(0);
	events_case_got(PIPELINE_TRIGGER);
	ck_assert_msg(n_read[NET_NS_HOST] == 1, "the run has ended, and evpnd listens again");
}
END_TEST

int main(void)
{
	TCase *tcase = tcase_create("events");

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_test(tcase, retry_asks_the_waiting_step);
	tcase_add_test(tcase, none_is_nothing);
	tcase_add_test(tcase, many_changes_are_one_trigger);
	tcase_add_test(tcase, retry_is_for_what_waits_or_has_failed);
	tcase_add_test(tcase, failed_event_pauses_the_plugin);
	tcase_add_test(tcase, change_lets_go_of_the_namespace_at_once);
	tcase_add_test(tcase, failed_netns_plugin_lets_go_too);
	tcase_add_test(tcase, change_of_the_frr_plugin_demands_a_reload);
	tcase_add_test(tcase, disarmed_plugins_are_not_called);
	tcase_add_test(tcase, many_notifications_are_one_look);
	tcase_add_test(tcase, look_that_has_to_wait);
	tcase_add_test(tcase, new_run_needs_no_look);
	tcase_add_test(tcase, drift_during_the_run);
	tcase_add_test(tcase, look_that_waits_for_open_vswitch);
	tcase_add_test(tcase, settling_that_waits_for_open_vswitch);
	return unit_run("events_plugin", tcase);
}
