/* SPDX-License-Identifier: Apache-2.0 */
/*
 * vtysh.h - runs one program of FRR's at a time, in FRR's container or on the host, without waiting for it
 *
 * The child's end is the pidfd, readable in the caller's epoll set. Its output goes to memory files of a limited size: a
 * pipe would wake evpnd for each line.
 */
#pragma once

#include <sys/types.h>

#include "evpn-plugin.h"
#include "frr-vtysh/container.h"

/* Where the text of vtysh_start is found, by a program in the container and by one on the host. */
#define VTYSH_TEXT_INSIDE ENTER_FILE
#define VTYSH_TEXT_HOST	  "/proc/self/fd/0"

#define VTYSH_ARGS_MAX 24

struct vtysh {
	int epoll; /* the caller's; gets pidfd */
	pid_t pid; /* 0: none runs */
	int pidfd;
	int out, err;
};

#define VTYSH_IDLE                                             \
	{                                                      \
		.epoll = -1, .pidfd = -1, .out = -1, .err = -1 \
	}

/* How a program has ended. */
struct vtysh_end {
	int status; /* as waitpid has it */
	char *out, *err; /* what it printed, ended by NUL */
};

void vtysh_end_clear(struct vtysh_end *end);

/*
 * Starts the first of `programs` (paths, ended by NULL) that is there; args[0] names it in messages. All but `text` are ended by NULL. target: as a part
 * of that container; NULL: as a child of evpnd's on the host. Ends what runs.
 */
int vtysh_start(struct vtysh *vtysh, const struct enter_target *target, const char *const programs[],
		const char *const args[], const char *text, struct evpn_error *err);

/*
 * The pidfd is readable: takes the end. The caller clears it. <0: it never got as far as the program; err says why, with code
 * ENOENT where none of the programs is there.
 */
int vtysh_take_end(struct vtysh *vtysh, struct vtysh_end *ret_end, struct evpn_error *err);

/* Kills the one that runs, with all that it has started, and takes its end. */
int vtysh_kill_and_take(struct vtysh *vtysh, struct vtysh_end *ret_end, struct evpn_error *err);

/* Kills it with all that it has started, if it runs. */
void vtysh_kill(struct vtysh *vtysh);
