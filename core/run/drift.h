/* SPDX-License-Identifier: Apache-2.0 */
/*
 * drift.h - sees when the kernel drifts from what evpn.conf says, and says when to run again
 *
 * The run opens its notifications before it reads the kernel and keeps them (run->notify), so that no change falls between.
 * A notification that concerns evpnd (drift_parts.h) leads to a look: observe(), nothing else, FRR is not asked. Only when
 * the look finds something left to do that the run did not leave, a new run begins.
 *
 * evpnd's own changes must cause no drift. Which notification stems from which change cannot be told for sure, so evpnd does
 * not guess: after a run that changed something, its notifications are thrown away and one look says how things stand. Of
 * what that look finds left to do, the run has left what belongs to steps that it has not come to, or to groups that
 * failed; all else was changed by another program meanwhile.
 *
 * While a run waits (FRR reloads) the same holds, and a run begins anew if there is drift. That costs a reload nothing: its
 * demand outlives the run (struct frr_state), and so does the syntax check. Before there is a plan, notifications are not
 * kept: the run that ends the waiting reads everything.
 */
#pragma once

#include "run/drift_parts.h"
#include "run/observe.h"

struct daemon;

/* An observation that is not finished: Open vSwitch has not answered yet. */
struct drift_glance {
	struct observation seen;
	struct ovs *ovs; /* NULL: no observation is under way */
	int netns_fd; /* of FRR's namespace, a duplicate */
	bool settles; /* it learns how things stand after the run's own changes */
};

struct drift {
	bool resettles; /* the look that was to settle was interrupted: the next one settles */
	bool settled; /* `known` and `left` are of this run */
	size_t n_settled; /* run->n_changes then */
	struct drift_known known;
	struct drift_left left; /* what the run left undone, by its plan or by the look after it */
	struct drift_pace pace; /* across runs */
	struct drift_glance glance;
	bool interrupted; /* an observation was broken off: what it looked for has to be looked for again */
};

/* What the functions below return beside a pause in ms; 0: run the pipeline. */
#define DRIFT_NOTHING UINT32_MAX /* all is as the run left it */
#define DRIFT_ASKS    (UINT32_MAX - 1) /* call drift_continue when drift_fd is readable */

/* A run goes on: breaks off an observation, which would be out of date. The next drift_settle makes it anew. */
void drift_interrupt(struct drift *drift);

/* Before a new run: forgets what the last one left. */
void drift_stop(struct drift *drift);

/* At the very end. */
void drift_free(struct drift *drift);

/*
 * The run has ended or waits: learns how things stand. Returns as drift_look does; where the run has no plan yet, it stops
 * listening.
 */
uint32_t drift_settle(struct daemon *daemon);

/* Takes the queued notifications of one namespace. True: a look is due. */
bool drift_read(struct daemon *daemon, enum net_ns ns);

/* Observes the kernel. Returns 0, after how many ms to look again, DRIFT_NOTHING or DRIFT_ASKS. */
uint32_t drift_look(struct daemon *daemon);

/*
 * After DRIFT_ASKS: the descriptor to wait for, and going on with the observation. Notifications have to stay queued till
 * then: what they are about may have come after the kernel was read.
 */
int drift_fd(const struct drift *drift);
uint32_t drift_continue(struct daemon *daemon);
