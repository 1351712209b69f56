/* SPDX-License-Identifier: Apache-2.0 */
/*
 * evpnd_parts.h - between evpnd.c (the modes of evpnd) and evpnd_control.c (those who steer the daemon)
 */
#pragma once

#include "run/control.h"
#include "run/events.h"
#include "run/evpnd.h"
#include "run/report.h"

struct evpnd {
	const struct evpnd_options *options;
	struct daemon daemon;
	struct report report;
	struct events *events;
	struct trial *trial; /* of changes of evpn.conf; NULL in modes that make none */
	int lock;
	bool stopping; /* the run is the last one: it takes everything down (on_stop) */
	bool stop_extended; /* its first time limit has passed */
};

/* The configuration is about to be read anew. */
void evpnd_reloading(void *arg);

/* Before the first run, in the modes that apply evpn.conf: goes on with a change that an earlier evpnd has begun. 0 or <0. */
int evpnd_start_trial(struct evpnd *e, struct evpn_error *err);
/* Of struct events_callbacks. */
bool evpnd_wrote_files(void *arg);

/* Of struct events_callbacks: on_stop. */
bool evpnd_stopping(void *arg);
/* While it stops, the time limit has passed: whether there is more time. */
bool evpnd_goes_on_stopping(struct evpnd *e);

/* Starts the control socket, if there is one. *host lives until it is stopped. 0 or <0. */
int evpnd_start_control(struct evpnd *e, struct control_host *host, struct evpn_error *err);
/* After a run or a health check: goes on with a change, tells the control socket. */
void evpnd_tell(struct evpnd *e);
