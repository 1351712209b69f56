/* SPDX-License-Identifier: Apache-2.0 */
/* test_inquiry.c - lists of questions to FRR's daemons, by their sockets and by vtysh */
#include <errno.h>

#include "base/util.h"
#include "frr/running.h"
#include "run/inquiry.h"
#include "run_case.h"
#include "unit.h"

static struct run_case c;
static struct inquiry inquiry;
static struct running running;
static struct evpn_error err;

static void setup(void)
{
	run_case_begin(&c, RUN_UP);
}

static void teardown(void)
{
	inquiry_clear(&inquiry);
	running_clear(&running);
	run_case_end(&c);
}

static int ask(void)
{
	err = (struct evpn_error){ 0 };
	return inquiry_ask(&inquiry, &c.frr_plugin, &err);
}

static void answer_is(const char *daemon, const char *command, const char *text)
{
	const char *answer = inquiry_answer(&inquiry, daemon, command);

	ck_assert_ptr_nonnull(answer);
	ck_assert_str_eq(answer, text);
}

START_TEST(each_question_has_its_answer)
{
	run_case_answer(&c, "zebra", "show x", 1, "of zebra");
	run_case_answer(&c, "bgpd", "show x", 1, "of bgpd");
	run_case_answer(&c, "bgpd", "show nothing", 1, "");
	run_case_answer(&c, NULL, "show daemons", 1, "zebra bgpd");
	inquiry_add(&inquiry, "zebra", "show x");
	inquiry_add(&inquiry, "bgpd", "show x");
	inquiry_add(&inquiry, "bgpd", "show nothing");
	inquiry_add(&inquiry, NULL, "show daemons");
	ck_assert_int_eq(ask(), 1);
	answer_is("zebra", "show x", "of zebra");
	answer_is("bgpd", "show x", "of bgpd");
	answer_is("bgpd", "show nothing", "");
	answer_is(NULL, "show daemons", "zebra bgpd");
	ck_assert_ptr_null(inquiry_answer(&inquiry, "zebra", "show daemons"));
	ck_assert_ptr_null(inquiry_answer(&inquiry, NULL, "show x"));
	ck_assert_ptr_null(inquiry_find_failed(&inquiry, 0));
	/* More questions may follow; what is answered is not asked again. */
	inquiry_add(&inquiry, "zebra", "show daemons");
	run_case_answer(&c, "zebra", "show daemons", 1, "no");
	ck_assert_int_eq(ask(), 1);
	ck_assert_uint_eq(c.frr.n_questions, 5);
}
END_TEST

START_TEST(answer_that_is_not_there_yet)
{
	run_case_answer(&c, "zebra", "show x", 1, "x");
	run_case_answer(&c, "zebra", "show y", 0, NULL);
	run_case_answer(&c, "zebra", "show z", 1, "z");
	inquiry_add(&inquiry, "zebra", "show x");
	inquiry_add(&inquiry, "zebra", "show y");
	inquiry_add(&inquiry, "zebra", "show z");
	ck_assert_int_eq(ask(), 0);
	ck_assert_str_eq(err.msg, "FRR has not answered `show y' yet");
	ck_assert_ptr_null(inquiry_answer(&inquiry, "zebra", "show z"));
	run_case_answer(&c, "zebra", "show y", 1, "y");
	ck_assert_int_eq(ask(), 1);
	answer_is("zebra", "show y", "y");
	answer_is("zebra", "show z", "z");
	ck_assert_uint_eq(run_case_n_asked(&c, "show x"), 1);
}
END_TEST

START_TEST(question_that_fails_does_not_stop_the_others)
{
	const struct question *failed;

	run_case_refuse(&c, "bfdd", "show x", ENOENT, "bfdd does not run");
	run_case_refuse(&c, "bgpd", "show x", ETIMEDOUT, "bgpd does not answer");
	run_case_answer(&c, "zebra", "show x", 1, "x");
	inquiry_add(&inquiry, "bfdd", "show x");
	inquiry_add(&inquiry, "bgpd", "show x");
	inquiry_add(&inquiry, "zebra", "show x");
	ck_assert_int_eq(ask(), 1);
	answer_is("zebra", "show x", "x");
	ck_assert_ptr_null(inquiry_answer(&inquiry, "bfdd", "show x"));
	failed = inquiry_find_failed(&inquiry, 0);
	ck_assert_str_eq(failed->daemon, "bfdd");
	ck_assert_str_eq(failed->err.msg, "bfdd does not run");
	failed = inquiry_find_failed(&inquiry, ENOENT);
	ck_assert_str_eq(failed->daemon, "bgpd");
	ck_assert_int_eq(failed->err.code, ETIMEDOUT);
	/* What has not been asked has not failed. */
	inquiry_clear(&inquiry);
	inquiry_add(&inquiry, "zebra", "show x");
	ck_assert_ptr_null(inquiry_find_failed(&inquiry, 0));
}
END_TEST

