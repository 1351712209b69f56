/* SPDX-License-Identifier: Apache-2.0 */
/* test_events.c - what begins a run or ends the loop: signals, timers, files, the end of a child */
#include <errno.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <sys/wait.h>

#include "base/util.h"
#include "events_case.h"
#include "unit.h"

static struct evpn_error err;

/* Signals are blocked: the loop takes them. */
static void send_signal(int number)
{
	ck_assert_int_eq(kill(getpid(), number), 0);
	events_case_run();
}

START_TEST(hangup_reads_the_configuration_anew)
{
	send_signal(SIGHUP);
	ck_assert_uint_eq(ec.n_reloading, 1);
	events_case_got_nothing();
	ck_assert_uint_eq(ec.timer_us, 10000);
	/* Another one before the run begins changes nothing: the first has set the time. */
	send_signal(SIGHUP);
	ck_assert_uint_eq(ec.n_reloading, 2);
	ck_assert_uint_eq(ec.n_timers, 1);
	events_case_fire();
	events_case_got(PIPELINE_TRIGGER);
	send_signal(SIGHUP);
	events_case_fire();
	events_case_got(PIPELINE_TRIGGER);
}
END_TEST

START_TEST(user1_shows_the_state)
{
	send_signal(SIGUSR1);
	ck_assert_uint_eq(ec.n_shown, 1);
	ck_assert_uint_eq(ec.n_timers, 0);
	events_case_got_nothing();
}
END_TEST

START_TEST(signals_end_the_loop)
{
	ck_assert_int_eq(kill(getpid(), _i), 0);
	ck_assert_int_eq(events_loop(ec.events, &err), 0);
	events_case_got_nothing();
}
END_TEST

START_TEST(a_stop_that_begins_a_run_keeps_the_loop)
{
	ec.stays = true;
	send_signal(_i);
	ck_assert_uint_eq(ec.n_stopping, 1);
	events_stop(ec.events, 3);
	ck_assert_int_eq(events_loop(ec.events, &err), 3);
}
END_TEST

START_TEST(stop_ends_the_loop_with_its_code)
{
	events_stop(ec.events, 78);
	ck_assert_int_eq(events_loop(ec.events, &err), 78);
}
END_TEST

START_TEST(time_limit)
{
	ck_assert_int_eq(events_limit(ec.events, 5000, &err), 0);
	ck_assert_uint_eq(ec.timer_us, 5000000);
	events_case_run();
	ck_assert_uint_eq(ec.n_given_up, 0);
	/* It is not of a run: what each run lets go of does not hold it up. */
	events_disarm(ec.events);
	events_case_fire();
	ck_assert_uint_eq(ec.n_given_up, 1);
	events_case_got_nothing();
}
END_TEST

START_TEST(waiting_step_is_asked_after_its_time)
{
	ec.run.daemon.run.wait_ms = 50;
	events_case_arm(PIPELINE_WAITING);
	ck_assert_uint_eq(ec.timer_us, 50000);
	events_case_run();
	events_case_got_nothing();
	events_case_fire();
	events_case_got(PIPELINE_RETRY);
	/* Its timer does not outlive it. */
	ck_assert(events_case_is_set(ec.timer));
	events_disarm(ec.events);
	ck_assert(!events_case_is_set(ec.timer));
	/* One that waits for an event has no timer, nor has a run that has ended. */
	ec.n_timers = 0;
	ec.run.daemon.run.wait_ms = 0;
	events_case_arm(PIPELINE_WAITING);
	ec.run.daemon.run.wait_ms = 50;
	events_case_arm(PIPELINE_CONVERGED);
	ck_assert_uint_eq(ec.n_timers, 0);
}
END_TEST

START_TEST(waiting_step_is_asked_when_its_descriptor_is_readable)
{
	_cleanup_close_ int fd = eventfd(1, EFD_CLOEXEC | EFD_NONBLOCK);

	ec.run.daemon.run.wait_fd = fd;
	events_case_arm(PIPELINE_CONVERGED);
	events_case_run();
	events_case_got_nothing();
	events_case_arm(PIPELINE_WAITING);
	ec.run.daemon.run.wait_fd = -1;
	events_case_run();
	events_case_got(PIPELINE_RETRY);
}
END_TEST

