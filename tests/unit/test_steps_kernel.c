/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_steps_kernel.c - the steps around the kernel: what is recorded before what is changed, what stops, what waits
 *
 * The linker replaces reading, planning and applying by functions that only write down that they were called.
 */
#include <errno.h>

#include "base/util.h"
#include "kernel/apply.h"
#include "run_case.h"
#include "run/nic.h"
#include "run/state_file.h"
#include "unit.h"

#define OVS_FD 42

int __wrap_rtnl_open(int netns_fd, struct rtnl **ret_rtnl, struct evpn_error *err);
void __wrap_rtnl_close(struct rtnl *rtnl);
int __wrap_notify_open(int netns_fd, enum net_ns ns, struct notify **ret_monitor, struct evpn_error *err);
void __wrap_notify_close(struct notify *monitor);
int __wrap_observe_read(const struct observe_source *from, struct rtnl *const rtnl[NET_NS_COUNT],
			struct observation *obs, struct evpn_error *err);
int __wrap_observe_plan(const struct observe_source *from, struct observation *obs, struct evpn_error *err);
int __wrap_apply_stage(struct apply *apply, const struct plan *plan, enum plan_stage stage, struct evpn_error *err);
int __wrap_ovs_fd(const struct ovs *ovs);

static struct run_case c;
static struct run *run;
static char trace[256]; /* what was called, in order */
static int apply_result;
static size_t resumed_at; /* the operation with which apply_stage was called */
static bool reading_waits; /* for Open vSwitch */
static int reading_fails; /* with this error */
static int waits = -1; /* this stage does; -1: none */
static enum plan_fault fault; /* of the planned problem */
static enum net_group_kind fault_kind; /* of its group */
static bool base_blocked;

static void note(const char *what)
{
	strcat(strcat(trace, trace[0] ? " " : ""), what);
}

int __wrap_rtnl_open(int netns_fd, struct rtnl **ret_rtnl, struct evpn_error *err)
{
	note(netns_fd == run->netns_fd[NET_NS_HOST] ? "open-host" : "open-frr");
	*ret_rtnl = (struct rtnl *)&c;
	return 0;
}

void __wrap_rtnl_close(struct rtnl *rtnl)
{
}

int __wrap_notify_open(int netns_fd, enum net_ns ns, struct notify **ret_monitor, struct evpn_error *err)
{
	note(ns == NET_NS_HOST ? "listen-host" : "listen-frr");
	*ret_monitor = (struct notify *)&c;
	return 0;
}

void __wrap_notify_close(struct notify *monitor)
{
}

int __wrap_observe_read(const struct observe_source *from, struct rtnl *const rtnl[NET_NS_COUNT],
			struct observation *obs, struct evpn_error *err)
{
	note("read");
	ck_assert_ptr_nonnull(from->ovs);
	if (reading_fails)
		return evpn_fail(err, reading_fails, "host: dump of links");
	return !reading_waits;
}

int __wrap_ovs_fd(const struct ovs *ovs)
{
	ck_assert_ptr_eq(ovs, run->ovs);
	return OVS_FD;
}

/* A plan with one problem, in group 1. */
int __wrap_observe_plan(const struct observe_source *from, struct observation *obs, struct evpn_error *err)
{
	struct net_group *base = util_append(&obs->desired.groups, &obs->desired.n_groups, sizeof(*base)), *group;
	struct plan_problem *problem = util_append(&obs->plan.problems, &obs->plan.n_problems, sizeof(*problem));

	strcpy(base->label, "base");
	group = util_append(&obs->desired.groups, &obs->desired.n_groups, sizeof(*group));
	group->kind = fault_kind;
	strcpy(group->label, "the group");
	*problem = (struct plan_problem){ .fault = fault, .group = 1, .text = "it cannot be had" };
	obs->plan.blocked = xcalloc(2, sizeof(bool));
	obs->plan.blocked[0] = base_blocked;
	obs->plan.blocked[1] = true;
	return 0;
}

