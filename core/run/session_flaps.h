/* SPDX-License-Identifier: Apache-2.0 */
/*
 * session_flaps.h - finds BGP sessions that are lost and established again and again; pure
 *
 * Such a session is established at most checks, and each time that it is not passes before it counts. bgpd counts the losses, so
 * the difference between two checks shows those that no check has seen.
 */
#pragma once

#include "frr/health.h"

/* So many losses within so long are too many. */
#define FLAPS_MANY	6
#define FLAPS_WINDOW_MS 60000
/* A session that is down for longer than this does not flap any more, it is down. */
#define FLAPS_DOWN_MS 20000

struct session_flap {
	char name[HEALTH_NAME_SIZE];
	int64_t dropped; /* bgpd's counter at the last check */
	uint64_t lost_ms[FLAPS_MANY]; /* when the last losses were seen, a ring; 0: none */
	size_t next; /* the oldest of them */
	bool seen; /* in the present report */
};

/* Starts zeroed. */
struct session_flaps {
	struct session_flap *items;
	size_t n_items;
};

/* Frees what it owns and zeroes it. */
void session_flaps_clear(struct session_flaps *flaps);

/* Takes the counters of the report's sessions, and gives those that flap HEALTH_SESSION_FLAPS as their reason. */
void session_flaps_judge(struct session_flaps *flaps, struct health_report *report, uint64_t now_ms);
