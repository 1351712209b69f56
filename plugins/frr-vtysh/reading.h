/* SPDX-License-Identifier: Apache-2.0 */
/*
 * reading.h - reads FRR's running configuration from its daemons, through their vty sockets
 *
 * This takes about 2 ms; vtysh, which does the same, needs 25 ms to start. vtysh also joins what several daemons say of
 * one context: the text here has each daemon's part one after another, and frrdiff joins them. So the text has what
 * vtysh shows, but for the host name and `service integrated-vtysh-config', which vtysh adds and frrdiff ignores, and
 * for the lists that a daemon has lost, see vty_shared.h.
 */
#pragma once

#include "frr-vtysh/ask.h"
#include "frr-vtysh/output.h"
#include "lib/vty_shared.h"

struct reading {
	struct ask ask; /* the caller sets location and limit_ms */
	bool active;
	char names[VTY_NAMES_SIZE]; /* of the daemons, separated by blanks */
	struct evpn_error err; /* why the last reading failed */
	char daemon[VTY_DAEMON_SIZE]; /* the one that is being asked */
	const char *rest; /* of names: behind that one */
	char *config; /* the parts so far */
	size_t len;
	struct vty_shared_part parts[VTY_SHARED_PARTS_MAX];
	size_t n_parts;
};

#define READING_IDLE                                       \
	{                                                  \
		.ask = { .vty = VTY_CLOSED, .timer = -1 }, \
	}

/* Returns 0, or -1 with err filled in. */
int reading_init(struct reading *reading, struct evpn_error *err);
void reading_free(struct reading *reading);

/* Drops the former reading and begins a new one. Returns as reading_go_on(). */
int reading_begin(struct reading *reading, struct output *ret_output);

/*
 * 1: *ret_output is FRR's configuration, and belongs to the reading until the next call; 0: under way, call this again
 * when reading_handle_event() returns true; -1: no daemon is there, or one does not answer properly.
 */
int reading_go_on(struct reading *reading, struct output *ret_output);

/* Handles events; `events` are those of the location. Returns whether there is something new. */
bool reading_handle_event(struct reading *reading, unsigned int events);

/* Ends a reading that is under way. */
void reading_drop(struct reading *reading);
