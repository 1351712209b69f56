/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_steps_verify.c - FRR is asked for its VNIs at the end of a run, and told again what it has missed
 *
 * The linker puts the fixture's clock in the place of evpnd's, and replaces the kernel by a list of what it was asked to do.
 */
#include <errno.h>
#include <fcntl.h>

#include "base/util.h"
#include "frr/health.h"
#include "run_case.h"
#include "unit.h"

/* In steps_verify.c. */
#define PAUSE_MS 50
#define LIMIT_MS 10000
#define TELL_MS	 500

/* FRR 8.4's, shortened. */
#define ZEBRA_L2 "{\"vni\":110,\"type\":\"L2\",\"vtepIp\":\"100.65.0.2\"}"
#define ZEBRA_L3(state)                                                                                        \
	"{\"vni\":100,\"type\":\"L3\",\"localVtepIp\":\"100.65.0.2\",\"state\":\"" state "\",\"vrf\":\"red\"," \
	"\"routerMac\":\"02:e5:64:41:00:02\"}"
#define ZEBRA  "[" ZEBRA_L2 "," ZEBRA_L3("Up") "]"
#define BGP_L2 "\"110\":{\"type\":\"L2\",\"inKernel\":\"True\",\"originatorIp\":\"100.65.0.2\"}"
#define BGP_L3                                                                                     \
	"\"100\":{\"type\":\"L3\",\"inKernel\":\"True\",\"originatorIp\":\"100.65.0.2\",\"rmac\":" \
	"\"02:e5:64:41:00:02\"}"
#define BGP "{" BGP_L2 "," BGP_L3 "}"

int __wrap_rtnl_open(int netns_fd, struct rtnl **ret_rtnl, struct evpn_error *err);
void __wrap_rtnl_close(struct rtnl *rtnl);
int __wrap_apply_stage(struct apply *apply, const struct plan *plan, enum plan_stage stage, struct evpn_error *err);

static struct run_case c;
static struct run *run;
static char told[256]; /* the devices that were announced to zebra again */
static int apply_result;

int __wrap_rtnl_open(int netns_fd, struct rtnl **ret_rtnl, struct evpn_error *err)
{
	*ret_rtnl = (struct rtnl *)&c;
	return 0;
}

void __wrap_rtnl_close(struct rtnl *rtnl)
{
}

int __wrap_apply_stage(struct apply *apply, const struct plan *plan, enum plan_stage stage, struct evpn_error *err)
{
	for (size_t i = 0; i < plan->n_ops; i++) {
		const struct op *op = &plan->ops[i];

		ck_assert(op->stage == stage && op->type == OP_LINK_SET && op->attrs == NET_LINK_MARK);
		strcat(strcat(told, op->link->name), " ");
	}
	if (apply_result < 0)
		return evpn_fail(err, EIO, "the kernel says no");
	return apply_result;
}

static void want_link(const char *name, unsigned int group)
{
	struct net *desired = &run->seen.desired;
	struct net_link *link = util_append(&desired->links, &desired->n_links, sizeof(*link));

	link->ns = NET_NS_FRR;
	link->group = group;
	link->want = NET_LINK_MARK;
	net_set_name(link->name, name);
}

/* What step_plan leaves: an L3VNI in group 1, an L2VNI in group 2. */
static void planned(void)
{
	want_link("br110", 2);
	want_link("vni100", 1);
	want_link("vni110", 2);
	net_sort(&run->seen.desired);
	for (int i = 0; i < 3; i++)
		util_append(&run->seen.desired.groups, &run->seen.desired.n_groups, sizeof(struct net_group));
	run->failed = xcalloc(3, sizeof(bool));
	run->overtaken = xcalloc(3, sizeof(bool));
}

/* FRR knows both. */
static void setup(void)
{
	static struct config_l3vni l3 = { .vni = 100, .vrf = "red" };
	static struct config_l2vni l2 = { .vni = 110 };

	run_case_begin(&c, RUN_UP);
	run = &c.daemon.run;
	c.config.l3vnis = &l3;
	c.config.l2vnis = &l2;
	c.config.n_l3vnis = c.config.n_l2vnis = 1;
	ck_assert(ipaddr_parse("100.65.0.2", false, &c.config.underlay.vtep));
	planned();
	told[0] = '\0';
	apply_result = 1;
	run->netns_fd[NET_NS_FRR] = open("/dev/null", O_RDONLY | O_CLOEXEC);
	run_case_answer(&c, "zebra", HEALTH_ZEBRA_VNIS, 1, ZEBRA);
	run_case_answer(&c, "bgpd", HEALTH_BGP_VNIS, 1, BGP);
}

/* How evpnd reaches FRR: through the daemons' sockets, or by vtysh where the plugin cannot do that. */
enum way { BY_SOCKET, BY_VTYSH, BY_OLD_PLUGIN, WAYS };

