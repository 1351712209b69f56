/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_steps_frr.c - installing frr.conf and having FRR load it, over whole runs
 *
 * The linker replaces the steps that need a configuration file or a kernel by ones that have nothing to do; find netns,
 * check syntax, install, reload and verify are evpnd's own.
 */
#include <errno.h>
#include <sys/stat.h>

#include "base/util.h"
#include "frr/frrfile.h"
#include "run_case.h"
#include "unit.h"

pipeline_step_fn __wrap_step_load, __wrap_step_read, __wrap_step_plan, __wrap_step_check_frr, __wrap_step_confirm,
	__wrap_step_build, __wrap_step_await_zebra, __wrap_step_raise, __wrap_step_prune;

static struct run_case c;
static bool raised; /* in this run */

int __wrap_step_load(struct run *run)
{
	raised = false;
	return 1;
}

int __wrap_step_raise(struct run *run)
{
	raised = true;
	return 1;
}

#define DOES_NOTHING(step)                 \
	int __wrap_##step(struct run *run) \
	{                                  \
		return 1;                  \
	}

DOES_NOTHING(step_read)
DOES_NOTHING(step_plan)
DOES_NOTHING(step_check_frr)
DOES_NOTHING(step_confirm)
DOES_NOTHING(step_build)
DOES_NOTHING(step_await_zebra)
DOES_NOTHING(step_prune)

static void setup(void)
{
	run_case_begin(&c, RUN_UP);
	/* There is no VNI to verify, and this FRR cannot be asked what it runs (test_steps_running.c). */
	c.frr_plugin.api.query_frr = NULL;
	c.frr_plugin.api.ask_daemon = NULL;
}

static void teardown(void)
{
	run_case_end(&c);
}

static void advance(enum pipeline_input input, enum pipeline_phase phase, enum pipeline_step step)
{
	pipeline_run(&c.daemon, input);
	ck_assert_msg(c.daemon.state.phase == phase && c.daemon.state.step == step, "phase %d in step %s: %s",
		      c.daemon.state.phase, pipeline_step_name(c.daemon.state.step), c.daemon.run.err.msg);
}

static void converges(void)
{
	advance(PIPELINE_TRIGGER, PIPELINE_CONVERGED, STEP_REMEMBER);
}

/* A whole run for this frr.conf, which FRR takes. */
static void converges_with(const char *text)
{
	run_case_write(&c, "source", text);
	converges();
}

static void fails(enum pipeline_step step, const char *why)
{
	advance(PIPELINE_TRIGGER, PIPELINE_FAILED, step);
	ck_assert_msg(strstr(c.daemon.run.err.msg, why) != NULL, "%s", c.daemon.run.err.msg);
}

static void file_is(const char *name, const char *text)
{
	_cleanup_free_ char *found = run_case_read(&c, name);

	ck_assert_ptr_nonnull(found);
	ck_assert_str_eq(found, text);
}

/* Both the file that FRR's next start reads and what FRR runs now. */
static void frr_has(const char *text)
{
	file_is("frr/frr.conf", text);
	ck_assert_str_eq(c.frr.running, text);
	ck_assert(frrfile_is_loaded(c.state_dir, c.conf, c.netns.instance));
}

START_TEST(first_run_installs_and_loads)
{
	converges_with("good 1");
	frr_has("good 1");
	file_is("state/frr.conf.accepted", "good 1");
	ck_assert_uint_eq(c.frr.generation, 1);
	ck_assert(c.daemon.run.reloaded);
	converges();
	ck_assert_msg(c.frr.n_asked == 1, "nothing has changed, and FRR was asked %u times", c.frr.n_asked);
	ck_assert(!c.daemon.run.reloaded);
	converges_with("good 2");
	frr_has("good 2");
	ck_assert_uint_eq(c.frr.generation, 2);
}
END_TEST

