/* SPDX-License-Identifier: Apache-2.0 */
/*
 * trial_parts.h - between the trial*.c; no other file needs it
 *
 *  trial.c         requests, the check of a file, the change itself, its end
 *  trial_follow.c  what happens in between
 *  trial_resume.c  the way back, also by another evpnd than the one that began the change
 *  trial_text.c    all of it in words
 */
#pragma once

#include <systemd/sd-event.h>

#include "base/child.h"
#include "run/change_record.h"
#include "run/forecast.h"
#include "run/trial.h"

struct trial {
	struct trial_host host;
	char *path; /* of the record */
	sd_event_source *timer;
	uint64_t id;
	bool busy, again; /* in trial_follow() */

	struct change_record record; /* of this or of the last change */
	bool installs; /* evpn.conf is replaced; false: what lies there is applied */
	bool sure;
	struct forecast *forecast; /* CHANGE_CHECKING */
	uint64_t checked_ms; /* CHANGE_MEASURING: the time of the last health check before */

	uint64_t begun_us; /* runs that begin after this are of the change, or of the revert */
	uint64_t seen_us; /* the start of the last of them that was looked at, and its end */
	enum pipeline_phase seen_phase;
	uint64_t applied_us; /* when one of them had applied it; 0: not yet */
	uint64_t changed_us; /* the same, of the last one that changed something */
	unsigned int n_failed; /* in a row */
	uint64_t print; /* of the texts in force; 0: not known yet */
	bool touched; /* the underlay */
	bool restored; /* CHANGE_REVERTING: the former files are back */
	bool writes; /* a notification about files of evpnd's own is due */

	struct child check;
	sd_event_source *check_source;
	uint64_t check_ms; /* clock_ms of its start, or of its end */
	bool check_succeeded;
	char *check_output;

	char *text;
	bool needs_consent;
	struct config_errors errors, worse, notes;
};

/* The text is taken over. */
void trial_say(struct trial *trial, char *text);
/* The end of a change: the record goes, the log and the clients learn of it. */
void trial_end(struct trial *trial);
/* A change that was not made: the text is taken over. */
void trial_fail(struct trial *trial, char *text);

/* CHANGE_MEASURING is over: writes the record and evpn.conf, and begins the run. */
void trial_install(struct trial *trial);

/* The timer that looks every second, off at first; 0 or -errno. trial_watch: the trial begins, or goes on. */
int trial_add_timer(struct trial *trial);
void trial_watch(struct trial *trial);
/* The phase is CHANGE_REVERTING: puts the former files back, and begins the run. */
void trial_go_back(struct trial *trial);
/* The record on the disk goes. */
void trial_forget(const struct trial *trial);
/* evpn.conf as it lies there. NULL: it cannot be read. The caller frees it. */
char *trial_read_config(const struct trial *trial);

/* Each is one sentence, freed by the caller: what the change waits for; why it is undone; how it has ended. */
char *trial_describe(const struct trial *trial, const struct change_facts *facts);
char *trial_describe_why(const struct trial *trial, const struct change_facts *facts);
char *trial_describe_end(const struct trial *trial);
void trial_log_end(const struct trial *trial, const char *text);
