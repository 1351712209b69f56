/* SPDX-License-Identifier: Apache-2.0 */
/* test_steps_find.c - FRR's namespace is found, and the plugin is asked again before a NIC moves there */
#include <errno.h>

#include "base/util.h"
#include "run_case.h"
#include "unit.h"

static struct run_case c;
static struct run *run;

static void setup(void)
{
	run_case_begin(&c, RUN_UP);
	run = &c.daemon.run;
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

START_TEST(find_takes_the_namespace_and_the_instance)
{
	c.daemon.frr.pending = true;
	c.daemon.frr.instance = 7;
	ck_assert_int_eq(step_find(run), 1);
	ck_assert_int_ge(run->netns_fd[NET_NS_FRR], 0);
	ck_assert_uint_eq(c.daemon.frr.instance, 7);
	ck_assert_msg(c.daemon.frr.pending, "it is the same FRR");
	run_begin(run);
	c.netns.instance = 8;
	ck_assert_int_eq(step_find(run), 1);
	ck_assert_uint_eq(c.daemon.frr.instance, 8);
	ck_assert_msg(!c.daemon.frr.pending, "another FRR has to be asked anew");
}
END_TEST

START_TEST(find_waits_and_fails_as_the_plugin_says)
{
	c.netns.result = 0;
	ck_assert_int_eq(step_find(run), 0);
	failed_with(0, "FRR does not run");
	c.netns.result = -1;
	ck_assert_int_lt(step_find(run), 0);
	failed_with(EACCES, "cannot be opened");
	ck_assert_int_eq(run->netns_fd[NET_NS_FRR], -1);
}
END_TEST

START_TEST(find_refuses_the_hosts_own_namespace)
{
	c.netns.path = "/proc/self/ns/net";
	ck_assert_int_lt(step_find(run), 0);
	failed_with(EINVAL, "plugin fake-netns found the host's own network namespace");
	ck_assert_int_eq(run->netns_fd[NET_NS_FRR], -1);
}
END_TEST

static void plan_op(enum op_type type)
{
	struct plan *plan = &run->seen.plan;

	*(struct op *)util_append(&plan->ops, &plan->n_ops, sizeof(struct op)) = (struct op){ .type = type };
}

/* The plugin has news, and says this of them. */
static int confirm(int event)
{
	run_case_raise_event(&c.netns_plugin);
	c.netns.event = event;
	return step_confirm(run);
}

START_TEST(confirm_asks_before_a_nic_moves)
{
	plan_op(OP_LINK_MOVE);
	ck_assert_msg(step_confirm(run) == 1 && c.netns.n_events == 0, "this plugin has no events");
	run_case_open_events(&c);
	ck_assert_msg(step_confirm(run) == 1 && c.netns.n_events == 0, "it has none now");
	ck_assert_int_eq(confirm(EVPN_EVENT_CHANGED), STEP_STALE);
	failed_with(ESTALE, "FRR has changed since evpnd found it");
	ck_assert_int_eq(confirm(EVPN_EVENT_RETRY), 1);
	ck_assert_int_eq(confirm(EVPN_EVENT_NONE), 1);
	ck_assert_int_eq(confirm(-1), -1);
	failed_with(EIO, "event failed");
	ck_assert_uint_eq(c.netns.n_events, 4);
}
END_TEST

START_TEST(confirm_asks_nothing_where_no_nic_moves)
{
	plan_op(OP_LINK_CREATE);
	run_case_open_events(&c);
	ck_assert_int_eq(confirm(EVPN_EVENT_CHANGED), 1);
	ck_assert_uint_eq(c.netns.n_events, 0);
}
END_TEST

int main(void)
{
	TCase *tcase = tcase_create("steps find");

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_test(tcase, find_takes_the_namespace_and_the_instance);
	tcase_add_test(tcase, find_waits_and_fails_as_the_plugin_says);
	tcase_add_test(tcase, find_refuses_the_hosts_own_namespace);
	tcase_add_test(tcase, confirm_asks_before_a_nic_moves);
	tcase_add_test(tcase, confirm_asks_nothing_where_no_nic_moves);
	return unit_run("steps_find", tcase);
}
