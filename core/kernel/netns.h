/* SPDX-License-Identifier: Apache-2.0 */
/*
 * netns.h - entering a network namespace and coming back
 *
 * evpnd has one thread, so setns(2) on it and back is enough; /proc/sys/net follows the thread's namespace. The function that
 * enters also leaves: declare the descriptor with _cleanup_netns_.
 */
#pragma once

#include "evpn-plugin.h"

/* A descriptor of the namespace that evpnd runs in; the caller closes it. 0 or <0. */
int netns_open_own(int *ret_fd, struct evpn_error *err);

/* 1: both descriptors are of the same namespace; else 0. */
int netns_same(int a, int b);

/* 1: the descriptor is of a network namespace; 0: it is of something else; <0: it is not open, -errno. */
int netns_check(int fd);

/*
 * Enters the namespace. *ret_back is what netns_leave needs. 0 or <0. netns_leave takes -1 (never entered); it ends the
 * process if it cannot go back, since evpnd would change the wrong namespace from then on.
 */
int netns_enter(int netns_fd, int *ret_back, struct evpn_error *err);
void netns_leave(int *back);

#define _cleanup_netns_ __attribute__((cleanup(netns_leave)))
