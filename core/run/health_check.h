/* SPDX-License-Identifier: Apache-2.0 */
/*
 * health_check.h - asks FRR whether what evpnd has applied works, after each run and at intervals
 *
 * "Applied" is what a run has seen to its end; "healthy" is what FRR says afterwards: its daemons run and show the
 * configuration that they had after the run, zebra and bgpd have each VNI, sessions are established, next hops are resolved.
 * FRR has no event for any of this, so it is asked (frr/health.h). What does not work within the time of grace after a run
 * that changed something is pending, after that it is failed, and evpnd is degraded. A fault that comes later is pending until
 * it has lasted for some seconds: routes and sessions need a moment to follow one another.
 *
 * A check never changes anything. It ends with the advice to begin a run where a run helps: another program has changed FRR's
 * configuration, or FRR has lost a VNI.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "frr/health.h"
#include "frr/running.h"
#include "frr/version.h"
#include "run/inquiry.h"
#include "run/repair_pace.h"
#include "run/session_flaps.h"

struct daemon;

enum health_state {
	HEALTH_UNKNOWN, /* not checked yet, or the plugin cannot ask FRR's daemons */
	HEALTH_PENDING,
	HEALTHY,
	HEALTH_DEGRADED,
};

/* An item that does not work, across checks. */
struct health_fault {
	enum health_kind kind;
	enum health_reason reason;
	char name[HEALTH_NAME_SIZE];
	char *text;
	bool fabric; /* HEALTH_SESSION: of the underlay */
	char state[24]; /* the same: BGP's state */
	uint64_t since_ms; /* clock_ms of the check that saw it first */
	bool told; /* a line of the log says it */
};

struct health_faults {
	struct health_fault *items; /* in the order of the report */
	const struct health_fault **sorted; /* the same, by object and reason */
	size_t n_items;
};

/* VNIs whose own routes a check looks at; the next check looks at the next ones. */
#define HEALTH_OWN_ROUTES 16

/* Starts zeroed. */
struct health_check {
	bool asking, second_round;
	uint64_t began_ms; /* clock_ms of the present check's begin */
	struct inquiry inquiry;
	uint32_t own_vnis[HEALTH_OWN_ROUTES]; /* the VNIs whose own routes it looks at, and the questions for them */
	char *own_commands[HEALTH_OWN_ROUTES];
	size_t n_own;
	struct running running; /* FRR's running configuration, of the present check */
	struct health_report report;

	enum health_state state;
	enum health_state settled; /* the last one but HEALTH_PENDING */
	uint64_t settled_ms; /* since when */
	uint64_t grace_ms; /* clock_ms of the end of grace */
	struct health_faults faults; /* by the last check */
	struct health_report last; /* its items, those that work too; for core/ctl */
	uint64_t last_ms; /* clock_ms of its end; 0: there was none yet */
	uint64_t last_began_ms; /* of its begin */
	size_t n_sessions, n_established, n_fabric, n_fabric_established, n_remote_vteps; /* the same */
	char *unable; /* with HEALTH_UNKNOWN: why no check is possible; NULL: there was none yet */

	struct version version; /* FRR's, whose known faults are in the log */
	size_t had_vteps; /* remote VTEPs at the last check that saw any, since evpn.conf was changed, or SIGHUP */
	struct session_flaps flaps;
	size_t next_vni; /* the first VNI whose own routes the next check looks at */
	struct repair_pace pace; /* of the runs that begin because FRR's configuration has been changed */
};

void health_check_free(struct health_check *check);

/* What the functions below return beside a time in ms until the next check; 0: begin a run. */
#define HEALTH_NEVER UINT32_MAX
#define HEALTH_ASKS  (UINT32_MAX - 1) /* the plugin says when to call health_check_continue */

/* Ends the present check, if there is one: a run has begun, or it is finished. */
void health_check_stop(struct health_check *check);

/* A run has converged: begins a check at once. */
uint32_t health_check_begin(struct daemon *daemon);
/* It is time for the next check. */
uint32_t health_check_look(struct daemon *daemon);
/* After HEALTH_ASKS. */
uint32_t health_check_continue(struct daemon *daemon);

/* Adds the item of a daemon that has left a question open, for this reason. */
void health_add_silence(struct health_report *report, const char *daemon, const struct evpn_error *err);

/*
 * What the last check says, in one line: "applied, healthy: 1 L2VNI, 2 of 2 sessions established, 3 remote VTEPs", "applied,
 * degraded: no fabric session is established (eth1: Active since 40 s)". `vnis`: how many are configured, in words. Freed by
 * the caller.
 */
char *health_check_text(const struct health_check *check, const char *vnis);