int __wrap_apply_stage(struct apply *apply, const struct plan *plan, enum plan_stage stage, struct evpn_error *err)
{
	struct evpn_error why = { 0 };

	note(plan_stage_name(stage));
	if (waits == (int)stage) {
		apply->next = 5;
		apply->n_done += 2;
		return 0;
	}
	resumed_at = apply->next;
	evpn_fail(&why, EIO, "one group failed");
	apply->report(apply->arg, 1, &why);
	apply->n_done += 3;
	return apply_result < 0 ? evpn_fail(err, EIO, "the base failed") : 1;
}

static void begin(enum run_goal goal)
{
	run_case_begin(&c, goal);
	run = &c.daemon.run;
}

static void setup(void)
{
	fault_kind = NET_GROUP_VNI;
	begin(RUN_UP);
}

static void teardown(void)
{
	run_case_end(&c);
}

static void failed_with(int code, const char *why)
{
	ck_assert_int_eq(run->err.code, code);
	ck_assert_msg(strstr(run->err.msg, why) != NULL, "%s", run->err.msg);
}

START_TEST(taking_down_without_frr_is_allowed_at_the_time_limit)
{
	teardown();
	begin(RUN_DOWN);
	c.netns.result = 0;
	ck_assert_int_eq(step_find_to_take_down(run), 0);
	run->without_frr = true;
	ck_assert_int_eq(step_find_to_take_down(run), 1);
	ck_assert_int_eq(step_read(run), 1);
	ck_assert_str_eq(trace, "open-host read");
	c.netns.result = -1;
	ck_assert_int_lt(step_find_to_take_down(run), 0);
	c.netns.result = 1;
	ck_assert_int_eq(step_find_to_take_down(run), 1);
	ck_assert_int_ge(run->netns_fd[NET_NS_FRR], 0);
}
END_TEST

START_TEST(listening_begins_before_reading)
{
	c.daemon.options.listen = true;
	c.netns_plugin.event_fd = 0;
	ck_assert_int_eq(step_find(run), 1);
	ck_assert_int_eq(step_read(run), 1);
	ck_assert_str_eq(trace, "listen-host listen-frr open-host open-frr read");
}
END_TEST

START_TEST(without_plugin_events_evpnd_listens_on_the_host_only)
{
	c.daemon.options.listen = true;
	ck_assert_int_eq(step_find(run), 1);
	ck_assert_int_eq(step_read(run), 1);
	ck_assert_str_eq(trace, "listen-host open-host open-frr read");
	trace[0] = '\0';
	c.daemon.options.listen = false;
	run_begin(run);
	ck_assert_int_eq(step_find(run), 1);
	ck_assert_int_eq(step_read(run), 1);
	ck_assert_str_eq(trace, "open-host open-frr read");
}
END_TEST

START_TEST(namespace_that_was_let_go_of_ends_the_run)
{
	ck_assert_int_eq(step_find(run), 1);
	run_release_netns(run);
	ck_assert_int_lt(step_raise(run), 0);
	failed_with(ESTALE, "FRR has changed since evpnd found it");
	ck_assert_str_eq(trace, "");
}
END_TEST

START_TEST(problem_of_a_vni_is_reported_at_the_end)
{
	base_blocked = true;
	ck_assert_int_eq(step_plan(run), 1);
	ck_assert_uint_eq(run->problems.n_lines, 1);
	ck_assert_str_eq(run->problems.lines[0], "the group: it cannot be had");
	ck_assert(run->failed[0] && run->failed[1]);
}
END_TEST

START_TEST(problem_of_the_last_nic_ends_the_run)
{
	fault_kind = NET_GROUP_NIC;
	ck_assert_msg(step_plan(run) == 1, "another NIC is there");
	run_begin(run);
	base_blocked = true;
	ck_assert_int_lt(step_plan(run), 0);
	failed_with(EEXIST, "it cannot be had");
	run_begin(run);
	fault = PLAN_ABSENT;
	ck_assert_int_lt(step_plan(run), 0);
	failed_with(ENODEV, "it cannot be had");
	/* --dry-run prints it with all the others. */
	run_begin(run);
	c.daemon.options.dry_run = true;
	ck_assert_int_eq(step_plan(run), 1);
	ck_assert_uint_eq(run->problems.n_lines, 1);
}
END_TEST

