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

#define PAUSE_FIRST_MS 100
#define PAUSE_LAST_MS  2000

static const char *const usual_places[] = { "/usr/bin/vtysh", "/usr/local/bin/vtysh", "/bin/vtysh",
					    "/usr/lib/frr/vtysh", NULL };

static void set_timer(const struct job *job, uint64_t ms)
{
	struct itimerspec spec = { .it_value = { .tv_sec = (time_t)(ms / 1000),
						 .tv_nsec = (long)(ms % 1000) * 1000000 } };

	timerfd_settime(job->timer, 0, &spec, NULL);
}

int job_init(struct job *job, struct evpn_error *err)
{
	struct epoll_event event = { .events = EPOLLIN };

	job->vtysh = (struct vtysh)VTYSH_IDLE;
	job->vtysh.epoll = job->place->epoll;
	job->timer = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
	if (job->timer < 0 || epoll_ctl(job->place->epoll, EPOLL_CTL_ADD, job->timer, &event) < 0)
		return evpn_fail(err, errno, "timerfd, epoll: %s", strerror(errno));
	return 0;
}

void job_free(struct job *job)
{
	vtysh_kill(&job->vtysh);
	process_closep(&job->timer);
	job->timer = -1;
}

void job_begin(struct job *job)
{
	vtysh_kill(&job->vtysh);
	set_timer(job, 0);
	job->state = JOB_IDLE;
	job->outcome = 0;
	job->pause_ms = PAUSE_FIRST_MS;
	memset(&job->err, 0, sizeof(job->err));
}

void job_end(struct job *job, int outcome)
{
	vtysh_kill(&job->vtysh);
	set_timer(job, 0);
	job->state = JOB_DONE;
	job->outcome = outcome;
}

void job_pause(struct job *job)
{
	vtysh_kill(&job->vtysh);
	job->state = JOB_PAUSING;
	job->err.code = 0;
	set_timer(job, job->pause_ms);
	job->pause_ms = job->pause_ms * 2 < PAUSE_LAST_MS ? job->pause_ms * 2 : PAUSE_LAST_MS;
}

/* 1: started; 0: FRR's container has just gone. */
static int start(struct job *job, const char *const programs[], const char *const args[], const char *text)
{
	struct enter_target target = { .root = -1 };
	struct evpn_error why = { 0 };
	int r = 1;

	if (job->place->file.path)
		r = place_open(job->place, &target, &why);
	if (r > 0)
		r = vtysh_start(&job->vtysh, job->place->file.path ? &target : NULL, programs, args, text, &why) < 0
			    ? -1
			    : 1;
	process_closep(&target.root);
	if (r <= 0)
		job->err = why;
	return r;
}

void job_run(struct job *job, const char *const programs[], const char *const args[], const char *text,
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
		set_timer(job, job->options->timeout_s * 1000ull);
	}
}

const char *job_text_path(const struct job *job)
{
	return job->place->file.path ? VTYSH_TEXT_INSIDE : VTYSH_TEXT_HOST;
}

void job_vtysh(struct job *job, const char *const args[], const char *text, const char *what)
{
	const char *argv[VTYSH_ARGS_MAX] = { "vtysh" }, *const given[] = { job->options->vtysh, NULL };
	size_t n = 1;

	if (job->options->vty_dir) {
		argv[n++] = "--vty_socket";
		argv[n++] = job->options->vty_dir;
	}
	for (; *args && n < VTYSH_ARGS_MAX - 1; args++)
		argv[n++] = *args;
	if (job->options->vtysh)
		argv[0] = job->options->vtysh;
	job_run(job, job->options->vtysh ? given : usual_places, argv, text, what);
}

static bool timer_fired(const struct job *job)
{
	uint64_t n;

	return read(job->timer, &n, sizeof(n)) == sizeof(n);
}

static void fail_time_limit(struct job *job)
{
	struct vtysh_end end = { 0 };
	struct evpn_error ignored = { 0 };
	bool locked = job->vtysh.pid && vtysh_kill_and_take(&job->vtysh, &end, &ignored) == 0 &&
		      answer_is_locked(end.out, end.err);

	vtysh_end_clear(&end);
	/* FRR 10's vtysh waits for the lock, for ever. */
	evpn_fail(&job->err, ETIMEDOUT, "%s did not end within %u s, and was killed%s", job->what,
		  job->options->timeout_s,
		  locked ? ": FRR's configuration is locked, another vtysh is reading a file into it" : "");
	job_end(job, -1);
}

enum job_news job_go_on(struct job *job, bool appeared, struct vtysh_end *ret_end)
{
	struct evpn_error why = { 0 };
	bool fired = timer_fired(job);

	if (job->state == JOB_PAUSING)
		return fired || appeared ? JOB_AGAIN : JOB_NOTHING;
	if (job->state != JOB_RUNNING)
		return JOB_NOTHING;
	if (job->vtysh.pid && process_has_ended(job->vtysh.pidfd)) {
		set_timer(job, 0);
		if (vtysh_take_end(&job->vtysh, ret_end, &why) == 0)
			return JOB_PROGRAM_ENDED;
		evpn_fail(&job->err, why.code, "%s: %s", job->what, why.msg);
		job_end(job, -1);
	} else if (fired) {
		fail_time_limit(job);
	}
	return JOB_NOTHING;
}
