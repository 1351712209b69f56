/* SPDX-License-Identifier: Apache-2.0 */
/*
 * drift.h - what of the kernel's talk concerns us, what is left undone, and how often it is put back; pure
 *
 * Three small models that guard.c keeps:
 *  drift_known  the links and addresses that matter, as they were last read. A notification that says nothing new about
 *               them (the repeated announcement of a bridge port, carrier, counters) or is about others is passed over.
 *  drift_left   the operations and problems of a plan. Two of them tell what has changed since the last look, so that
 *               what cannot be done now is not tried again at each event.
 *  drift_pace   how often each object was put back in a row: a program that keeps undoing it is met with longer and
 *               longer pauses.
 */
#pragma once

#include <linux/netlink.h>
#include <stdbool.h>
#include <stdint.h>

#include "read_link.h"
#include "net.h"
#include "plan.h"

/* Its `net` has the links that matter, ifindex 0: there is none. `want` 0: only whether it is there counts. */
struct drift_known {
	struct net net;
	const struct net_link **by_index; /* those that are there, sorted by namespace and index */
	size_t n_by_index;
	struct actual_ident ident;
};

/*
 * Learns what stands now: desired links, the masters that they need, the NICs where they come from, and all that carries
 * our mark. Both nets sorted. *known is replaced; drift_known_clear frees what is in it.
 */
void drift_known_learn(struct drift_known *known, const struct net *desired, const struct net *actual,
		       const char *instance);
void drift_known_clear(struct drift_known *known);

/* Whether a notification of namespace `ns` says something new about what matters. In doubt it does. */
bool drift_concerns(const struct drift_known *known, enum net_ns ns, const struct nlmsghdr *hdr);

#define DRIFT_OBJECT_SIZE 128

struct drift_item {
	char object[DRIFT_OBJECT_SIZE]; /* "frr: vni110": what the pace goes by */
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
/* Calls `each` for every item that only one of the two has; `came`: only `now`. Returns how many. */
size_t drift_left_compare(const struct drift_left *before, const struct drift_left *now,
			  void (*each)(const struct drift_item *item, bool came, void *arg), void *arg);

/* So often in a row an object is put back without a pause. */
#define DRIFT_FREE_REPAIRS 5
/* An object that stood so long after it was put back begins anew. */
#define DRIFT_QUIET_MS 2000

struct drift_object {
	char name[DRIFT_OBJECT_SIZE];
	unsigned int repairs; /* in a row */
	uint64_t repaired_ms; /* when last; 0: not yet */
	uint64_t seen_ms; /* when the present difference was first seen; 0: there is none */
	bool told; /* that it keeps changing */
};

/* Zeroed at first. */
struct drift_pace {
	struct drift_object *objects; /* sorted by name */
	size_t n_objects;
	struct drift_object *seen; /* in the look that is under way */
	size_t n_seen;
};

/*
 * One look: drift_pace_see for each item that differs, then drift_pace_wait. That returns 0 when something is to be put
 * back now (then all that was seen counts as put back), else for how many ms to wait; UINT_MAX: nothing was seen.
 * *ret_fight is an object that is newly found to keep changing, or NULL; it lives until the next call. Times:
 * CLOCK_MONOTONIC ms, never 0.
 */
void drift_pace_see(struct drift_pace *pace, const char *object, uint64_t now_ms);
unsigned int drift_pace_wait(struct drift_pace *pace, uint64_t now_ms, const struct drift_object **ret_fight);
void drift_pace_clear(struct drift_pace *pace);
