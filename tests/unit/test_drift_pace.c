/* SPDX-License-Identifier: Apache-2.0 */
/* test_drift_pace.c - repairs of what another program keeps undoing come at longer and longer intervals */
#include <limits.h>

#include "run/drift_parts.h"
#include "unit.h"

static struct drift_pace pace;
static const struct drift_object *fight;

static unsigned int look(const char *object, uint64_t now_ms)
{
	if (object)
		drift_pace_see(&pace, object, now_ms);
	return drift_pace_wait(&pace, now_ms, &fight);
}

START_TEST(a_fight_slows_down)
{
	uint64_t now = 1000000;

	ck_assert_uint_eq(look(NULL, now), UINT_MAX);
	for (int i = 0; i < DRIFT_FREE_REPAIRS; i++, now += 20) {
		ck_assert_uint_eq(look("frr: vni110", now), 0);
		ck_assert_ptr_null(fight);
	}
	for (int i = 0; i < 10; i++) {
		unsigned int wait = look("frr: vni110", now), pause = i < 6 ? 1000u << i : 60000;

		ck_assert_uint_eq(wait, pause - 20);
		ck_assert_msg((fight != NULL) == (i == 0), "told once, round %d", i);
		/* A part of the pause passes, then all. */
		ck_assert_uint_eq(look("frr: vni110", now + 10), wait - 10);
		now += wait;
		ck_assert_uint_eq(look("frr: vni110", now), 0);
		now += 20;
	}
	/* Once it has stood a while, it begins anew. */
	now += DRIFT_QUIET_MS;
	for (int i = 0; i < DRIFT_FREE_REPAIRS; i++, now += 20)
		ck_assert_uint_eq(look("frr: vni110", now), 0);
	ck_assert_uint_ne(look("frr: vni110", now), 0);
	ck_assert_ptr_nonnull(fight);
	drift_pace_clear(&pace);
}
END_TEST

START_TEST(others_need_not_wait)
{
	uint64_t now = 1000000;

	while (look("frr: vni110", now) == 0)
		now += 20;
	ck_assert_uint_eq(look("frr: vni120", now), 0);
	/* It goes by itself meanwhile: nothing is left of it, and nothing to wait for. */
	ck_assert_uint_ne(look("frr: vni110", now + 20), 0);
	ck_assert_uint_eq(look(NULL, now + 30), UINT_MAX);
	ck_assert_uint_eq(look(NULL, now + 10 * DRIFT_QUIET_MS), UINT_MAX);
	ck_assert_uint_eq(pace.n_objects, 0);
	drift_pace_clear(&pace);
}
END_TEST

int main(void)
{
	TCase *tcase = tcase_create("drift_pace");

	tcase_add_test(tcase, a_fight_slows_down);
	tcase_add_test(tcase, others_need_not_wait);
	return unit_run("drift_pace", tcase);
}
