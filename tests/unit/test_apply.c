/* SPDX-License-Identifier: Apache-2.0 */
/* test_apply.c - which operations of a plan become which messages to the kernel, and what becomes of faults */
#include <errno.h>
#include <sys/socket.h>

#include "apply_case.h"
#include "base/util.h"
#include "unit.h"

static void create(unsigned int group, const struct net_link *link)
{
	apply_case_add(PLAN_BUILD, OP_LINK_CREATE, group)->link = link;
}

static const struct net_link vrf = { .ns = NET_NS_FRR, .name = "red", .kind = NET_KIND_VRF, .table = 1100 };
static const struct net_link br100 = {
	.ns = NET_NS_FRR, .name = "br100", .kind = NET_KIND_BRIDGE, .want = NET_LINK_MASTER, .master = "red"
};
static const struct net_link br110 = { .ns = NET_NS_FRR, .name = "br110", .kind = NET_KIND_BRIDGE };
static const struct net_link br200 = { .ns = NET_NS_FRR, .name = "br200", .kind = NET_KIND_BRIDGE };
static const struct net_addr addr = { .ns = NET_NS_FRR, .link = "br100", .ip = { .family = AF_INET6 } };
static const struct net_route route = { .ns = NET_NS_FRR, .dst = { .family = AF_INET } };

START_TEST(one_stage_in_order)
{
	create(VNI100, &vrf);
	apply_case_add(PLAN_RAISE, OP_ADDR_ADD, VNI100)->addr = &addr;
	create(VNI200, &br200);
	create(VNI100, &br100);
	apply_case_add(PLAN_PRUNE, OP_ROUTE_DELETE, VNI100)->route = &route;
	apply_case_add(PLAN_GIVE_BACK, OP_ADDR_DELETE, VNI100)->addr = &addr;
	apply_case_stage(PLAN_BUILD, 1, "new red\nnew br200\nnew br100\n");
	ck_assert(ac.n_done == 3 && ac.n_after == 3);
	apply_case_stage(PLAN_RAISE, 1, "address 50\n");
	apply_case_stage(PLAN_PRUNE, 1, "no route\n");
	apply_case_stage(PLAN_GIVE_BACK, 1, "no address 50\n");
	ck_assert(ac.n_done == 6 && ac.n_after == 6);
	ck_assert_uint_eq(ac.n_reports, 0);
}
END_TEST

START_TEST(fault_stops_its_group_and_those_that_hang_on_it)
{
	ac.faults[0].message = "new red";
	ac.faults[0].error = -EEXIST;
	create(VNI100, &vrf);
	create(VNI100, &br100);
	create(VNI110, &br110);
	create(VNI200, &br200);
	apply_case_add(PLAN_RAISE, OP_ADDR_ADD, VNI100)->addr = &addr;
	apply_case_stage(PLAN_BUILD, 1, "new red\nnew br200\n");
	ck_assert(ac.n_done == 1 && ac.n_after == 1);
	ck_assert_msg(ac.failed[VNI100] && !ac.failed[VNI110] && !ac.failed[VNI200] && !ac.failed[BASE],
		      "the fault is VNI 100's");
	ck_assert_uint_eq(ac.n_reports, 1);
	ck_assert_uint_eq(ac.reported_group, VNI100);
	ck_assert_int_eq(ac.reported.code, EEXIST);
	ck_assert_str_eq(ac.reported.msg,
			 "group 1: frr: link add red type vrf table 1100: File exists: the kernel's words");
	/* Nor is it tried in the stages that follow. */
	apply_case_stage(PLAN_RAISE, 1, "");
	ck_assert_uint_eq(ac.n_reports, 1);
}
END_TEST

START_TEST(fault_of_the_base_stops_everything)
{
	ac.faults[0].message = "new red";
	ac.faults[0].error = -EPERM;
	create(VNI200, &br200);
	create(BASE, &vrf);
	create(VNI100, &br100);
	apply_case_stage(PLAN_BUILD, -1, "new br200\nnew red\n");
	ck_assert_uint_eq(ac.n_reports, 0);
	ck_assert_int_eq(ac.err.code, EPERM);
	ck_assert_ptr_nonnull(strstr(ac.err.msg, "group 0: frr: link add red "));
	ck_assert(ac.failed[BASE]);
	apply_case_stage(PLAN_BUILD, 1, "");
}
END_TEST

START_TEST(device_that_is_gone_meanwhile)
{
	ac.gone = "red";
	create(VNI100, &br100);
	apply_case_stage(PLAN_BUILD, 1, "");
	ck_assert_ptr_nonnull(strstr(ac.reported.msg, "its master no longer exists"));
	ac.gone = "br100";
	ac.failed[VNI100] = false;
	apply_case_add(PLAN_RAISE, OP_ADDR_ADD, VNI100)->addr = &addr;
	apply_case_add(PLAN_RAISE, OP_LINK_SET, VNI200)->link = &br100;
	apply_case_stage(PLAN_RAISE, 1, "");
	ck_assert_ptr_nonnull(strstr(ac.reported.msg, "the device no longer exists"));
	ck_assert_uint_eq(ac.n_reports, 3);
}
END_TEST

