/* SPDX-License-Identifier: Apache-2.0 */
/*
 * script.h - runs the operator's executable once, beside the event loop
 *
 * The caller's epoll set contains the pidfd and the pipes of the process. Whenever the set is readable, the caller calls
 * script_handle(), which never blocks. What the process prints is limited where it is read, and read at most 25 times a second. A
 * struct has one process at a time: one that has been killed, and that the kernel does not let go, keeps it until it has ended.
 *
 * A process that the script leaves behind does not matter: evpnd closes the pipes when the script ends.
 */
#pragma once

#include <stdbool.h>
#include <sys/types.h>

#include "evpn-plugin.h"

/* Bytes of the end of stderr that are kept, with a NUL. */
#define SCRIPT_TAIL_SIZE 2048
/* Bytes that a process may write to stderr. */
#define SCRIPT_ERR_MAX (1u << 20)
/* With so many killed processes that do not end, no further one is started. */
#define SCRIPT_LEFT_MAX 8

struct script {
	int epoll; /* the caller's */
	size_t out_max; /* bytes that a process may write to stdout */
	pid_t pid; /* 0: there is no process */
	pid_t left[SCRIPT_LEFT_MAX]; /* killed since they could not be watched, and not reaped yet */
	size_t n_left;
	int pidfd;
	int out, err; /* the reading ends of its stdout and stderr; -1: closed */
	int report; /* readable with an errno value if the executable could not be run */
	bool killed; /* it has got SIGKILL, and nothing of it matters any more */
	int timer; /* of the pause between two readings of the pipes */
	bool resting; /* that pause: neither pipe is in the epoll set */
	bool deaf; /* its stdout is not read at present */
	bool overflow; /* it has printed too much */
	char *text; /* its stdout so far, terminated by NUL; NULL: nothing was printed */
	size_t len, size;
	char tail[SCRIPT_TAIL_SIZE]; /* the end of its stderr, terminated by NUL */
	size_t tail_len, err_len;
	int status; /* as of waitpid(2), when it has ended */
	int failure; /* the errno value of the execve(2) that failed; 0: it was run */
};

/* The value of an idle struct. */
#define SCRIPT_IDLE_VALUE                                                     \
	{                                                                     \
		.pidfd = -1, .out = -1, .err = -1, .report = -1, .timer = -1, \
	}

/* The caller keeps `epoll` open. Returns 0, or -1 with err filled in; script_free() in either case. */
int script_init(struct script *script, int epoll, size_t out_max, struct evpn_error *err);

/* Whether its stdout is left in the pipe. */
void script_set_deaf(struct script *script, bool on);

/*
 * Fails unless root alone can change the file: as for a plugin, it must be a regular file that can be executed, and it and
 * its directory must belong to root and not be writable by group or others.
 */
int script_check(const char *path, struct evpn_error *err);

/*
 * Starts the executable with these arguments (terminated by NULL; the first is the path). `input` becomes its stdin; it is
 * closed here in any case. There must be no process. Returns 0, or -1 with err filled in.
 */
int script_start(struct script *script, const char *const args[], int input, struct evpn_error *err);

enum script_event {
	SCRIPT_NOTHING,
	SCRIPT_OVERFLOWS, /* it prints too much: the caller kills it */
	SCRIPT_ENDED, /* status, failure, text and tail are complete */
	SCRIPT_GONE, /* a process that was killed has ended */
};

/* Reads what there is, and looks whether the process has ended. */
enum script_event script_handle(struct script *script);

/* Kills the process and its process group, if it runs. It is there until script_handle() says SCRIPT_GONE. */
void script_kill(struct script *script);

/* Drops the text. */
void script_clear(struct script *script);

/* Kills the process, without waiting for its end (lib/reap.h), and frees everything. */
void script_free(struct script *script);
