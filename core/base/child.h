/* SPDX-License-Identifier: Apache-2.0 */
/*
 * child.h - one helper program at a time, run without waiting for it
 *
 * For the syntax check by the host's own vtysh. The child's end is a readable pidfd; its output is read then. At most
 * CHILD_OUTPUT_MAX bytes of output are kept.
 */
#pragma once

#include <stdbool.h>
#include <sys/types.h>

#include "evpn-plugin.h"

#define CHILD_OUTPUT_MAX 16384

struct child {
	pid_t pid; /* 0: none runs */
	int pidfd; /* readable when it has ended */
	int output;
};

#define CHILD_INIT                        \
	{                                 \
		.pidfd = -1, .output = -1 \
	}

/* Starts argv (argv[0] a path) with `text` as a file on stdin, stdout and stderr collected. */
int child_start(struct child *child, char *const argv[], const char *text, struct evpn_error *err);

/*
 * Takes the exit status (as from waitpid) and the output (freed by the caller). Waits for the child's end: call it when
 * pidfd is readable, or where nothing else is to be done meanwhile. The child is none then.
 */
void child_finish(struct child *child, int *ret_status, char **ret_output);

/* Kills and reaps what runs, if anything. */
void child_kill(struct child *child);
