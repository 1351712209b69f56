/* SPDX-License-Identifier: Apache-2.0 */
/* test_session_flaps.c - BGP sessions that are lost and established again and again, by bgpd's counter of losses */
#include <stdio.h>

#include "run/session_flaps.h"
#include "unit.h"

static struct session_flaps flaps;
static struct health_report report;

static void setup(void)
{
	flaps = (struct session_flaps){ 0 };
	report = (struct health_report){ 0 };
}

static void teardown(void)
{
	session_flaps_clear(&flaps);
	health_report_clear(&report);
}

static void add(const char *name, int64_t dropped, bool up)
{
	struct health_item *item = up ? health_add(&report, HEALTH_SESSION, name, HEALTH_FINE, NULL)
				      : health_add(&report, HEALTH_SESSION, name, HEALTH_SESSION_DOWN, "%s", "down");

	item->dropped = dropped;
	item->fabric = true;
	snprintf(item->state, sizeof(item->state), "%s", up ? "Established" : "Active");
}

/* A check sees these sessions; the reason of the first. */
static enum health_reason check(int64_t dropped, bool up, uint64_t now_ms)
{
	health_report_clear(&report);
	health_add(&report, HEALTH_VNI, "VNI 110", HEALTH_FINE, NULL);
	add("eth1", dropped, up);
	add("eth2", 3, true);
	session_flaps_judge(&flaps, &report, now_ms);
	ck_assert_int_eq(report.items[0].reason, HEALTH_FINE);
	ck_assert_int_eq(report.items[2].reason, HEALTH_FINE);
	return report.items[1].reason;
}

START_TEST(losses_are_counted)
{
	uint64_t now = 1000000;

	/* What was lost before the first check does not count. */
	ck_assert_int_eq(check(40, true, now), HEALTH_FINE);
	for (int i = 1; i < FLAPS_MANY; i++)
		ck_assert_int_eq(check(40 + i, true, now += 10000), HEALTH_FINE);
	ck_assert_int_eq(check(40 + FLAPS_MANY, true, now += 9000), HEALTH_SESSION_FLAPS);
	ck_assert_str_eq(report.items[1].text,
			 "the fabric session with eth1 was lost at least 6 times within 60 s, and is Established now; "
			 "check the link, and FRR's log of both sides");
	/* That it is down just now is part of it, but not for long. */
	ck_assert_int_eq(check(40 + FLAPS_MANY, false, now + 1000), HEALTH_SESSION_FLAPS);
	ck_assert_int_eq(check(46 + FLAPS_MANY, false, now + 1000), HEALTH_SESSION_FLAPS);
	ck_assert_int_eq(check(46 + FLAPS_MANY, false, now + 2000 + FLAPS_DOWN_MS), HEALTH_SESSION_DOWN);
	/* It has rested. */
	ck_assert_int_eq(check(46 + FLAPS_MANY, true, now + 1001 + FLAPS_WINDOW_MS), HEALTH_FINE);
}
END_TEST

START_TEST(many_between_two_checks)
{
	ck_assert_int_eq(check(0, true, 1000000), HEALTH_FINE);
	ck_assert_int_eq(check(INT64_MAX, true, 1000000), HEALTH_SESSION_FLAPS);
	/* bgpd has started anew. */
	ck_assert_int_eq(check(0, true, 1100000), HEALTH_FINE);
	ck_assert_int_eq(check(FLAPS_MANY - 1, true, 1100000), HEALTH_FINE);
}
END_TEST

START_TEST(sessions_come_and_go)
{
	check(0, true, 1000000);
	check(FLAPS_MANY - 1, true, 1000000);
	/* bgpd does not answer. */
	health_report_clear(&report);
	session_flaps_judge(&flaps, &report, 1000000);
	ck_assert_uint_eq(flaps.n_items, 2);
	/* eth1 is no neighbor any more. */
	add("eth2", 3, true);
	session_flaps_judge(&flaps, &report, 1000000);
	ck_assert_uint_eq(flaps.n_items, 1);
	ck_assert_int_eq(check(FLAPS_MANY, true, 1000000), HEALTH_FINE);
}
END_TEST

int main(void)
{
	TCase *tcase = tcase_create("session_flaps");

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_test(tcase, losses_are_counted);
	tcase_add_test(tcase, many_between_two_checks);
	tcase_add_test(tcase, sessions_come_and_go);
	return unit_run("session_flaps", tcase);
}
