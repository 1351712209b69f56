/* SPDX-License-Identifier: Apache-2.0 */
/*
 * watch.h - the event sources that drive the pipeline (sd-event)
 *
 * Signals, the files of the configuration, the plugins' descriptors, the end of a child, and one timer. Each event
 * becomes one pipeline_input for the `advance` callback. What belongs to a run (descriptors of plugins and children) is watched only between runs: a run
 * may close or replace any of them.
 */
#pragma once

#include <stdint.h>

#include "pipeline.h"

struct watch;

struct watch_callbacks {
	void (*advance)(void *arg, enum pipeline_input input);
	void (*reloading)(void *arg); /* the configuration is about to be read anew: SIGHUP, a file has changed */
	void (*show_state)(void *arg); /* SIGUSR1 */
	void (*give_up)(void *arg); /* the time that watch_limit set has passed */
	void *arg;
};

/* Blocks the signals it watches: SIGTERM and SIGINT end the loop with 0, SIGHUP is a trigger, SIGUSR1 shows state. */
int watch_new(const struct watch_callbacks *callbacks, struct watch **ret_watch, struct evpn_error *err);
void watch_free(struct watch *watch);
void watch_freep(struct watch **watch);
#define _cleanup_watch_ __attribute__((cleanup(watch_freep)))

/* Before the first run: the file that it will read is watched. Later ones are by watch_arm. */
void watch_config(struct watch *watch, const struct run *run);

/* Around each run: `arm` watches what run->state waits for, `disarm` lets go of all that the run may close. */
void watch_disarm(struct watch *watch);
int watch_arm(struct watch *watch, struct run *run, struct evpn_error *err);

/* Calls `give_up` once, after `ms`. */
int watch_limit(struct watch *watch, uint64_t ms, struct evpn_error *err);

/* A first trigger, then the loop until watch_stop or a signal. Returns the code given to watch_stop. */
int watch_loop(struct watch *watch, struct evpn_error *err);
void watch_stop(struct watch *watch, int code);
