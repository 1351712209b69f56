/* SPDX-License-Identifier: Apache-2.0 */
/* events_health.c - health checks after a run and at intervals, and askings between them; see events.h and asking.h */
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
	neighbor_watch_look(&events->daemon->neighbors);
	events->callbacks.checked(events->callbacks.arg);
	events_look_for_silent(events);
	events_ask(events);
}

/* The plugin has one question under way: a check waits for the end of an asking. */
static void look(struct events *events)
{
	events->health_is_due = events_is_asking(events);
	if (!events->health_is_due)
		follow(events, health_check_look(events->daemon));
}

int events_on_health(sd_event_source *source, uint64_t usec, void *arg)
{
	struct events *events = arg;

	if (!events_continue_health(events))
		look(events);
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
		look(events);
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

bool events_is_asking(const struct events *events)
{
	const struct asking *first = events->daemon ? events->daemon->askings.first : NULL;

	return first && first->inquiry.n_answered < first->inquiry.n_questions && !events->daemon->health.asking;
}

static void set_asking_time(const struct events *events, uint64_t ms)
{
	sd_event_source_set_time_relative(events->asking, ms * 1000);
	sd_event_source_set_enabled(events->asking, SD_EVENT_ONESHOT);
}

/* Goes on with the askings, and lets a health check that is due come between two of them. */
static void follow_askings(struct events *events)
{
	struct daemon *daemon = events->daemon;
	uint32_t wait;

	sd_event_source_set_enabled(events->asking, SD_EVENT_OFF);
	if (!daemon || daemon->health.asking)
		return;
	wait = asking_continue(daemon);
	if (wait != ASKING_IDLE) {
		set_asking_time(events, wait);
		return;
	}
	if (events->health_is_due)
		look(events);
	events_ask(events);
}

int events_on_asking(sd_event_source *source, uint64_t usec, void *arg)
{
	follow_askings(arg);
	return 0;
}

bool events_continue_asking(struct events *events)
{
	if (!events_is_asking(events))
		return false;
	follow_askings(events);
	return true;
}

/* Not at once: the caller may be in the middle of something. */
void events_ask(struct events *events)
{
	const struct asking_queue *askings = events->daemon ? &events->daemon->askings : NULL;

	if (askings && !askings->at_work && (askings->first || events->health_is_due))
		set_asking_time(events, 0);
}
