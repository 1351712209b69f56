/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ovsdb.h - one transaction with a database server of Open vSwitch (OVSDB, RFC 7047), over its unix socket
 *
 * Synchronous, within hard limits: an answer takes a few milliseconds, so evpnd waits for it inside a step of the
 * pipeline; a server that hangs, or talks without end, is given up.
 */
#pragma once

#include <jansson.h>

#include "evpn-plugin.h"

/* Connecting, asking and the whole answer together. */
#define OVSDB_LIMIT_MS 2000
/* Of one answer; a bridge with 10,000 ports of others is about 3 MB. */
#define OVSDB_REPLY_MAX (16u << 20)

/* err->code where an operation's condition did not hold (RFC 7047, 5.2.6: "wait", which answers "timed out"). */
#define OVSDB_CONDITION 10001

/*
 * Runs `operations`, an array as in RFC 7047 4.1.3 without the database's name, in database Open_vSwitch: all of them
 * take effect, or none. The reference to operations is handed over. 0: *ret_results is the array of results, owned by
 * the caller. <0: err says what failed at which socket; where an operation did, *ret_failed is its index (may be NULL).
 */
int ovsdb_transact(const char *socket, json_t *operations, json_t **ret_results, size_t *ret_failed,
		   struct evpn_error *err);
