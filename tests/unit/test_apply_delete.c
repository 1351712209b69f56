/* SPDX-License-Identifier: Apache-2.0 */
/* test_apply_delete.c - many devices are deleted in one message, by their link group */
#include <errno.h>

#include "apply_case.h"
#include "base/util.h"
#include "unit.h"

/* In apply_delete.c. */
#define BATCH_MAX 16

static struct net_link links[BATCH_MAX + 3];

static void setup(void)
{
	apply_case_begin();
	for (size_t i = 0; i < ARRAY_LEN(links); i++) {
		links[i] = (struct net_link){ .ns = NET_NS_FRR, .ifindex = (int)i + 1 };
		snprintf(links[i].name, sizeof(links[i].name), "br%zu", i + 1);
	}
}

/* Deletes the link with this index. */
static struct op *remove_link(unsigned int group, int ifindex)
{
	struct op *op = apply_case_add(PLAN_PRUNE, OP_LINK_DELETE, group);

	op->link = &links[ifindex - 1];
	return op;
}

static void remove_three(void)
{
	remove_link(VNI100, 1);
	remove_link(VNI200, 2);
	remove_link(VNI200, 3);
}

START_TEST(several_are_one_message)
{
	remove_three();
	apply_case_stage(PLAN_PRUNE, 1, "group 1\ngroup 2\ngroup 3\ndelete group\n");
	ck_assert_uint_eq(ac.n_done, 3);
	ck_assert_msg(ac.n_after == 4, "a test may end the process after each message");
	ck_assert_uint_eq(ac.n_dumps, 1);
}
END_TEST

START_TEST(one_alone_is_deleted_by_itself)
{
	remove_link(VNI100, 1);
	apply_case_stage(PLAN_PRUNE, 1, "delete 1\n");
	ck_assert(ac.n_done == 1 && ac.n_after == 1);
	ck_assert_uint_eq(ac.n_dumps, 0);
}
END_TEST

START_TEST(what_is_leaving_already_is_not_put_there_again)
{
	remove_three();
	links[1].leaving = true;
	apply_case_stage(PLAN_PRUNE, 1, "group 1\ngroup 3\ndelete group\n");
}
END_TEST

START_TEST(group_that_others_use)
{
	ac.stranger_group = net_leaving_group("default");
	remove_three();
	apply_case_stage(PLAN_PRUNE, 1, "delete 1\ndelete 2\ndelete 3\n");
	ck_assert_uint_eq(ac.n_done, 3);
}
END_TEST

START_TEST(group_is_looked_at_once_a_stage)
{
	remove_three();
	/* Another rank is another message. */
	remove_link(VNI100, 4)->rank = 1;
	remove_link(VNI100, 5)->rank = 1;
	apply_case_stage(PLAN_PRUNE, 1, "group 1\ngroup 2\ngroup 3\ndelete group\ngroup 4\ngroup 5\ndelete group\n");
	ck_assert_uint_eq(ac.n_dumps, 1);
	ck_assert_uint_eq(ac.n_done, 5);
}
END_TEST

START_TEST(kernel_that_refuses_the_message)
{
	remove_three();
	ac.faults[0].message = "delete group";
	ac.faults[0].error = -EOPNOTSUPP;
	ac.faults[1].message = "delete 2";
	ac.faults[1].error = -EBUSY;
	/* One by one it says which device it means; what shares its group is left alone then. */
	apply_case_stage(PLAN_PRUNE, 1, "group 1\ngroup 2\ngroup 3\ndelete group\ndelete 1\ndelete 2\n");
	ck_assert(ac.n_reports == 1 && ac.reported_group == VNI200);
	ck_assert_ptr_nonnull(strstr(ac.reported.msg, "group 3: frr: link del br2: "));
	ck_assert_uint_eq(ac.n_done, 1);
}
END_TEST

START_TEST(devices_that_are_gone)
{
	remove_three();
	ac.faults[0].message = "group 2";
	ac.faults[0].error = -ENODEV;
	apply_case_stage(PLAN_PRUNE, 1, "group 1\ngroup 2\ngroup 3\ndelete group\n");
	ac.faults[1].message = "group 1";
	ac.faults[2].message = "group 3";
	ac.faults[1].error = ac.faults[2].error = -ENODEV;
	apply_case_stage(PLAN_PRUNE, 1, "group 1\ngroup 2\ngroup 3\n");
	ck_assert_uint_eq(ac.n_reports, 0);
}
END_TEST

START_TEST(device_that_cannot_be_put_there)
{
	remove_three();
	ac.faults[0].message = "group 2";
	ac.faults[0].error = -EPERM;
	apply_case_stage(PLAN_PRUNE, 1, "group 1\ngroup 2\ndelete 1\ndelete 2\ndelete 3\n");
}
END_TEST

START_TEST(failed_groups_are_left_out)
{
	remove_three();
	ac.failed[VNI100] = true;
	apply_case_stage(PLAN_PRUNE, 1, "group 2\ngroup 3\ndelete group\n");
	ck_assert_uint_eq(ac.n_done, 2);
	/* Nor do they go along with those around them. */
	remove_link(VNI100, 4);
	remove_link(VNI200, 5);
	apply_case_stage(PLAN_PRUNE, 1, "group 2\ngroup 3\ndelete group\ndelete 5\n");
}
END_TEST

START_TEST(at_most_so_many_at_once)
{
	for (int i = 1; i <= BATCH_MAX + 1; i++)
		remove_link(VNI100, i);
	apply_case_stage(PLAN_PRUNE, 1, NULL);
	ck_assert_ptr_nonnull(strstr(ac.trace, "group 16\ndelete group\ndelete 17\n"));
	ck_assert_uint_eq(ac.n_done, BATCH_MAX + 1);
}
END_TEST

int main(void)
{
	TCase *tcase = tcase_create("apply");

	tcase_add_checked_fixture(tcase, setup, apply_case_end);
	tcase_add_test(tcase, several_are_one_message);
	tcase_add_test(tcase, one_alone_is_deleted_by_itself);
	tcase_add_test(tcase, what_is_leaving_already_is_not_put_there_again);
	tcase_add_test(tcase, group_that_others_use);
	tcase_add_test(tcase, group_is_looked_at_once_a_stage);
	tcase_add_test(tcase, kernel_that_refuses_the_message);
	tcase_add_test(tcase, devices_that_are_gone);
	tcase_add_test(tcase, device_that_cannot_be_put_there);
	tcase_add_test(tcase, failed_groups_are_left_out);
	tcase_add_test(tcase, at_most_so_many_at_once);
	return unit_run("apply_delete", tcase);
}
