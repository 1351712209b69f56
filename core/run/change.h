/* SPDX-License-Identifier: Apache-2.0 */
/*
 * change.h - the life of a change of evpn.conf that evpnd was asked to apply; pure
 *
 *	CHECKING -> MEASURING -> TRIAL (<-> ASKING) -> OVER
 *	                             \-> REVERTING ----^
 *
 * With a time limit the change undoes itself: evpnd puts the former configuration in force again, unless the new one proves to be
 * good in time. Without, evpnd says at the end what has become worse. trial.h drives it; tests/unit/test_change.c walks through it
 * with a clock of its own.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

enum change_phase {
	CHANGE_NONE,
	CHANGE_CHECKING, /* the file is being checked; nothing has been changed yet */
	CHANGE_MEASURING, /* FRR is being asked what works before the change */
	CHANGE_TRIAL, /* the new configuration is in evpn.conf: its run, then the proof */
	CHANGE_ASKING, /* it works, and waits for the operator's word */
	CHANGE_REVERTING, /* the former configuration is in evpn.conf again: its run, then the proof */
	CHANGE_OVER,
};

enum change_outcome {
	CHANGE_OPEN,
	CHANGE_DONE,
	CHANGE_DEGRADED, /* it is kept, and something is worse than before */
	CHANGE_FAILED, /* nothing was changed, or (without a limit) its run failed, and evpnd tries again */
	CHANGE_ROLLED_BACK, /* the former configuration is in force, and works as before */
	CHANGE_ROLLED_BACK_WORSE, /* it is in force, and does not work as before */
	CHANGE_NOT_ROLLED_BACK, /* its run has failed; evpnd tries again */
	CHANGE_EDITED, /* another program has changed evpn.conf meanwhile, and that is in force */
	CHANGE_REPLACED, /* another change has begun (without a limit) */
};

/* Why the former configuration comes back. */
enum change_why {
	CHANGE_NO_REASON,
	CHANGE_BY_OPERATOR,
	CHANGE_RUN_FAILED,
	CHANGE_NOT_APPLIED, /* at the limit the run was not through */
	CHANGE_NOT_HEALTHY, /* at the limit the fabric was not as before */
	CHANGE_CHECK_FAILED, /* at the limit --check had not succeeded */
	CHANGE_NOT_CONFIRMED, /* at the limit the operator had not confirmed */
	CHANGE_AFTER_BOOT, /* the machine has started anew meanwhile */
};

struct change_terms {
	bool undoes; /* there is a time limit; the others below need one */
	bool checks; /* --check decides, in place of health */
	bool asks; /* --ask */
	uint64_t limit_ms;
	uint64_t verify_ms; /* without a limit, and after a revert: how long things may take to come up, see below */
};

struct change {
	struct change_terms terms;
	enum change_phase phase;
	enum change_outcome outcome;
	enum change_why why;
	uint64_t deadline_ms; /* clock_ms of the end of the phase; 0: none yet */
	uint64_t good_ms; /* since when it is good without a break; 0: it is not */
	bool confirmed, revert_wanted; /* by the operator */
};

/* How the run of the configuration gets on. */
enum change_run { CHANGE_RUN_OPEN, CHANGE_RUN_APPLIED, CHANGE_RUN_REFUSED, CHANGE_RUN_UNAPPLIED };

struct change_facts {
	uint64_t now_ms;
	enum change_run run; /* UNAPPLIED: it failed, and evpnd tries again */
	unsigned int failures; /* runs that failed in a row */
	/* By a health check since that run. BAD: not as before, or there was no check yet. */
	enum { CHANGE_FACT_BAD, CHANGE_FACT_UNPROVEN, CHANGE_FACT_GOOD, CHANGE_FACT_UNABLE } health;
	bool proof; /* UNPROVEN is not good enough: the run has changed the underlay */
	bool worse; /* something is worse than before */
	bool check_succeeded; /* --check, since that run */
	bool edited; /* another configuration than the one of the change is in force */
};

/* A good state has to last so long: routes need a moment to follow a change of filters. */
#define CHANGE_SETTLE_MS 3000
/* After a revert, sessions have so much longer: bgpd pauses for up to a minute after attempts that failed. */
#define CHANGE_BACKOFF_MS 60000
/* So many failed runs in a row say that the configuration cannot be applied. */
#define CHANGE_FAILURES 3

/* The change is in evpn.conf: the trial begins. */
void change_begin(struct change *change, const struct change_terms *terms, uint64_t now_ms);
/* The former configuration is put in force again. */
void change_revert(struct change *change, enum change_why why, uint64_t now_ms);
/* The state after these facts. What it means when the phase is another one is the caller's. */
void change_next(struct change *change, const struct change_facts *facts);

/* Whether it could still undo itself. */
bool change_is_pending(const struct change *change);

const char *change_phase_name(enum change_phase phase);
const char *change_outcome_name(enum change_outcome outcome);
/* "nobody has confirmed the change in time" */
const char *change_why_text(enum change_why why);
