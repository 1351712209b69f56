/* SPDX-License-Identifier: Apache-2.0 */
/* test_apply_ovs.c - a stage of a plan that waits for Open vSwitch, and goes on where it stopped */
#include <errno.h>
#include <sys/socket.h>

#include "apply_case.h"
#include "base/util.h"
#include "fake_ovsdb.h"
#include "unit.h"

#define FOUND	 "{\"id\":1,\"result\":[{\"rows\":[{\"_uuid\":[\"uuid\",\"u2\"]}]}],\"error\":null}"
#define DELETED	 "{\"id\":1,\"result\":[{},{\"count\":1},{\"count\":1},{\"rows\":[{\"next_cfg\":8}]}],\"error\":null}"
#define FOLLOWED "{\"id\":1,\"result\":[{},{\"rows\":[{\"cur_cfg\":8}]}],\"error\":null}"
#define ADDED	 "{\"id\":1,\"result\":[{},{},{},{\"uuid\":[\"uuid\",\"u1\"]},{},{\"count\":1}],\"error\":null}"
#define REFUSED	 "{\"id\":1,\"error\":{\"error\":\"not owner\"}}"

static const struct net_ovs_port lan0 = { .name = "lan0", .bridge = "br-int" };
static const struct net_ovs_port lan1 = { .name = "lan1", .bridge = "br-int" };
static const struct net_link br100 = { .ns = NET_NS_FRR, .name = "br100", .kind = NET_KIND_BRIDGE };
static const struct net_link br7 = { .ns = NET_NS_FRR, .name = "br7", .ifindex = 7 };
static const struct net_link br200 = { .ns = NET_NS_FRR, .name = "br200", .kind = NET_KIND_BRIDGE };
static const struct net_sysctl sysctl = { .ns = NET_NS_FRR, .key = "net/evpnd-has-no-such-key", .optional = true };

static void setup(void)
{
	fake_setup();
	apply_case_begin();
	ac.apply.ovs = ovs;
}

static void teardown(void)
{
	apply_case_end();
	fake_teardown();
}

static void change(enum plan_stage stage, enum op_type type, unsigned int group, const struct net_ovs_port *port)
{
	apply_case_add(stage, type, group)->ovs_port = port;
}

/* As apply_case_stage, which would begin anew each time. */
static void stage(enum plan_stage which, int result, const char *messages)
{
	ac.trace[0] = '\0';
	ck_assert_int_eq(apply_stage(&ac.apply, &ac.plan, which, &ac.err), result);
	ck_assert_str_eq(ac.trace, messages);
}

/* The server says this, and the stage goes on. */
static void next(enum plan_stage which, const char *answer, int result, const char *messages)
{
	fake_answer(answer);
	fake_wait();
	stage(which, result, messages);
}

START_TEST(goes_on_where_it_stopped)
{
	change(PLAN_BUILD, OP_OVS_PORT_DELETE, VNI100, &lan0);
	apply_case_add(PLAN_BUILD, OP_LINK_CREATE, VNI100)->link = &br100;
	change(PLAN_BUILD, OP_OVS_PORT_ADD, VNI100, &lan0);
	apply_case_add(PLAN_BUILD, OP_LINK_CREATE, VNI200)->link = &br200;
	stage(PLAN_BUILD, 0, "");
	/* Called for no reason. */
	stage(PLAN_BUILD, 0, "");
	next(PLAN_BUILD, FOUND, 0, "");
	/* The port is deleted, and ovs-vswitchd has to follow before anything else is done. */
	next(PLAN_BUILD, DELETED, 0, "");
	ck_assert_uint_eq(ac.apply.n_done, 1);
	next(PLAN_BUILD, FOLLOWED, 0, "new br100\n");
	ck_assert_uint_eq(ac.apply.n_done, 2);
	next(PLAN_BUILD, ADDED, 1, "new br200\n");
	ck_assert(ac.apply.n_done == 4 && ac.n_after == 4);
	ck_assert(!fake_is_asked());
}
END_TEST

