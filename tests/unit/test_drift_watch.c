/* SPDX-License-Identifier: Apache-2.0 */
/* test_drift_watch.c - when the kernel has drifted from what the run left */
#include <linux/rtnetlink.h>

#include "base/util.h"
#include "drift_case.h"
#include "unit.h"

START_TEST(own_changes_are_no_drift)
{
	dc.down[0] = "vni110";
	drift_case_ran(STEP_VERIFY, 1);
	dc.down[0] = NULL;
	drift_case_settles(DRIFT_NOTHING);
	ck_assert_uint_eq(dc.n_observed, 1);
	ck_assert_msg(dc.n_drained == 2, "the notifications of both namespaces are the run's own");
	drift_case_looks(DRIFT_NOTHING);
}
END_TEST

START_TEST(what_was_read_after_no_change_is_not_read_again)
{
	drift_case_ran(STEP_VERIFY, 0);
	drift_case_settles(DRIFT_NOTHING);
	ck_assert_uint_eq(dc.n_observed, 0);
	ck_assert_msg(dc.n_drained == 0, "these are not the run's own");
	dc.down[0] = "vni110";
	drift_case_looks(0);
	ck_assert_str_eq(dc.logged, "drift: frr: link set vni110 up");
}
END_TEST

START_TEST(foreign_change_after_the_run)
{
	drift_case_ran(STEP_VERIFY, 1);
	drift_case_settles(DRIFT_NOTHING);
	dc.down[0] = "vni110";
	dc.down[1] = "br110";
	drift_case_looks(0);
	ck_assert_ptr_nonnull(strstr(dc.logged, "drift: frr: link set "));
	ck_assert_ptr_nonnull(strstr(dc.logged, "; and 1 more"));
}
END_TEST

START_TEST(foreign_change_during_the_run)
{
	drift_case_ran(STEP_VERIFY, 1);
	dc.down[0] = "vni100";
	drift_case_settles(0);
	ck_assert_str_eq(dc.logged, "drift: frr: link set vni100 up");
}
END_TEST

START_TEST(what_the_run_has_not_come_to)
{
	/* vni100 comes up in the raise step, after the reload. */
	dc.down[0] = "vni100";
	drift_case_ran(STEP_RELOAD, 1);
	drift_case_settles(DRIFT_NOTHING);
	drift_case_looks(DRIFT_NOTHING);
	/* While the run waits, what it has done already may drift. */
	dc.down[1] = "vni110";
	drift_case_looks(0);
	ck_assert_str_eq(dc.logged, "drift: frr: link set vni110 up");
	drift_case_ran(STEP_PRUNE, 1);
	drift_case_settles(0);
}
END_TEST

static unsigned int group_of(const char *name)
{
	const struct net_link *link = net_find_link(&dc.run->seen.desired, NET_NS_FRR, name);

	ck_assert_ptr_nonnull(link);
	return link->group;
}

START_TEST(failed_groups_are_no_drift)
{
	dc.down[0] = "vni110";
	drift_case_ran(STEP_VERIFY, 1);
	dc.run->failed[group_of("vni110")] = true;
	drift_case_settles(DRIFT_NOTHING);
	drift_case_looks(DRIFT_NOTHING);
	/* What another program does about it is worth a run. */
	dc.down[0] = NULL;
	drift_case_looks(0);
	ck_assert_str_eq(dc.logged, "drift: nothing left to do for: frr: link set vni110 up");
}
END_TEST

/* Another program deleted the device after the plan: no run has to wait for the pause after a failure. */
START_TEST(group_that_was_overtaken_is_drift)
{
	dc.down[0] = "vni110";
	drift_case_ran(STEP_VERIFY, 1);
	dc.run->failed[group_of("vni110")] = dc.run->overtaken[group_of("vni110")] = true;
	drift_case_settles(0);
}
END_TEST

/* Notifications were lost, and then each dump is interrupted: evpnd looks again soon, and begins no run that would fail. */
START_TEST(interrupted_look_is_repeated_soon)
{
	drift_case_ran(STEP_VERIFY, 1);
	dc.interrupted = true;
	drift_case_settles(DRIFT_AGAIN_MS);
	drift_case_looks(DRIFT_AGAIN_MS);
	ck_assert_str_eq(dc.logged, "");
	/* The look that follows still settles: what the run left is no drift. */
	dc.down[0] = "vni110";
	dc.run->failed[group_of("vni110")] = true;
	dc.interrupted = false;
	drift_case_looks(DRIFT_NOTHING);
	for (int i = 0; i < 50; i++) {
		dc.interrupted = true;
		drift_case_looks(DRIFT_AGAIN_MS);
	}
	dc.interrupted = false;
	drift_case_looks(DRIFT_NOTHING);
	dc.down[1] = "vni100";
	drift_case_looks(0);
}
END_TEST

