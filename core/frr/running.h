/* SPDX-License-Identifier: Apache-2.0 */
/*
 * running.h - FRR's running configuration as each daemon shows it, and what has changed in it
 *
 * After a run evpnd keeps what every daemon shows. Where a daemon shows something else later, another program has changed
 * FRR's configuration, or the daemon has started anew without its part. What frr.conf says is no measure for that: FRR shows
 * lines in another form, and leaves out defaults.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "evpn-plugin.h"

/* The question to each daemon, and the one that names the daemons. */
#define RUNNING_DAEMONS "show daemons"
#define RUNNING_CONFIG	"show running-config"

struct running_part {
	char *daemon;
	char *text; /* without comments and what is not configuration */
};

struct running {
	uint64_t instance; /* the FRR that showed it, as the netns plugin numbers them; 0: nothing is known */
	struct running_part *parts; /* in the order of the daemons */
	size_t n_parts;
};

/* Frees what it owns and zeroes it. */
void running_clear(struct running *running);

/* Adds what a daemon has answered to RUNNING_CONFIG. */
void running_add(struct running *running, const char *daemon, const char *answer);

/* Whether both have the same daemons with the same texts. */
bool running_same(const struct running *a, const struct running *b);

/* Of all that is shown, not 0. */
uint64_t running_hash(const struct running *running);

/*
 * What has changed from `before` to `now`, daemon by daemon, as diff -u shows it, without passwords and cut to some KB; "" if
 * nothing, or only a daemon without a part of its own has come or gone. Freed by the caller.
 */
char *running_diff(const struct running *before, const struct running *now);

/* The first daemon that `before` has and `now` has not; NULL: none. */
const char *running_find_missing(const struct running *before, const struct running *now);

/*
 * Keeps it in the state directory (mode 0600: it has passwords), so that a restart of evpnd knows it. Reading sets what is
 * there; a file that is missing or damaged means that nothing is known.
 */
int running_save(const struct running *running, const char *state_dir, struct evpn_error *err);
void running_load(struct running *running, const char *state_dir);
void running_forget(const char *state_dir);