START_TEST(silent_daemon_is_asked_once)
{
	run_case_answer(&c, "bgpd", "show x", -1, "no answer in 10 s");
	c.frr.answers[0].code = ETIMEDOUT;
	run_case_answer(&c, "zebra", "show x", 1, "x");
	inquiry_add(&inquiry, "bgpd", "show x");
	inquiry_add(&inquiry, "bgpd", "show y");
	inquiry_add(&inquiry, "zebra", "show x");
	ck_assert_int_eq(ask(), 1);
	ck_assert_uint_eq(c.frr.n_questions, 2);
	ck_assert_int_eq(inquiry.questions[1].err.code, ETIMEDOUT);
	ck_assert_str_eq(inquiry.questions[1].err.msg, "no answer in 10 s");
	answer_is("zebra", "show x", "x");
}
END_TEST

START_TEST(silent_daemon_is_waited_for_once)
{
	static const int codes[] = { ENOENT, ETIMEDOUT };

	run_case_refuse(&c, "bgpd", "show x", codes[_i], "bgpd: no");
	run_case_answer(&c, "bgpd", "show y", 1, "y");
	run_case_answer(&c, "zebra", "show y", 1, "y");
	inquiry_add(&inquiry, "bgpd", "show x");
	inquiry_add(&inquiry, "zebra", "show y");
	inquiry_add(&inquiry, "bgpd", "show y");
	ck_assert_int_eq(ask(), 1);
	ck_assert_uint_eq(c.frr.n_questions, 2);
	ck_assert_ptr_null(inquiry_answer(&inquiry, "bgpd", "show y"));
	ck_assert_int_eq(inquiry.questions[2].err.code, codes[_i]);
	answer_is("zebra", "show y", "y");
	/* The next inquiry asks it again. */
	inquiry_clear(&inquiry);
	inquiry_add(&inquiry, "bgpd", "show y");
	ck_assert_int_eq(ask(), 1);
	answer_is("bgpd", "show y", "y");
}
END_TEST

START_TEST(vtysh_is_asked_only_on_demand)
{
	run_case_answer(&c, "zebra", "show x", 1, "x");
	c.frr.vtysh_only = true;
	inquiry_add(&inquiry, "zebra", "show x");
	ck_assert_int_eq(ask(), 1);
	ck_assert_int_eq(inquiry_find_failed(&inquiry, 0)->err.code, ENOTSUP);
	inquiry_clear(&inquiry);
	inquiry.by_vtysh = true;
	inquiry_add(&inquiry, "zebra", "show x");
	run_case_answer(&c, "zebra", "show x", 0, NULL);
	ck_assert_int_eq(ask(), 0);
	run_case_answer(&c, "zebra", "show x", 1, "x");
	ck_assert_int_eq(ask(), 1);
	answer_is("zebra", "show x", "x");
	/* Another error is the daemon's answer, and vtysh has no other one. */
	inquiry_clear(&inquiry);
	c.frr.vtysh_only = false;
	c.frr.n_questions = 0;
	inquiry.by_vtysh = true;
	run_case_refuse(&c, "zebra", "show x", ETIMEDOUT, "zebra does not answer");
	inquiry_add(&inquiry, "zebra", "show x");
	ck_assert_int_eq(ask(), 1);
	ck_assert_int_eq(inquiry_find_failed(&inquiry, 0)->err.code, ETIMEDOUT);
	ck_assert_uint_eq(c.frr.n_questions, 1);
}
END_TEST