START_TEST(failure_of_one_group_excuses_no_other)
{
	dc.down[0] = "vni110";
	drift_case_ran(STEP_VERIFY, 1);
	dc.run->failed[group_of("vni100")] = true;
	drift_case_settles(0);
}
END_TEST

START_TEST(before_there_is_a_plan)
{
	drift_case_ran(STEP_VERIFY, 0);
	drift_case_settles(DRIFT_NOTHING);
	free(util_take_ptr(&dc.run->failed));
	drift_case_settles(DRIFT_NOTHING);
	ck_assert_msg(dc.n_closed == 2 && !dc.run->notify[NET_NS_HOST] && !dc.run->notify[NET_NS_FRR],
		      "evpnd does not listen before it has read the kernel");
	dc.down[0] = "vni110";
	drift_case_looks(DRIFT_NOTHING);
	ck_assert_uint_eq(dc.n_observed, 0);
}
END_TEST

START_TEST(daemon_that_does_not_listen_does_not_look)
{
	dc.daemon->options.listen = false;
	drift_case_ran(STEP_VERIFY, 1);
	drift_case_settles(DRIFT_NOTHING);
	drift_case_looks(DRIFT_NOTHING);
	ck_assert_uint_eq(dc.n_observed, 0);
}
END_TEST

START_TEST(run_that_waits_settles_once_for_each_change)
{
	drift_case_ran(STEP_RELOAD, 1);
	drift_case_settles(DRIFT_NOTHING);
	drift_case_settles(DRIFT_NOTHING);
	ck_assert_uint_eq(dc.n_observed, 1);
	dc.run->n_changes++;
	drift_case_settles(DRIFT_NOTHING);
	ck_assert_uint_eq(dc.n_observed, 2);
	/* What it had left, and has done since, is not left any more. */
	dc.down[0] = "vni100";
	dc.run->n_changes++;
	drift_case_settles(DRIFT_NOTHING);
	dc.down[0] = NULL;
	dc.run->n_changes++;
	drift_case_settles(DRIFT_NOTHING);
	drift_case_looks(DRIFT_NOTHING);
	dc.n_observed = 2;
	/* A new run knows nothing of what the former one left. */
	drift_stop(&dc.daemon->drift);
	drift_case_looks(DRIFT_NOTHING);
	ck_assert_uint_eq(dc.n_observed, 2);
}
END_TEST

START_TEST(open_vswitch_answers_later)
{
	dc.down[0] = "vni110";
	drift_case_ran(STEP_VERIFY, 1);
	dc.down[0] = NULL;
	dc.waits = true;
	drift_case_settles(DRIFT_ASKS);
	ck_assert_int_eq(drift_fd(&dc.daemon->drift), DRIFT_CASE_FD);
	drift_case_looks(DRIFT_NOTHING);
	ck_assert_uint_eq(drift_continue(dc.daemon), DRIFT_ASKS);
	dc.waits = false;
	ck_assert_uint_eq(drift_continue(dc.daemon), DRIFT_NOTHING);
	ck_assert_int_eq(drift_fd(&dc.daemon->drift), -1);
	/* It has settled: now a look finds what another program does. */
	dc.waits = true;
	drift_case_looks(DRIFT_ASKS);
	dc.waits = false;
	dc.down[0] = "vni110";
	ck_assert_uint_eq(drift_continue(dc.daemon), 0);
}
END_TEST

START_TEST(observation_that_is_broken_off_is_made_anew)
{
	drift_case_ran(STEP_RELOAD, 1);
	dc.waits = true;
	drift_case_settles(DRIFT_ASKS);
	drift_interrupt(&dc.daemon->drift);
	ck_assert_int_eq(drift_fd(&dc.daemon->drift), -1);
	dc.waits = false;
	drift_case_settles(DRIFT_NOTHING);
	ck_assert_uint_eq(dc.n_observed, 2);
	dc.waits = true;
	drift_case_looks(DRIFT_ASKS);
	drift_interrupt(&dc.daemon->drift);
	dc.waits = false;
	dc.down[0] = "vni110";
	drift_case_settles(0);
	/* Once is enough, and a new run needs none. */
	dc.down[0] = NULL;
	drift_interrupt(&dc.daemon->drift);
	drift_case_settles(DRIFT_NOTHING);
	ck_assert_uint_eq(dc.n_observed, 4);
}
END_TEST