START_TEST(failed_run_is_retried_after_a_pause)
{
	ec.run.daemon.state.failures = 3;
	events_case_arm(PIPELINE_FAILED);
	ck_assert_uint_eq(ec.timer_us, 4000000);
	events_case_fire();
	events_case_got(PIPELINE_RETRY);
	/* A trigger does not wait for the pause, and ends it. */
	events_case_arm(PIPELINE_FAILED);
	send_signal(SIGHUP);
	ec.run.daemon.state.phase = PIPELINE_CONVERGED;
	events_case_fire();
	events_case_got(PIPELINE_TRIGGER);
	ck_assert_uint_eq(ec.timer_us, 10000);
}
END_TEST

START_TEST(end_of_a_child)
{
	static const struct {
		const char *command;
		int status;
	} ends[] = { { "exit 0", 0 }, { "exit 3", W_EXITCODE(3, 0) }, { "kill -9 $$", SIGKILL } };
	struct child *child = &ec.run.daemon.frr.check;

	for (size_t i = 0; i < ARRAY_LEN(ends); i++) {
		char command[32];
		char *const argv[] = { (char[]){ "/bin/sh" }, (char[]){ "-c" }, command, NULL };
		_cleanup_free_ char *output = NULL;
		int status;
		pid_t pid;

		strcpy(command, ends[i].command);
		ck_assert_msg(child_start(child, argv, "", &err) == 0, "%s", err.msg);
		pid = child->pid;
		events_case_arm(PIPELINE_WAITING);
		events_case_wait();
		events_case_got(PIPELINE_RETRY);
		ck_assert_int_eq(child->ended, true);
		ck_assert_msg(waitpid(pid, &status, WNOHANG) < 0 && errno == ECHILD, "it is a zombie");
		child_finish(child, &status, &output);
		ck_assert_msg(status == ends[i].status, "%s: %d", command, status);
	}
}
END_TEST

START_TEST(changed_file_begins_a_run)
{
	_cleanup_free_ char *path = xasprintf("%s/evpn.conf", ec.run.dir);

	run_case_write(&ec.run, "evpn.conf", "1");
	ec.run.daemon.options.listen = true;
	ec.run.daemon.options.config_path = path;
	run_begin(&ec.run.daemon.run);
	events_case_arm(PIPELINE_CONVERGED);
	run_case_write(&ec.run, "evpn.conf", "2");
	while (ec.n_inputs == 0)
		events_case_wait();
	events_case_got(PIPELINE_TRIGGER);
	ck_assert_uint_eq(ec.n_reloading, 1);
	ck_assert_msg(ec.n_timers == 0, "files are debounced by themselves");
}
END_TEST

int main(void)
{
	TCase *tcase = tcase_create("events");

	tcase_add_checked_fixture(tcase, events_case_begin, events_case_end);
	tcase_set_timeout(tcase, 60);
	tcase_add_test(tcase, hangup_reads_the_configuration_anew);
	tcase_add_test(tcase, user1_shows_the_state);
	tcase_add_loop_test(tcase, signals_end_the_loop, SIGINT, SIGINT + 1);
	tcase_add_loop_test(tcase, signals_end_the_loop, SIGTERM, SIGTERM + 1);
	tcase_add_loop_test(tcase, a_stop_that_begins_a_run_keeps_the_loop, SIGINT, SIGINT + 1);
	tcase_add_loop_test(tcase, a_stop_that_begins_a_run_keeps_the_loop, SIGTERM, SIGTERM + 1);
	tcase_add_test(tcase, stop_ends_the_loop_with_its_code);
	tcase_add_test(tcase, time_limit);
	tcase_add_test(tcase, waiting_step_is_asked_after_its_time);
	tcase_add_test(tcase, waiting_step_is_asked_when_its_descriptor_is_readable);
	tcase_add_test(tcase, failed_run_is_retried_after_a_pause);
	tcase_add_test(tcase, end_of_a_child);
	tcase_add_test(tcase, changed_file_begins_a_run);
	return unit_run("events", tcase);
}
