/* SPDX-License-Identifier: Apache-2.0 */
/*
 * netns.h - being in a network namespace for a moment
 *
 * evpnd has one thread, so setns(2) on it and back is enough; /proc/sys/net follows the thread's namespace. Who enters
 * leaves in the same function: declare the descriptor with _cleanup_netns_.
 */
#pragma once

#include "evpn-plugin.h"

/* A descriptor of the namespace evpnd runs in. */
int netns_open_own(int *ret_fd, struct evpn_error *err);

/* Whether both descriptors are the same namespace. */
int netns_same(int a, int b);

/*
 * Enters the namespace; *ret_back is what netns_leave needs. netns_leave ends the process if it cannot go back: acting
 * on in the wrong namespace would destroy things. Takes -1 (never entered).
 */
int netns_enter(int netns_fd, int *ret_back, struct evpn_error *err);
void netns_leave(int *back);

#define _cleanup_netns_ __attribute__((cleanup(netns_leave)))
