/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_steps_check.c - the checks before anything is changed: vtysh -C on frr.conf, and FRR's version
 *
 * vtysh is a shell script in the folder of the case. The linker puts the fixture's clock in the place of evpnd's.
 */
#include <errno.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "base/util.h"
#include "frr/version.h"
#include "run_case.h"
#include "unit.h"

/* In steps_check.c. */
#define CHECK_LIMIT_MS	 30000
#define VERSION_PAUSE_MS 500
#define VERSION_LIMIT_MS 2000

static struct run_case c;
static char *vtysh, *path;

static void setup(void)
{
	run_case_begin(&c, RUN_UP);
	path = xstrdup(getenv("PATH"));
	vtysh = xasprintf("%s/vtysh", c.dir);
	c.config.frr.check = vtysh;
	run_case_write(&c, "source", "good 1");
}

static void teardown(void)
{
	ck_assert_int_eq(setenv("PATH", path, 1), 0);
	run_case_end(&c);
	free(vtysh);
	free(path);
}

/* What vtysh does, in the folder of the case. */
static void script(const char *commands)
{
	_cleanup_free_ char *text = xasprintf("#!/bin/sh\ncd '%s'\n%s\n", c.dir, commands);

	run_case_write(&c, "vtysh", text);
	ck_assert_int_eq(chmod(vtysh, 0755), 0);
}

static int check(void)
{
	struct run *run = &c.daemon.run;

	run->err = (struct evpn_error){ 0 };
	run->wait_ms = 0;
	return step_check_syntax(run);
}

/* As the event loop does at the child's end. */
static void await_child(void)
{
	struct child *child = &c.daemon.frr.check;
	int status;

	ck_assert_int_gt(child->pid, 0);
	ck_assert_int_eq(waitpid(child->pid, &status, 0), child->pid);
	child_ended(child, status);
}

/* The step is called at the child's start and at its end. */
static int check_to_the_end(void)
{
	ck_assert_int_eq(check(), 0);
	await_child();
	return check();
}

static void failed_with(int code, const char *why)
{
	ck_assert_int_eq(c.daemon.run.err.code, code);
	ck_assert_msg(strstr(c.daemon.run.err.msg, why) != NULL, "%s", c.daemon.run.err.msg);
}

static void file_is(const char *name, const char *text)
{
	_cleanup_free_ char *found = run_case_read(&c, name);

	ck_assert_ptr_nonnull(found);
	ck_assert_str_eq(found, text);
}

START_TEST(good_text)
{
	script("echo \"$@\" >args; cat \"$3\" >seen");
	ck_assert_int_eq(check(), 0);
	ck_assert_uint_eq(c.daemon.run.wait_ms, CHECK_LIMIT_MS);
	/* Asked again before the end, it waits for what is left of the time. */
	run_case_now_ms += 1000;
	ck_assert_int_eq(check(), 0);
	ck_assert_uint_eq(c.daemon.run.wait_ms, CHECK_LIMIT_MS - 1000);
	ck_assert_ptr_null(c.daemon.run.frr_conf);
	await_child();
	ck_assert_int_eq(check(), 1);
	ck_assert_str_eq(c.daemon.run.frr_conf, "good 1");
	file_is("args", "-C -f /proc/self/fd/0\n");
	file_is("seen", "good 1");
	/* It is checked once: the next run, before which nothing was installed, takes it as it is. */
	run_begin(&c.daemon.run);
	ck_assert_int_eq(check(), 1);
	ck_assert_int_eq(c.daemon.frr.check.pid, 0);
}
END_TEST

START_TEST(installed_text_is_not_checked)
{
	script("exit 1");
	run_case_write(&c, "frr/frr.conf", "good 1");
	ck_assert_int_eq(check(), 1);
	ck_assert_str_eq(c.daemon.run.frr_conf, "good 1");
	ck_assert_int_eq(c.daemon.frr.check.pid, 0);
}
END_TEST

