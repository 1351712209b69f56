/* SPDX-License-Identifier: Apache-2.0 */
/*
 * container.h - makes a child process of evpnd enter FRR's container and drop nearly all privileges
 *
 * The container is untrusted: its vtysh can be any program. SECURITY in evpnd-frr-vtysh(8) lists what that program can
 * do.
 */
#pragma once

#include <stdbool.h>

#include "frr-vtysh/filter.h"

/*
 * The program finds its text here: in a tmpfs that covers this directory of the container, and that the program can
 * write.
 */
#define CONTAINER_DIR  "/proc"
#define CONTAINER_FILE CONTAINER_DIR "/frr.conf"

/* The flags for clone(2) of the child. */
int container_clone_flags(void);

/* The first process of the container. */
struct container {
	int pidfd;
	int root; /* its root directory */
	bool has_users; /* it has its own user namespace */
	const struct filter *filter; /* of the system calls of its programs */
};

/*
 * To be called in the child. After 0 the child executes programs of the container; -1: it has printed a message to
 * stderr.
 */
int container_enter(const struct container *container, const char *text);
