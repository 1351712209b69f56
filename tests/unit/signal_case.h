/* SPDX-License-Identifier: Apache-2.0 */
/*
 * signal_case.h - the fixture of the tests of frr-signal
 *
 * The test acts as the sidecar, in the same process: the plugin never blocks, so they take turns. This sidecar has
 * faults that evpn-reloader cannot be made to have. tests/netns/reloader.sh tests the plugin with evpn-reloader.
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

/* Closes the plugin and opens it with the present options. */
void open_plugin_again(void);

/* Listens at sock_path, or on a TCP port of the loopback address (0: the kernel selects it). Returns the port. */
void listen_unix(void);
int listen_tcp(int family, int port);
void stop_listening(void);

/* Accepts the plugin's next connection, within 5 s; not the one for "watch". */
int take_connection(void);
/* Accepts the connection for "watch". */
int take_watch(void);
bool has_connection(void);

/* Reads the request on a connection, without its newline. */
const char *take_request(int fd);
void answer(int fd, const char *bytes, size_t len);
void answer_text(int fd, const char *bytes);
/* Sends a complete answer, and closes the connection. */
void answer_with(int fd, const char *status, const char *body);

int reload(uint64_t generation);
int query(const char *command);
/* Handle events until the reload or query has an outcome, and return it; the test fails after 10 s. */
int reload_outcome(uint64_t generation);
int query_outcome(const char *command);

/* The event descriptor is not readable. */
void assert_quiet(void);
/* The result is r <= 0 with this code, and this text in the message. */
void assert_error(int r, int expected_r, int code, const char *part);

int signal_case_main(const char *name, const TTest *const *tests, size_t n_tests);
