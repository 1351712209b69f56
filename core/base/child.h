/* SPDX-License-Identifier: Apache-2.0 */
/*
 * child.h - one helper program at a time, run without waiting for it
 *
 * For the syntax check by the host's own vtysh. The event loop watches `pidfd` (sd_event_add_child_pidfd, libsystemd 245)
 * and reports the end by child_ended(); nothing here waits for a process. At most CHILD_OUTPUT_MAX bytes of output are
 * kept.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "evpn-plugin.h"

#define CHILD_OUTPUT_MAX 16384
/* A killed program that hangs in the kernel stays there. With so many of them no further one is started. */
#define CHILD_KILLED_MAX 8

struct child {
	pid_t pid; /* 0: none runs */
	int pidfd; /* for the event loop; -1: none */
	int output;
	bool group; /* set before child_start(): it gets a process group, which child_kill() ends with it */
	bool ended; /* child_ended was called: child_finish is due */
	int status; /* then, as from waitpid(2) */
	pid_t killed[CHILD_KILLED_MAX]; /* by child_kill, and not reaped yet */
	size_t n_killed;
};

#define CHILD_INIT                        \
	{                                 \
		.pidfd = -1, .output = -1 \
	}

/*
 * Starts argv (argv[0] a path) with `text` as a file on stdin, stdout and stderr collected. The caller has blocked SIGCHLD or
 * not; the child has no signal blocked. 0 or <0.
 */
int child_start(struct child *child, char *const argv[], const char *text, struct evpn_error *err);

/* The event loop has learned that the child has ended, and reaps it. */
void child_ended(struct child *child, int status);

/* After child_ended: takes the exit status (as from waitpid) and the output (freed by the caller). The child is none then. */
void child_finish(struct child *child, int *ret_status, char **ret_output);

/* Kills what runs, if anything, without waiting for its end: that may take long where it hangs in the kernel. */
void child_kill(struct child *child);