static void reach(int way)
{
	c.frr.vtysh_only = way == BY_VTYSH;
	if (way == BY_OLD_PLUGIN)
		c.frr_plugin.api.ask_daemon = NULL;
	if (way == BY_SOCKET)
		c.frr_plugin.api.query_frr = NULL;
}

static void teardown(void)
{
	run_case_end(&c);
}

static int verify(void)
{
	run->err = (struct evpn_error){ 0 };
	run->wait_ms = 0;
	return step_verify(run);
}

static void failed_with(int code, const char *why)
{
	ck_assert_int_eq(run->err.code, code);
	ck_assert_msg(strstr(run->err.msg, why) != NULL, "%s", run->err.msg);
}

START_TEST(frr_knows_every_vni)
{
	reach(_i);
	ck_assert(c.daemon.frr.zebra_behind);
	ck_assert_int_eq(verify(), 1);
	ck_assert_msg(!c.daemon.frr.zebra_behind, "zebra has answered since the last link was made");
	ck_assert_str_eq(told, "");
}
END_TEST

START_TEST(missing_vni_has_a_while_to_appear)
{
	reach(_i);
	run_case_answer(&c, "zebra", HEALTH_ZEBRA_VNIS, 1, "[" ZEBRA_L3("Up") "]");
	ck_assert_int_eq(verify(), 0);
	ck_assert_uint_eq(run->wait_ms, PAUSE_MS);
	failed_with(0, "VNI 110: zebra does not know it");
	run_case_now_ms += LIMIT_MS - 1;
	ck_assert_int_eq(verify(), 0);
	ck_assert_msg(run_case_n_asked(&c, HEALTH_ZEBRA_VNIS) == 2 && run_case_n_asked(&c, HEALTH_BGP_VNIS) == 2,
		      "each try asks both questions");
	run_case_now_ms++;
	ck_assert_int_lt(verify(), 0);
	failed_with(EIO, "VNI 110: zebra does not know it");
	ck_assert(c.daemon.frr.zebra_behind);
	/* A new run has the whole time again. */
	run_begin(run);
	planned();
	ck_assert_int_eq(verify(), 0);
}
END_TEST

START_TEST(vni_that_appears_in_time)
{
	run_case_answer(&c, "zebra", HEALTH_ZEBRA_VNIS, 1, "[" ZEBRA_L2 "," ZEBRA_L3("Down") "]");
	ck_assert_int_eq(verify(), 0);
	failed_with(0, "VNI 100: zebra has it as Down in VRF red");
	run_case_now_ms += LIMIT_MS - 1;
	run_case_answer(&c, "zebra", HEALTH_ZEBRA_VNIS, 1, ZEBRA);
	run_case_answer(&c, "bgpd", HEALTH_BGP_VNIS, 1, "{" BGP_L2 "}");
	ck_assert_int_eq(verify(), 0);
	failed_with(0, "VNI 100: bgpd does not announce it");
	run_case_answer(&c, "bgpd", HEALTH_BGP_VNIS, 1, BGP);
	ck_assert_int_eq(verify(), 1);
}
END_TEST

START_TEST(progress_begins_the_time_anew)
{
	run_case_answer(&c, "bgpd", HEALTH_BGP_VNIS, 1, "{}");
	ck_assert_int_eq(verify(), 0);
	run_case_now_ms += LIMIT_MS - 1;
	run_case_answer(&c, "bgpd", HEALTH_BGP_VNIS, 1, "{" BGP_L3 "}");
	ck_assert_int_eq(verify(), 0);
	run_case_now_ms += LIMIT_MS - 1;
	ck_assert_int_eq(verify(), 0);
	run_case_now_ms++;
	ck_assert_int_lt(verify(), 0);
	failed_with(EIO, "VNI 110: bgpd does not announce it");
}
END_TEST

START_TEST(several_are_counted)
{
	run_case_answer(&c, "bgpd", HEALTH_BGP_VNIS, 1, "{}");
	ck_assert_int_eq(verify(), 0);
	run_case_now_ms += LIMIT_MS;
	ck_assert_int_lt(verify(), 0);
	failed_with(EIO, "VNI 100: bgpd does not announce it (show bgp l2vpn evpn vni); and 1 more");
}
END_TEST