START_TEST(plugin_without_questions)
{
	c.frr_plugin.api.ask_daemon = NULL;
	c.frr_plugin.api.query_frr = NULL;
	inquiry.by_vtysh = true;
	inquiry_add(&inquiry, "zebra", "show x");
	ck_assert_int_eq(ask(), 1);
	ck_assert_int_eq(inquiry_find_failed(&inquiry, 0)->err.code, ENOTSUP);
	ck_assert_str_eq(inquiry_find_failed(&inquiry, 0)->err.msg, "plugin fake-frr cannot ask a daemon of FRR");
	ck_assert_ptr_null(inquiry_find_failed(&inquiry, ENOTSUP));
}
END_TEST

static int read_running(void)
{
	err = (struct evpn_error){ 0 };
	return inquiry_running(&inquiry, &c.frr_plugin, &running, &err);
}

START_TEST(running_configuration)
{
	running_add(&running, "ospfd", "former");
	run_case_answer(&c, NULL, RUNNING_DAEMONS, 0, NULL);
	ck_assert_int_eq(read_running(), 0);
	run_case_answer(&c, NULL, RUNNING_DAEMONS, 1, "  zebra bgpd\r\n staticd \n");
	run_case_answer(&c, "zebra", RUNNING_CONFIG, 1, "hostname node1\n");
	run_case_answer(&c, "bgpd", RUNNING_CONFIG, 0, NULL);
	run_case_answer(&c, "staticd", RUNNING_CONFIG, 1, "");
	ck_assert_int_eq(read_running(), 0);
	ck_assert_uint_eq(running.n_parts, 1);
	ck_assert_int_eq(read_running(), 0);
	run_case_answer(&c, "bgpd", RUNNING_CONFIG, 1, "router bgp 1\n");
	ck_assert_int_eq(read_running(), 1);
	ck_assert_uint_eq(running.n_parts, 3);
	ck_assert_str_eq(running.parts[0].daemon, "zebra");
	ck_assert_str_eq(running.parts[1].text, "router bgp 1\n");
	ck_assert_str_eq(running.parts[2].daemon, "staticd");
	/* zebra once, bgpd three times, staticd once. */
	ck_assert_uint_eq(run_case_n_asked(&c, RUNNING_CONFIG), 5);
}
END_TEST

START_TEST(running_configuration_that_cannot_be_read)
{
	running_add(&running, "ospfd", "former");
	run_case_refuse(&c, NULL, RUNNING_DAEMONS, ENOENT, "FRR does not run");
	ck_assert_int_lt(read_running(), 0);
	ck_assert_int_eq(err.code, ENOENT);
	inquiry_clear(&inquiry);
	/* One daemon that does not answer is enough. */
	run_case_answer(&c, NULL, RUNNING_DAEMONS, 1, "zebra bgpd");
	run_case_answer(&c, "zebra", RUNNING_CONFIG, 1, "hostname node1\n");
	run_case_refuse(&c, "bgpd", RUNNING_CONFIG, ETIMEDOUT, "bgpd does not answer");
	ck_assert_int_lt(read_running(), 0);
	ck_assert_int_eq(err.code, ETIMEDOUT);
	ck_assert_str_eq(err.msg, "bgpd does not answer");
	inquiry_clear(&inquiry);
	/* It costs a process for each daemon by vtysh. */
	c.frr.vtysh_only = true;
	ck_assert_int_lt(read_running(), 0);
	ck_assert_int_eq(err.code, ENOTSUP);
	ck_assert_str_eq(running.parts[0].daemon, "ospfd");
}
END_TEST

START_TEST(frr_without_daemons)
{
	run_case_answer(&c, NULL, RUNNING_DAEMONS, 1, " \n");
	ck_assert_int_eq(read_running(), 1);
	ck_assert_uint_eq(running.n_parts, 0);
}
END_TEST

START_TEST(answer_without_a_text)
{
	run_case_answer(&c, "zebra", "show x", 1, NULL);
	inquiry_add(&inquiry, "zebra", "show x");
	ck_assert_int_eq(ask(), 1);
	ck_assert_ptr_null(inquiry_answer(&inquiry, "zebra", "show x"));
	ck_assert_int_eq(inquiry.questions[0].err.code, EPROTO);
	ck_assert_str_eq(inquiry.questions[0].err.msg,
			 "plugin fake-frr: ask_daemon returned 1 without a text; report it to the plugin's author");
}
END_TEST

static const char *const *texts; /* what FRR answers next; NULL: not yet */

