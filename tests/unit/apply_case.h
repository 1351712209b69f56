/* SPDX-License-Identifier: Apache-2.0 */
/*
 * apply_case.h - a plan that is applied without a kernel
 *
 * The linker replaces the netlink socket (rtnl_*) and the change of namespace (netns_*), apply_wraps in unit.am: the case
 * writes each message down, and says what the kernel answers.
 */
#pragma once

#include "kernel/apply.h"

/* The groups of the plan. */
#define BASE	 0
#define VNI100	 1
#define VNI110	 2 /* hangs on VNI100 */
#define VNI200	 3
#define N_GROUPS 4

struct apply_case {
	struct plan plan;
	struct apply apply;
	bool failed[N_GROUPS];
	struct evpn_error err; /* of apply_stage */

	/* What the kernel answers. */
	struct {
		const char *message; /* as in `trace` */
		int error;
	} faults[3]; /* to all other messages it says yes */
	uint32_t refused_vnis[2]; /* it refuses every range with one of these (EEXIST); 0: none */
	const char *gone; /* no link has this name; all others have index 50 */
	uint32_t stranger_group; /* of a link with index 90, which is not evpnd's */
	int enter_error; /* errno: the namespace cannot be entered */

	/* What evpnd did. */
	char trace
		[4096]; /* messages: "new NAME", "set INDEX", "group INDEX", "delete INDEX", "delete group", "address INDEX", "vnis FIRST-LAST" */
	size_t n_done; /* in all stages */
	unsigned int n_dumps, n_entered, n_left, n_after, n_reports;
	struct evpn_error reported; /* the last one */
	unsigned int reported_group;
};

extern struct apply_case ac;

void apply_case_begin(void);
void apply_case_end(void);

/* Appends an operation. */
struct op *apply_case_add(enum plan_stage stage, enum op_type type, unsigned int group);

/* Applies a stage, and compares the result and the messages, each ended by a newline; NULL: not these. */
void apply_case_stage(enum plan_stage stage, int result, const char *messages);
