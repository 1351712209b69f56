/* SPDX-License-Identifier: Apache-2.0 */
/*
 * init.h - the first process of the pid namespace in which a program of FRR's container runs
 *
 * It is a child of evpnd and executes nothing. It ends with evpnd, whatever the program does, and the kernel ends all
 * other processes of the namespace with it.
 */
#pragma once

#include "evpn-plugin.h"

/* Descriptors that evpnd and the first process share. */
struct init {
	int evpnd; /* a pidfd of evpnd */
	int status; /* an eventfd that carries how the program has ended */
};

#define INIT_NONE                         \
	{                                 \
		.evpnd = -1, .status = -1 \
	}

/* In evpnd. Returns 0, or -1 with err filled in; the caller calls init_close() in either case. */
int init_open(struct init *init, struct evpn_error *err);
void init_close(struct init *init);

/* In the child: ends it when evpnd ends. To be called again after a change of user, which switches this off. */
void init_follow_evpnd(const struct init *init);

/*
 * In the child, which becomes the first process. Returns 0 in a child of its own, which executes the program; -1: it has
 * printed a message to stderr.
 */
int init_fork(const struct init *init);

/* In evpnd, after the first process has ended with `status` (as of waitpid(2)): how the program has ended. */
int init_program_status(const struct init *init, int status);