START_TEST(bad_text)
{
	script("echo 'line 1: unknown'; echo 'line 2: odd' >&2; exit 3");
	ck_assert_int_lt(check_to_the_end(), 0);
	failed_with(EVPN_ERROR_REFUSED, "is refused by vtysh -C, and not installed:\nline 1: unknown\nline 2: odd\n");
	ck_assert_ptr_null(c.daemon.run.frr_conf);
	/* The next run may find another vtysh, so it checks once more. */
	run_begin(&c.daemon.run);
	script("exit 0");
	ck_assert_int_eq(check_to_the_end(), 1);
}
END_TEST

START_TEST(vtysh_that_a_signal_ends_has_not_accepted)
{
	script("kill -9 $$");
	ck_assert_int_lt(check_to_the_end(), 0);
	failed_with(EVPN_ERROR_REFUSED, "is refused by vtysh -C");
}
END_TEST

START_TEST(hanging_vtysh_is_killed)
{
	pid_t pid;
	int status;

	script("mkfifo fifo; exec cat fifo");
	ck_assert_int_eq(check(), 0);
	pid = c.daemon.frr.check.pid;
	run_case_now_ms += CHECK_LIMIT_MS - 1;
	ck_assert_int_eq(check(), 0);
	ck_assert_int_eq(c.daemon.frr.check.pid, pid);
	run_case_now_ms++;
	ck_assert_int_lt(check(), 0);
	failed_with(ETIMEDOUT, "did not end within 30 s");
	ck_assert_int_eq(c.daemon.frr.check.pid, 0);
	/* Killed, and either reaped already or about to end. Without the kill this waits for ever. */
	ck_assert(waitpid(pid, &status, 0) == pid ? WTERMSIG(status) == SIGKILL : errno == ECHILD);
	ck_assert(kill(pid, 0) < 0 && errno == ESRCH);
	/* The next run tries again. */
	run_begin(&c.daemon.run);
	script("exit 0");
	ck_assert_int_eq(check_to_the_end(), 1);
}
END_TEST

START_TEST(text_that_changes_meanwhile_is_checked_too)
{
	script("cat >>seen");
	ck_assert_int_eq(check(), 0);
	run_case_write(&c, "source", "good 2");
	run_begin(&c.daemon.run);
	ck_assert_int_eq(check(), 0);
	await_child();
	ck_assert_msg(check() == 0, "what was checked is not what is to be installed");
	await_child();
	ck_assert_int_eq(check(), 1);
	ck_assert_str_eq(c.daemon.run.frr_conf, "good 2");
	file_is("seen", "good 1good 2");
}
END_TEST

START_TEST(no_vtysh_no_check)
{
	c.config.frr.check = (char[]){ "" };
	ck_assert_int_eq(check(), 1);
	ck_assert_str_eq(c.daemon.run.frr_conf, "good 1");
	/* Nor is there one in the PATH. */
	run_begin(&c.daemon.run);
	run_case_write(&c, "source", "good 2");
	c.config.frr.check = NULL;
	ck_assert_int_eq(setenv("PATH", c.state_dir, 1), 0);
	ck_assert_int_eq(check(), 1);
	ck_assert_str_eq(c.daemon.run.frr_conf, "good 2");
}
END_TEST

START_TEST(vtysh_from_the_path)
{
	_cleanup_free_ char *longer = xasprintf("%s:%s:%s", c.state_dir, c.dir, path);

	script("echo no; exit 1");
	c.config.frr.check = NULL;
	ck_assert_int_eq(setenv("PATH", longer, 1), 0);
	ck_assert_int_lt(check_to_the_end(), 0);
	failed_with(EVPN_ERROR_REFUSED, "is refused by vtysh -C, and not installed:\nno\n");
}
END_TEST

START_TEST(vtysh_that_cannot_be_run)
{
	ck_assert_int_lt(check(), 0);
	failed_with(ENOENT, "run /tmp/evpnd-run-");
	/* It is not taken for checked. */
	run_begin(&c.daemon.run);
	ck_assert_int_lt(check(), 0);
}
END_TEST

