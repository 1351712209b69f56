/* SPDX-License-Identifier: Apache-2.0 */
/*
 * enter.h - a child of evpnd goes into FRR's container, and leaves nearly all of its rights behind
 *
 * The container is less trusted than the host, and what it calls vtysh may be anything. evpnd-frr-vtysh(8), SECURITY, says
 * what that can do, and what not.
 */
#pragma once

#include <stdbool.h>

/*
 * Where the program finds its text: a directory of its own, laid over what the container has there, and the one that it
 * can write.
 */
#define ENTER_DIR  "/proc"
#define ENTER_FILE ENTER_DIR "/frr.conf"

/* What a child is made with, for clone3(2). */
unsigned long long enter_clone_flags(void);

/* The process whose namespaces are entered, by descriptors. */
struct enter_target {
	int pidfd;
	int root; /* its root directory */
	bool has_users; /* it has a user namespace of its own */
};

/* In the child: 0, and what is executed next is the container's; or -1, having said on stderr why not. */
int enter_container(const struct enter_target *target, const char *text);
