/* SPDX-License-Identifier: Apache-2.0 */
/*
 * drift_parts.h - the three models behind drift.h; pure
 *
 *  drift_known  (drift_filter.c) The links and addresses that matter, as they were last read. A notification about others,
 *               or one that says nothing new (the repeated announcement of a bridge port, carrier, counters), is ignored.
 *  drift_left   (drift_pace.c) The operations and problems of a plan. The difference of two of them is what has changed since
 *               the last look, so that evpnd does not try at each event what cannot be done now.
 *  drift_pace   (drift_pace.c) How often each object was restored in a row: evpnd pauses longer and longer between its repairs
 *               when another program keeps undoing them.
 */
#pragma once

#include <linux/netlink.h>
#include <stdbool.h>
#include <stdint.h>

#include "kernel/read_link.h"
#include "model/net.h"
#include "plan/plan.h"

/* `net` has the links that matter. Of a link, ifindex 0: it does not exist; `want` 0: only its existence counts. */
struct drift_known {
	struct net net;
	const struct net_link **by_index; /* the existing links, sorted by namespace and index */
	size_t n_by_index;
	struct read_ident ident;
};

/*
 * Learns what exists now: the desired links, the masters that they need, the NICs where they come from, and every link with
 * this instance's mark. Both nets are sorted. *known is replaced; drift_known_clear frees what it owns.
 */
void drift_known_learn(struct drift_known *known, const struct net *desired, const struct net *actual,
		       const char *instance);
void drift_known_clear(struct drift_known *known);

/* Whether a notification from namespace `ns` says something new about what matters. In doubt it does. */
bool drift_concerns(const struct drift_known *known, enum net_ns ns, const struct nlmsghdr *hdr);

#define DRIFT_OBJECT_SIZE 128

struct drift_item {
	char object[DRIFT_OBJECT_SIZE]; /* "frr: vni110": what the pace counts */
	char *text; /* the operation, as --dry-run has it, or the problem */
	size_t order; /* its place in the plan */
};

/* Sorted by text. */
struct drift_left {
	struct drift_item *items;
	size_t n_items;
};

void drift_left_from_plan(const struct net *desired, const struct plan *plan, struct drift_left *left);
void drift_left_add(struct drift_left *left, const char *object, const char *text);
void drift_left_clear(struct drift_left *left);
/* Calls `each` for every item that only one of the two has; `came`: only `now` has it. Returns how many. */
size_t drift_left_compare(const struct drift_left *before, const struct drift_left *now,
			  void (*each)(const struct drift_item *item, bool came, void *arg), void *arg);

/* After a dump that the kernel interrupted, because links or addresses kept changing. */
#define DRIFT_AGAIN_MS 200

/* An object is restored so often in a row without a pause. */
#define DRIFT_FREE_REPAIRS 5
/* The count of an object that stays unchanged for so long after its repair starts again from 0. */
#define DRIFT_QUIET_MS 2000

struct drift_object {
	char name[DRIFT_OBJECT_SIZE];
	unsigned int repairs; /* in a row */
	uint64_t repaired_ms; /* when last; 0: not yet */
	uint64_t seen_ms; /* when the present difference was first seen; 0: there is none */
	bool told; /* the warning that it keeps changing has been logged */
};

/* Starts zeroed. */
struct drift_pace {
	struct drift_object *objects; /* sorted by name */
	size_t n_objects;
	struct drift_object *seen; /* in the look that is under way */
	size_t n_seen;
};

/*
 * One look: drift_pace_see for each item that differs, then drift_pace_wait. The latter returns 0 when evpnd is to run now
 * (then all that was seen counts as restored), else for how many ms to wait; UINT_MAX: nothing was seen. *ret_fight is an
 * object that is newly found to keep changing, or NULL; it is valid until the next call. Times are clock_ms(), never 0.
 */
void drift_pace_see(struct drift_pace *pace, const char *object, uint64_t now_ms);
unsigned int drift_pace_wait(struct drift_pace *pace, uint64_t now_ms, const struct drift_object **ret_fight);
void drift_pace_clear(struct drift_pace *pace);
