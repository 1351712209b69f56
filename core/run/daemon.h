/* SPDX-License-Identifier: Apache-2.0 */
/*
 * daemon.h - one evpnd: what lives as long as the process
 *
 * The pipeline drives it, drift.c, events.c and report.c read it. The steps never see it: they get the run (run.h).
 */
#pragma once

#include "run/asking.h"
#include "run/drift.h"
#include "run/health_check.h"
#include "run/keep.h"
#include "run/neighbor_watch.h"
#include "run/pipeline.h"
#include "run/run.h"

struct daemon {
	struct run_options options;
	struct pipeline_state state;
	struct setup setup;
	struct frr_state frr;
	struct drift drift;
	struct health_check health;
	struct keep keep;
	struct neighbor_watch neighbors;
	struct asking_queue askings;
	struct run run;
	const char *
		trigger; /* what began the last run, for the history: "start", "SIGHUP", "configuration", "plugin", ... */
	uint64_t started_ms; /* clock_ms of the process's start */
};

/* The options' texts are borrowed. 0 or <0; daemon_free in either case. */
int daemon_init(struct daemon *daemon, const struct run_options *options, struct evpn_error *err);
void daemon_free(struct daemon *daemon);
