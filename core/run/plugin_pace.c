/* SPDX-License-Identifier: Apache-2.0 */
/* plugin_pace.c - see plugin_pace.h */
#include "base/clock.h"
#include "run/plugin_pace.h"

static const struct {
	uint64_t each_ms; /* what one event costs */
	uint64_t limit_ms; /* a burst */
} costs[PLUGIN_COSTS] = {
	[PLUGIN_COST_CALL] = { .each_ms = 10, .limit_ms = 10000 },
	[PLUGIN_COST_RUN] = { .each_ms = 2000, .limit_ms = 60000 },
	[PLUGIN_COST_FOUND] = { .each_ms = 5000, .limit_ms = 300000 },
};

static uint64_t after_pause(enum plugin_cost cost)
{
	return costs[cost].limit_ms * 9 / 10;
}

static void settle(struct plugin_pace *pace, uint64_t now_ms)
{
	uint64_t passed = now_ms > pace->settled_ms ? now_ms - pace->settled_ms : 0;
	bool is_paid = true;

	for (int i = 0; i < PLUGIN_COSTS; i++) {
		pace->debt_ms[i] -= passed < pace->debt_ms[i] ? passed : pace->debt_ms[i];
		is_paid &= pace->debt_ms[i] == 0;
	}
	if (is_paid)
		pace->strikes = 0;
	pace->settled_ms += passed;
}

/* Nothing is paid off during the pause. */
static uint32_t pause(struct plugin_pace *pace, enum plugin_cost cost, uint64_t now_ms)
{
	uint32_t ms;

	pace->strikes++;
	ms = clock_backoff_ms(pace->strikes);
	pace->debt_ms[cost] = after_pause(cost);
	pace->until_ms = pace->settled_ms = now_ms + ms;
	return ms;
}

uint32_t plugin_pace_charge(struct plugin_pace *pace, enum plugin_cost cost, uint64_t now_ms)
{
	settle(pace, now_ms);
	pace->debt_ms[cost] += costs[cost].each_ms;
	return pace->debt_ms[cost] <= costs[cost].limit_ms ? 0 : pause(pace, cost, now_ms);
}

uint32_t plugin_pace_fault(struct plugin_pace *pace, uint64_t now_ms)
{
	settle(pace, now_ms);
	return pause(pace, PLUGIN_COST_CALL, now_ms);
}

void plugin_pace_confirm(struct plugin_pace *pace)
{
	pace->debt_ms[PLUGIN_COST_RUN] = 0;
}

uint32_t plugin_pace_left(const struct plugin_pace *pace, uint64_t now_ms)
{
	return now_ms < pace->until_ms ? (uint32_t)(pace->until_ms - now_ms) : 0;
}

void plugin_pace_resume(struct plugin_pace *pace, uint64_t now_ms)
{
	pace->until_ms = 0;
	pace->settled_ms = now_ms;
}
