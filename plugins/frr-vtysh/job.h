/* SPDX-License-Identifier: Apache-2.0 */
/*
 * job.h - what a reload and a query have in common: programs of FRR's that run one after another, pauses, a time limit
 */
#pragma once

#include "frr-vtysh/place.h"
#include "frr-vtysh/program.h"

struct job_options {
	const char *vtysh; /* NULL: where it usually is */
	const char *vty_dir; /* NULL: where vtysh looks by itself */
	const char *daemons; /* those that have to be up, with commas between them */
	const char *frr_reload; /* what takes over where our difference does not do; NULL: nothing */
	unsigned int timeout_s; /* for one program */
};

enum job_state { JOB_IDLE, JOB_PAUSING, JOB_RUNNING, JOB_DONE };

struct job {
	const struct evpn_host *host;
	const struct job_options *options;
	struct place *place;
	struct vtysh vtysh;
	int timer;
	enum job_state state;
	unsigned int pause_ms; /* the next one */
	char what[256]; /* what runs, for messages */
	int outcome; /* once it is done: 1, or <0 with err; until then err says what is waited for */
	struct evpn_error err;
};

/* host, options and place are set by the caller. */
int job_init(struct job *job, struct evpn_error *err);
void job_free(struct job *job);

/* Drops what is under way. */
void job_begin(struct job *job);
void job_end(struct job *job, int outcome);
/* job->err says what is waited for: begins anew after a pause, or when there is news. */
void job_pause(struct job *job);

/* Where a vtysh of this job finds its text. */
const char *job_text_path(const struct job *job);

/*
 * Starts vtysh with `args` (ended by NULL) behind those that every vtysh gets. `text` may be NULL. The job has ended if it
 * cannot be started, or pauses when FRR's container has just gone. `what` is for messages.
 */
void job_vtysh(struct job *job, const char *const args[], const char *text, const char *what);
/* The same for frr-reload.py, which gets all of its args here. */
void job_run(struct job *job, const char *const programs[], const char *const args[], const char *text,
	     const char *what);

enum job_news { JOB_NOTHING, JOB_AGAIN, JOB_PROGRAM_ENDED };

/*
 * Looks at what has happened. JOB_AGAIN: the pause is over (`appeared`: there is news); JOB_PROGRAM_ENDED: *ret_end is how, the
 * caller clears it. A program that ran into the time limit, or did not get as far as running, has ended the job.
 */
enum job_news job_go_on(struct job *job, bool appeared, struct vtysh_end *ret_end);
