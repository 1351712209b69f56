/* SPDX-License-Identifier: Apache-2.0 */
/*
 * drift_case.h - drift detection over a kernel that the test makes up
 *
 * The linker (-Wl,--wrap, in unit.am) replaces observe() by one that finds the desired state, but for the links that `down`
 * names, and the notification sockets, the clock and the log.
 */
#pragma once

#include "run_case.h"

/* What waits for Open vSwitch waits for this descriptor. */
#define DRIFT_CASE_FD 42

struct drift_case {
	struct run_case c; /* an L3VNI 100 and an L2VNI 110; evpnd listens */
	struct daemon *daemon;
	struct run *run; /* the daemon's */

	/* The kernel. */
	const char *down[3]; /* links that are down; the others are as they should be */
	bool unreadable;
	bool interrupted; /* links keep changing while evpnd reads them */
	bool waits; /* Open vSwitch has not answered yet */
	uint16_t queued; /* the type of the notification that is queued */
	bool lost; /* the queue was full */

	/* What evpnd did. */
	unsigned int n_observed; /* since the last run */
	unsigned int n_drained, n_closed; /* notification sockets */
	char logged[1024]; /* the last line */
};

extern struct drift_case dc;

void drift_case_begin(void);
void drift_case_end(void);

/* A run that read the kernel as it is now, has come to this step, and has changed so much. */
void drift_case_ran(enum pipeline_step step, size_t n_changes);

/* drift_settle and drift_look return this. */
void drift_case_settles(uint32_t wait);
void drift_case_looks(uint32_t wait);
