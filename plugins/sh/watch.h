/* SPDX-License-Identifier: Apache-2.0 */
/*
 * watch.h - the verb `watch': the script runs on, and prints a line whenever something has changed
 *
 * A script that ends is started again after a pause, one that floods is read at most once a second, and one that does not know
 * the verb is left in peace.
 */
#pragma once

#include "sh/call.h"

enum watch_state {
	WATCH_OFF,
	WATCH_RUNNING,
	WATCH_HOLDING, /* has said something less than a second ago, and is not read */
	WATCH_PAUSING, /* has ended, and is started again */
	WATCH_UNSUPPORTED
};

struct watch {
	const struct evpn_host *host;
	const struct call_options *options;
	const char *role; /* "netns" or "frr": the argument of the verb */
	enum watch_state state;
	struct script script;
	int timer;
	unsigned int pause_ms; /* the last pause; 0: none yet */
	int64_t since_ms; /* the last start, by clock_ms() */
	int64_t refilled_ms; /* when its allowance for stderr began, by clock_ms() */
	bool told; /* its end was logged */
};

/* The caller has set host and options. Returns 0, or -1 with err filled in. */
int watch_init(struct watch *watch, int epoll, struct evpn_error *err);
void watch_free(struct watch *watch);

/* Starts it, unless it runs already. */
void watch_begin(struct watch *watch, const char *role);

/* Whether the script reports changes at present. */
bool watch_is_on(const struct watch *watch);

/* Takes the events. Returns whether the script has printed a line. */
bool watch_handle(struct watch *watch);
