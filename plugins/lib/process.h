/* SPDX-License-Identifier: Apache-2.0 */
/*
 * process.h - reads /proc/PID: the network namespace, the cgroup and the start time of a process
 *
 * A pid can pass to another process at any time. So the caller first opens a pidfd (process_hold), then calls these
 * functions, and then checks that the process still runs (process_has_ended): only then do the results belong to that
 * process. Functions that return int: >=0, or -1 with err filled in.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "evpn-plugin.h"
#include "lib/fd.h"

/* The kernel's highest pid (PID_MAX_LIMIT), whatever kernel.pid_max says. */
#define PROCESS_PID_MAX (1 << 22)

/*
 * Reads a small file (folder.h opens it) into buf, terminated by NUL. Returns its length, at most size - 1 (the rest is
 * ignored); or -errno.
 */
ssize_t process_read_fd(int fd, char *buf, size_t size);

/* Replaces all but printable ASCII characters by '?', in place: for text from other programs in a message. */
const char *process_printable(char *text);

/* Fails if `proc` belongs to another pid namespace, so that its pids are not those of pidfd_open(). */
int process_check_proc(const char *proc, struct evpn_error *err);

/*
 * Opens the network namespace of a process. Fails if the process is conmon, if no path of its cgroup contains `cgroup`
 * (NULL: any cgroup is accepted), or if it is in the host's own namespace (own_hint as above). *ret_start is the start
 * time in clock ticks since boot; pid and start time together identify a process. *ret_start is set also if evpnd may not
 * open the namespace (code EACCES).
 */
int process_open_netns(const char *proc, pid_t pid, const char *cgroup, const char *own_hint, int *ret_fd,
		       uint64_t *ret_start, struct evpn_error *err);

/* The process that procfs hid last. Starts zeroed. */
struct process_hidden {
	pid_t pid;
	int64_t since_ms; /* by clock_ms() */
};

/*
 * Whether process_open_netns() has failed, with this code, since the process still belongs to the container runtime. runc and crun
 * make it undumpable until they execute the container's program: without CAP_SYS_PTRACE its namespaces cannot be opened then (EACCES),
 * and under systemd's ProtectProc=ptraceable procfs hides it (ENOENT). That takes moments: after 10 s it is false. `start`: as
 * process_open_netns() has set it.
 */
#define PROCESS_YOUNG_S 10
bool process_is_starting(struct process_hidden *hidden, pid_t pid, int code, uint64_t start);

/* Opens a pidfd, close-on-exec, which the caller closes. -1 with code ESRCH: the process does not exist. */
int process_hold(pid_t pid, struct evpn_error *err);

bool process_has_ended(int pidfd);

/*
 * Why a process that runs may not be there for evpnd, as the end of a message: evpnd is in a pid namespace of its own, as in a
 * container. "": it is in the host's.
 */
const char *process_absence_hint(void);

/*
 * What a process is, for people: "process 4711, container 3f9c0a1b2c3d", by the container's ID in the path of its cgroup, if there is
 * one. Returns text.
 */
#define PROCESS_DESCRIPTION_SIZE 64
const char *process_describe(const char *proc, pid_t pid, char text[PROCESS_DESCRIPTION_SIZE]);

/* A start time as seconds since 1970. */
int64_t process_started(uint64_t start);

/* Combines pid and start time in one number: a pid has at most 22 bits, and 42 bits of ticks exceed any uptime. */
static inline uint64_t process_instance(pid_t pid, uint64_t start)
{
	return start << 22 | (uint64_t)(pid - 1);
}
