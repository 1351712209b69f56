/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_steps_running.c - FRR's running configuration is compared before a run and remembered after it, over whole runs
 *
 * The linker replaces the steps that need a configuration file or a kernel by ones that have nothing to do, and keeps the
 * last warning.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>

#include "base/log.h"
#include "base/util.h"
#include "run_case.h"
#include "unit.h"

pipeline_step_fn __wrap_step_load, __wrap_step_read, __wrap_step_plan, __wrap_step_check_frr, __wrap_step_confirm,
	__wrap_step_build, __wrap_step_await_zebra, __wrap_step_raise, __wrap_step_prune, __wrap_step_verify;
void __wrap_log_line(enum evpn_log_level level, const char *format, ...) __attribute__((format(printf, 2, 3)));

#define DOES_NOTHING(step)                 \
	int __wrap_##step(struct run *run) \
	{                                  \
		return 1;                  \
	}

DOES_NOTHING(step_load)
DOES_NOTHING(step_read)
DOES_NOTHING(step_plan)
DOES_NOTHING(step_check_frr)
DOES_NOTHING(step_confirm)
DOES_NOTHING(step_build)
DOES_NOTHING(step_await_zebra)
DOES_NOTHING(step_raise)
DOES_NOTHING(step_prune)

/* What another program does to FRR while the run is under way. */
static void (*meanwhile)(void);

int __wrap_step_verify(struct run *run)
{
	if (meanwhile)
		meanwhile();
	return 1;
}

static struct run_case c;
static char warned[4096];
static unsigned int n_warnings;

void __wrap_log_line(enum evpn_log_level level, const char *format, ...)
{
	va_list ap;

	if (level != EVPN_LOG_WARNING)
		return;
	n_warnings++;
	va_start(ap, format);
	vsnprintf(warned, sizeof(warned), format, ap);
	va_end(ap);
}

#define OURS	"router bgp 1\n neighbor 10.0.0.2 remote-as 2\n"
#define CHANGED "router bgp 1\n"

static void frr_shows(const char *bgpd)
{
	run_case_answer(&c, "bgpd", RUNNING_CONFIG, 1, bgpd);
}

static void runs(bool reloads)
{
	n_warnings = 0;
	warned[0] = '\0';
	pipeline_run(&c.daemon, PIPELINE_TRIGGER);
	ck_assert_msg(c.daemon.state.phase == PIPELINE_CONVERGED, "step %s: %s",
		      pipeline_step_name(c.daemon.state.step), c.daemon.run.err.msg);
	ck_assert_int_eq(c.daemon.run.reloaded, reloads);
}

/* FRR has loaded its configuration, and shows it. */
static void setup(void)
{
	run_case_begin(&c, RUN_UP);
	run_case_write(&c, "source", "good 1");
	run_case_answer(&c, NULL, RUNNING_DAEMONS, 1, "zebra bgpd");
	run_case_answer(&c, "zebra", RUNNING_CONFIG, 1, "hostname node1\n");
	frr_shows(OURS);
	runs(true);
}

static void teardown(void)
{
	meanwhile = NULL;
	run_case_end(&c);
}

static bool is_noted(void)
{
	_cleanup_free_ char *text = run_case_read(&c, "state/frr.running");

	ck_assert_ptr_nonnull(text);
	return strstr(text, " neighbor 10.0.0.2") != NULL;
}

START_TEST(nothing_has_changed)
{
	ck_assert(is_noted());
	runs(false);
	ck_assert_uint_eq(c.frr.n_asked, 1);
	ck_assert_ptr_null(steps_drift_text(&c.daemon.run));
}
END_TEST

START_TEST(start_without_drift_demands_no_reload)
{
	run_case_restart(&c);
	runs(false);
	run_case_restart(&c);
	runs(false);
}
END_TEST

START_TEST(drift_that_the_reload_does_not_end)
{
	_cleanup_free_ char *diff = NULL;

	frr_shows(CHANGED);
	if (_i)
		run_case_restart(&c);
	runs(true);
	ck_assert_ptr_nonnull(strstr(warned, "FRR shows this change of its configuration even after its reload"));
	/* This FRR does not take it back: evpnd leaves it, and begins no loop. */
	runs(false);
	ck_assert_uint_eq(n_warnings, 0);
	diff = steps_drift_text(&c.daemon.run);
	ck_assert_ptr_null(diff);
}
END_TEST

/* Where the reload has its effect. */
static int reload_and_show(void *self, const char *conf_path, uint64_t generation, struct evpn_error *err)
{
	frr_shows(OURS);
	return 1;
}

START_TEST(drift_is_logged_and_taken_back)
{
	c.frr_plugin.api.reload_frr = reload_and_show;
	frr_shows(CHANGED);
	runs(true);
	ck_assert_uint_eq(n_warnings, 1);
	ck_assert_ptr_nonnull(strstr(warned, "another program has changed FRR's configuration, evpnd applies its own "
					     "again:\n--- bgpd\n+++ bgpd, now\n"));
	ck_assert_ptr_nonnull(strstr(warned, "\n- neighbor 10.0.0.2 remote-as 2\n"));
	runs(false);
	ck_assert(is_noted());
}
END_TEST