static void plan_op(enum op_type type)
{
	static const struct net_link link = { .name = "eth1", .other_name = "eth1" };
	struct plan *plan = &run->seen.plan;

	*(struct op *)util_append(&plan->ops, &plan->n_ops, sizeof(struct op)) = (struct op){ .type = type,
											      .link = &link };
}

/* A NIC that is to be recorded, and one that is gone. */
static void plan_nics(void)
{
	struct nic_records *nics = &run->seen.nics, *lost = &run->seen.lost;
	struct nic_record *nic = util_append(&nics->items, &nics->n_items, sizeof(*nic));

	net_set_name(nic->name, "eth1");
	nic->fresh = true;
	nic = util_append(&lost->items, &lost->n_items, sizeof(*nic));
	net_set_name(nic->name, "veth9");
	ck_assert_int_eq(state_file_save_nic(c.state_dir, nic, &run->err), 0);
	ck_assert_int_eq(step_find(run), 1);
}

static bool has_file(const char *name)
{
	_cleanup_free_ char *text = run_case_read(&c, name);

	return text != NULL;
}

START_TEST(build_records_before_it_changes_anything)
{
	_cleanup_free_ char *state_dir = xasprintf("%s/state", c.dir), *elsewhere = xasprintf("%s/gone", c.dir);

	plan_nics();
	ck_assert_int_eq(rename(state_dir, elsewhere), 0);
	ck_assert_int_lt(step_build(run), 0);
	ck_assert_msg(trace[0] == '\0', "without a record nothing may be changed: %s", trace);
	ck_assert_int_eq(rename(elsewhere, state_dir), 0);
	ck_assert(!has_file("state/nic-eth1.json"));
	ck_assert_int_eq(step_build(run), 1);
	ck_assert(has_file("state/nic-eth1.json"));
	ck_assert(has_file("state/netns.json"));
	ck_assert(!has_file("state/nic-veth9.json"));
	ck_assert_str_eq(trace, "open-host open-frr build");
	ck_assert_uint_eq(run->n_changes, 3);
	ck_assert_str_eq(run->problems.lines[0], "one group failed");
}
END_TEST

START_TEST(build_tells_whether_zebra_gets_links)
{
	ck_assert_int_eq(step_find(run), 1);
	c.daemon.frr.zebra_behind = false;
	plan_op(OP_LINK_SET);
	ck_assert_int_eq(step_build(run), 1);
	ck_assert(!c.daemon.frr.zebra_behind);
	plan_op(OP_LINK_CREATE);
	ck_assert_int_eq(step_build(run), 1);
	ck_assert(c.daemon.frr.zebra_behind);
	c.daemon.frr.zebra_behind = false;
	run->seen.plan.n_ops = 0;
	plan_op(OP_LINK_MOVE);
	ck_assert_int_eq(step_build(run), 1);
	ck_assert(c.daemon.frr.zebra_behind);
}
END_TEST

START_TEST(prune_does_nothing_while_the_former_configuration_is_in_force)
{
	ck_assert_int_eq(step_find(run), 1);
	c.daemon.frr.stale = true;
	ck_assert_int_eq(step_prune(run), 1);
	ck_assert_str_eq(trace, "");
	c.daemon.frr.stale = false;
	ck_assert_int_eq(step_prune(run), 1);
	ck_assert_str_eq(trace, "open-host open-frr prune give back");
	ck_assert_uint_eq(run->n_changes, 6);
	run_begin(run);
	trace[0] = '\0';
	apply_result = -1;
	ck_assert_int_eq(step_find(run), 1);
	ck_assert_int_lt(step_prune(run), 0);
	failed_with(EIO, "the base failed");
	ck_assert_str_eq(trace, "open-host open-frr prune");
}
END_TEST

START_TEST(interrupted_reading_is_repeated_soon)
{
	ck_assert_int_eq(step_find(run), 1);
	reading_fails = EINTR;
	ck_assert_int_eq(step_read(run), 0);
	ck_assert_uint_eq(run->wait_ms, DRIFT_AGAIN_MS);
	ck_assert_str_eq(run->err.msg, "host: dump of links");
	reading_fails = EIO;
	ck_assert_int_lt(step_read(run), 0);
	reading_fails = 0;
}
END_TEST

