/* SPDX-License-Identifier: Apache-2.0 */
/* test_apply_vlan.c - a range of VNIs of which the kernel refuses some: they alone fail, and the others are set */
#include <errno.h>

#include "apply_case.h"
#include "base/util.h"
#include "unit.h"

#define FIRST 10001
#define N     8

static struct net_vlan vnis[N];

/* VNIs 10001 to 10008 in one operation; each hangs on VNI 100 but 10006, which is VNI 200's. */
static void add_range(enum op_type type)
{
	struct op *op = apply_case_add(PLAN_BUILD, type, BASE);

	for (uint32_t i = 0; i < N; i++) {
		vnis[i] = (struct net_vlan){
			.ns = NET_NS_FRR, .kind = NET_VLAN_VNI, .vni = FIRST + i, .group = i == 5 ? VNI200 : VNI100
		};
		net_set_name(vnis[i].link, NET_SINGLE_VXLAN);
	}
	op->vlan = vnis;
	op->n_vlans = N;
}

static void setup(void)
{
	apply_case_begin();
	add_range(OP_VLAN_ADD);
}

START_TEST(a_range_is_one_message)
{
	apply_case_stage(PLAN_BUILD, 1, "vnis 10001-10008\n");
	ck_assert_uint_eq(ac.n_reports, 0);
}
END_TEST

START_TEST(halving_finds_the_vni_that_the_kernel_refuses)
{
	ac.refused_vnis[0] = 10006;
	apply_case_stage(PLAN_BUILD, 1,
			 "vnis 10001-10008\nvnis 10001-10004\nvnis 10005-10008\nvnis 10005-10006\nvnis 10005\n"
			 "vnis 10006\nvnis 10007-10008\n");
	ck_assert_uint_eq(ac.n_reports, 1);
	ck_assert_uint_eq(ac.reported_group, VNI200);
	ck_assert_int_eq(ac.reported.code, EEXIST);
	ck_assert_msg(ac.failed[VNI200] && !ac.failed[VNI100] && !ac.failed[BASE], "the fault is VNI 200's");
	ck_assert_ptr_nonnull(strstr(ac.reported.msg, "frr: bridge vni add dev vx-evpn vni 10006: File exists"));
	ck_assert_ptr_nonnull(strstr(ac.reported.msg, "another VXLAN device on this UDP port has the VNI"));
}
END_TEST

START_TEST(two_are_found_each_by_itself)
{
	ac.refused_vnis[0] = 10001;
	ac.refused_vnis[1] = 10006;
	apply_case_stage(PLAN_BUILD, 1,
			 "vnis 10001-10008\nvnis 10001-10004\nvnis 10001-10002\nvnis 10001\nvnis 10002\n"
			 "vnis 10003-10004\nvnis 10005-10008\nvnis 10005-10006\nvnis 10005\nvnis 10006\n"
			 "vnis 10007-10008\n");
	ck_assert_uint_eq(ac.n_reports, 2);
	ck_assert(ac.failed[VNI200] && ac.failed[VNI100] && !ac.failed[BASE]);
}
END_TEST

/* What failed before, as the devices of that VNI, leaves a gap. */
START_TEST(a_failed_vni_is_left_out)
{
	ac.failed[VNI200] = true;
	apply_case_stage(PLAN_BUILD, 1, "vnis 10001-10005\nvnis 10007-10008\n");
	ck_assert_uint_eq(ac.n_reports, 0);
}
END_TEST

START_TEST(what_is_gone_already_is_no_fault)
{
	ac.plan.n_ops = 0;
	add_range(OP_VLAN_DELETE);
	ac.faults[0].message = "no vnis 10001-10008";
	ac.faults[0].error = -ENOENT;
	apply_case_stage(PLAN_BUILD, 1, "no vnis 10001-10008\n");
	ck_assert_uint_eq(ac.n_reports, 0);
}
END_TEST

int main(void)
{
	TCase *tcase = tcase_create("vlan");

	tcase_add_checked_fixture(tcase, setup, apply_case_end);
	tcase_add_test(tcase, a_range_is_one_message);
	tcase_add_test(tcase, halving_finds_the_vni_that_the_kernel_refuses);
	tcase_add_test(tcase, two_are_found_each_by_itself);
	tcase_add_test(tcase, a_failed_vni_is_left_out);
	tcase_add_test(tcase, what_is_gone_already_is_no_fault);
	return unit_run("apply-vlan", tcase);
}
