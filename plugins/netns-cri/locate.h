/* SPDX-License-Identifier: Apache-2.0 */
/*
 * locate.h - from what the runtime says to a descriptor of the namespace, and the processes that live in it
 *
 * The runtime's word may be old when it arrives: processes are held by pidfds, which neither keep a namespace alive nor can
 * mean another process, everything is checked in between, and whether they live is asked last.
 */
#pragma once

#include "netns-cri/query.h"

/* Of the sandbox and of the container: told by the epoll set when they end. */
struct hold {
	int epoll;
	int pidfds[2]; /* -1: none */
};

/* Lets go. */
void hold_release(struct hold *hold);

bool hold_has_ended(const struct hold *hold);
bool hold_is_empty(const struct hold *hold);

/*
 * Opens the namespace that a good answer names, below host_root ("" for the host's own files) or by procfs `proc`, holds its
 * processes, and lets go of those that were held. by_container: the container's process is FRR's, and is what
 * *ret_instance stands for. 0: something of it has ended meanwhile.
 */
int locate(const struct answer *answer, const char *host_root, const char *proc, bool by_container, struct hold *hold,
	   int *ret_fd, uint64_t *ret_instance, struct evpn_error *err);
