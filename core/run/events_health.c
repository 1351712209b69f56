/* SPDX-License-Identifier: Apache-2.0 */
/* events_health.c - health checks after a run and at intervals; see events.h and health_check.h */
#include "run/events_parts.h"
#include "run/plugin_call.h"

static void set_time(const struct events *events, uint32_t ms)
{
	sd_event_source_set_time_relative(events->health, ms * 1000ull);
	sd_event_source_set_enabled(events->health, SD_EVENT_ONESHOT);
}

static void follow(struct events *events, uint32_t wait)
{
	sd_event_source_set_enabled(events->health, SD_EVENT_OFF);
	/* The plugin says when to go on; if it has no event, or loses it, evpnd asks again. */
	if (wait == HEALTH_ASKS) {
		set_time(events, events->daemon->setup.frr->event_fd < 0 ? PLUGIN_POLL_MS : RUN_ASK_AGAIN_MS);
		return;
	}
	if (wait == 0) {
		events_trigger(events, "health");
	} else if (wait != HEALTH_NEVER) {
		set_time(events, wait);
	}
	events->callbacks.checked(events->callbacks.arg);
}

int events_on_health(sd_event_source *source, uint64_t usec, void *arg)
{
	struct events *events = arg;

	if (!events_continue_health(events))
		follow(events, health_check_look(events->daemon));
	return 0;
}

bool events_continue_health(struct events *events)
{
	if (!events->daemon->health.asking)
		return false;
	follow(events, health_check_continue(events->daemon));
	return true;
}

bool events_check_health(struct events *events)
{
	if (!events->daemon || events->daemon->state.phase != PIPELINE_CONVERGED ||
	    !events->daemon->options.checks_health)
		return false;
	if (!events->daemon->health.asking)
		follow(events, health_check_look(events->daemon));
	return true;
}

/* A check that the drift's look or a signal has not ended goes on; the timer of the next one runs on its own. */
void events_arm_health(struct events *events)
{
	const struct daemon *daemon = events->daemon;

	if (daemon->state.phase != PIPELINE_CONVERGED || !daemon->options.checks_health ||
	    events->health_of == daemon->run.started_us)
		return;
	events->health_of = daemon->run.started_us;
	follow(events, health_check_begin(events->daemon));
}
