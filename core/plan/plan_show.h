/* SPDX-License-Identifier: Apache-2.0 */
/*
 * plan_show.h - a plan for machines, and whose is what stands
 */
#pragma once

#include <jansson.h>
#include <stdio.h>

#include "plan.h"

enum plan_state {
	PLAN_STATE_OWN, /* wanted, and there: made or moved by this evpnd */
	PLAN_STATE_MISSING, /* wanted, and not there yet */
	PLAN_STATE_TAKEN, /* wanted, and something foreign has its name */
	PLAN_STATE_ORPHANED, /* made by this evpnd, and wanted no more */
};
#define PLAN_STATE_COUNT 4

/* "own", "missing", "foreign", "orphaned" */
const char *plan_state_name(enum plan_state state);

/* Calls `each` for every link that is wanted or ours; `link` is the actual one where there is one. */
void plan_states(const struct net *desired, const struct net *actual,
		 void (*each)(void *arg, const struct net_link *link, enum plan_state state), void *arg);

/* One line with the numbers, and one for each foreign and each orphaned link; nothing where there are none of these. */
void plan_print_states(const struct net *desired, const struct net *actual, FILE *out);

/*
 * { "operations": [ { "step", "namespace", "command", "group" } ], "problems": [ { "group", "text" } ],
 *   "objects": [ { "namespace", "kind", "name", "state" } ] }; the caller owns it.
 */
json_t *plan_json(const struct plan *plan, const struct net *desired, const struct net *actual);
