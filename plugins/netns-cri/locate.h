/* SPDX-License-Identifier: Apache-2.0 */
/*
 * locate.h - opens the network namespace that the container runtime reports, and watches the processes in it
 *
 * The runtime's answer may be outdated when it arrives. So pidfds of the processes are opened first, then everything is
 * checked, and last that the processes still run. A pidfd always means the same process, and does not keep its
 * namespace alive.
 */
#pragma once

#include "lib/process.h"
#include "netns-cri/query.h"

/* Pidfds of the sandbox's and the container's process; they make the epoll set readable when a process ends. */
struct hold {
	int epoll; /* the caller's */
	int pidfds[2]; /* -1: none */
	struct process_hidden hidden;
};

/* Closes the pidfds. */
void hold_release(struct hold *hold);

bool hold_has_ended(const struct hold *hold);
bool hold_is_empty(const struct hold *hold);

/*
 * Opens the namespace of an answer with result >0: by its path below host_root ("" for the host's own files), or
 * through its process in the procfs `proc`. Replaces the processes in *hold. With by_container *ret_instance identifies
 * the container's process, else the sandbox's. Results: >0 done, the caller closes *ret_fd; 0: a process has ended
 * meanwhile, or is about to run; <0: failed.
 */
int locate(const struct answer *answer, const char *host_root, const char *proc, bool by_container, struct hold *hold,
	   int *ret_fd, uint64_t *ret_instance, struct evpn_error *err);