/* What is pruned is deleted anyway, so ovs-vswitchd is not waited for; the note says that nothing is left. */
START_TEST(prunes)
{
	change(PLAN_PRUNE, OP_OVS_PORT_DELETE, BASE, &lan0);
	apply_case_add(PLAN_PRUNE, OP_LINK_DELETE, VNI100)->link = &br7;
	ck_assert_int_eq(ovs_read(ovs, &net, &err), 0);
	fake_answer("{\"id\":1,\"result\":[{\"rows\":[]},{\"rows\":[]}],\"error\":null}");
	ck_assert_int_eq(fake_read(), 1);
	stage(PLAN_PRUNE, 0, "");
	next(PLAN_PRUNE, FOUND, 0, "");
	ck_assert_int_ne(access(fake.note, F_OK), 0);
	next(PLAN_PRUNE, DELETED, 1, "delete 7\n");
	ck_assert_int_eq(access(fake.note, F_OK), 0);
}
END_TEST

START_TEST(one_failure_for_each_group)
{
	change(PLAN_BUILD, OP_OVS_PORT_ADD, VNI100, &lan0);
	change(PLAN_BUILD, OP_OVS_PORT_ADD, VNI200, &lan1);
	stage(PLAN_BUILD, 0, "");
	/* The server refuses the first port, and is asked for the second. */
	next(PLAN_BUILD, REFUSED, 0, "");
	ck_assert(ac.failed[VNI100] && ac.n_reports == 1);
	ck_assert_ptr_nonnull(strstr(ac.reported.msg, "not owner"));
	/* It ends without an answer. */
	next(PLAN_BUILD, "", 1, "");
	ck_assert(ac.failed[VNI200] && ac.n_reports == 2);
	ck_assert_msg(strstr(ac.reported.msg, "add-port br-int lan1"), "%s", ac.reported.msg);
	ck_assert_uint_eq(ac.apply.n_done, 0);
}
END_TEST

START_TEST(server_that_failed_is_not_asked_again)
{
	change(PLAN_BUILD, OP_OVS_PORT_ADD, VNI100, &lan0);
	change(PLAN_BUILD, OP_OVS_PORT_ADD, VNI200, &lan1);
	apply_case_add(PLAN_BUILD, OP_LINK_CREATE, BASE)->link = &br200;
	stage(PLAN_BUILD, 0, "");
	next(PLAN_BUILD, "", 1, "new br200\n");
	ck_assert(ac.failed[VNI100] && ac.failed[VNI200] && ac.n_reports == 2);
	ck_assert(!fake_is_asked());
}
END_TEST

START_TEST(base_group_ends_the_stage)
{
	change(PLAN_BUILD, OP_OVS_PORT_DELETE, BASE, &lan0);
	apply_case_add(PLAN_BUILD, OP_LINK_CREATE, VNI100)->link = &br100;
	stage(PLAN_BUILD, 0, "");
	next(PLAN_BUILD, REFUSED, -1, "");
	ck_assert_uint_eq(ac.n_reports, 0);
	ck_assert_ptr_nonnull(strstr(ac.err.msg, "not owner"));
}
END_TEST

/* A connection that is made in FRR's namespace would keep it alive. */
START_TEST(asks_from_its_own_namespace)
{
	apply_case_add(PLAN_BUILD, OP_SYSCTL_SET, VNI100)->sysctl = &sysctl;
	change(PLAN_BUILD, OP_OVS_PORT_ADD, VNI100, &lan0);
	stage(PLAN_BUILD, 0, "");
	ck_assert(ac.n_entered == 1 && ac.n_left == 1);
	next(PLAN_BUILD, ADDED, 1, "");
	ck_assert(ac.n_entered == 1 && ac.n_left == 1);
}
END_TEST

int main(void)
{
	TCase *tcase = tcase_create("apply ovs");

	tcase_set_timeout(tcase, 30);
	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_test(tcase, goes_on_where_it_stopped);
	tcase_add_test(tcase, prunes);
	tcase_add_test(tcase, one_failure_for_each_group);
	tcase_add_test(tcase, server_that_failed_is_not_asked_again);
	tcase_add_test(tcase, base_group_ends_the_stage);
	tcase_add_test(tcase, asks_from_its_own_namespace);
	return unit_run("apply ovs", tcase);
}