static int ask_in_turn(void *self, const char *daemon, const char *command, const char **ret_text,
		       struct evpn_error *why)
{
	*ret_text = *texts;
	return *texts++ ? 1 : evpn_wait(why, "FRR has not answered yet");
}

static int query_in_turn(void *self, const char *command, const char **ret_text, struct evpn_error *why)
{
	return ask_in_turn(self, NULL, command, ret_text, why);
}

/* A run begins while a health check has a question under way. The plugin has FRR's answer from before the reload. */
START_TEST(answer_to_another_inquiry_is_discarded)
{
	static const char *const answers[] = { NULL, NULL, "before the reload", NULL, "after it" };
	struct inquiry check = { 0 };
	bool by_vtysh = _i;

	texts = answers;
	c.frr_plugin.api.ask_daemon = by_vtysh ? NULL : ask_in_turn;
	c.frr_plugin.api.query_frr = query_in_turn;
	check.by_vtysh = inquiry.by_vtysh = by_vtysh;
	inquiry_add(&check, "zebra", "show x");
	ck_assert_int_eq(inquiry_ask(&check, &c.frr_plugin, &err), 0);
	inquiry_clear(&check);
	inquiry_add(&inquiry, "zebra", "show x");
	ck_assert_msg(ask() == 0 && texts == answers + 2, "the former question is still under way");
	ck_assert_msg(ask() == 0 && texts == answers + 4, "its answer is discarded, and the question put anew");
	ck_assert_int_eq(ask(), 1);
	answer_is("zebra", "show x", "after it");
}
END_TEST

START_TEST(answer_to_this_inquiry_is_taken)
{
	static const char *const answers[] = { NULL, NULL, "of y", "of x" };
	struct inquiry check = { 0 };

	texts = answers;
	c.frr_plugin.api.ask_daemon = ask_in_turn;
	inquiry_add(&check, "zebra", "show x");
	ck_assert_int_eq(inquiry_ask(&check, &c.frr_plugin, &err), 0);
	inquiry_clear(&check);
	/* Another question replaces the former one. */
	inquiry_add(&inquiry, "zebra", "show y");
	inquiry_add(&inquiry, "zebra", "show x");
	ck_assert_int_eq(ask(), 0);
	ck_assert_int_eq(ask(), 1);
	answer_is("zebra", "show y", "of y");
	answer_is("zebra", "show x", "of x");
}
END_TEST

START_TEST(question_without_end)
{
	run_case_now_ms = 5000;
	inquiry_add(&inquiry, "zebra", "show x");
	inquiry_add(&inquiry, "zebra", "show y");
	ck_assert_int_eq(ask(), 0);
	run_case_now_ms += INQUIRY_LIMIT_MS - 1;
	ck_assert_int_eq(ask(), 0);
	run_case_now_ms++;
	ck_assert_int_eq(ask(), 1);
	ck_assert_int_eq(inquiry.questions[0].err.code, ETIMEDOUT);
	ck_assert_str_eq(inquiry.questions[0].err.msg, "plugin fake-frr: no answer to `show x' of zebra within 60 s");
	ck_assert_int_eq(inquiry.questions[1].err.code, ETIMEDOUT);
}
END_TEST

int main(void)
{
	TCase *tcase = tcase_create("inquiry");

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_test(tcase, each_question_has_its_answer);
	tcase_add_test(tcase, answer_that_is_not_there_yet);
	tcase_add_test(tcase, question_that_fails_does_not_stop_the_others);
	tcase_add_test(tcase, silent_daemon_is_asked_once);
	tcase_add_loop_test(tcase, silent_daemon_is_waited_for_once, 0, 2);
	tcase_add_test(tcase, vtysh_is_asked_only_on_demand);
	tcase_add_test(tcase, plugin_without_questions);
	tcase_add_test(tcase, running_configuration);
	tcase_add_test(tcase, running_configuration_that_cannot_be_read);
	tcase_add_test(tcase, frr_without_daemons);
	tcase_add_test(tcase, answer_without_a_text);
	tcase_add_loop_test(tcase, answer_to_another_inquiry_is_discarded, 0, 2);
	tcase_add_test(tcase, answer_to_this_inquiry_is_taken);
	tcase_add_test(tcase, question_without_end);
	return unit_run("inquiry", tcase);
}