START_TEST(generation_counts_demands_and_not_questions)
{
	c.frr.delay = 3;
	run_case_write(&c, "source", "good 1");
	advance(PIPELINE_TRIGGER, PIPELINE_WAITING, STEP_RELOAD);
	advance(PIPELINE_RETRY, PIPELINE_WAITING, STEP_RELOAD);
	ck_assert_msg(!frrfile_is_loaded(c.state_dir, c.conf, 7), "FRR has not answered yet");
	/* Another run in between makes no new demand. */
	advance(PIPELINE_TRIGGER, PIPELINE_WAITING, STEP_RELOAD);
	advance(PIPELINE_RETRY, PIPELINE_CONVERGED, STEP_REMEMBER);
	ck_assert_uint_eq(c.frr.n_asked, 4);
	ck_assert_uint_eq(c.frr.generation, 1);
	frr_has("good 1");
}
END_TEST

START_TEST(another_text_is_another_demand)
{
	c.frr.delay = 1;
	run_case_write(&c, "source", "good 1");
	advance(PIPELINE_TRIGGER, PIPELINE_WAITING, STEP_RELOAD);
	run_case_write(&c, "source", "good 2");
	advance(PIPELINE_TRIGGER, PIPELINE_WAITING, STEP_RELOAD);
	ck_assert_uint_eq(c.frr.generation, 2);
	advance(PIPELINE_RETRY, PIPELINE_CONVERGED, STEP_REMEMBER);
	frr_has("good 2");
	/* While FRR loads, nothing is noted as loaded: evpnd may end now. */
	run_case_write(&c, "source", "good 3");
	advance(PIPELINE_TRIGGER, PIPELINE_WAITING, STEP_RELOAD);
	ck_assert_ptr_null(run_case_read(&c, "state/loaded"));
}
END_TEST

START_TEST(another_frr_reloads_again)
{
	converges_with("good 1");
	c.netns.instance = 8;
	converges();
	ck_assert_uint_eq(c.frr.generation, 2);
	ck_assert(c.daemon.run.reloaded);
	frr_has("good 1");
	/* The answer that the former one owes says nothing about this one. */
	c.frr.delay = 1;
	c.netns.instance = 9;
	advance(PIPELINE_TRIGGER, PIPELINE_WAITING, STEP_RELOAD);
	c.netns.instance = 10;
	advance(PIPELINE_TRIGGER, PIPELINE_WAITING, STEP_RELOAD);
	ck_assert_uint_eq(c.frr.generation, 4);
}
END_TEST

START_TEST(restart_of_evpnd_reloads_nothing)
{
	converges_with("good 1");
	run_case_restart(&c);
	converges();
	ck_assert_uint_eq(c.frr.n_asked, 1);
	/* But a file that another program wrote over, and an FRR that started meanwhile, do. */
	run_case_restart(&c);
	run_case_write(&c, "frr/frr.conf", "by hand");
	converges();
	frr_has("good 1");
	ck_assert_uint_eq(c.frr.n_asked, 2);
	run_case_restart(&c);
	c.netns.instance = 8;
	converges();
	ck_assert_uint_eq(c.frr.n_asked, 3);
}
END_TEST

START_TEST(frr_that_lost_its_configuration_reloads)
{
	converges_with("good 1");
	step_reload_forget(&c.daemon.run);
	converges();
	ck_assert_uint_eq(c.frr.generation, 2);
	/* An answer to the present demand may be older than the loss. */
	c.frr.delay = 1;
	c.netns.instance = 8;
	advance(PIPELINE_TRIGGER, PIPELINE_WAITING, STEP_RELOAD);
	step_reload_forget(&c.daemon.run);
	advance(PIPELINE_RETRY, PIPELINE_WAITING, STEP_RELOAD);
	ck_assert_uint_eq(c.frr.generation, 4);
}
END_TEST

