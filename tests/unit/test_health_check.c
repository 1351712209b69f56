/* SPDX-License-Identifier: Apache-2.0 */
/* test_health_check.c - health checks across time: grace, degraded, healthy, what is logged */
#include <errno.h>

#include "base/util.h"
#include "health_case.h"
#include "unit.h"

START_TEST(healthy_at_once)
{
	health_case_status_is("applied: 1 L2VNI");
	health_case_healthy();
	health_case_status_is("applied, healthy: 1 L2VNI, 2 of 2 sessions established, 1 remote VTEPs");
	ck_assert_uint_eq(health_case_look(EACH_MS), EACH_MS);
	health_case_log_is("");
}
END_TEST

START_TEST(grace)
{
	health_case_sessions(SESSIONS("Connect", "Connect"));
	ck_assert_uint_eq(health_check_begin(hc.d), PENDING_MS);
	ck_assert_int_eq(hc.d->health.state, HEALTH_PENDING);
	run_case_now_ms += 2000;
	health_case_status_is(
		"applied, health pending: no fabric session is established (eth1: Connect since 2 s, eth2: Connect "
		"since 2 s)");
	health_case_log_is("");
	health_case_sessions(SESSIONS("Established", "Active"));
	ck_assert_uint_eq(health_case_look(0), PENDING_MS);
	health_case_status_is(
		"applied, health pending: the fabric session with eth2 is Active (SessionDown since 2 s)");
	/* The end of grace. */
	ck_assert_uint_eq(health_case_look(GRACE_MS - 2001), PENDING_MS);
	health_case_log_is("");
	ck_assert_uint_eq(health_case_look(1), EACH_MS);
	ck_assert_int_eq(hc.d->health.state, HEALTH_DEGRADED);
	health_case_log_is("<4>applied, degraded: the fabric session with eth2 is Active (SessionDown since 3 s)\n");
	health_case_sessions(SESSIONS("Established", "Connect"));
	ck_assert_uint_eq(health_case_look(EACH_MS), EACH_MS);
	health_case_log_is("");
	health_case_status_is("applied, degraded: the fabric session with eth2 is Connect (SessionDown since 13 s)");
	health_case_sessions(SESSIONS("Established", "Established"));
	ck_assert_uint_eq(health_case_look(EACH_MS), EACH_MS);
	health_case_log_is("<6>healthy: 2 of 2 sessions established, 1 remote VTEPs; it was degraded for 20 s\n");
}
END_TEST

START_TEST(what_breaks_later_has_no_grace)
{
	health_case_healthy();
	health_case_sessions(SESSIONS("Active", "Idle"));
	ck_assert_uint_eq(health_case_look(500), PENDING_MS);
	ck_assert_uint_eq(health_case_look(CONFIRM_MS - 1), PENDING_MS);
	ck_assert_int_eq(hc.d->health.state, HEALTH_PENDING);
	health_case_log_is("");
	ck_assert_uint_eq(health_case_look(1), EACH_MS);
	health_case_log_is("<4>applied, degraded: no fabric session is established (eth1: Active since 3 s, eth2: Idle "
			   "since 3 s); "
			   "it was healthy for 3 s\n");
	/* One of two comes back. */
	health_case_sessions(SESSIONS("Established", "Idle"));
	health_case_look(600000);
	health_case_log_is("<6>eth1: no longer SessionDown, after 10 min\n");
	health_case_status_is("applied, degraded: the fabric session with eth2 is Idle (SessionDown since 10 min)");
	/* It ends again, and nothing else does. */
	health_case_sessions(SESSIONS("Active", "Idle"));
	ck_assert_uint_eq(health_case_look(EACH_MS), PENDING_MS);
	health_case_log_is("");
	health_case_look(CONFIRM_MS);
	health_case_log_is("<4>applied, degraded: no fabric session is established (eth1: Active since 3 s)\n");
	health_case_sessions(SESSIONS("Established", "Established"));
	health_case_look(7200000);
	health_case_log_is("<6>healthy: 2 of 2 sessions established, 1 remote VTEPs; it was degraded for 2 h 10 min\n");
}
END_TEST

START_TEST(what_lasts_a_moment_is_not_logged)
{
	health_case_healthy();
	health_case_sessions(SESSIONS("Active", "Established"));
	health_case_look(EACH_MS);
	health_case_sessions(SESSIONS("Established", "Established"));
	ck_assert_uint_eq(health_case_look(PENDING_MS), EACH_MS);
	ck_assert_int_eq(hc.d->health.state, HEALTHY);
	health_case_log_is("");
}
END_TEST

