/* SPDX-License-Identifier: Apache-2.0 */
/*
 * change_view.h - what works on the node, before a change and after it, and what has become worse; pure
 *
 * A view is taken from the report of a health check. It survives evpnd as JSON, because the change may outlive it.
 */
#pragma once

#include <jansson.h>

#include "config/config.h"
#include "frr/health.h"

struct change_session {
	char name[HEALTH_NAME_SIZE];
	bool established;
};

struct change_vni {
	uint32_t vni, vteps; /* remote VTEPs */
	bool up;
};

/* Starts zeroed. */
struct change_view {
	bool known; /* false: evpnd did not know what worked, so nothing can have become worse */
	struct change_session *sessions;
	size_t n_sessions, n_established;
	struct change_vni *vnis; /* in the order of the report */
	size_t n_vnis, n_up;
	char **faults; /* of neither: "NextHopUnresolved 100.64.0.2" */
	size_t n_faults;
};

void change_view_take(const struct health_report *report, struct change_view *view);
void change_view_clear(struct change_view *view);
json_t *change_view_json(const struct change_view *view);
/* False: it is no view. */
bool change_view_parse(const json_t *json, struct change_view *view);

/* How the node is, measured by what it was. */
enum change_health {
	CHANGE_BAD, /* fewer sessions or VNIs work than before or than evpn.conf has, or the remote VTEPs are gone, or FRR has a new fault */
	CHANGE_UNPROVEN, /* no longer than a session's timers it can be known whether it is alive: see `since_ms` below */
	CHANGE_GOOD,
};

/*
 * Compares a check's report with `before`. A session counts as alive if its neighbor has sent a message since `since_ms`
 * milliseconds before the check, when the change was done: FRR shows a dead one as established until its hold time is over.
 * *worse (NULL: not wanted) gets a line for each thing that worked before, is still configured, and does not work now, and *notes a
 * line for each session that may be dead.
 */
enum change_health change_judge(const struct change_view *before, const struct health_report *now, uint64_t since_ms,
				struct config_errors *worse, struct config_errors *notes);

/*
 * Why the change from one configuration to the other has to be asked about: it deletes more than half of the VNIs, or the last NIC.
 * NULL: no reason. Freed by the caller.
 */
char *change_danger(const struct config *before, const struct config *after);
