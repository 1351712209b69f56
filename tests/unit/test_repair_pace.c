/* SPDX-License-Identifier: Apache-2.0 */
/* test_repair_pace.c - changes of FRR's configuration are taken back at once, but not the same one without end */
#include "run/repair_pace.h"
#include "unit.h"

static struct repair_pace pace;
static unsigned int fight;

static void setup(void)
{
	pace = (struct repair_pace){ 0 };
}

static uint32_t wait_for(uint64_t hash, uint64_t now_ms)
{
	return repair_pace_wait(&pace, hash, now_ms, &fight);
}

START_TEST(the_same_change_slows_down)
{
	static const uint32_t pauses[] = { 10000, 20000, 40000, 80000, 160000, 300000, 300000 };
	uint64_t now = 1000000;

	for (int i = 0; i < REPAIR_FREE; i++, now += 20) {
		ck_assert_uint_eq(wait_for(7, now), 0);
		ck_assert_uint_eq(fight, 0);
	}
	for (int i = 0; i < 7; i++) {
		ck_assert_uint_eq(wait_for(7, now), pauses[i] - 20);
		ck_assert_uint_eq(fight, i == 0 ? REPAIR_FREE : 0);
		now += pauses[i] - 20;
		ck_assert_uint_eq(wait_for(7, now), 0);
		now += 20;
	}
	now += REPAIR_QUIET_MS;
	for (int i = 0; i < REPAIR_FREE; i++)
		ck_assert_uint_eq(wait_for(7, now), 0);
	ck_assert_uint_eq(wait_for(7, now), 10000);
	ck_assert_uint_eq(fight, REPAIR_FREE);
}
END_TEST

START_TEST(different_changes_need_not_wait)
{
	uint64_t now = 1000000;

	while (wait_for(7, now) == 0)
		now += 20;
	for (uint64_t hash = 100; hash < 100 + REPAIR_CHANGES - 1; hash++) {
		ck_assert_uint_eq(wait_for(hash, now), 0);
		ck_assert_uint_eq(wait_for(hash, now), 0);
	}
	ck_assert_uint_ne(wait_for(7, now), 0);
}
END_TEST

/* A program that writes another line each time. */
START_TEST(many_changes_are_one)
{
	uint64_t now = 1000000, hash = 100;

	for (; hash < 100 + REPAIR_CHANGES; hash++, now += 1000)
		ck_assert_uint_eq(wait_for(hash, now), 0);
	ck_assert_uint_eq(wait_for(hash++, now), 10000);
	ck_assert_uint_eq(fight, REPAIR_FREE);
	ck_assert_uint_eq(wait_for(hash++, now + 4000), 6000);
	ck_assert_uint_eq(fight, 0);
	ck_assert_uint_eq(wait_for(hash++, now + 10000), 0);
	ck_assert_uint_eq(wait_for(hash++, now + 10000), 20000);
	/* Later there is place again. */
	now += REPAIR_QUIET_MS + 20000;
	for (int i = 0; i < REPAIR_CHANGES; i++)
		ck_assert_uint_eq(wait_for(hash++, now), 0);
}
END_TEST

int main(void)
{
	TCase *tcase = tcase_create("repair_pace");

	tcase_add_checked_fixture(tcase, setup, NULL);
	tcase_add_test(tcase, the_same_change_slows_down);
	tcase_add_test(tcase, different_changes_need_not_wait);
	tcase_add_test(tcase, many_changes_are_one);
	return unit_run("repair_pace", tcase);
}