START_TEST(run_that_changes_something_has_grace_again)
{
	health_case_healthy();
	health_case_sessions(SESSIONS("Active", "Active"));
	health_case_converged(0);
	health_check_begin(hc.d);
	health_case_look(CONFIRM_MS);
	ck_assert_int_eq(hc.d->health.state, HEALTH_DEGRADED);
	health_case_sessions(SESSIONS("Established", "Established"));
	health_case_look(EACH_MS);
	ck_assert_int_eq(hc.d->health.state, HEALTHY);
	hc.logged[0] = '\0';
	health_case_sessions(SESSIONS("Active", "Active"));
	health_case_converged(_i == 0);
	hc.d->run.reloaded = _i == 1;
	ck_assert_uint_eq(health_check_begin(hc.d), PENDING_MS);
	health_case_look(GRACE_MS - 1);
	health_case_log_is("");
}
END_TEST

START_TEST(many_faults_are_counted)
{
	health_case_sessions("{\"red\":{" PEER("1", "Active") "," PEER("2", "Active") "," PEER("3", "Active") "," PEER(
		"4", "Active") "," PEER("5", "Active") "}}");
	health_check_begin(hc.d);
	health_case_look(GRACE_MS);
	health_case_log_has("the host session with 3 in VRF red is Active (SessionDown since 3 s); and 2 more\n");
}
END_TEST

START_TEST(each_kind_of_fault)
{
	health_case_healthy();
	run_case_answer(&hc.c, "zebra", HEALTH_NEXT_HOPS, 1, "100.64.0.1\n unresolved\n");
	health_case_look(EACH_MS);
	health_case_look(CONFIRM_MS);
	health_case_log_has("next hop 100.64.0.1 is unresolved");
	run_case_answer(&hc.c, "bgpd", OWN, 1, ROUTES("192.168.11.3"));
	health_case_look(EACH_MS);
	health_case_look(CONFIRM_MS);
	health_case_log_has(
		"VNI 110: this node announces [3]:[0] with next hop 192.168.11.3, not 100.65.0.2 (NextHopMismatch");
	run_case_refuse(&hc.c, "bgpd", HEALTH_SESSIONS, ETIMEDOUT, "it does not answer");
	health_case_look(EACH_MS);
	health_case_look(CONFIRM_MS);
	health_case_log_has("bgpd: it does not answer (NoAnswer since 3 s)");
	run_case_refuse(&hc.c, "bgpd", HEALTH_SESSIONS, ENOENT, "no socket");
	health_case_look(EACH_MS);
	health_case_look(CONFIRM_MS);
	health_case_log_has("bgpd does not run");
}
END_TEST

#define ZEBRA_ALONE "[{\"vni\":110,\"type\":\"L2\",\"vtepIp\":\"100.65.0.2\"}]"

START_TEST(remote_vteps_that_are_gone_because)
{
	/* Of nothing else. */
	health_case_healthy();
	run_case_answer(&hc.c, "zebra", HEALTH_ZEBRA_VNIS, 1, ZEBRA_ALONE);
	ck_assert_uint_eq(health_case_look(EACH_MS), PENDING_MS);
	health_case_look(CONFIRM_MS);
	health_case_log_is(
		"<4>applied, degraded: no other node announces a VNI any more, there were 1 remote VTEPs; if that "
		"is right, reload evpnd (RemoteVtepsGone since 3 s); it was healthy for 13 s\n");
	/* There is no session, or no route to them: that is the fault. */
	health_case_sessions(SESSIONS("Active", "Active"));
	health_case_look(0);
	health_case_look(CONFIRM_MS);
	ck_assert_ptr_null(strstr(hc.logged, "no other node"));
	health_case_log_has("no fabric session is established");
	health_case_sessions(SESSIONS("Established", "Established"));
	run_case_answer(&hc.c, "zebra", HEALTH_NEXT_HOPS, 1, "100.64.0.1\n unresolved\n");
	health_case_look(0);
	health_case_look(CONFIRM_MS);
	ck_assert_ptr_null(strstr(hc.logged, "no other node"));
	health_case_log_has("next hop 100.64.0.1 is unresolved");
	/* A repair of evpnd's own does not excuse it: they have to come back. */
	run_case_answer(&hc.c, "zebra", HEALTH_NEXT_HOPS, 1, "");
	health_case_converged(1);
	health_check_begin(hc.d);
	ck_assert_int_ne(hc.d->health.state, HEALTHY);
	/* A change of evpn.conf, or SIGHUP, does: the VNIs that they had may have gone. */
	hc.d->health.had_vteps = 0;
	health_case_look(0);
	ck_assert_int_eq(hc.d->health.state, HEALTHY);
}
END_TEST

START_TEST(daemon_that_has_ended)
{
	health_case_healthy();
	running_add(&hc.d->frr.shown, "staticd", "ip route 10.0.0.0/8 Null0\n");
	ck_assert_uint_eq(health_case_look(EACH_MS), PENDING_MS);
	health_case_look(CONFIRM_MS);
	health_case_log_has(
		"staticd does not run any more, and its part of FRR's configuration is not in force (DaemonMissing "
		"since");
	run_case_answer(&hc.c, NULL, RUNNING_DAEMONS, 1, "zebra bgpd staticd");
	run_case_answer(&hc.c, "staticd", RUNNING_CONFIG, 1, "ip route 10.0.0.0/8 Null0\n");
	health_case_look(EACH_MS);
	health_case_log_has("healthy");
}
END_TEST

