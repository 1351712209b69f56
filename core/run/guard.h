/* SPDX-License-Identifier: Apache-2.0 */
/*
 * guard.h - sees when the kernel drifts from what evpn.conf says, and says when to run again
 *
 * Monitors of both namespaces are opened before the read step's dumps and kept to the run's end and beyond, so that no
 * change falls between. A notification that concerns us (drift.h) leads to a look: read and plan, nothing else, FRR is not
 * asked. Only when the look finds something left to do that the run did not leave is the pipeline run.
 *
 * What the run itself changes must not set it off. Which notification is whose cannot be told for sure, so it is not
 * guessed: after a run that changed something, its notifications are thrown away and one look says how things stand. Of
 * what that look finds left to do, the run has left what belongs to steps that it has not come to, or to what it could not
 * bring about; the rest was changed by somebody meanwhile.
 *
 * While a run waits (FRR reloads) the same holds, and a run begins anew if there is drift. That costs a reload nothing:
 * its demand outlives the run (run->reload.pending), and so does the syntax check's child. Before a plan is made nothing
 * is listened to: what the waiting for a namespace ends with is a run that reads everything.
 *
 * FRR's monitor keeps its namespace alive. So it is closed, with the namespace's descriptor, as soon as the netns plugin
 * says that FRR has changed, and never opened for a plugin that could not say so (no event_fd).
 */
#pragma once

#include "drift_parts.h"
#include "evpn-plugin.h"
#include "notify.h"

struct run;

struct guard {
	struct monitor *monitors[NET_NS_COUNT];
	bool settled; /* `known` and `left` are of this run */
	size_t n_settled; /* run->n_changes then */
	struct drift_known known;
	struct drift_left left; /* what the run left undone, by its plan or the look after it */
	struct drift_pace pace; /* across runs */
};

#define GUARD_NOTHING UINT32_MAX

/* Opens the monitors, if the run's options say so. 0 or <0. */
int guard_listen(struct run *run, struct evpn_error *err);

/* Before a new run, and at the end: closes the monitors, forgets what was known. */
void guard_stop(struct run *run);

/* At the very end. */
void guard_free(struct run *run);

/*
 * The run has ended or waits: learns how things stand. Returns as guard_look; where the run has not come to a plan, it
 * stops listening.
 */
uint32_t guard_settle(struct run *run);

/* Takes the queued notifications of one namespace: whether a look is due. */
bool guard_read(struct run *run, enum net_ns ns);

/* 0: run the pipeline; GUARD_NOTHING: all is as the run left it; else look again after so many ms. */
uint32_t guard_look(struct run *run);

/* FRR has changed: lets go of its namespace at once. */
void guard_release(struct run *run);