static int reload_a_part(void *self, const char *conf_path, uint64_t generation, struct evpn_error *err)
{
	frr_shows(OURS "line vty\n");
	return 1;
}

START_TEST(what_the_reload_does_not_take_back_is_named)
{
	c.frr_plugin.api.reload_frr = reload_a_part;
	frr_shows(CHANGED "line vty\n");
	runs(true);
	ck_assert_uint_eq(n_warnings, 2);
	ck_assert_ptr_nonnull(strstr(warned, "even after its reload, so evpnd leaves it"));
	ck_assert_ptr_nonnull(strstr(warned, "\n+line vty\n"));
	ck_assert_ptr_null(strstr(warned, "\n- neighbor"));
	runs(false);
}
END_TEST

/* A daemon that started later, or ended, is the same case. */
START_TEST(daemon_comes_and_goes)
{
	c.frr_plugin.api.reload_frr = reload_and_show;
	run_case_answer(&c, NULL, RUNNING_DAEMONS, 1, "zebra bgpd bfdd");
	run_case_answer(&c, "bfdd", RUNNING_CONFIG, 1, "hostname node1\n");
	runs(true);
	ck_assert_uint_eq(n_warnings, 0);
	runs(false);
	run_case_answer(&c, NULL, RUNNING_DAEMONS, 1, "zebra bgpd");
	runs(true);
	ck_assert_uint_eq(n_warnings, 0);
	runs(false);
}
END_TEST

START_TEST(dry_run_has_the_difference)
{
	_cleanup_free_ char *diff = NULL;

	frr_shows(CHANGED);
	run_case_restart(&c);
	c.daemon.options.dry_run = true;
	pipeline_run(&c.daemon, PIPELINE_TRIGGER);
	ck_assert_int_eq(c.daemon.state.phase, PIPELINE_RUNNING);
	ck_assert(c.daemon.run.frr_drifted);
	diff = steps_drift_text(&c.daemon.run);
	ck_assert_ptr_nonnull(strstr(diff, "- neighbor 10.0.0.2 remote-as 2\n"));
	ck_assert_uint_eq(c.frr.n_asked, 1);
}
END_TEST

START_TEST(reported_drift_is_left)
{
	c.frr_plugin.api.reload_frr = reload_and_show;
	c.config.frr.reports_drift = true;
	frr_shows(CHANGED);
	runs(false);
	runs(false);
	ck_assert(is_noted());
	/* SIGHUP (evpnd.c sets this) and a start take it back all the same, once. */
	c.daemon.frr.compare = true;
	runs(true);
	frr_shows(CHANGED);
	runs(false);
	run_case_restart(&c);
	runs(true);
}
END_TEST

START_TEST(daemon_that_does_not_answer)
{
	static const int codes[] = { ENOENT, ETIMEDOUT, EPROTO };

	run_case_refuse(&c, "bgpd", RUNNING_CONFIG, codes[_i], "bgpd: no");
	/* The reload finds out; what FRR shows after it is not known, neither now nor to the next evpnd. */
	runs(true);
	ck_assert_uint_eq(c.daemon.frr.shown.instance, 0);
	ck_assert(!is_noted());
	frr_shows(OURS);
	runs(true);
	ck_assert_uint_eq(n_warnings, 0);
	runs(false);
}
END_TEST

START_TEST(plugin_that_cannot_ask)
{
	c.frr.vtysh_only = true;
	if (_i)
		c.frr_plugin.api.ask_daemon = NULL;
	runs(false);
	run_case_restart(&c);
	runs(false);
	run_case_write(&c, "source", "good 2");
	runs(true);
	runs(false);
	ck_assert_uint_eq(c.daemon.frr.shown.instance, 0);
}
END_TEST

START_TEST(other_frr_other_configuration)
{
	c.netns.instance = 8;
	frr_shows(CHANGED);
	/* It has to load the file in any case, and what the former one showed says nothing about it. */
	runs(true);
	ck_assert_uint_eq(n_warnings, 0);
	ck_assert_uint_eq(c.daemon.frr.shown.instance, 8);
	runs(false);
}
END_TEST

START_TEST(new_file_is_no_drift)
{
	run_case_write(&c, "source", "good 2");
	frr_shows(CHANGED);
	runs(true);
	ck_assert_uint_eq(n_warnings, 0);
	ck_assert(!is_noted());
	runs(false);
}
END_TEST

START_TEST(note_that_is_lost)
{
	_cleanup_free_ char *path = xasprintf("%s/frr.running", c.state_dir);

	ck_assert_int_eq(unlink(path), 0);
	run_case_restart(&c);
	runs(true);
	ck_assert_uint_eq(n_warnings, 0);
	runs(false);
}
END_TEST