START_TEST(no_interval_no_further_check)
{
	hc.c.config.health.interval = 0;
	health_case_sessions(SESSIONS("Active", "Active"));
	ck_assert_uint_eq(health_check_begin(hc.d), PENDING_MS);
	ck_assert_uint_eq(health_case_look(GRACE_MS), HEALTH_NEVER);
	health_case_converged(1);
	ck_assert_uint_eq(health_check_begin(hc.d), HEALTH_NEVER);
	health_case_frr_shows("router bgp 2\n");
	ck_assert_uint_eq(health_check_begin(hc.d), 0);
}
END_TEST

START_TEST(plugin_that_cannot_ask)
{
	hc.c.frr.vtysh_only = _i == 0;
	if (_i == 1)
		hc.c.frr_plugin.api.ask_daemon = NULL;
	ck_assert_uint_eq(health_check_begin(hc.d), HEALTH_NEVER);
	ck_assert_int_eq(hc.d->health.state, HEALTH_UNKNOWN);
	health_case_status_is(_i ? "applied: 1 L2VNI; health unknown: plugin fake-frr cannot ask a daemon of FRR"
				 : "applied: 1 L2VNI; health unknown: this FRR is reached by vtysh only");
	health_case_log_is("");
}
END_TEST

START_TEST(answers_that_take_their_time)
{
	run_case_answer(&hc.c, "bgpd", HEALTH_BGP_VNIS, 0, NULL);
	ck_assert_uint_eq(health_check_begin(hc.d), HEALTH_ASKS);
	ck_assert_uint_eq(health_check_continue(hc.d), HEALTH_ASKS);
	ck_assert(hc.d->health.asking);
	run_case_answer(&hc.c, "bgpd", HEALTH_BGP_VNIS, 1, BGP("100.65.0.2:2"));
	run_case_answer(&hc.c, "bgpd", OWN, 0, NULL);
	ck_assert_uint_eq(health_check_continue(hc.d), HEALTH_ASKS);
	/* A run breaks it off. */
	health_check_stop(&hc.d->health);
	ck_assert(!hc.d->health.asking);
	run_case_answer(&hc.c, "bgpd", OWN, 1, ROUTES("100.65.0.2"));
	health_case_healthy();
	ck_assert(!hc.d->health.asking);
}
END_TEST

START_TEST(nothing_is_checked_beside_a_run)
{
	hc.d->state.phase = PIPELINE_WAITING;
	ck_assert_uint_eq(health_case_look(0), HEALTH_NEVER);
	hc.d->state.phase = PIPELINE_CONVERGED;
	hc.d->options.goal = RUN_DOWN;
	ck_assert_uint_eq(health_case_look(0), HEALTH_NEVER);
	ck_assert_uint_eq(hc.c.frr.n_questions, 0);
}
END_TEST

START_TEST(known_faults_are_logged_once_for_each_version)
{
	run_case_answer(&hc.c, "zebra", VERSION_QUESTION, 1, "FRRouting 8.5.1 (node)");
	health_check_begin(hc.d);
	health_case_log_is(
		"<6>FRR 8.5.1 may miss that an underlay link went down and up quickly while zebra is busy (FRR pull "
		"request "
		"21769)\n<6>healthy: 2 of 2 sessions established, 1 remote VTEPs\n");
	health_case_look(EACH_MS);
	health_case_log_is("");
	run_case_answer(&hc.c, "zebra", VERSION_QUESTION, 1, "FRRouting 10.6.0 (node)");
	health_case_look(EACH_MS);
	health_case_log_has("FRR 10.6.0 may miss");
}
END_TEST

int main(void)
{
	TCase *tcase = tcase_create("health check");

	tcase_add_checked_fixture(tcase, health_case_begin, health_case_end);
	tcase_add_test(tcase, healthy_at_once);
	tcase_add_test(tcase, grace);
	tcase_add_test(tcase, what_breaks_later_has_no_grace);
	tcase_add_test(tcase, what_lasts_a_moment_is_not_logged);
	tcase_add_loop_test(tcase, run_that_changes_something_has_grace_again, 0, 2);
	tcase_add_test(tcase, many_faults_are_counted);
	tcase_add_test(tcase, each_kind_of_fault);
	tcase_add_test(tcase, remote_vteps_that_are_gone_because);
	tcase_add_test(tcase, daemon_that_has_ended);
	tcase_add_test(tcase, no_interval_no_further_check);
	tcase_add_loop_test(tcase, plugin_that_cannot_ask, 0, 2);
	tcase_add_test(tcase, answers_that_take_their_time);
	tcase_add_test(tcase, nothing_is_checked_beside_a_run);
	tcase_add_test(tcase, known_faults_are_logged_once_for_each_version);
	return unit_run("health_check", tcase);
}
