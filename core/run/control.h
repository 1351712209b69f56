/* SPDX-License-Identifier: Apache-2.0 */
/*
 * control.h - between a daemon and who watches and steers it from outside: the control socket (core/ctl)
 *
 * run/ is below ctl/ and does not know it: core/main.c gives evpnd_run() a struct control, whose functions the daemon calls.
 * They must not block. The daemon gives them a struct control_host, by which they read its state and demand a run.
 */
#pragma once

#include <stdbool.h>

#include "run/daemon.h"
#include "run/trial.h"

struct sd_event;

/* Why a run begins, for the history. */
enum control_demand {
	CONTROL_RUN, /* a run, at once */
	CONTROL_RELOAD, /* the same, and FRR loads its configuration anew though nothing has changed */
	CONTROL_UP, /* after CONTROL_DOWN: evpn.conf is in force again */
	CONTROL_DOWN, /* nothing of evpnd's is left, until CONTROL_UP, or a change of evpn.conf, or SIGHUP */
};

struct control_host {
	const struct daemon *daemon; /* to be read only between the calls below and the return to the event loop */
	struct sd_event *event;
	void *evpnd;
	void (*demand)(void *evpnd, enum control_demand demand);
	/* Begins a health check unless one is under way; `changed` is called at its end. False: no check is possible now. */
	bool (*check_health)(void *evpnd);
	/* Puts questions to FRR into the queue; `unask` takes them out, if they are in. The asking is told from the event loop. */
	void (*ask)(void *evpnd, struct asking *asking);
	void (*unask)(void *evpnd, struct asking *asking);
	struct trial *trial; /* of changes of evpn.conf */
};

struct control {
	void *arg;
	/* Before the first run. `host` lives until stop() returns. 0 or <0. */
	int (*start)(void *arg, const struct control_host *host, struct evpn_error *err);
	void (*stop)(void *arg);
	/* A step of a run begins; the daemon's state says which. The run goes on when this returns. */
	void (*step)(void *arg);
	/* An operation of the plan is done: run->n_changes, and run->apply.n_done of the present stage. It goes on when this returns. */
	void (*operation)(void *arg);
	/* A run has ended or waits, a change of evpn.conf has got on, a health check has ended: the daemon's state may be another one. */
	void (*changed)(void *arg);
};