START_TEST(kernel_that_cannot_be_read)
{
	drift_case_ran(STEP_VERIFY, 1);
	drift_case_settles(DRIFT_NOTHING);
	dc.unreadable = true;
	drift_case_looks(0);
	ck_assert_str_eq(dc.logged, "drift: the kernel cannot be read");
}
END_TEST

START_TEST(namespace_that_the_run_does_not_hold)
{
	drift_case_ran(STEP_VERIFY, 1);
	drift_case_settles(DRIFT_NOTHING);
	run_release_netns(dc.run);
	drift_case_looks(DRIFT_NOTHING);
	ck_assert_msg(dc.n_observed == 2, "the plugin names it");
	dc.c.netns.path = "/proc/self/ns/net";
	drift_case_looks(0);
	ck_assert_str_eq(dc.logged, "drift: plugin fake-netns found the host's own network namespace");
	ck_assert_uint_eq(dc.n_observed, 2);
}
END_TEST

START_TEST(program_that_keeps_changing_it)
{
	uint32_t wait;

	for (int i = 0; i < DRIFT_FREE_REPAIRS; i++, run_case_now_ms += 20) {
		drift_case_ran(STEP_VERIFY, 1);
		drift_case_settles(DRIFT_NOTHING);
		dc.down[0] = "vni110";
		drift_case_looks(0);
		dc.down[0] = NULL;
	}
	drift_case_ran(STEP_VERIFY, 1);
	drift_case_settles(DRIFT_NOTHING);
	dc.down[0] = "vni110";
	wait = drift_look(dc.daemon);
	ck_assert(wait > 0 && wait != DRIFT_NOTHING);
	ck_assert_ptr_nonnull(strstr(dc.logged, "frr: vni110: another program keeps changing it"));
	/* The pause ends to the millisecond. */
	run_case_now_ms += wait - 1;
	drift_case_looks(1);
	run_case_now_ms++;
	drift_case_looks(0);
}
END_TEST

START_TEST(notifications_that_concern_the_run)
{
	drift_case_ran(STEP_VERIFY, 0);
	drift_case_settles(DRIFT_NOTHING);
	dc.queued = RTM_NEWNEIGH;
	ck_assert(!drift_read(dc.daemon, NET_NS_FRR));
	dc.queued = RTM_DELROUTE;
	ck_assert(drift_read(dc.daemon, NET_NS_FRR));
	dc.queued = RTM_NEWNEIGH;
	dc.lost = true;
	ck_assert_msg(drift_read(dc.daemon, NET_NS_HOST), "anything may have changed");
}
END_TEST

int main(void)
{
	TCase *tcase = tcase_create("drift");

	tcase_add_checked_fixture(tcase, drift_case_begin, drift_case_end);
	tcase_add_test(tcase, own_changes_are_no_drift);
	tcase_add_test(tcase, what_was_read_after_no_change_is_not_read_again);
	tcase_add_test(tcase, foreign_change_after_the_run);
	tcase_add_test(tcase, foreign_change_during_the_run);
	tcase_add_test(tcase, what_the_run_has_not_come_to);
	tcase_add_test(tcase, failed_groups_are_no_drift);
	tcase_add_test(tcase, group_that_was_overtaken_is_drift);
	tcase_add_test(tcase, interrupted_look_is_repeated_soon);
	tcase_add_test(tcase, failure_of_one_group_excuses_no_other);
	tcase_add_test(tcase, before_there_is_a_plan);
	tcase_add_test(tcase, daemon_that_does_not_listen_does_not_look);
	tcase_add_test(tcase, run_that_waits_settles_once_for_each_change);
	tcase_add_test(tcase, open_vswitch_answers_later);
	tcase_add_test(tcase, observation_that_is_broken_off_is_made_anew);
	tcase_add_test(tcase, kernel_that_cannot_be_read);
	tcase_add_test(tcase, namespace_that_the_run_does_not_hold);
	tcase_add_test(tcase, program_that_keeps_changing_it);
	tcase_add_test(tcase, notifications_that_concern_the_run);
	return unit_run("drift_watch", tcase);
}
