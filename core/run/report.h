/* SPDX-License-Identifier: Apache-2.0 */
/*
 * report.h - what the outside learns of a run: the log, and systemd's READY= and STATUS=
 *
 * The one place where errors are logged, and each is logged once: a fault that the next try meets again is not news.
 */
#pragma once

#include "steps.h"

struct report {
	char *last_fault; /* logged, and not over yet */
	char *last_wait;
	bool ready; /* READY=1 was sent */
};

/* The configuration is read anew: systemd is told, and that it is ready again by the next report_run. */
void report_reloading(struct report *report);

void report_clear(struct report *report);

/* After each run: logs what is new, tells systemd. */
void report_run(struct report *report, const struct run *run);

/* One line: phase, step, reason. Freed by the caller. */
char *report_status(const struct run *run);
