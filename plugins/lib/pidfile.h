/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pidfile.h - the process that podman's pidfile names
 */
#pragma once

#include "lib/process.h"

struct pidfile {
	const char *path; /* absolute; all are the caller's texts */
	const char *proc; /* the host's procfs */
	const char *cgroup; /* what the path of its cgroup contains; NULL: any */
};

struct pidfile_process {
	pid_t pid;
	int pidfd; /* readable when it has ended; -1: there is none */
	int netns; /* its network namespace; -1: it is not FRR's */
	uint64_t start; /* as process_open_netns has it */
};

#define PIDFILE_NO_PROCESS               \
	{                                \
		.pidfd = -1, .netns = -1 \
	}

/* The options `path_key', "proc" and "cgroup", and whether they make sense. */
int pidfile_take_options(struct pidfile *file, const struct evpn_host *host, const char *path_key,
			 struct evpn_error *err);

/* >0: *ret_pid is what the file says; 0: it is not there yet, or empty, and err says so. */
int pidfile_read(const struct pidfile *file, pid_t *ret_pid, struct evpn_error *err);

/*
 * >0: *process, given as PIDFILE_NO_PROCESS, is FRR's, and was so all the time; the caller closes both descriptors. 0:
 * there is none yet, <0: what the file says cannot be right; process->pidfd, if there is one, then tells when to look again.
 */
int pidfile_find(const struct pidfile *file, struct pidfile_process *process, struct evpn_error *err);
