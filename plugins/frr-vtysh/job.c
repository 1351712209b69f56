/* SPDX-License-Identifier: Apache-2.0 */
/* job.c - see job.h */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "frr-vtysh/output.h"
#include "frr-vtysh/job.h"
#include "lib/clock.h"

/* The last pause of job_pause_long(). */
#define PAUSE_LONG_MS 60000

static const char *const usual_paths[] = { "/usr/bin/vtysh", "/usr/local/bin/vtysh", "/bin/vtysh", "/usr/lib/frr/vtysh",
					   NULL };

int job_init(struct job *job, struct evpn_error *err)
{
	struct epoll_event event = { .events = EPOLLIN };

	job->program = (struct program)PROGRAM_IDLE;
	job->program.epoll = job->location->epoll;
	job->timer = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
	if (job->timer < 0 || epoll_ctl(job->location->epoll, EPOLL_CTL_ADD, job->timer, &event) < 0)
		return evpn_fail(err, errno, "cannot create a timer: %s", strerror(errno));
	return 0;
}

void job_free(struct job *job)
{
	program_free(&job->program);
	fd_close(&job->timer);
}

void job_begin(struct job *job)
{
	program_kill(&job->program);
	fd_set_timer(job->timer, 0);
	job->state = JOB_IDLE;
	job->outcome = 0;
	job->pause_ms = 0;
	memset(&job->err, 0, sizeof(job->err));
}

void job_end(struct job *job, int outcome)
{
	program_kill(&job->program);
	fd_set_timer(job->timer, 0);
	job->state = JOB_DONE;
	job->outcome = outcome;
}

static void pause_for(struct job *job, unsigned int last_ms)
{
	program_kill(&job->program);
	job->state = JOB_PAUSING;
	job->err.code = 0;
	job->pause_ms = clock_next_pause_ms(job->pause_ms, last_ms);
	fd_set_timer(job->timer, job->pause_ms);
}

void job_pause(struct job *job)
{
	pause_for(job, CLOCK_PAUSE_LAST_MS);
}

void job_pause_long(struct job *job)
{
	pause_for(job, PAUSE_LONG_MS);
}

/* Starts the program. 1: it runs; 0: FRR's container has just ended, job->err says so; -1: failed, see job->err. */
static int start(struct job *job, const char *const programs[], const char *const args[], const char *text)
{
	struct container container = { .root = -1 };
	struct evpn_error why = { 0 };
	int r = 1;

	if (job->location->file.path)
		r = location_open(job->location, &container, &why);
	if (r > 0)
		r = program_start(&job->program, job->location->file.path ? &container : NULL, programs, args, text,
				  &why) < 0
			    ? -1
			    : 1;
	fd_close(&container.root);
	if (r <= 0)
		job->err = why;
	return r;
}

void job_run_program(struct job *job, const char *const programs[], const char *const args[], const char *text,
		     const char *what)
{
	int r = start(job, programs, args, text);

	if (r < 0) {
		job_end(job, -1);
	} else if (r == 0) {
		job_pause(job);
	} else {
		job->state = JOB_RUNNING;
		snprintf(job->what, sizeof(job->what), "%s", what);
		fd_set_timer(job->timer, job->options->timeout_s * 1000ull);
	}
}

void job_run_caller(struct job *job)
{
	program_kill(&job->program);
	job->state = JOB_RUNNING;
	fd_set_timer(job->timer, 0);
}

const char *job_text_path(const struct job *job)
{
	return job->location->file.path ? PROGRAM_TEXT_INSIDE : PROGRAM_TEXT_HOST;
}

void job_run_vtysh(struct job *job, const char *const args[], const char *text, const char *what)
{
	const char *argv[PROGRAM_ARGS_MAX] = { "vtysh" }, *const given[] = { job->options->vtysh, NULL };
	size_t n = 1;

	if (job->options->vty_dir) {
		argv[n++] = "--vty_socket";
		argv[n++] = job->options->vty_dir;
	}
	for (; *args && n < PROGRAM_ARGS_MAX - 1; args++)
		argv[n++] = *args;
	if (job->options->vtysh)
		argv[0] = job->options->vtysh;
	job_run_program(job, job->options->vtysh ? given : usual_paths, argv, text, what);
}

static void fail_time_limit(struct job *job)
{
	struct program_end end = { 0 };
	struct evpn_error ignored = { 0 };
	bool locked = job->program.pid && program_kill_and_take(&job->program, &end, &ignored) == 0 &&
		      output_is_locked(end.out, end.err);

	program_end_clear(&end);
	/* The vtysh of FRR 10 waits for the lock without a limit. */
	evpn_fail(&job->err, ETIMEDOUT, "%s did not end within %u s and was killed%s", job->what,
		  job->options->timeout_s, locked ? ": FRR's configuration is locked by another vtysh session" : "");
	job_end(job, -1);
}

enum job_event job_handle_event(struct job *job, bool appeared, struct program_end *ret_end)
{
	bool fired = fd_timer_expired(job->timer);

	program_reap(&job->program);
	if (job->state == JOB_PAUSING)
		return fired || appeared ? JOB_AGAIN : JOB_NOTHING;
	if (job->state != JOB_RUNNING)
		return JOB_NOTHING;
	if (job->program.pid && process_has_ended(job->program.pidfd)) {
		fd_set_timer(job->timer, 0);
		if (program_take_end(&job->program, ret_end, &job->err) == 0)
			return JOB_PROGRAM_ENDED;
		evpn_wrap(&job->err, "%s: ", job->what);
		job_end(job, -1);
	} else if (fired) {
		fail_time_limit(job);
	}
	return JOB_NOTHING;
}

struct job_report job_report(const struct job *job)
{
	struct job_report report = { .outcome = job->outcome };

	memcpy(report.msg, job->err.msg, sizeof(report.msg));
	return report;
}

bool job_has_changed(const struct job *job, const struct job_report *before)
{
	return job->outcome != before->outcome || strcmp(job->err.msg, before->msg) != 0;
}
