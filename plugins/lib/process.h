/* SPDX-License-Identifier: Apache-2.0 */
/*
 * process.h - what /proc says about one process
 *
 * A pid can pass to another process at any time: the caller holds a pidfd, and asks it after these calls whether
 * what they said was about the process that it means.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>
#include <unistd.h>

#include "evpn-plugin.h"

#define _cleanup_close_ __attribute__((cleanup(process_closep)))

static inline void process_closep(int *fd)
{
	if (*fd >= 0)
		close(*fd);
}

/* Hands the descriptor over: the variable no longer owns it. */
static inline int process_take_fd(int *fd)
{
	int taken = *fd;

	*fd = -1;
	return taken;
}

/*
 * Reads a small file, ended by NUL. Returns its length, at most size - 1 (more is cut off); or -errno, -EMEDIUMTYPE if
 * it is not a regular file.
 */
ssize_t process_read_file(int dir, const char *name, char *buf, size_t size);

/* Makes text that somebody else wrote fit for a message, in place. */
const char *process_printable(char *text);

/* Refuses a `proc` whose numbers are not the ones that pidfd_open takes. */
int process_check_proc(const char *proc, struct evpn_error *err);

/*
 * Refuses a descriptor that is not of a network namespace (ENOTTY: of none at all), or is of the host's own; own_hint then
 * says what to do. `what` names it in messages.
 */
int process_check_netns(int fd, const char *what, const char *own_hint, struct evpn_error *err);

/*
 * Opens the network namespace of a process that may be FRR's: not conmon, of a cgroup whose path contains `cgroup` (NULL:
 * any), not in the host's own namespace (own_hint: as above). *ret_start is when it started, in clock ticks since boot:
 * with it a pid is unique.
 */
int process_open_netns(const char *proc, pid_t pid, const char *cgroup, const char *own_hint, int *ret_fd,
		       uint64_t *ret_start, struct evpn_error *err);

/* A pidfd, close-on-exec, which the caller closes; <0 with code ESRCH: there is no such process. */
int process_hold(pid_t pid, struct evpn_error *err);

bool process_has_ended(int pidfd);

/* pid and start time in one number: pids have 22 bits, and 42 bits of ticks are longer than any uptime. */
static inline uint64_t process_instance(pid_t pid, uint64_t start)
{
	return start << 22 | (uint64_t)(pid - 1);
}
