/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ovsdb.h - one transaction with a database server of Open vSwitch (OVSDB, RFC 7047), over its unix socket
 *
 * Nothing here blocks. The caller waits until the descriptor is ready and calls ovsdb_continue(); the caller has the
 * deadline too. Each transaction has a connection of its own: a unix socket is connected within microseconds, and a
 * connection that is kept for the next transaction would have to answer the server's probes meanwhile, and can be stale.
 * An answer has the limits of base/json.h: a bridge with 10,000 ports of others is about 3 MB.
 */
#pragma once

#include <jansson.h>

#include "evpn-plugin.h"

/*
 * Two values of err->code say that the server has answered and works. Any other says that it does not, and another
 * transaction would most likely fail in the same way.
 */
#define OVSDB_CONDITION 10001 /* a condition did not hold (RFC 7047, 5.2.6: "wait", which answers "timed out") */
#define OVSDB_REFUSED	10002 /* the server refuses for another reason, which err->msg has */

struct ovsdb;

/*
 * Begins to run `operations`, an array as in RFC 7047 4.1.3 without the database's name, in database Open_vSwitch: all of
 * them take effect, or none. The reference to operations is handed over. 0 or <0: err says what failed at which socket.
 */
int ovsdb_start(const char *socket, json_t *operations, struct ovsdb **ret, struct evpn_error *err);

/*
 * Goes on with it. 1: *ret_results is the array of results, owned by the caller. 0: not yet. <0: err says what failed;
 * where an operation did, *ret_failed is its index (may be NULL). After 1 and <0 only ovsdb_free is left to be called.
 */
int ovsdb_continue(struct ovsdb *db, json_t **ret_results, size_t *ret_failed, struct evpn_error *err);

/* The descriptor to wait for, and the events as in poll(2) and epoll(7). Events change from call to call. */
int ovsdb_fd(const struct ovsdb *db);
uint32_t ovsdb_events(const struct ovsdb *db);

/* Closes the connection. Takes NULL. */
void ovsdb_free(struct ovsdb *db);
