/* SPDX-License-Identifier: Apache-2.0 */
/* test_change.c - the life of a change, with a clock of the test's own: what keeps it, what undoes it, and when */
#include "run/change.h"
#include "unit.h"

#define START 1000000
#define LIMIT 120000

static struct change change;
static struct change_facts facts;

static void setup(void)
{
	facts = (struct change_facts){ .now_ms = START };
}

static void begin(bool checks, bool asks)
{
	const struct change_terms terms = {
		.undoes = true, .checks = checks, .asks = asks, .limit_ms = LIMIT, .verify_ms = 35000
	};

	change_begin(&change, &terms, START);
}

static void begin_plain(void)
{
	const struct change_terms terms = { .verify_ms = 35000 };

	change_begin(&change, &terms, START);
}

/* The state after these facts, `ms` after the begin. */
static void at(uint64_t ms)
{
	facts.now_ms = START + ms;
	change_next(&change, &facts);
}

static void ends(enum change_outcome outcome)
{
	ck_assert_int_eq(change.phase, CHANGE_OVER);
	ck_assert_int_eq(change.outcome, outcome);
	ck_assert(!change_is_pending(&change));
}

static void goes_back(enum change_why why)
{
	ck_assert_int_eq(change.phase, CHANGE_REVERTING);
	ck_assert_int_eq(change.why, why);
	ck_assert(!change_is_pending(&change));
}

static void stays(enum change_phase phase)
{
	ck_assert_int_eq(change.phase, phase);
	ck_assert_int_eq(change.outcome, CHANGE_OPEN);
}

static void applied(int health)
{
	facts.run = CHANGE_RUN_APPLIED;
	facts.health = health;
}

START_TEST(what_is_good_for_some_seconds_is_kept)
{
	begin(false, false);
	at(100);
	stays(CHANGE_TRIAL);
	applied(CHANGE_FACT_GOOD);
	at(1000);
	at(1000 + CHANGE_SETTLE_MS - 1);
	stays(CHANGE_TRIAL);
	ck_assert(change_is_pending(&change));
	at(1000 + CHANGE_SETTLE_MS);
	ends(CHANGE_DONE);
}
END_TEST

START_TEST(a_moment_that_is_bad_starts_the_wait_again)
{
	begin(false, false);
	applied(CHANGE_FACT_GOOD);
	at(1000);
	facts.health = CHANGE_FACT_UNPROVEN;
	at(3000);
	facts.health = CHANGE_FACT_GOOD;
	at(3500);
	at(3500 + CHANGE_SETTLE_MS - 1);
	stays(CHANGE_TRIAL);
	at(3500 + CHANGE_SETTLE_MS);
	ends(CHANGE_DONE);
}
END_TEST

START_TEST(what_is_not_good_in_time_goes_back)
{
	static const int bad[] = { CHANGE_FACT_BAD, CHANGE_FACT_UNPROVEN, CHANGE_FACT_UNABLE };

	for (size_t i = 0; i < 3; i++) {
		begin(false, false);
		applied(bad[i]);
		at(LIMIT - 1);
		stays(CHANGE_TRIAL);
		at(LIMIT);
		goes_back(CHANGE_NOT_HEALTHY);
	}
}
END_TEST

START_TEST(a_run_that_is_not_through_in_time_goes_back)
{
	begin(false, false);
	at(LIMIT - 1);
	stays(CHANGE_TRIAL);
	at(LIMIT);
	goes_back(CHANGE_NOT_APPLIED);
}
END_TEST

START_TEST(a_run_that_fails_goes_back_at_once)
{
	begin(false, false);
	facts.run = CHANGE_RUN_REFUSED;
	at(10);
	goes_back(CHANGE_RUN_FAILED);
	begin(false, false);
	facts.run = CHANGE_RUN_UNAPPLIED;
	facts.failures = CHANGE_FAILURES - 1;
	at(10);
	stays(CHANGE_TRIAL);
	facts.failures = CHANGE_FAILURES;
	at(20);
	goes_back(CHANGE_RUN_FAILED);
}
END_TEST

START_TEST(what_is_worse_but_good_enough_is_said)
{
	begin(false, false);
	applied(CHANGE_FACT_GOOD);
	facts.worse = true;
	at(10);
	at(10 + CHANGE_SETTLE_MS);
	ends(CHANGE_DEGRADED);
}
END_TEST

START_TEST(the_command_decides_in_place_of_health)
{
	begin(true, false);
	applied(CHANGE_FACT_BAD);
	at(10);
	stays(CHANGE_TRIAL);
	facts.check_succeeded = true;
	at(20);
	ends(CHANGE_DONE);
	begin(true, false);
	facts.check_succeeded = false;
	facts.health = CHANGE_FACT_GOOD;
	at(LIMIT - 1);
	stays(CHANGE_TRIAL);
	at(LIMIT);
	goes_back(CHANGE_CHECK_FAILED);
}
END_TEST

START_TEST(the_operator_has_the_last_word)
{
	begin(false, true);
	applied(CHANGE_FACT_GOOD);
	at(10);
	at(10 + CHANGE_SETTLE_MS);
	stays(CHANGE_ASKING);
	ck_assert(change_is_pending(&change));
	at(LIMIT - 1);
	stays(CHANGE_ASKING);
	change.confirmed = true;
	at(LIMIT - 1);
	ends(CHANGE_DONE);
	/* In vain. */
	begin(false, true);
	at(LIMIT - CHANGE_SETTLE_MS - 1);
	at(LIMIT - 1);
	stays(CHANGE_ASKING);
	at(LIMIT);
	goes_back(CHANGE_NOT_CONFIRMED);
}
END_TEST