START_TEST(what_zebra_missed_is_announced_again)
{
	run_case_answer(&c, "zebra", HEALTH_ZEBRA_VNIS, 1, "[" ZEBRA_L3("Up") "]");
	ck_assert_int_eq(verify(), 0);
	run_case_now_ms += TELL_MS - 1;
	ck_assert_int_eq(verify(), 0);
	ck_assert_str_eq(told, "");
	run_case_now_ms++;
	ck_assert_int_eq(verify(), 0);
	ck_assert_str_eq(told, "br110 vni110 ");
	/* Not with each question, but after the same time again. */
	run_case_now_ms += TELL_MS - 1;
	ck_assert_int_eq(verify(), 0);
	ck_assert_str_eq(told, "br110 vni110 ");
	run_case_now_ms++;
	ck_assert_int_eq(verify(), 0);
	ck_assert_str_eq(told, "br110 vni110 br110 vni110 ");
	/* bgpd learns of VNIs from zebra. */
	run_case_answer(&c, "zebra", HEALTH_ZEBRA_VNIS, 1, ZEBRA);
	run_case_answer(&c, "bgpd", HEALTH_BGP_VNIS, 1, "{" BGP_L2 "}");
	told[0] = '\0';
	run_case_now_ms += TELL_MS;
	ck_assert_int_eq(verify(), 0);
	ck_assert_str_eq(told, "vni100 ");
	/* Nothing is missed where FRR has another opinion of a VNI. */
	run_case_answer(&c, "bgpd", HEALTH_BGP_VNIS, 1, BGP);
	run_case_answer(&c, "zebra", HEALTH_ZEBRA_VNIS, 1, "[" ZEBRA_L2 "," ZEBRA_L3("Down") "]");
	told[0] = '\0';
	run_case_now_ms += TELL_MS;
	ck_assert_int_eq(verify(), 0);
	ck_assert_str_eq(told, "");
}
END_TEST

START_TEST(kernel_that_refuses_the_announcement)
{
	run_case_answer(&c, "zebra", HEALTH_ZEBRA_VNIS, 1, "[]");
	ck_assert_int_eq(verify(), 0);
	run_case_now_ms += TELL_MS;
	apply_result = -1;
	ck_assert_int_lt(verify(), 0);
	failed_with(EIO, "the kernel says no");
}
END_TEST

START_TEST(time_counts_from_the_first_answer)
{
	reach(_i);
	run_case_answer(&c, "zebra", HEALTH_ZEBRA_VNIS, 0, NULL);
	ck_assert_int_eq(verify(), 0);
	ck_assert_msg(run->wait_ms == RUN_ASK_AGAIN_MS, "the plugin says when it has the answer");
	run_case_now_ms += 100 * LIMIT_MS;
	run_case_answer(&c, "zebra", HEALTH_ZEBRA_VNIS, 1, "[]");
	ck_assert_int_eq(verify(), 0);
	ck_assert_uint_eq(run->wait_ms, PAUSE_MS);
}
END_TEST

START_TEST(answer_is_kept_while_the_other_is_asked_for)
{
	reach(_i);
	run_case_answer(&c, "bgpd", HEALTH_BGP_VNIS, 0, NULL);
	ck_assert_int_eq(verify(), 0);
	ck_assert_int_eq(verify(), 0);
	ck_assert_uint_eq(run_case_n_asked(&c, HEALTH_ZEBRA_VNIS), 1);
	ck_assert_uint_eq(run_case_n_asked(&c, HEALTH_BGP_VNIS), 2);
	run_case_answer(&c, "bgpd", HEALTH_BGP_VNIS, 1, BGP);
	ck_assert_int_eq(verify(), 1);
	ck_assert_uint_eq(run_case_n_asked(&c, HEALTH_ZEBRA_VNIS), 1);
}
END_TEST

START_TEST(missing_vni_is_asked_for_less_and_less_often)
{
	static const unsigned int pauses[] = { 50, 100, 200, 400, 500, 500 };
	size_t n;

	run_case_answer(&c, "zebra", HEALTH_ZEBRA_VNIS, 1, "[" ZEBRA_L3("Up") "]");
	for (n = 0; verify() == 0; n++) {
		if (n < ARRAY_LEN(pauses))
			ck_assert_uint_eq(run->wait_ms, pauses[n]);
		run_case_now_ms += run->wait_ms;
	}
	ck_assert_msg(n < 30, "asked %zu times in 10 s", n);
}
END_TEST

/* What FRR has answered before it loaded the rest is no answer. */
START_TEST(rest_of_the_configuration_is_verified)
{
	run_case_write(&c, "frr/frr.conf", "text");
	run->frr_conf = xstrdup("text");
	run->partly_loaded = run->frr->pending = true;
	ck_assert_int_eq(verify(), 1);
	ck_assert(c.frr.n_asked == 1 && !run->partly_loaded);
	ck_assert_uint_eq(run_case_n_asked(&c, HEALTH_ZEBRA_VNIS), 2);
}
END_TEST

