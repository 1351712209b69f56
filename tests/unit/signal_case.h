/* SPDX-License-Identifier: Apache-2.0 */
/*
 * signal_case.h - what every test of frr-signal starts with
 *
 * The plugin and the sidecar's side of the socket live in one process: the plugin never blocks, so a test takes turns
 * with it. The sidecar here is a script for faults that the real one cannot be made to have; the real one is tested by
 * tests/netns/reloader.sh.
 */
#pragma once

#include <check.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fake_host.h"

extern const struct evpn_plugin *plugin;
extern struct fake_host fake;
extern struct fake_option options[4]; /* the first is the address, unix:DIR/run/sock */
extern char dir[64], run_dir[80], sock_path[96], conf_path[96];
extern void *self; /* the open instance */
extern struct evpn_error err;
extern const char *text; /* what query_frr returned */

/* Closes what is open and opens it with the options as they are now. */
void open_plugin_again(void);

/* Listens at sock_path, or on a TCP port of the loopback address (chosen if 0, and returned). Closed by the case. */
void listen_unix(void);
int listen_tcp(int family, int port);
void stop_listening(void);

/* The connection that the plugin has made or, driven by its events, makes within 5 s; not one by which it watches. */
int take_connection(void);
/* That one. */
int take_watch(void);
bool has_connection(void);

/* The request on it, without its newline. */
const char *take_request(int fd);
void answer(int fd, const char *bytes, size_t len);
void answer_text(int fd, const char *bytes);
/* The whole of a well formed answer; closes. */
void answer_with(int fd, const char *status, const char *body);

int reload(uint64_t generation);
int query(const char *command);
/* Takes events until the reload or the query has an outcome, which is returned; the test fails after 10 s. */
int reload_outcome(uint64_t generation);
int query_outcome(const char *command);

/* The event descriptor is silent. */
void assert_quiet(void);
/* r <= 0: this code, and this text in the message. */
void assert_error(int r, int expected_r, int code, const char *part);

int signal_case_main(const char *name, const TTest *const *tests, size_t n_tests);
