/* SPDX-License-Identifier: Apache-2.0 */
/*
 * job.h - runs FRR's programs one after another for a reload or a query, with pauses between retries and a time limit
 *
 * The caller owns the job and what it points to. The job adds its timer and its child processes to the epoll set of the
 * location.
 */
#pragma once

#include "frr-vtysh/location.h"
#include "frr-vtysh/program.h"

struct job_options {
	const char *vtysh; /* its path; NULL: one of the usual paths */
	const char *vty_dir; /* of the daemons' sockets; NULL: the default of vtysh */
	const char *daemons; /* the daemons that must run, separated by commas */
	const char *frr_reload; /* the path of frr-reload.py, the fallback; NULL: no fallback */
	unsigned int timeout_s; /* time limit of one program */
};

enum job_state { JOB_IDLE, JOB_PAUSING, JOB_RUNNING, JOB_DONE };

struct job {
	const struct evpn_host *host;
	const struct job_options *options;
	struct location *location;
	struct program program;
	int timer;
	enum job_state state;
	unsigned int pause_ms; /* the last pause before a retry; 0: none yet */
	char what[256]; /* names the program in messages */
	int outcome; /* >0 done; 0 running, err.msg says what it waits for; <0 failed, see err */
	struct evpn_error err;
};

/* The caller has set host, options and location. Returns 0, or -1 with err filled in. */
int job_init(struct job *job, struct evpn_error *err);
void job_free(struct job *job);

/* Kills the running program, and makes the job a new one. */
void job_begin(struct job *job);
/* Ends the job with this outcome. The caller has filled in job->err. */
void job_end(struct job *job, int outcome);
/* Retries after a pause, or earlier after an event. The caller has filled in job->err. */
void job_pause(struct job *job);

/* The same with pauses of up to a minute, for what only an event is expected to change. */
void job_pause_long(struct job *job);

/* The caller itself does what is next, without a program and without the time limit of one. */
void job_run_caller(struct job *job);

/* The path at which a program of this job finds its text. */
const char *job_text_path(const struct job *job);

/*
 * Starts vtysh with the common arguments, followed by `args` (terminated by NULL). `text` may be NULL; `what` names the
 * program in messages. If the program cannot be started, the job ends; if FRR's container has just ended, the job
 * pauses.
 */
void job_run_vtysh(struct job *job, const char *const args[], const char *text, const char *what);
/* The same for another program: `args` are all its arguments. */
void job_run_program(struct job *job, const char *const programs[], const char *const args[], const char *text,
		     const char *what);

/* JOB_AGAIN: the pause is over. */
enum job_event { JOB_NOTHING, JOB_AGAIN, JOB_PROGRAM_ENDED };

/*
 * Handles the job's own events; `appeared`: the location reports an event that ends a pause. With JOB_PROGRAM_ENDED the
 * caller clears *ret_end. The job itself ends if the program has exceeded the time limit or could not be executed.
 */
enum job_event job_handle_event(struct job *job, bool appeared, struct program_end *ret_end);

/* The state of a job that evpnd sees, to find out whether an event has changed it. */
struct job_report {
	int outcome;
	char msg[EVPN_ERROR_MSG_SIZE];
};

struct job_report job_report(const struct job *job);
bool job_has_changed(const struct job *job, const struct job_report *before);
