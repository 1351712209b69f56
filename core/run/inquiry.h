/* SPDX-License-Identifier: Apache-2.0 */
/*
 * inquiry.h - a list of questions to FRR's daemons, asked one after the other without blocking
 *
 * The steps and the health check make their list and call inquiry_ask() until it is through. An frr plugin has one question
 * under way at a time. The next question replaces it, and an inquiry that was interrupted is begun anew: what another inquiry
 * has asked is no answer to it, since FRR may have been reloaded since then.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "run/plugin_host.h"

struct question {
	char *daemon; /* NULL: the plugin itself (RUNNING_DAEMONS) */
	char *command;
	char *answer; /* NULL: none, `err` says why */
	uint64_t since_ms; /* clock_ms when it was asked; 0: not yet */
	struct evpn_error err;
};

/* Starts zeroed. */
struct inquiry {
	struct question *questions;
	size_t n_questions, n_answered;
	size_t answers_len; /* bytes of all answers, which are limited */
	uint64_t asker; /* of the plugin's questions, see plugin_ask(); 0: nothing was asked yet */
	bool by_vtysh; /* where the plugin cannot ask a daemon directly, vtysh is asked, which costs a process each time */
};

/* Frees what it owns and zeroes it. */
void inquiry_clear(struct inquiry *inquiry);

/* The texts are copied. */
void inquiry_add(struct inquiry *inquiry, const char *daemon, const char *command);

/* Above the time that a plugin gives a daemon for its answer. */
#define INQUIRY_LIMIT_MS 60000

/*
 * 1: each question has its answer or its error; 0: the plugin says when to ask again, err what is waited for. Where a daemon does
 * not run, or does not answer in time, its further questions have the same error without being asked. A question that is asked
 * again after INQUIRY_LIMIT_MS, and still has no answer, fails with ETIMEDOUT.
 */
int inquiry_ask(struct inquiry *inquiry, struct plugin *frr, struct evpn_error *err);

/* The answer to `command`, or NULL. */
const char *inquiry_answer(const struct inquiry *inquiry, const char *daemon, const char *command);

/* The first question that failed with another code than `ignored` (0: any), or NULL. */
const struct question *inquiry_find_failed(const struct inquiry *inquiry, int ignored);

/* Puts RUNNING_CONFIG to each of these daemons, 64 at most: the answer to RUNNING_DAEMONS. */
void inquiry_add_daemons(struct inquiry *inquiry, const char *daemons);

/*
 * Reads FRR's running configuration with an inquiry of its own, zeroed at first: asks for the daemons, then each of them. 1:
 * *running is replaced; 0: call again; <0: err says why not, with ENOTSUP if the plugin cannot ask a daemon.
 */
struct running;
int inquiry_running(struct inquiry *inquiry, struct plugin *frr, struct running *running, struct evpn_error *err);
