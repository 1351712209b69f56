/* SPDX-License-Identifier: Apache-2.0 */
/*
 * repair_pace.h - how soon a change of FRR's running configuration is taken back; pure
 *
 * A person who types three different lines gets each of them taken back at once. A program that makes the same change again and
 * again is a fight: after some repairs in a row evpnd pauses between them. Many different changes in a short time count as one.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Changes that are kept apart: more of them within REPAIR_QUIET_MS are paced together. */
#define REPAIR_CHANGES 16
/* So often in a row a change is taken back at once, then after pauses from 10 s to 5 min. */
#define REPAIR_FREE	3
#define REPAIR_PAUSE_MS 10000
#define REPAIR_LAST_MS	300000
/* Repairs that lie further apart than this are not in a row. */
#define REPAIR_QUIET_MS 600000

struct repair_change {
	uint64_t hash; /* of what FRR shows; 0: none */
	uint64_t repaired_ms;
	unsigned int repairs; /* in a row */
	bool told;
};

/* Starts zeroed. */
struct repair_pace {
	struct repair_change changes[REPAIR_CHANGES];
	struct repair_change others; /* all that come while there is no place */
};

/*
 * FRR shows a changed configuration with this hash, which is not 0. Returns how long to wait in ms; 0: repair it now, which counts.
 * *ret_fight: how often it was repaired in a row, if the pauses begin, once; else 0.
 */
uint32_t repair_pace_wait(struct repair_pace *pace, uint64_t hash, uint64_t now_ms, unsigned int *ret_fight);
