/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fake_ovsdb.h - what a real ovsdb-server does not do on demand: garbage, silence, endless answers, errors
 *
 * The client does not block, so a test is client and server in turn: it calls a function of ovs.h, which connects and sends;
 * it takes the request and says something; it calls the function again. The normal way is tests/netns/ovs.sh's, with the
 * real server.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "kernel/ovs.h"

struct fake_ovsdb {
	char dir[32], path[64], note[64]; /* the socket; ovs.h's file no-ovs-ports */
	int listener, fd; /* -1: no connection */
	char request[65536]; /* the last one */
};

extern struct fake_ovsdb fake;
extern struct evpn_error err;
extern struct net net;
extern struct ovs *ovs; /* that asks it */

/* A checked fixture: a new server, and the client that asks it for instance "default". */
void fake_setup(void);
void fake_teardown(void);

/* Another client, as the next run has. */
void fake_renew(void);

/* Whether somebody has connected who was not accepted yet. */
bool fake_is_asked(void);
/* Accepts the connection and reads the request. */
void fake_take(void);
void fake_say(const char *text);
/* As much of it as goes without blocking: how much. */
size_t fake_try(const char *text, size_t len);
/* Closes the connection. */
void fake_end(void);
/* The three of them: takes the request, says the text, and closes. */
void fake_answer(const char *text);

/* Waits until the client has something to do. */
void fake_wait(void);
/* Reads: what ovs_read returns at last. */
int fake_read(void);

/* The error has this code, these words, and the socket's path. */
void fake_expect_error(int code, const char *words);
