/* SPDX-License-Identifier: Apache-2.0 */
/*
 * plugin_pace.h - how much of evpnd's time a plugin's events may take; pure
 *
 * Each event costs something, and time pays it off: a plugin may report a burst of events, and a lasting rate. Above that evpnd
 * pauses before it listens to the plugin again, for 1 s at first and at most 60 s. After each pause the plugin has a tenth of a
 * burst. The pauses begin anew when everything is paid off.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

enum plugin_cost {
	PLUGIN_COST_CALL, /* the call of on_event, and of a step that waits: a burst of 1,000, and 100 a second */
	PLUGIN_COST_RUN, /* a run from the first step: a burst of 30, and one every 2 s */
	PLUGIN_COST_FOUND, /* another FRR was found, which excuses the runs: a burst of 60, and one every 5 s */
};
#define PLUGIN_COSTS 3

/* Starts zeroed. */
struct plugin_pace {
	uint64_t debt_ms[PLUGIN_COSTS];
	uint64_t settled_ms; /* the debt is that of this time */
	uint64_t until_ms; /* the end of the pause; 0: there is none */
	unsigned int strikes; /* pauses in a row */
};

/* An event at `now_ms` (clock_ms). 0, or how long to pause before the next one, in ms. */
uint32_t plugin_pace_charge(struct plugin_pace *pace, enum plugin_cost cost, uint64_t now_ms);

/* The event is a fault: the pause begins at once. In ms. */
uint32_t plugin_pace_fault(struct plugin_pace *pace, uint64_t now_ms);

/* The events were true, and evpnd had to run: another FRR was found. The runs cost nothing. */
void plugin_pace_confirm(struct plugin_pace *pace);

/* What is left of the pause, in ms; 0: there is none. */
uint32_t plugin_pace_left(const struct plugin_pace *pace, uint64_t now_ms);

/* The pause is over. */
void plugin_pace_resume(struct plugin_pace *pace, uint64_t now_ms);
