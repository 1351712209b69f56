/* SPDX-License-Identifier: Apache-2.0 */
/* events_output.c - what the journal and the service manager have not taken yet, and the watchdog; see events_parts.h */
#include <systemd/sd-daemon.h>

#include "base/log_queue.h"
#include "run/events_parts.h"
#include "run/notify.h"

/* How often evpnd tries again to reach a service manager that does not read its socket. */
#define RETRY_US 1000000

static int on_stderr(sd_event_source *source, int fd, uint32_t revents, void *arg)
{
	struct events *events = arg;

	log_queue_flush(0);
	if (!log_queue_is_waiting())
		events->stderr_source = sd_event_source_disable_unref(events->stderr_source);
	return 0;
}

/* A file that cannot be watched never makes a line wait. */
static void watch_stderr(void *arg)
{
	struct events *events = arg;

	if (!events->stderr_source)
		(void)sd_event_add_io(events->event, &events->stderr_source, STDERR_FILENO, EPOLLOUT, on_stderr,
				      events);
}

static void retry_soon(void *arg)
{
	struct events *events = arg;

	sd_event_source_set_time_relative(events->notify, RETRY_US);
	sd_event_source_set_enabled(events->notify, SD_EVENT_ONESHOT);
}

static int on_notify(sd_event_source *source, uint64_t usec, void *arg)
{
	if (notify_retry())
		retry_soon(arg);
	return 0;
}

/* sd_event_set_watchdog(3) would wait for a service manager that does not read. */
static int on_watchdog(sd_event_source *source, uint64_t usec, void *arg)
{
	struct events *events = arg;

	notify_say("WATCHDOG=1");
	sd_event_source_set_time_relative(source, events->watchdog_us);
	return sd_event_source_set_enabled(source, SD_EVENT_ONESHOT);
}

int events_add_output(struct events *events)
{
	uint64_t limit_us = 0;
	int r = sd_event_add_time_relative(events->event, &events->notify, CLOCK_MONOTONIC, 0, 0, on_notify, events);

	if (r >= 0)
		r = sd_event_source_set_enabled(events->notify, SD_EVENT_OFF);
	if (r < 0)
		return r;
	log_queue_watch(watch_stderr, events);
	notify_watch(retry_soon, events);
	if (sd_watchdog_enabled(0, &limit_us) <= 0)
		return 0;
	events->watchdog_us = limit_us / 2;
	return sd_event_add_time_relative(events->event, &events->watchdog, CLOCK_MONOTONIC, 0, limit_us / 4,
					  on_watchdog, events);
}

void events_free_output(struct events *events)
{
	log_queue_watch(NULL, NULL);
	notify_watch(NULL, NULL);
	sd_event_source_disable_unref(events->notify);
	sd_event_source_disable_unref(events->watchdog);
	sd_event_source_disable_unref(events->stderr_source);
}
