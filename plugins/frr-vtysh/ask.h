/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ask.h - the callback ask_daemon: questions to one daemon of FRR through its vty socket (lib/vty.h)
 *
 * The caller owns the struct and what it points to. The question adds its connection and its timer to the epoll set of
 * the location. It is independent of the reload and of the query.
 */
#pragma once

#include "frr-vtysh/location.h"
#include "lib/vty.h"

struct ask {
	struct location *location;
	struct vty vty;
	int timer;
	unsigned int limit_ms; /* of one question */
	bool delivered; /* evpnd has got the outcome */
	bool look_again; /* the container may be another one than the location has found */
	char names[VTY_NAMES_SIZE]; /* the answer to "show daemons" */
};

/* The caller has set location and limit_ms, and vty and timer to closed values. Returns 0, or -1 with err filled in. */
int ask_init(struct ask *ask, struct evpn_error *err);
void ask_free(struct ask *ask);

/* As ask_daemon in evpn-plugin.h. */
int ask_daemon(struct ask *ask, const char *daemon, const char *command, const char **ret_text, struct evpn_error *err);

/* Handles events; `events` are those of the location. Returns whether the outcome has changed. */
bool ask_handle_event(struct ask *ask, unsigned int events);
