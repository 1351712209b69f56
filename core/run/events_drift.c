/* SPDX-License-Identifier: Apache-2.0 */
/* events_drift.c - the kernel's notifications, and looks for drift; see events.h and drift.h */
#include "base/log.h"
#include "run/drift.h"
#include "run/events_parts.h"
#include "run/report.h"

/* A look reads both namespaces, which takes longer than a check: one look a minute, with a check every 10 s. */
#define CHECKS_EACH_LOOK 6

static void look_after(struct events *events, uint64_t us)
{
	sd_event_source_set_time_relative(events->look, us);
	sd_event_source_set_enabled(events->look, SD_EVENT_ONESHOT);
}

static int on_kernel(sd_event_source *source, int fd, uint32_t revents, void *arg)
{
	struct events *events = arg;

	/* As with triggers, the first one sets the time. */
	if (!drift_read(events->daemon, source == events->sources[SOURCE_KERNEL] ? NET_NS_HOST : NET_NS_FRR) ||
	    events->looks_soon)
		return 0;
	events->looks_soon = true;
	look_after(events, EVENTS_DEBOUNCE_US);
	return 0;
}

void events_look_for_silent(struct events *events)
{
	if (events->daemon && ++events->n_checks % CHECKS_EACH_LOOK == 0 && !events->looks_soon)
		look_after(events, 0);
}

static int listen_to_kernel(struct events *events)
{
	struct notify *const *notify = events->daemon->run.notify;
	int r = 0;

	if (notify[NET_NS_HOST])
		r = events_add_fd(events, SOURCE_KERNEL, notify_fd(notify[NET_NS_HOST]), on_kernel);
	if (r >= 0 && notify[NET_NS_FRR])
		r = events_add_fd(events, SOURCE_FRR_KERNEL, notify_fd(notify[NET_NS_FRR]), on_kernel);
	return r;
}

static int on_answer(sd_event_source *source, int fd, uint32_t revents, void *arg);

/* Acts on what drift.c returned. `wait` 0 is the caller's. */
static int follow(struct events *events, uint32_t wait)
{
	events_drop_source(events, SOURCE_DRIFT);
	if (wait == DRIFT_ASKS) {
		events_drop_source(events, SOURCE_KERNEL);
		events_drop_source(events, SOURCE_FRR_KERNEL);
		return events_add_fd(events, SOURCE_DRIFT, drift_fd(&events->daemon->drift), on_answer);
	}
	if (wait != DRIFT_NOTHING)
		look_after(events, wait * 1000ull);
	events_settle_keep(events);
	return events->sources[SOURCE_KERNEL] ? 0 : listen_to_kernel(events);
}

static void follow_or_run(struct events *events, uint32_t wait)
{
	int r;

	if (wait == 0) {
		events_run(events, "drift");
		return;
	}
	r = follow(events, wait);
	if (r < 0)
		report_fault("event loop: %s", strerror(-r));
}

static int on_answer(sd_event_source *source, int fd, uint32_t revents, void *arg)
{
	struct events *events = arg;

	follow_or_run(events, drift_continue(events->daemon));
	return 0;
}

int events_on_look(sd_event_source *source, uint64_t usec, void *arg)
{
	struct events *events = arg;

	events->looks_soon = false;
	follow_or_run(events, drift_look(events->daemon));
	return 0;
}

int events_arm_drift(struct events *events)
{
	uint32_t wait = drift_settle(events->daemon);

	if (wait == 0) {
		events_trigger(events, "drift");
		wait = DRIFT_NOTHING;
	}
	return follow(events, wait);
}
