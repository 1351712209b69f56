/* SPDX-License-Identifier: Apache-2.0 */
/* test_asking.c - questions for others: one after the other, anew after a run, and not while a run waits */
#include "base/util.h"
#include "run/asking.h"
#include "run_case.h"
#include "unit.h"

/* What an asking was told, a letter each: b(egin), a(nswered), u(nable). */
struct teller {
	struct asking asking;
	char told[16];
	unsigned int n_rounds; /* how often it asks on */
};

static struct run_case c;
static struct teller one, two;

static bool take(struct asking *asking, enum asking_event event, void *arg)
{
	struct teller *teller = arg;

	strcat(teller->told, event == ASKING_BEGIN ? "b" : event == ASKING_ANSWERED ? "a" : "u");
	if (event == ASKING_UNABLE)
		return false;
	if (event == ASKING_BEGIN)
		inquiry_add(&asking->inquiry, "zebra", "show x");
	else if (teller->n_rounds-- == 0)
		return false;
	else
		inquiry_add(&asking->inquiry, "bgpd", "show y");
	return true;
}

static void begin(struct teller *teller, unsigned int n_rounds)
{
	*teller = (struct teller){ .asking = { .take = take, .arg = teller }, .n_rounds = n_rounds };
	asking_add(&c.daemon.askings, &teller->asking);
}

static void setup(void)
{
	run_case_begin(&c, RUN_UP);
	run_case_answer(&c, "zebra", "show x", 1, "{}");
	run_case_answer(&c, "bgpd", "show y", 1, "{}");
	c.daemon.state.phase = PIPELINE_CONVERGED;
	run_case_now_ms = 1000;
}

static void teardown(void)
{
	inquiry_clear(&one.asking.inquiry);
	inquiry_clear(&two.asking.inquiry);
	run_case_end(&c);
}

static uint32_t go_on(void)
{
	return asking_continue(&c.daemon);
}

START_TEST(one_round_after_the_other)
{
	begin(&one, 2);
	ck_assert_uint_eq(go_on(), ASKING_IDLE);
	ck_assert_str_eq(one.told, "baaa");
	ck_assert_ptr_null(c.daemon.askings.first);
}
END_TEST

/* Between two of them a health check can come. */
START_TEST(one_asking_after_the_other)
{
	begin(&one, 0);
	begin(&two, 0);
	ck_assert_uint_eq(go_on(), ASKING_IDLE);
	ck_assert_str_eq(one.told, "ba");
	ck_assert_str_eq(two.told, "");
	ck_assert_uint_eq(go_on(), ASKING_IDLE);
	ck_assert_str_eq(two.told, "ba");
}
END_TEST

START_TEST(an_answer_that_takes_time)
{
	begin(&one, 1);
	run_case_answer(&c, "bgpd", "show y", 0, "");
	ck_assert_uint_ne(go_on(), ASKING_IDLE);
	ck_assert_str_eq(one.told, "ba");
	run_case_answer(&c, "bgpd", "show y", 1, "{}");
	ck_assert_uint_eq(go_on(), ASKING_IDLE);
	ck_assert_str_eq(one.told, "baa");
}
END_TEST

START_TEST(a_run_comes_between)
{
	begin(&one, 1);
	run_case_answer(&c, "bgpd", "show y", 0, "");
	go_on();
	asking_interrupt(&c.daemon.askings);
	ck_assert_uint_eq(one.asking.inquiry.n_questions, 0);
	run_case_answer(&c, "bgpd", "show y", 1, "{}");
	one.n_rounds = 1;
	ck_assert_uint_eq(go_on(), ASKING_IDLE);
	ck_assert_str_eq(one.told, "babaa");
}
END_TEST

START_TEST(runs_again_and_again)
{
	run_case_answer(&c, "zebra", "show x", 0, "");
	begin(&one, 0);
	for (int i = 0; i <= ASKING_RESTARTS_MAX + 1; i++) {
		go_on();
		asking_interrupt(&c.daemon.askings);
	}
	go_on();
	ck_assert_str_eq(one.told, "bbbbu");
	ck_assert_ptr_nonnull(strstr(one.asking.why.msg, "interrupt"));
}
END_TEST

START_TEST(a_run_waits)
{
	begin(&one, 0);
	c.daemon.state = (struct pipeline_state){ .phase = PIPELINE_WAITING, .step = STEP_VERIFY };
	ck_assert_uint_eq(go_on(), ASKING_WAIT_MS);
	run_case_now_ms += ASKING_WAIT_MS - 1;
	ck_assert_uint_eq(go_on(), 1);
	ck_assert_str_eq(one.told, "");
	/* It has failed: FRR can be asked. */
	c.daemon.state.phase = PIPELINE_FAILED;
	ck_assert_uint_eq(go_on(), ASKING_IDLE);
	ck_assert_str_eq(one.told, "ba");
}
END_TEST

static const struct {
	enum pipeline_phase phase;
	enum pipeline_step step;
	enum run_goal goal;
	unsigned int waited_ms;
	const char *words;
} unable[] = {
	{ PIPELINE_WAITING, STEP_FIND, RUN_UP, 0, "evpnd waits in step \"find netns\"" },
	{ PIPELINE_WAITING, STEP_RELOAD, RUN_UP, ASKING_WAIT_MS, "evpnd waits in step \"reload FRR\"" },
	{ PIPELINE_CONVERGED, STEP_LOAD, RUN_DOWN, 0, "evpnd is taken down" },
	{ PIPELINE_WAITING, STEP_RELOAD, RUN_DOWN, 0, "evpnd is taken down" },
	{ PIPELINE_IDLE, STEP_LOAD, RUN_UP, 0, "about to begin" },
};

START_TEST(frr_cannot_be_asked)
{
	begin(&one, 0);
	c.daemon.state = (struct pipeline_state){ .phase = unable[_i].phase, .step = unable[_i].step };
	c.daemon.options.goal = unable[_i].goal;
	run_case_now_ms += unable[_i].waited_ms;
	ck_assert_uint_eq(go_on(), ASKING_IDLE);
	ck_assert_str_eq(one.told, "u");
	ck_assert_msg(strstr(one.asking.why.msg, unable[_i].words) != NULL, "%s", one.asking.why.msg);
	ck_assert_uint_eq(c.frr.n_questions, 0);
}
END_TEST

/* The client has gone. */
START_TEST(taken_out)
{
	run_case_answer(&c, "zebra", "show x", 0, "");
	begin(&one, 0);
	begin(&two, 0);
	go_on();
	asking_remove(&c.daemon.askings, &one.asking);
	asking_remove(&c.daemon.askings, &one.asking);
	run_case_answer(&c, "zebra", "show x", 1, "{}");
	ck_assert_uint_eq(go_on(), ASKING_IDLE);
	ck_assert_str_eq(one.told, "b");
	ck_assert_str_eq(two.told, "ba");
}
END_TEST

int main(void)
{
	TCase *tcase = tcase_create("asking");

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_test(tcase, one_round_after_the_other);
	tcase_add_test(tcase, one_asking_after_the_other);
	tcase_add_test(tcase, an_answer_that_takes_time);
	tcase_add_test(tcase, a_run_comes_between);
	tcase_add_test(tcase, runs_again_and_again);
	tcase_add_test(tcase, a_run_waits);
	tcase_add_loop_test(tcase, frr_cannot_be_asked, 0, (int)ARRAY_LEN(unable));
	tcase_add_test(tcase, taken_out);
	return unit_run("asking", tcase);
}