START_TEST(accepted_file_carries_the_run)
{
	run_case_write(&c, "state/frr.conf.accepted", "good 0");
	script("echo no; exit 1");
	ck_assert_int_eq(check_to_the_end(), 1);
	ck_assert_ptr_null(c.daemon.run.frr_conf);
	ck_assert_int_eq(c.daemon.run.frr_conf_why.code, EVPN_ERROR_REFUSED);
	ck_assert_ptr_nonnull(strstr(c.daemon.run.frr_conf_why.msg, "vtysh -C, and not installed:\nno\n"));
	/* So does it where the wanted file cannot be read at all. */
	run_begin(&c.daemon.run);
	ck_assert_int_eq(unlink(c.source), 0);
	ck_assert_int_eq(check(), 1);
	ck_assert_ptr_null(c.daemon.run.frr_conf);
	ck_assert_int_eq(c.daemon.run.frr_conf_why.code, ENOENT);
}
END_TEST

START_TEST(source_that_is_not_there)
{
	ck_assert_int_eq(unlink(c.source), 0);
	ck_assert_int_lt(check(), 0);
	failed_with(ENOENT, "frr.source ");
}
END_TEST

START_TEST(check_mode_fails_although_there_is_an_accepted_file)
{
	c.daemon.options.goal = RUN_CHECK;
	run_case_write(&c, "state/frr.conf.accepted", "good 0");
	script("echo no; exit 1");
	ck_assert_int_lt(check_to_the_end(), 0);
	failed_with(EVPN_ERROR_REFUSED, "not installed:\nno\n");
}
END_TEST

/* An underlay NIC whose macvlan goes to FRR, which zebra up to 8.5.4 does not survive. */
static struct config_nic nic = { .macvlan = true };

static int check_frr(void)
{
	c.daemon.run.err = (struct evpn_error){ 0 };
	c.daemon.run.wait_ms = 0;
	return step_check_frr(&c.daemon.run);
}

static void want_macvlan(void)
{
	c.config.underlay.nics = &nic;
	c.config.underlay.n_nics = 1;
}

START_TEST(frr_is_asked_for_its_version_only_if_it_matters)
{
	run_case_answer(&c, "zebra", VERSION_QUESTION, 1, "FRRouting 8.5.4 (node1) on Linux");
	ck_assert_int_eq(check_frr(), 1);
	ck_assert_uint_eq(c.frr.n_questions, 0);
	want_macvlan();
	c.frr.vtysh_only = _i;
	ck_assert_int_lt(check_frr(), 0);
	failed_with(EVPN_ERROR_REFUSED, "FRR 8.5.4 crashes on a macvlan");
	run_case_answer(&c, "zebra", VERSION_QUESTION, 0, NULL);
	ck_assert_int_eq(check_frr(), 0);
	ck_assert_uint_eq(c.daemon.run.wait_ms, RUN_ASK_AGAIN_MS);
	run_case_answer(&c, "zebra", VERSION_QUESTION, 1, "FRRouting 8.5.5 (node1) on Linux");
	ck_assert_int_eq(check_frr(), 1);
	/* An answer without a version condemns nothing. */
	run_case_answer(&c, "zebra", VERSION_QUESTION, 1, "somebody's own");
	ck_assert_int_eq(check_frr(), 1);
}
END_TEST

START_TEST(frr_without_a_version)
{
	want_macvlan();
	run_case_refuse(&c, "zebra", VERSION_QUESTION, ENOTSUP, "no such question");
	ck_assert_msg(check_frr() == 1, "this plugin cannot ask");
	/* zebra may start later. */
	run_case_refuse(&c, "zebra", VERSION_QUESTION, ENOENT, "zebra does not run");
	ck_assert_int_eq(check_frr(), 0);
	ck_assert_uint_eq(c.daemon.run.wait_ms, VERSION_PAUSE_MS);
	failed_with(0, "zebra does not run");
	run_case_answer(&c, "zebra", VERSION_QUESTION, 1, "FRRouting 9.1.1 (node1) on Linux");
	ck_assert_int_eq(check_frr(), 1);
	c.frr_plugin.api.query_frr = NULL;
	c.frr_plugin.api.ask_daemon = NULL;
	ck_assert_int_eq(check_frr(), 1);
}
END_TEST

