/* SPDX-License-Identifier: Apache-2.0 */
/* events_keep.c - neighbors that turn stale, and the ticks at which they are asked for; see events.h and keep.h */
#include "run/events_parts.h"

static void set_tick(const struct events *events, uint32_t ms)
{
	int enabled = SD_EVENT_OFF;

	if (ms == KEEP_IDLE || sd_event_source_get_enabled(events->keep, &enabled) > 0)
		return;
	sd_event_source_set_time_relative(events->keep, ms * 1000ull);
	sd_event_source_set_enabled(events->keep, SD_EVENT_ONESHOT);
}

static bool has_work(const struct keep *keep)
{
	return keep->n_queued || keep->incomplete;
}

int events_on_keep(sd_event_source *source, uint64_t usec, void *arg)
{
	struct events *events = arg;

	set_tick(events, keep_next(events->daemon));
	return 0;
}

static int on_neighbors(sd_event_source *source, int fd, uint32_t revents, void *arg)
{
	struct events *events = arg;

	keep_read(events->daemon);
	if (has_work(&events->daemon->keep))
		set_tick(events, KEEP_TICK_MS);
	return 0;
}

int events_arm_keep(struct events *events)
{
	const struct neighbors *neighbors = events->daemon->run.neighbors;

	return neighbors ? events_add_fd(events, SOURCE_NEIGHBORS, neighbors_fd(neighbors), on_neighbors) : 0;
}

void events_settle_keep(struct events *events)
{
	keep_settle(events->daemon);
	if (has_work(&events->daemon->keep))
		set_tick(events, KEEP_TICK_MS);
}
