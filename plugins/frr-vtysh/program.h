/* SPDX-License-Identifier: Apache-2.0 */
/*
 * program.h - runs one of FRR's programs at a time, in FRR's container or on the host, without waiting for it
 *
 * The caller's epoll set contains the pidfd of the child, which becomes readable when the child ends. The output goes
 * to memory files of fixed size: a pipe would wake evpnd for each line.
 */
#pragma once

#include <stddef.h>
#include <sys/types.h>

#include "evpn-plugin.h"
#include "frr-vtysh/container.h"
#include "frr-vtysh/init.h"

/* The path of the text of program_start(), for a program in the container and for one on the host. */
#define PROGRAM_TEXT_INSIDE CONTAINER_FILE
#define PROGRAM_TEXT_HOST   "/proc/self/fd/0"

#define PROGRAM_ARGS_MAX 24
/* A killed program that hangs in the kernel stays there. With so many of them no further one is started. */
#define PROGRAM_KILLED_MAX 8

struct program_killed {
	pid_t pid;
	int pidfd;
};

struct program {
	int epoll; /* the caller's; contains pidfd, and those of the killed programs */
	pid_t pid; /* 0: no program is running */
	int pidfd;
	int out, err; /* memory files with its output */
	struct init init; /* in a container the child is the parent of the program */
	struct program_killed killed[PROGRAM_KILLED_MAX]; /* programs that were killed and have not ended yet */
	size_t n_killed;
};

#define PROGRAM_IDLE                                                              \
	{                                                                         \
		.epoll = -1, .pidfd = -1, .out = -1, .err = -1, .init = INIT_NONE \
	}

/* How a program has ended. */
struct program_end {
	int status; /* as of waitpid(2) */
	char *out, *err; /* its output, terminated by NUL */
};

void program_end_clear(struct program_end *end);

/*
 * Starts the first of `programs` (paths, terminated by NULL) that exists, with `args` (terminated by NULL) and `text`,
 * which may be NULL. container: the container to run it in; NULL: on the host. Kills the program that is running.
 * Returns 0, or -1 with err filled in.
 */
int program_start(struct program *program, const struct container *container, const char *const programs[],
		  const char *const args[], const char *text, struct evpn_error *err);

/*
 * Takes the result of a program whose pidfd is readable; the caller clears *ret_end. -1: the program could not be
 * executed, err says why, with code ENOENT if none of the paths exists; or its output is too long, EFBIG.
 */
int program_take_end(struct program *program, struct program_end *ret_end, struct evpn_error *err);

/* Kills the running program and its descendants, and takes its output so far. It may end later. */
int program_kill_and_take(struct program *program, struct program_end *ret_end, struct evpn_error *err);

/* Kills the program and its descendants, if it is running. It may end later. */
void program_kill(struct program *program);

/* Takes killed programs that have ended: the epoll set is readable until then. Does not wait. */
void program_reap(struct program *program);

/* Kills the program, and waits for none: reap.h has those that have not ended yet. */
void program_free(struct program *program);
