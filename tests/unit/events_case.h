/* SPDX-License-Identifier: Apache-2.0 */
/*
 * events_case.h - the event loop of a run_case, driven one event at a time and without waiting
 *
 * The linker (-Wl,--wrap, events_wraps in unit.am) stands between evpnd and sd-event's timers: a timer that is set to later
 * does not run out by itself, but when the test says so. So no test measures time, and none depends on the host's load.
 */
#pragma once

#include <systemd/sd-event.h>

#include "run/events.h"
#include "run_case.h"

struct events_case {
	struct run_case run;
	struct events *events;
	sd_event *event;

	/* What evpnd did. */
	enum pipeline_input inputs[16]; /* that the pipeline got */
	size_t n_inputs;
	unsigned int n_reloading, n_shown, n_checked, n_given_up, n_stopping, n_faults;
	bool stays; /* a stop begins a run first */

	/* The timer that was set last, how far ahead, and how many were set so far. */
	sd_event_source *timer;
	uint64_t timer_us;
	unsigned int n_timers;
};

extern struct events_case ec;

/* A daemon whose first trigger has been taken; it has converged, and its plugins have event descriptors. */
void events_case_begin(void);
void events_case_end(void);

/* What the daemon waits for is watched, as after each run: with this state. */
void events_case_arm(enum pipeline_phase phase);

/* Handles what is pending, until nothing is. */
void events_case_run(void);
/* The plugin has this event (enum evpn_event); then as above. */
void events_case_netns(int event);
void events_case_frr(int event);
/* Waits for one event, and handles it. */
void events_case_wait(void);
/* The timer that was set last runs out; then as above. */
void events_case_fire(void);
/* Whether this timer is still going to run out. */
bool events_case_is_set(sd_event_source *timer);

/* The pipeline has got just this since the last call, or nothing. */
void events_case_got(enum pipeline_input input);
void events_case_got_nothing(void);