START_TEST(a_word_that_comes_early_waits_for_the_proof)
{
	begin(false, true);
	change.confirmed = true;
	applied(CHANGE_FACT_BAD);
	at(1000);
	stays(CHANGE_TRIAL);
	facts.health = CHANGE_FACT_GOOD;
	at(2000);
	at(2000 + CHANGE_SETTLE_MS);
	ends(CHANGE_DONE);
	begin(false, true);
	change.confirmed = true;
	facts.health = CHANGE_FACT_BAD;
	at(LIMIT);
	goes_back(CHANGE_NOT_HEALTHY);
}
END_TEST

START_TEST(what_breaks_while_it_asks_is_on_trial_again)
{
	begin(false, true);
	applied(CHANGE_FACT_GOOD);
	at(10);
	at(10 + CHANGE_SETTLE_MS);
	stays(CHANGE_ASKING);
	facts.health = CHANGE_FACT_BAD;
	at(10000);
	stays(CHANGE_TRIAL);
	at(LIMIT);
	goes_back(CHANGE_NOT_HEALTHY);
}
END_TEST

START_TEST(the_operator_ends_it)
{
	begin(false, true);
	change.revert_wanted = true;
	at(10);
	goes_back(CHANGE_BY_OPERATOR);
}
END_TEST

START_TEST(a_file_of_another_program_stays)
{
	begin(false, false);
	facts.edited = true;
	at(10);
	ends(CHANGE_EDITED);
	begin(false, false);
	change_revert(&change, CHANGE_NOT_HEALTHY, START + 20);
	at(30);
	ends(CHANGE_EDITED);
}
END_TEST

START_TEST(the_way_back_is_verified)
{
	begin(false, false);
	change_revert(&change, CHANGE_NOT_HEALTHY, START);
	at(100);
	ck_assert_int_eq(change.phase, CHANGE_REVERTING);
	applied(CHANGE_FACT_GOOD);
	at(200);
	at(200 + CHANGE_SETTLE_MS);
	ends(CHANGE_ROLLED_BACK);
	begin(false, false);
	change_revert(&change, CHANGE_NOT_HEALTHY, START);
	facts.health = CHANGE_FACT_BAD;
	at(94999);
	ck_assert_int_eq(change.phase, CHANGE_REVERTING);
	at(95000);
	ends(CHANGE_ROLLED_BACK_WORSE);
	/* A session whose timers are longer than that. */
	begin(false, false);
	change_revert(&change, CHANGE_NOT_HEALTHY, START);
	facts.health = CHANGE_FACT_UNPROVEN;
	at(95000);
	ends(CHANGE_ROLLED_BACK);
	begin(false, false);
	change_revert(&change, CHANGE_NOT_HEALTHY, START);
	facts.run = CHANGE_RUN_UNAPPLIED;
	at(95000);
	ends(CHANGE_NOT_ROLLED_BACK);
}
END_TEST

START_TEST(without_a_limit_nothing_goes_back)
{
	begin_plain();
	at(10 * LIMIT);
	stays(CHANGE_TRIAL);
	ck_assert(!change_is_pending(&change));
	applied(CHANGE_FACT_GOOD);
	at(10 * LIMIT);
	at(10 * LIMIT + CHANGE_SETTLE_MS);
	ends(CHANGE_DONE);
	begin_plain();
	facts.worse = true;
	at(0);
	at(34999);
	stays(CHANGE_TRIAL);
	at(35000);
	ends(CHANGE_DEGRADED);
	begin_plain();
	facts.run = CHANGE_RUN_UNAPPLIED;
	at(10);
	ends(CHANGE_FAILED);
}
END_TEST

START_TEST(proof_is_wanted_where_the_underlay_was_touched)
{
	begin_plain();
	applied(CHANGE_FACT_UNPROVEN);
	at(0);
	at(CHANGE_SETTLE_MS);
	ends(CHANGE_DONE);
	begin_plain();
	facts.proof = true;
	at(0);
	at(34999);
	stays(CHANGE_TRIAL);
	at(35000);
	ends(CHANGE_DONE);
	begin_plain();
	applied(CHANGE_FACT_UNABLE);
	at(0);
	ends(CHANGE_DONE);
}
END_TEST

int main(void)
{
	TCase *tcase = tcase_create("change");

	tcase_add_checked_fixture(tcase, setup, NULL);
	tcase_add_test(tcase, what_is_good_for_some_seconds_is_kept);
	tcase_add_test(tcase, a_moment_that_is_bad_starts_the_wait_again);
	tcase_add_test(tcase, what_is_not_good_in_time_goes_back);
	tcase_add_test(tcase, a_run_that_is_not_through_in_time_goes_back);
	tcase_add_test(tcase, a_run_that_fails_goes_back_at_once);
	tcase_add_test(tcase, what_is_worse_but_good_enough_is_said);
	tcase_add_test(tcase, the_command_decides_in_place_of_health);
	tcase_add_test(tcase, the_operator_has_the_last_word);
	tcase_add_test(tcase, a_word_that_comes_early_waits_for_the_proof);
	tcase_add_test(tcase, what_breaks_while_it_asks_is_on_trial_again);
	tcase_add_test(tcase, the_operator_ends_it);
	tcase_add_test(tcase, a_file_of_another_program_stays);
	tcase_add_test(tcase, the_way_back_is_verified);
	tcase_add_test(tcase, without_a_limit_nothing_goes_back);
	tcase_add_test(tcase, proof_is_wanted_where_the_underlay_was_touched);
	return unit_run("change", tcase);
}
