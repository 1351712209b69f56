/* SPDX-License-Identifier: Apache-2.0 */
/* test_health_drift.c - what a health check finds that begins a run: FRR's configuration has changed, a VNI is lost */
#include <errno.h>

#include "base/util.h"
#include "health_case.h"
#include "unit.h"

START_TEST(lost_vni_begins_a_run)
{
	health_case_healthy();
	run_case_answer(&hc.c, "bgpd", HEALTH_BGP_VNIS, 1, "{}");
	ck_assert_uint_eq(health_case_look(EACH_MS), 0);
	/* Once: the run has not helped. */
	ck_assert_uint_eq(health_case_look(EACH_MS), EACH_MS);
	health_case_log_has("VNI 110: bgpd does not announce it");
	run_case_answer(&hc.c, "bgpd", HEALTH_BGP_VNIS, 1, BGP("100.65.0.2:2"));
	health_case_look(EACH_MS);
	run_case_answer(&hc.c, "zebra", HEALTH_ZEBRA_VNIS, 1, "[]");
	ck_assert_uint_eq(health_case_look(EACH_MS), 0);
}
END_TEST

START_TEST(vni_that_could_not_be_made_is_not_judged)
{
	hc.d->run.failed[0] = true;
	run_case_answer(&hc.c, "zebra", HEALTH_ZEBRA_VNIS, 1, "[]");
	run_case_answer(&hc.c, "bgpd", HEALTH_BGP_VNIS, 1, "{}");
	ck_assert_uint_eq(health_check_begin(hc.d), EACH_MS);
	ck_assert_int_eq(hc.d->health.state, HEALTHY);
}
END_TEST

START_TEST(drift_begins_a_run)
{
	health_case_healthy();
	health_case_frr_shows("router bgp 2\n");
	ck_assert_uint_eq(health_case_look(EACH_MS), 0);
	/* What the run repairs at once is no fault. */
	health_case_log_is("");
	health_case_frr_shows("router bgp 1\n");
	ck_assert_uint_eq(health_case_look(0), EACH_MS);
}
END_TEST

START_TEST(repairs_in_a_row_are_paced)
{
	static const uint32_t pauses[] = { 10000, 20000, 40000, 80000, 160000, 300000, 300000 };

	hc.c.config.health.interval = 3600;
	ck_assert_uint_eq(health_check_begin(hc.d), 3600000);
	health_case_frr_shows("router bgp 2\n");
	for (int i = 0; i < 3; i++) {
		ck_assert_uint_eq(health_case_look(1), 0);
		ck_assert_ptr_null(strstr(hc.logged, "keeps changing"));
	}
	for (size_t i = 0; i < ARRAY_LEN(pauses); i++) {
		hc.logged[0] = '\0';
		ck_assert_uint_le(health_case_look(1), pauses[i] - 1);
		if (i == 0)
			health_case_log_has(
				"<4>another program keeps changing FRR's configuration; evpnd has restored it 3 times "
				"in a row "
				"and pauses between its repairs");
		else
			health_case_log_is("");
		ck_assert_uint_eq(health_case_look(pauses[i] - 1), 0);
	}
	/* Another change is no part of it. */
	health_case_frr_shows("router bgp 3\n");
	ck_assert_uint_eq(health_case_look(1), 0);
	health_case_frr_shows("router bgp 2\n");
	/* Long after the last one the next is the first again. */
	ck_assert_uint_eq(health_case_look(600001), 0);
	ck_assert_uint_eq(health_case_look(1), 0);
}
END_TEST

START_TEST(reported_drift_begins_no_run)
{
	hc.c.config.frr.reports_drift = true;
	health_case_healthy();
	health_case_frr_shows("router bgp 2\n");
	ck_assert_uint_eq(health_case_look(EACH_MS), PENDING_MS);
	health_case_log_has(
		"<4>another program has changed FRR's configuration, and evpnd leaves it (frr.drift = \"report\"):\n"
		"--- bgpd\n+++ bgpd, now\n@@ -1,1 +1,1 @@\n-router bgp 1\n+router bgp 2\n");
	ck_assert_uint_eq(health_case_look(EACH_MS), EACH_MS);
	health_case_log_has("another program has changed FRR's running configuration (ConfigDrift since 10 s)");
	health_case_frr_shows("router bgp 1\n");
	health_case_look(EACH_MS);
	health_case_log_has("healthy");
	health_case_frr_shows("router bgp 2\n");
	health_case_look(EACH_MS);
	health_case_log_has("evpnd leaves it");
}
END_TEST

/* evpnd could not read what FRR showed after the run. */
START_TEST(what_is_not_known_begins_a_run)
{
	hc.d->frr.shown.instance = 0;
	ck_assert_uint_eq(health_check_begin(hc.d), 0);
	health_case_log_is("<6>healthy: 2 of 2 sessions established, 1 remote VTEPs\n");
	/* The plugin cannot ask for it. */
	run_case_refuse(&hc.c, "bgpd", RUNNING_CONFIG, ENOTSUP, "cannot");
	ck_assert_uint_eq(health_case_look(EACH_MS), EACH_MS);
}
END_TEST

int main(void)
{
	TCase *tcase = tcase_create("health drift");

	tcase_add_checked_fixture(tcase, health_case_begin, health_case_end);
	tcase_add_test(tcase, lost_vni_begins_a_run);
	tcase_add_test(tcase, vni_that_could_not_be_made_is_not_judged);
	tcase_add_test(tcase, drift_begins_a_run);
	tcase_add_test(tcase, repairs_in_a_row_are_paced);
	tcase_add_test(tcase, what_is_not_known_begins_a_run);
	tcase_add_test(tcase, reported_drift_begins_no_run);
	return unit_run("health_drift", tcase);
}