START_TEST(refusal_restores_the_accepted_file)
{
	converges_with("good 1");
	c.frr.refuses = "bad";
	run_case_write(&c, "source", "bad 2");
	fails(STEP_VERIFY, "FRR keeps its former frr.conf: FRR refuses frr.source ");
	ck_assert_ptr_nonnull(strstr(c.daemon.run.err.msg, ":\nline 1: Unknown command: bad 2"));
	ck_assert_int_eq(c.daemon.run.err.code, EVPN_ERROR_REFUSED);
	ck_assert_msg(raised, "the run goes on with the accepted frr.conf");
	frr_has("good 1");
	file_is("state/frr.conf.accepted", "good 1");
	/* Loaded, refused, and the former one loaded again. */
	ck_assert_uint_eq(c.frr.generation, 3);
	ck_assert_uint_eq(c.frr.n_asked, 3);
}
END_TEST

START_TEST(refused_text_is_tried_once_for_each_frr)
{
	converges_with("good 1");
	c.frr.refuses = "bad";
	run_case_write(&c, "source", "bad 2");
	fails(STEP_VERIFY, "Unknown command: bad 2");
	fails(STEP_VERIFY, "FRR keeps its former frr.conf: FRR refuses frr.source ");
	ck_assert_msg(c.frr.n_asked == 3, "this FRR has refused it: it is not asked again");
	ck_assert(raised);
	frr_has("good 1");
	c.netns.instance = 8;
	fails(STEP_VERIFY, "Unknown command: bad 2");
	ck_assert_msg(c.frr.n_asked == 5, "another FRR is asked for the text, and loads the accepted one");
	frr_has("good 1");
	/* This FRR has a newer version, which knows the command. */
	c.frr.refuses = NULL;
	c.netns.instance = 9;
	converges();
	frr_has("bad 2");
	file_is("state/frr.conf.accepted", "bad 2");
}
END_TEST

START_TEST(demand_for_the_accepted_file)
{
	converges_with("good 1");
	c.frr.refuses = "bad";
	c.frr.delay = 1;
	run_case_write(&c, "source", "bad 2");
	advance(PIPELINE_TRIGGER, PIPELINE_WAITING, STEP_RELOAD);
	advance(PIPELINE_RETRY, PIPELINE_WAITING, STEP_RELOAD);
	ck_assert_uint_eq(c.frr.generation, 3);
	/* It outlives the run, as every demand does. */
	advance(PIPELINE_TRIGGER, PIPELINE_FAILED, STEP_VERIFY);
	ck_assert_uint_eq(c.frr.generation, 3);
	frr_has("good 1");
	/* A demand that is under way for another file is not one for the accepted file. */
	run_case_write(&c, "source", "good 3");
	advance(PIPELINE_TRIGGER, PIPELINE_WAITING, STEP_RELOAD);
	ck_assert_uint_eq(c.frr.generation, 4);
	run_case_write(&c, "source", "bad 2");
	advance(PIPELINE_TRIGGER, PIPELINE_WAITING, STEP_RELOAD);
	ck_assert_uint_eq(c.frr.generation, 5);
	advance(PIPELINE_RETRY, PIPELINE_FAILED, STEP_VERIFY);
	frr_has("good 1");
}
END_TEST

START_TEST(another_text_ends_the_refusal)
{
	converges_with("good 1");
	c.frr.refuses = "bad";
	run_case_write(&c, "source", "bad 2");
	fails(STEP_VERIFY, "Unknown command: bad 2");
	converges_with("good 3");
	frr_has("good 3");
	/* Back to the accepted text: there is nothing to install and nothing to load. */
	run_case_write(&c, "source", "bad 4");
	fails(STEP_VERIFY, "Unknown command: bad 4");
	converges_with("good 3");
	frr_has("good 3");
	ck_assert_uint_eq(c.frr.n_asked, 6);
}
END_TEST

START_TEST(refusal_without_an_accepted_file_fails)
{
	c.frr.refuses = "bad";
	run_case_write(&c, "source", "bad 1");
	fails(STEP_RELOAD, "FRR refuses frr.source ");
	ck_assert_ptr_null(strstr(c.daemon.run.err.msg, "former"));
	ck_assert_msg(!raised, "an FRR without a configuration must not see devices");
	fails(STEP_CHECK_SYNTAX, "Unknown command: bad 1");
	ck_assert_uint_eq(c.frr.n_asked, 1);
	converges_with("good 2");
	frr_has("good 2");
}
END_TEST