/* frr-signal's plain protocol. */
START_TEST(plugin_that_cannot_ask)
{
	run_case_refuse(&c, "zebra", HEALTH_ZEBRA_VNIS, ENOTSUP, "not by this protocol");
	run_case_refuse(&c, "bgpd", HEALTH_BGP_VNIS, ENOTSUP, "not by this protocol");
	ck_assert_int_eq(verify(), 1);
	c.frr_plugin.api.ask_daemon = NULL;
	ck_assert_int_eq(verify(), 1);
	c.frr_plugin.api.query_frr = NULL;
	ck_assert_int_eq(verify(), 1);
}
END_TEST

START_TEST(daemon_that_does_not_run_may_start)
{
	static const int codes[] = { ENOENT, ETIMEDOUT };

	run_case_refuse(&c, "bgpd", HEALTH_BGP_VNIS, codes[_i], "bgpd: no answer");
	ck_assert_int_eq(verify(), 0);
	ck_assert_uint_eq(run->wait_ms, PAUSE_MS);
	failed_with(0, "bgpd: no answer");
	run_case_now_ms += LIMIT_MS - 1;
	ck_assert_int_eq(verify(), 0);
	ck_assert_str_eq(told, "");
	run_case_now_ms++;
	ck_assert_int_lt(verify(), 0);
	failed_with(EIO, "bgpd: no answer");
}
END_TEST

START_TEST(daemon_that_cannot_be_asked)
{
	reach(_i);
	run_case_refuse(&c, "bgpd", HEALTH_BGP_VNIS, EACCES, "bgpd: no permission");
	ck_assert_int_lt(verify(), 0);
	failed_with(EACCES, "bgpd: no permission");
	/* The next run asks everything once more. */
	run_case_answer(&c, "bgpd", HEALTH_BGP_VNIS, 1, BGP);
	ck_assert_int_eq(verify(), 1);
}
END_TEST

START_TEST(answer_that_is_none)
{
	reach(_i);
	run_case_answer(&c, "bgpd", HEALTH_BGP_VNIS, 1, "% Unknown command");
	ck_assert_int_lt(verify(), 0);
	failed_with(EPROTO, "% Unknown command");
}
END_TEST

START_TEST(stale_configuration_is_not_judged)
{
	c.daemon.frr.stale = true;
	evpn_fail(&c.daemon.frr.refusal, EVPN_ERROR_REFUSED, "FRR refuses it");
	ck_assert_int_lt(verify(), 0);
	failed_with(EVPN_ERROR_REFUSED, "FRR refuses it");
	ck_assert_uint_eq(c.frr.n_questions, 0);
}
END_TEST

START_TEST(failed_parts_end_the_run_as_failed)
{
	run->failed[2] = true;
	config_errors_add(&run->problems, NULL, "vni 110: no");
	run_case_answer(&c, "zebra", HEALTH_ZEBRA_VNIS, 1, "[" ZEBRA_L3("Up") "]");
	run_case_answer(&c, "bgpd", HEALTH_BGP_VNIS, 1, "{" BGP_L3 "}");
	ck_assert_int_lt(verify(), 0);
	failed_with(EIO, "1 item failed, all others are applied");
	config_errors_add(&run->problems, NULL, "vni 120: no");
	ck_assert_int_lt(verify(), 0);
	failed_with(EIO, "2 items failed, all others are applied");
	/* The VNIs that stand are judged all the same. */
	run->failed[2] = false;
	ck_assert_int_eq(verify(), 0);
	failed_with(0, "VNI 110: zebra does not know it");
}
END_TEST

int main(void)
{
	TCase *tcase = tcase_create("steps verify");

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_loop_test(tcase, frr_knows_every_vni, 0, WAYS);
	tcase_add_loop_test(tcase, missing_vni_has_a_while_to_appear, 0, WAYS);
	tcase_add_test(tcase, vni_that_appears_in_time);
	tcase_add_test(tcase, progress_begins_the_time_anew);
	tcase_add_test(tcase, several_are_counted);
	tcase_add_test(tcase, what_zebra_missed_is_announced_again);
	tcase_add_test(tcase, kernel_that_refuses_the_announcement);
	tcase_add_loop_test(tcase, time_counts_from_the_first_answer, 0, WAYS);
	tcase_add_loop_test(tcase, answer_is_kept_while_the_other_is_asked_for, 0, WAYS);
	tcase_add_test(tcase, plugin_that_cannot_ask);
	tcase_add_loop_test(tcase, daemon_that_does_not_run_may_start, 0, 2);
	tcase_add_loop_test(tcase, daemon_that_cannot_be_asked, 0, WAYS);
	tcase_add_loop_test(tcase, answer_that_is_none, 0, WAYS);
	tcase_add_test(tcase, stale_configuration_is_not_judged);
	tcase_add_test(tcase, failed_parts_end_the_run_as_failed);
	tcase_add_test(tcase, missing_vni_is_asked_for_less_and_less_often);
	tcase_add_test(tcase, rest_of_the_configuration_is_verified);
	return unit_run("steps_verify", tcase);
}