START_TEST(reading_waits_for_open_vswitch)
{
	reading_waits = true;
	ck_assert_int_eq(step_find(run), 1);
	ck_assert_int_eq(step_read(run), 0);
	ck_assert_int_eq(run->wait_fd, OVS_FD);
	reading_waits = false;
	ck_assert_int_eq(step_read(run), 1);
	ck_assert_int_eq(run->wait_fd, -1);
}
END_TEST

START_TEST(build_goes_on_where_it_waited)
{
	plan_nics();
	waits = PLAN_BUILD;
	ck_assert_int_eq(step_build(run), 0);
	ck_assert_int_eq(run->wait_fd, OVS_FD);
	ck_assert_ptr_nonnull(strstr(run->err.msg, "Open vSwitch"));
	ck_assert_uint_eq(run->n_changes, 2);
	/* The records were saved before: what the NIC looks like now is not what it was. */
	run_case_write(&c, "state/nic-eth1.json", "saved");
	waits = -1;
	ck_assert_int_eq(step_build(run), 1);
	ck_assert_int_eq(run->wait_fd, -1);
	ck_assert_uint_eq(resumed_at, 5);
	ck_assert_uint_eq(run->n_changes, 5);
	ck_assert_str_eq(trace, "open-host open-frr build build");
	_cleanup_free_ char *text = run_case_read(&c, "state/nic-eth1.json");

	ck_assert_str_eq(text, "saved");
	/* The next stage begins with its first operation. */
	ck_assert_int_eq(step_raise(run), 1);
	ck_assert_uint_eq(resumed_at, 0);
}
END_TEST

START_TEST(prune_goes_on_where_it_waited)
{
	ck_assert_int_eq(step_find(run), 1);
	waits = PLAN_PRUNE;
	ck_assert_int_eq(step_prune(run), 0);
	waits = PLAN_GIVE_BACK;
	ck_assert_int_eq(step_prune(run), 0);
	waits = -1;
	ck_assert_int_eq(step_prune(run), 1);
	ck_assert_str_eq(trace, "open-host open-frr prune prune give back give back");
}
END_TEST

START_TEST(forget_removes_the_state_only_if_all_is_gone)
{
	run_case_write(&c, "state/loaded", "7");
	config_errors_add(&run->problems, NULL, "vni 110: no");
	ck_assert_int_lt(step_forget(run), 0);
	failed_with(EIO, "1 item could not be taken down");
	ck_assert(has_file("state/loaded"));
	config_errors_clear(&run->problems);
	ck_assert_int_eq(step_forget(run), 1);
	ck_assert(!has_file("state/loaded"));
}
END_TEST

int main(void)
{
	TCase *tcase = tcase_create("steps kernel");

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_test(tcase, taking_down_without_frr_is_allowed_at_the_time_limit);
	tcase_add_test(tcase, listening_begins_before_reading);
	tcase_add_test(tcase, without_plugin_events_evpnd_listens_on_the_host_only);
	tcase_add_test(tcase, namespace_that_was_let_go_of_ends_the_run);
	tcase_add_test(tcase, problem_of_a_vni_is_reported_at_the_end);
	tcase_add_test(tcase, problem_of_the_last_nic_ends_the_run);
	tcase_add_test(tcase, build_records_before_it_changes_anything);
	tcase_add_test(tcase, build_tells_whether_zebra_gets_links);
	tcase_add_test(tcase, prune_does_nothing_while_the_former_configuration_is_in_force);
	tcase_add_test(tcase, interrupted_reading_is_repeated_soon);
	tcase_add_test(tcase, reading_waits_for_open_vswitch);
	tcase_add_test(tcase, build_goes_on_where_it_waited);
	tcase_add_test(tcase, prune_goes_on_where_it_waited);
	tcase_add_test(tcase, forget_removes_the_state_only_if_all_is_gone);
	return unit_run("steps_kernel", tcase);
}