START_TEST(file_that_was_there_before_evpnd_is_the_accepted_one)
{
	run_case_write(&c, "frr/frr.conf", "by hand");
	c.frr.refuses = "bad";
	run_case_write(&c, "source", "bad 1");
	fails(STEP_VERIFY, "FRR keeps its former frr.conf");
	frr_has("by hand");
}
END_TEST

START_TEST(empty_file_is_nothing_to_raise_devices_for)
{
	run_case_write(&c, "frr/frr.conf", "");
	c.frr.refuses = "bad";
	run_case_write(&c, "source", "bad 1");
	fails(STEP_RELOAD, "FRR keeps its former frr.conf: FRR refuses frr.source ");
	ck_assert(!raised);
	frr_has("");
}
END_TEST

START_TEST(file_that_cannot_be_restored)
{
	_cleanup_free_ char *accepted = xasprintf("%s/frr.conf.accepted", c.state_dir);

	converges_with("good 1");
	ck_assert_int_eq(unlink(accepted), 0);
	ck_assert_int_eq(mkdir(accepted, 0755), 0);
	c.frr.refuses = "bad";
	run_case_write(&c, "source", "bad 2");
	fails(STEP_RELOAD, "Unknown command: bad 2");
	ck_assert_ptr_nonnull(strstr(c.daemon.run.err.msg, "\nthe former frr.conf cannot be restored: read "));
	ck_assert_int_eq(c.daemon.run.err.code, EVPN_ERROR_REFUSED);
	ck_assert(!raised);
}
END_TEST

START_TEST(accepted_file_that_does_not_load)
{
	converges_with("good 1");
	c.frr.refuses = "";
	run_case_write(&c, "source", "bad 2");
	fails(STEP_RELOAD, "FRR keeps its former frr.conf: FRR refuses frr.source ");
	ck_assert_ptr_nonnull(strstr(c.daemon.run.err.msg, "Unknown command: bad 2"));
	ck_assert(!raised);
	file_is("frr/frr.conf", "good 1");
	ck_assert(!frrfile_is_loaded(c.state_dir, c.conf, 7));
}
END_TEST

START_TEST(frr_that_cannot_be_asked_is_asked_again)
{
	converges_with("good 1");
	c.frr.fault = ECONNREFUSED;
	run_case_write(&c, "source", "good 2");
	fails(STEP_RELOAD, "FRR cannot be asked");
	file_is("frr/frr.conf", "good 2");
	c.frr.fault = 0;
	converges();
	ck_assert_msg(c.frr.generation == 3, "that demand has failed: this is a new one");
	frr_has("good 2");
}
END_TEST

int main(void)
{
	TCase *tcase = tcase_create("steps frr");

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_set_timeout(tcase, 60);
	tcase_add_test(tcase, first_run_installs_and_loads);
	tcase_add_test(tcase, generation_counts_demands_and_not_questions);
	tcase_add_test(tcase, another_text_is_another_demand);
	tcase_add_test(tcase, another_frr_reloads_again);
	tcase_add_test(tcase, restart_of_evpnd_reloads_nothing);
	tcase_add_test(tcase, frr_that_lost_its_configuration_reloads);
	tcase_add_test(tcase, refusal_restores_the_accepted_file);
	tcase_add_test(tcase, refused_text_is_tried_once_for_each_frr);
	tcase_add_test(tcase, demand_for_the_accepted_file);
	tcase_add_test(tcase, another_text_ends_the_refusal);
	tcase_add_test(tcase, refusal_without_an_accepted_file_fails);
	tcase_add_test(tcase, file_that_was_there_before_evpnd_is_the_accepted_one);
	tcase_add_test(tcase, empty_file_is_nothing_to_raise_devices_for);
	tcase_add_test(tcase, file_that_cannot_be_restored);
	tcase_add_test(tcase, accepted_file_that_does_not_load);
	tcase_add_test(tcase, frr_that_cannot_be_asked_is_asked_again);
	return unit_run("steps_frr", tcase);
}