/* Operations whose outcome is there already. */
static const struct {
	enum op_type type;
	const char *message;
	int error; /* that says so */
} done[] = {
	{ OP_LINK_DELETE, "delete 7", -ENODEV },
	{ OP_ADDR_ADD, "address 50", -EEXIST },
	{ OP_ADDR_DELETE, "no address 50", -EADDRNOTAVAIL },
	{ OP_ROUTE_DELETE, "no route", -ESRCH },
};

START_TEST(what_is_done_already_is_no_fault)
{
	static const struct net_link link = { .ns = NET_NS_FRR, .name = "br900", .ifindex = 7 };
	_cleanup_free_ char *message = xasprintf("%s\n", done[_i].message);
	struct op *op = apply_case_add(PLAN_PRUNE, done[_i].type, VNI100);

	op->link = done[_i].type == OP_LINK_DELETE ? &link : NULL;
	op->addr = done[_i].type == OP_ADDR_ADD || done[_i].type == OP_ADDR_DELETE ? &addr : NULL;
	op->route = done[_i].type == OP_ROUTE_DELETE ? &route : NULL;
	ac.faults[0].message = done[_i].message;
	ac.faults[0].error = done[_i].error;
	apply_case_stage(PLAN_PRUNE, 1, message);
	ck_assert(ac.n_reports == 0 && ac.n_done == 1);
	ac.faults[0].error = -EBUSY;
	apply_case_stage(PLAN_PRUNE, 1, message);
	ck_assert(ac.n_reports == 1 && ac.n_done == 1);
}
END_TEST

START_TEST(route_that_stands_is_a_fault)
{
	apply_case_add(PLAN_RAISE, OP_ROUTE_ADD, VNI100)->route = &route;
	ac.faults[0].message = "route";
	ac.faults[0].error = -EEXIST;
	apply_case_stage(PLAN_RAISE, 1, "route\n");
	ck_assert_uint_eq(ac.n_reports, 1);
}
END_TEST

static void set_sysctl(unsigned int group, const struct net_sysctl *sysctl)
{
	apply_case_add(PLAN_BUILD, OP_SYSCTL_SET, group)->sysctl = sysctl;
}

START_TEST(sysctl_that_the_kernel_does_not_have)
{
	static const struct net_sysctl optional = {
		.ns = NET_NS_FRR, .key = "net/ipv9/one", .value = "1", .optional = true
	};
	static const struct net_sysctl wanted = { .ns = NET_NS_FRR, .key = "net/ipv9/two", .value = "1" };

	set_sysctl(VNI100, &optional);
	set_sysctl(VNI100, &optional);
	set_sysctl(VNI200, &wanted);
	apply_case_stage(PLAN_BUILD, 1, "");
	ck_assert_uint_eq(ac.n_done, 2);
	ck_assert_uint_eq(ac.n_reports, 1);
	ck_assert_str_eq(ac.reported.msg, "group 3: frr: sysctl net/ipv9/two=1: No such file or directory");
	ck_assert_msg(ac.n_entered == 1 && ac.n_left == 1,
		      "the namespace is entered once a stage, not for each sysctl");
}
END_TEST

START_TEST(namespace_that_cannot_be_entered)
{
	static const struct net_sysctl sysctl = {
		.ns = NET_NS_FRR, .key = "net/ipv9/one", .value = "1", .optional = true
	};

	ac.enter_error = EPERM;
	set_sysctl(VNI100, &sysctl);
	apply_case_stage(PLAN_BUILD, 1, "");
	ck_assert_int_eq(ac.reported.code, EPERM);
	ck_assert_uint_eq(ac.n_left, 0);
}
END_TEST

int main(void)
{
	TCase *tcase = tcase_create("apply");

	tcase_add_checked_fixture(tcase, apply_case_begin, apply_case_end);
	tcase_add_test(tcase, one_stage_in_order);
	tcase_add_test(tcase, fault_stops_its_group_and_those_that_hang_on_it);
	tcase_add_test(tcase, fault_of_the_base_stops_everything);
	tcase_add_test(tcase, device_that_is_gone_meanwhile);
	tcase_add_loop_test(tcase, what_is_done_already_is_no_fault, 0, (int)ARRAY_LEN(done));
	tcase_add_test(tcase, route_that_stands_is_a_fault);
	tcase_add_test(tcase, sysctl_that_the_kernel_does_not_have);
	tcase_add_test(tcase, namespace_that_cannot_be_entered);
	return unit_run("apply", tcase);
}