static int check_version(void)
{
	c.daemon.run.err = (struct evpn_error){ 0 };
	return step_check_version(&c.daemon.run);
}

/* For --check. */
START_TEST(known_faults_are_noted)
{
	struct config_errors *notes = &c.daemon.run.notes;

	run_begin(&c.daemon.run);
	run_case_answer(&c, "zebra", VERSION_QUESTION, 1, "FRRouting 8.4.4 (node1) on Linux");
	ck_assert_int_eq(check_version(), 1);
	ck_assert_uint_eq(notes->n_lines, 2);
	ck_assert_ptr_nonnull(strstr(notes->lines[0], "FRR 8.4.4 may miss that an underlay link"));
	ck_assert_ptr_nonnull(strstr(notes->lines[1], "13288"));
	want_macvlan();
	ck_assert_int_lt(check_version(), 0);
	failed_with(EVPN_ERROR_REFUSED, "FRR 8.4.4 crashes on a macvlan");
}
END_TEST

START_TEST(check_does_without_frr)
{
	want_macvlan();
	run_begin(&c.daemon.run);
	run_case_refuse(&c, "zebra", VERSION_QUESTION, ENOENT, "zebra does not run");
	ck_assert_int_eq(check_version(), 1);
	run_case_answer(&c, "zebra", VERSION_QUESTION, 1, "somebody's own");
	ck_assert_int_eq(check_version(), 1);
	/* --check may run beside an evpnd, and costs no process. */
	c.frr.vtysh_only = true;
	ck_assert_int_eq(check_version(), 1);
	c.frr_plugin.api.ask_daemon = NULL;
	ck_assert_int_eq(check_version(), 1);
	ck_assert_uint_eq(c.daemon.run.notes.n_lines, 0);
	ck_assert_uint_eq(run_case_n_asked(&c, VERSION_QUESTION), 2);
}
END_TEST

START_TEST(check_does_not_wait_for_ever)
{
	run_begin(&c.daemon.run);
	run_case_answer(&c, "zebra", VERSION_QUESTION, 0, NULL);
	ck_assert_int_eq(check_version(), 0);
	ck_assert_uint_eq(c.daemon.run.wait_ms, VERSION_LIMIT_MS);
	c.daemon.run.started_us -= (VERSION_LIMIT_MS + 1) * 1000;
	ck_assert_int_eq(check_version(), 1);
}
END_TEST

int main(void)
{
	TCase *tcase = tcase_create("steps check");

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_set_timeout(tcase, 60);
	tcase_add_test(tcase, good_text);
	tcase_add_test(tcase, installed_text_is_not_checked);
	tcase_add_test(tcase, bad_text);
	tcase_add_test(tcase, vtysh_that_a_signal_ends_has_not_accepted);
	tcase_add_test(tcase, hanging_vtysh_is_killed);
	tcase_add_test(tcase, text_that_changes_meanwhile_is_checked_too);
	tcase_add_test(tcase, no_vtysh_no_check);
	tcase_add_test(tcase, vtysh_from_the_path);
	tcase_add_test(tcase, vtysh_that_cannot_be_run);
	tcase_add_test(tcase, accepted_file_carries_the_run);
	tcase_add_test(tcase, source_that_is_not_there);
	tcase_add_test(tcase, check_mode_fails_although_there_is_an_accepted_file);
	tcase_add_loop_test(tcase, frr_is_asked_for_its_version_only_if_it_matters, 0, 2);
	tcase_add_test(tcase, frr_without_a_version);
	tcase_add_test(tcase, known_faults_are_noted);
	tcase_add_test(tcase, check_does_without_frr);
	tcase_add_test(tcase, check_does_not_wait_for_ever);
	return unit_run("steps_check", tcase);
}
