/* SPDX-License-Identifier: Apache-2.0 */
/*
 * report.h - what the outside learns of a run: the log, and systemd's READY= and STATUS= (sd_notify(3))
 *
 * The one place that logs errors, each once: a fault that the next try meets again is not logged again.
 */
#pragma once

#include "run/daemon.h"

struct report {
	char *last_fault; /* logged, and not over yet */
	char *last_wait;
	bool ready; /* READY=1 was sent */
	bool unable; /* the log says that health cannot be checked */
};

/* Frees what it owns and zeroes it. */
void report_clear(struct report *report);

/* The configuration is read anew: tells systemd, and with the next report_run that evpnd is ready again. */
void report_reloading(struct report *report);

/* After each run, or when one waits: logs what is new, tells systemd. */
void report_run(struct report *report, const struct daemon *daemon);

/* After each health check: tells systemd; logs once that no check is possible. */
void report_health(struct report *report, const struct daemon *daemon);

/* Logs the lines that are not among the former ones: each once, and again if it comes back after it was gone. */
void report_new_warnings(char *const *lines, size_t n, char *const *former, size_t n_former);

/* A fault outside of a run: of a plugin's event, of the event loop, of the start. */
void report_fault(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* One line: phase, step, reason. The caller frees it. */
char *report_status(const struct daemon *daemon);
