/* SPDX-License-Identifier: Apache-2.0 */
/*
 * events.h - the event loop (sd-event(3)) that drives the pipeline
 *
 * Sources: signals, the files of the configuration, the plugins' descriptors, the kernel's notifications, the end of a
 * child, and timers. Each event becomes one pipeline_input for the `advance` callback. What belongs to a run (descriptors
 * of plugins and children) is watched only between runs: a run may close or replace any of them.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "evpn-plugin.h"
#include "run/pipeline.h"

struct events;

struct events_callbacks {
	void (*advance)(void *arg, enum pipeline_input input);
	bool (*wrote_files)(void *arg); /* files have changed: whether it was evpnd itself, and needs no run */
	void (*reloading)(void *arg); /* the configuration is about to be read anew: SIGHUP, a file has changed */
	bool (*stopping)(void *arg); /* SIGTERM, SIGINT. True: a run comes first, and its end is the program's */
	void (*show_state)(void *arg); /* SIGUSR1 */
	void (*checked)(void *arg); /* a health check has ended */
	void (*give_up)(void *arg); /* the time that events_limit set has passed */
	void *arg;
};

/*
 * Blocks the signals it watches: SIGTERM and SIGINT end the loop with 0, unless `stopping` begins a run, SIGHUP is a trigger,
 * SIGUSR1 shows the state. A first trigger is due when the loop starts. 0 or <0.
 */
int events_new(const struct events_callbacks *callbacks, struct events **ret_events, struct evpn_error *err);
void events_free(struct events *events);
void events_freep(struct events **events);
#define _cleanup_events_ __attribute__((cleanup(events_freep)))

/* The loop itself, for further sources; and a run from the first step, after the debounce time. */
struct sd_event *events_event(struct events *events);
void events_trigger(struct events *events, const char *why);
/* The same at once. */
void events_run(struct events *events, const char *why);
/* Begins a health check unless one is under way. False: none is possible now. */
bool events_check_health(struct events *events);
/* The queue of askings has changed (asking.h). */
void events_ask(struct events *events);

/* Before the first run: watches the file that it will read. events_arm watches the later ones. */
void events_config(struct events *events, const struct daemon *daemon);

/* Around each run: `arm` watches what the daemon waits for, `disarm` lets go of all that the run may close. */
void events_disarm(struct events *events);
int events_arm(struct events *events, struct daemon *daemon, struct evpn_error *err);

/* Calls `give_up` once, after `ms`, counted from this call. 0 or <0. */
int events_limit(struct events *events, uint64_t ms, struct evpn_error *err);

/* Runs until events_stop or a signal. Returns the code given to events_stop, or <0. */
int events_loop(struct events *events, struct evpn_error *err);
void events_stop(struct events *events, int code);
