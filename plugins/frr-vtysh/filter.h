/* SPDX-License-Identifier: Apache-2.0 */
/*
 * filter.h - the system calls that a program of FRR's container may make in a child process of evpnd
 *
 * The filter is a list of allowed calls: those of a program that reads files, talks to unix sockets and starts other
 * programs. A call that is not in the list, also one of a future kernel, returns ENOSYS.
 */
#pragma once

#include <linux/filter.h>

#include "evpn-plugin.h"

/* The filter as the kernel takes it. */
struct filter {
	struct sock_fprog program;
};

/* filter_calls.c: the names of the calls that are allowed whatever their arguments are; the last one is NULL. */
extern const char *const filter_calls[];

/* Builds the filter, to be freed by filter_free(). Returns 0, or -1 with err filled in. */
int filter_make(struct filter *filter, struct evpn_error *err);
void filter_free(struct filter *filter);

/* In the child, which has set no_new_privs: puts the filter in force. Returns 0, or -1 with errno. */
int filter_apply(const struct filter *filter);
