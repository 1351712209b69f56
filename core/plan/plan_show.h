/* SPDX-License-Identifier: Apache-2.0 */
/*
 * plan_show.h - a plan as JSON, and the state of each link: own, missing, foreign, orphaned
 */
#pragma once

#include <jansson.h>
#include <stdio.h>

#include "plan/plan.h"

enum plan_link_state {
	PLAN_LINK_OWN, /* wanted, and created or moved by this instance */
	PLAN_LINK_MISSING, /* wanted, and not created yet */
	PLAN_LINK_FOREIGN, /* wanted, but a foreign link has its name */
	PLAN_LINK_ORPHANED, /* created by this instance, and not wanted any more */
};
#define PLAN_LINK_STATE_COUNT 4

/* "own", "missing", "foreign", "orphaned" */
const char *plan_link_state_name(enum plan_link_state state);

/*
 * Calls `each` for every link that is wanted or ours. `link` is the actual link, or the desired one if it is missing.
 */
void plan_link_states(const struct net *desired, const struct net *actual,
		      void (*each)(void *arg, const struct net_link *link, enum plan_link_state state), void *arg);

/* One line with the counts, and one for each foreign and each orphaned link. Without such links it prints nothing. */
void plan_print_link_states(const struct net *desired, const struct net *actual, FILE *out);

/*
 * { "operations": [ { "step", "namespace", "command", "group" } ], "problems": [ { "group", "text" } ],
 *   "objects": [ { "namespace", "kind", "name", "state" } ] }. The caller owns it.
 */
json_t *plan_json(const struct plan *plan, const struct net *desired, const struct net *actual);
