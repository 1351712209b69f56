/* SPDX-License-Identifier: Apache-2.0 */
/*
 * forecast.h - what a run would find or do, found out beside the daemon's own runs, which know nothing of it
 *
 * A forecast is a daemon in small, with a configuration, plugins and sockets of its own: it takes the same steps as a run and ends
 * before the first that changes something, like `evpnd --dry-run', or checks a configuration, like `evpnd --check'. Where a step
 * waits, the event loop goes on. It writes nothing to the disk, and its log is its result.
 */
#pragma once

#include <stddef.h>

#include "run/daemon.h"

struct sd_event;
struct forecast;

struct forecast_request {
	enum run_goal goal; /* RUN_UP, RUN_DOWN: the plan; RUN_CHECK: the errors */
	const char *text; /* to be taken for evpn.conf; NULL: the file is read */
	const char *name; /* of the text, in messages */
	bool json; /* the plan as JSON */
	uint64_t limit_ms;
};

struct forecast_result {
	bool good; /* false: errors says why */
	bool changes; /* the plan has operations, or FRR is to be reloaded */
	bool problems; /* the plan says what a run could not do */
	char *plan; /* as `evpnd --dry-run' prints it */
	struct config_errors errors, warnings;
	const struct config *config; /* the forecast's own, while `ended` runs; NULL: the file has errors */
};

/*
 * Begins it. `ended` is called once, from the event loop, not before this function has returned; it may free the forecast. The
 * request's texts are copied. NULL: err says why not.
 */
typedef void forecast_fn(void *arg, const struct forecast_result *result);
struct forecast *forecast_new(const struct daemon *daemon, struct sd_event *event,
			      const struct forecast_request *request, forecast_fn *ended, void *arg,
			      struct evpn_error *err);

/* Breaks it off if it has not ended. Takes NULL. */
void forecast_free(struct forecast *forecast);
