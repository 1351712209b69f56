/* SPDX-License-Identifier: Apache-2.0 */
/*
 * trial.h - applies a change of evpn.conf, watches what becomes of it, and undoes it
 *
 * The rules are in change.h, what is on the disk in change_record.h. The daemon alone owns the change: the client that has demanded
 * it may go. One change at a time; one that can undo itself has to end before the next.
 */
#pragma once

#include "run/change.h"
#include "run/daemon.h"

struct sd_event;
struct trial;

/* What the trial needs of its evpnd. */
struct trial_host {
	void *arg;
	struct daemon *daemon;
	struct sd_event *event;
	/* Begins a run from the first step, from the event loop. `why` lives as long as the process. */
	void (*run)(void *arg, const char *why);
	/* Begins a health check unless one is under way; trial_follow() is called at its end. False: none is possible now. */
	bool (*check_health)(void *arg);
	/* What trial_state() shows is another. */
	void (*changed)(void *arg);
};

struct trial_request {
	const char *text; /* of the new evpn.conf; NULL: what lies there is to be applied */
	const char *name; /* of that file, in messages */
	const char *check; /* a command for /bin/sh; NULL: none */
	bool asks;
	bool sure; /* a change that deletes most of the VNIs is meant so */
	uint64_t limit_ms; /* after which it undoes itself; 0: it does not */
};

/* For those who show it. The texts live until the next call of the trial's. */
struct trial_state {
	uint64_t id; /* of the change, from 1; 0: there was none */
	const struct change *change; /* of this or of the last change */
	const char *name;
	const char *text; /* one sentence: what it waits for, or how it ended */
	bool made; /* evpn.conf was replaced, or applied as it is */
	bool needs_consent; /* CHANGE_FAILED: repeat the request with `sure` */
	int64_t epoch; /* seconds since 1970 when it began */
	const struct config_errors *errors; /* of the file */
	const struct config_errors *worse, *notes;
	uint64_t left_ms; /* until it undoes itself; 0: it does not */
};

/* `record` is the path of the record on the disk. All is copied but the pointers in `host`. NULL: err says why. */
struct trial *trial_new(const struct trial_host *host, const char *record, struct evpn_error *err);
void trial_free(struct trial *trial);

/*
 * Before the first run: goes on with a change whose evpnd has ended. Where its time is over, or the machine has started anew since
 * then, the former files are put back before evpnd reads them. `watches` is false where evpnd does not stay (--once).
 */
void trial_resume(struct trial *trial, bool watches);

/* Begins a change. <0: refused, with the reason; code EBUSY: another one is not over. Its result comes by trial_state(). */
int trial_begin(struct trial *trial, const struct trial_request *request, uint64_t *ret_id, struct evpn_error *err);

/* The operator's word. <0: no change waits for it. */
int trial_confirm(struct trial *trial, struct evpn_error *err);
int trial_revert(struct trial *trial, struct evpn_error *err);

/* A run has ended or waits, or a health check has ended. */
void trial_follow(struct trial *trial);

/* Whether a change could still undo itself, or is being undone. */
bool trial_is_pending(const struct trial *trial);

/* Whether the notification of a changed file is of evpnd's own writing, and the run that read it has begun already. */
bool trial_wrote_files(struct trial *trial);

struct trial_state trial_state(const struct trial *trial);
