/* SPDX-License-Identifier: Apache-2.0 */
/* repair_pace.c - see repair_pace.h */
#include "run/repair_pace.h"

static bool is_over(const struct repair_change *change, uint64_t now_ms)
{
	return now_ms - change->repaired_ms > REPAIR_QUIET_MS;
}

/* The change with this hash; a new one; or the one that stands for all others, which are too many to be a person's. */
static struct repair_change *find(struct repair_pace *pace, uint64_t hash, uint64_t now_ms)
{
	struct repair_change *unused = NULL;

	for (size_t i = 0; i < REPAIR_CHANGES; i++) {
		struct repair_change *change = &pace->changes[i];

		if (change->hash && is_over(change, now_ms))
			*change = (struct repair_change){ 0 };
		if (change->hash == hash)
			return change;
		if (!change->hash)
			unused = change;
	}
	if (!unused && (!pace->others.hash || is_over(&pace->others, now_ms)))
		pace->others = (struct repair_change){ .repaired_ms = now_ms, .repairs = REPAIR_FREE };
	if (!unused)
		unused = &pace->others;
	unused->hash = hash;
	return unused;
}

static uint32_t pause_after(unsigned int repairs)
{
	uint32_t pause = REPAIR_PAUSE_MS;

	if (repairs < REPAIR_FREE)
		return 0;
	for (unsigned int i = REPAIR_FREE; i < repairs && pause < REPAIR_LAST_MS; i++)
		pause *= 2;
	return pause < REPAIR_LAST_MS ? pause : REPAIR_LAST_MS;
}

uint32_t repair_pace_wait(struct repair_pace *pace, uint64_t hash, uint64_t now_ms, unsigned int *ret_fight)
{
	struct repair_change *change = find(pace, hash, now_ms);
	uint64_t since = now_ms - change->repaired_ms;
	uint32_t pause = pause_after(change->repairs);

	*ret_fight = pause && !change->told ? change->repairs : 0;
	change->told = pause > 0;
	if (pause && since < pause)
		return pause - (uint32_t)since;
	change->repairs++;
	change->repaired_ms = now_ms;
	return 0;
}