static void frr_is_silent(void)
{
	run_case_answer(&c, "bgpd", RUNNING_CONFIG, 0, NULL);
}

static unsigned int n_changes;

static void changes_once(void)
{
	if (n_changes++ == 0)
		frr_shows(CHANGED);
}

/* Between the reload and the end of the run: what FRR shows then must not become the measure. */
START_TEST(drift_while_the_run_is_under_way)
{
	c.frr_plugin.api.reload_frr = reload_and_show;
	run_case_write(&c, "source", "good 2");
	n_changes = 0;
	meanwhile = changes_once;
	runs(true);
	ck_assert_uint_eq(n_changes, 2);
	ck_assert(is_noted());
	runs(false);
}
END_TEST

static void devices_come_up(void)
{
	n_changes++;
	frr_shows(OURS "interface vni110\n");
}

static void changes_always(void)
{
	/* The answer is not copied. */
	static char text[200];

	snprintf(text, sizeof(text), OURS "ip route 10.0.%u.0/24 Null0\n", ++n_changes);
	frr_shows(text);
}

/* FRR shows a line only when a device is up. */
START_TEST(what_comes_after_each_reload_is_no_drift)
{
	c.frr_plugin.api.reload_frr = reload_and_show;
	run_case_write(&c, "source", "good 2");
	n_changes = 0;
	meanwhile = devices_come_up;
	runs(true);
	ck_assert_uint_eq(n_changes, 2);
	ck_assert_uint_eq(n_warnings, 0);
	runs(false);
	/* A program that never rests cannot hold up the run for ever. */
	run_case_write(&c, "source", "good 3");
	n_changes = 0;
	meanwhile = changes_always;
	runs(true);
	ck_assert_uint_eq(n_changes, 3);
	/* The measure is what the reload has led to. */
	ck_assert_uint_eq(c.daemon.frr.shown.n_parts, 2);
	ck_assert_str_eq(c.daemon.frr.shown.parts[1].text, OURS);
}
END_TEST

START_TEST(steps_wait_for_the_answers)
{
	run_case_answer(&c, "bgpd", RUNNING_CONFIG, 0, NULL);
	pipeline_run(&c.daemon, PIPELINE_TRIGGER);
	ck_assert(c.daemon.state.phase == PIPELINE_WAITING && c.daemon.state.step == STEP_COMPARE);
	ck_assert_uint_eq(c.daemon.run.wait_ms, RUN_ASK_AGAIN_MS);
	frr_shows(OURS);
	pipeline_run(&c.daemon, PIPELINE_RETRY);
	ck_assert_int_eq(c.daemon.state.phase, PIPELINE_CONVERGED);
	run_case_write(&c, "source", "good 2");
	run_case_answer(&c, "bgpd", RUNNING_CONFIG, 0, NULL);
	pipeline_run(&c.daemon, PIPELINE_TRIGGER);
	ck_assert(c.daemon.state.phase == PIPELINE_WAITING && c.daemon.state.step == STEP_RELOAD);
	frr_shows(CHANGED);
	meanwhile = frr_is_silent;
	pipeline_run(&c.daemon, PIPELINE_RETRY);
	ck_assert(c.daemon.state.phase == PIPELINE_WAITING && c.daemon.state.step == STEP_REMEMBER);
	frr_shows(CHANGED);
	pipeline_run(&c.daemon, PIPELINE_RETRY);
	ck_assert_int_eq(c.daemon.state.phase, PIPELINE_CONVERGED);
	ck_assert(!is_noted());
}
END_TEST

int main(void)
{
	TCase *tcase = tcase_create("steps running");

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_test(tcase, nothing_has_changed);
	tcase_add_test(tcase, start_without_drift_demands_no_reload);
	tcase_add_loop_test(tcase, drift_that_the_reload_does_not_end, 0, 2);
	tcase_add_test(tcase, drift_is_logged_and_taken_back);
	tcase_add_test(tcase, what_the_reload_does_not_take_back_is_named);
	tcase_add_test(tcase, daemon_comes_and_goes);
	tcase_add_test(tcase, dry_run_has_the_difference);
	tcase_add_test(tcase, reported_drift_is_left);
	tcase_add_loop_test(tcase, daemon_that_does_not_answer, 0, 3);
	tcase_add_loop_test(tcase, plugin_that_cannot_ask, 0, 2);
	tcase_add_test(tcase, other_frr_other_configuration);
	tcase_add_test(tcase, new_file_is_no_drift);
	tcase_add_test(tcase, note_that_is_lost);
	tcase_add_test(tcase, drift_while_the_run_is_under_way);
	tcase_add_test(tcase, what_comes_after_each_reload_is_no_drift);
	tcase_add_test(tcase, steps_wait_for_the_answers);
	return unit_run("steps_running", tcase);
}
