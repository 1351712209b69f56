/* SPDX-License-Identifier: Apache-2.0 */
/* session_flaps.c - see session_flaps.h */
#include "base/util.h"
#include "run/session_flaps.h"

void session_flaps_clear(struct session_flaps *flaps)
{
	free(flaps->items);
	*flaps = (struct session_flaps){ 0 };
}

/* bgpd keeps the order of its sessions, so the search goes on behind the last one found. */
static struct session_flap *find(struct session_flaps *flaps, const struct health_item *item, size_t *from)
{
	struct session_flap *flap;

	for (size_t i = 0; i < flaps->n_items; i++) {
		size_t at = (*from + i) % flaps->n_items;

		if (!streq(flaps->items[at].name, item->name))
			continue;
		*from = at + 1;
		return &flaps->items[at];
	}
	flap = util_append(&flaps->items, &flaps->n_items, sizeof(*flap));
	memcpy(flap->name, item->name, sizeof(flap->name));
	flap->dropped = item->dropped;
	return flap;
}

static void count_losses(struct session_flap *flap, int64_t dropped, uint64_t now_ms)
{
	int64_t n = dropped - flap->dropped;

	/* Less than before: bgpd has started anew. */
	for (int64_t i = 0; i < n && i < FLAPS_MANY; i++) {
		flap->lost_ms[flap->next] = now_ms;
		flap->next = (flap->next + 1) % FLAPS_MANY;
	}
	flap->dropped = dropped;
}

static bool is_flapping(const struct session_flap *flap, const struct health_item *item, uint64_t now_ms)
{
	uint64_t oldest = flap->lost_ms[flap->next];
	uint64_t last = flap->lost_ms[(flap->next + FLAPS_MANY - 1) % FLAPS_MANY];

	if (!oldest || now_ms - oldest > FLAPS_WINDOW_MS)
		return false;
	return item->reason == HEALTH_FINE || (item->reason == HEALTH_SESSION_DOWN && now_ms - last < FLAPS_DOWN_MS);
}

static void forget_unseen(struct session_flaps *flaps)
{
	size_t n = 0;

	for (size_t i = 0; i < flaps->n_items; i++) {
		if (!flaps->items[i].seen)
			continue;
		flaps->items[n] = flaps->items[i];
		flaps->items[n++].seen = false;
	}
	flaps->n_items = n;
}

void session_flaps_judge(struct session_flaps *flaps, struct health_report *report, uint64_t now_ms)
{
	bool has_sessions = false;
	size_t from = 0;

	for (size_t i = 0; i < report->n_items; i++) {
		struct health_item *item = &report->items[i];
		struct session_flap *flap;

		if (item->kind != HEALTH_SESSION)
			continue;
		has_sessions = true;
		flap = find(flaps, item, &from);
		flap->seen = true;
		count_losses(flap, item->dropped, now_ms);
		if (is_flapping(flap, item, now_ms))
			health_set(item, HEALTH_SESSION_FLAPS,
				   "the %s session with %s was lost at least %d times within %d s, and is %s now; "
				   "check the "
				   "link, and FRR's log of both sides",
				   item->fabric ? "fabric" : "host", item->name, FLAPS_MANY, FLAPS_WINDOW_MS / 1000,
				   item->state);
	}
	/* A bgpd that does not answer this time has not lost its sessions. */
	if (has_sessions)
		forget_unseen(flaps);
}
