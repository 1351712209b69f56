/* SPDX-License-Identifier: Apache-2.0 */
/*
 * events_parts.h - between the events*.c; no other file needs it
 */
#pragma once

#include <systemd/sd-event.h>

#include "config/config_watch.h"
#include "run/daemon.h"
#include "run/events.h"

/* Changes are debounced: this long after the first notification, or trigger, evpnd looks, or runs. */
#define EVENTS_DEBOUNCE_US 10000

enum events_source {
	SOURCE_NETNS, /* the netns plugin: its descriptor, or the end of its pause */
	SOURCE_FRR, /* the frr plugin, the same */
	SOURCE_CHILD, /* the syntax check */
	SOURCE_TIMER, /* the end of a pause */
	SOURCE_WAIT, /* what the waiting step waits for */
	SOURCE_KERNEL,
	SOURCE_FRR_KERNEL, /* notifications of the two namespaces */
	SOURCE_NEIGHBORS, /* of FRR's namespace */
	SOURCE_DRIFT, /* an observation waits for Open vSwitch */
	SOURCE_COUNT,
};

struct events {
	sd_event *event;
	struct events_callbacks callbacks;
	sd_event_source *sources[SOURCE_COUNT]; /* between runs */
	sd_event_source *debounce, *limit;
	const char *trigger; /* of the run that `debounce` begins, see daemon->trigger */
	struct config_watch *files;
	uint64_t files_of; /* the run whose files they are, by its start */
	bool unwatched; /* the warning that they cannot be watched has been logged */
	unsigned int n_checks; /* of FRR's health, since the start */
	sd_event_source *look; /* looks for drift when notifications ask for it; also while a run waits */
	bool looks_soon; /* `look` is armed for a notification, not for the end of a pause */
	sd_event_source *keep; /* asks for neighbors, while some wait for that */
	sd_event_source *health; /* the time of the next health check */
	uint64_t health_of; /* the run after which the checks were begun, by its start */
	sd_event_source *asking; /* when the queue of askings goes on, without an event of the plugin */
	bool health_is_due; /* a health check waits for an asking */
	struct daemon *daemon;

	sd_event_source *stderr_source, *notify, *watchdog; /* events_output.c */
	uint64_t watchdog_us; /* between two signs of life */
};

/* sd-event's default is 250 ms, which would be added to each pause of a few ms. */
#define EVENTS_ACCURACY_US 1000

/* 0 or -errno; a descriptor of -1 adds nothing. */
int events_add_fd(struct events *events, enum events_source which, int fd, sd_event_io_handler_t handler);
void events_drop_source(struct events *events, enum events_source which);

void events_advance(struct events *events, enum pipeline_input input);
/* Whether a run from the first step is due. */
bool events_is_triggered(const struct events *events);

/* Listens to the plugin of SOURCE_NETNS or SOURCE_FRR, or waits for the end of its pause first. 0 or -errno. */
int events_watch_plugin(struct events *events, enum events_source which);

/* After a health check: now and then a look for what the kernel does not announce, such as most sysctls. */
void events_look_for_silent(struct events *events);

/* The handler of the `look` timer, and what watches for drift between runs. 0 or -errno. */
int events_on_look(sd_event_source *source, uint64_t usec, void *arg);
int events_arm_drift(struct events *events);

/* The handler of the `keep` timer; listening to neighbors between runs (0 or -errno); what follows a look. */
int events_on_keep(sd_event_source *source, uint64_t usec, void *arg);
int events_arm_keep(struct events *events);
void events_settle_keep(struct events *events);

/* The log and the service manager: what they have not taken yet. 0 or -errno. */
int events_add_output(struct events *events);
void events_free_output(struct events *events);

/* The handler of the `health` timer; after a run: begins the checks; the frr plugin's event is for a check. */
int events_on_health(sd_event_source *source, uint64_t usec, void *arg);
void events_arm_health(struct events *events);
bool events_continue_health(struct events *events);

/* The ends of the DHCP clients, and the time to start them again. 0 or -errno. */
int events_arm_dhcp(struct events *events);

/* The handler of the `asking` timer; the frr plugin's event is for an asking; whether one has a question under way. */
int events_on_asking(sd_event_source *source, uint64_t usec, void *arg);
bool events_continue_asking(struct events *events);
bool events_is_asking(const struct events *events);
