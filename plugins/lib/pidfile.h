/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pidfile.h - reads podman's pidfile, and opens the network namespace of the process that it names
 *
 * Texts belong to the caller and outlive the struct. Results: >0 found; 0 not ready, err says what is missing; <0
 * failed, err says why.
 */
#pragma once

#include "lib/process.h"

struct pidfile {
	const char *path; /* of the pidfile, absolute */
	const char *proc; /* the host's procfs */
	struct process_hidden hidden;
	const char *cgroup; /* a text that the cgroup path of the process must contain; NULL: any cgroup is accepted */
};

struct pidfile_process {
	pid_t pid;
	int pidfd; /* readable when the process has ended; -1: there is no process */
	int netns; /* its network namespace; -1: the process is not FRR's */
	uint64_t start; /* see process_open_netns() */
};

#define PIDFILE_NO_PROCESS               \
	{                                \
		.pidfd = -1, .netns = -1 \
	}

/* Reads and checks the options `path_key', "proc" and "cgroup". Returns 0 or -1. */
int pidfile_take_options(struct pidfile *file, const struct evpn_host *host, const char *path_key,
			 struct evpn_error *err);

/* Reads the pid from the file. 0: the file does not exist yet, or is empty. */
int pidfile_read(const struct pidfile *file, pid_t *ret_pid, struct evpn_error *err);

/*
 * Finds FRR's process; *process is PIDFILE_NO_PROCESS before. The caller closes both descriptors, whatever the result
 * is. With a result <= 0, process->pidfd may be open: when it becomes readable, the result may change. With a result of 0
 * and an open pidfd it changes also without an event, soon.
 */
int pidfile_find(struct pidfile *file, struct pidfile_process *process, struct evpn_error *err);
