/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ovs_parts.h - between the files that deal with Open vSwitch; nobody else needs it
 *
 * ovs.c has the session: when to ask, for how long, what the caller waits for. ovs_read.c reads, ovs_port.c changes.
 */
#pragma once

#include <jansson.h>

#include "kernel/ovs.h"
#include "kernel/ovsdb.h"

#define OVS_MARK_KEY "evpnd"

struct ovs {
	char *socket, *instance;
	char *note; /* path of "no-ovs-ports"; NULL: none */
	int poll_fd, timer_fd; /* epoll(7) of the connection and of the timer, which has the deadline */

	struct ovsdb *request; /* that is under way */
	uint64_t until_us; /* CLOCK_MONOTONIC; the request's deadline */
	uint64_t left_us; /* of the run's time */
	struct evpn_error fault; /* the server has failed (code set) */

	/* Ports of ours in the database, at least if it was read. One that may have been added counts. */
	size_t n_ours;
	bool was_read;

	json_t *port_uuid; /* ovs_port_delete: found, to be deleted now */
	int64_t config_wanted, config_seen; /* numbers as in ovs-vswitchd.conf.db(5), next_cfg and cur_cfg; 0: none */
	uint64_t await_until_us; /* 0: ovs_await has not begun */
};

/* Begins a request; the reference to operations is handed over. 0 (not yet), or <0. */
int ovs_ask(struct ovs *ovs, json_t *operations, struct evpn_error *err);

/* Goes on with it, as ovsdb_continue. err->code is never OVSDB_REFUSED but EIO. */
int ovs_answer(struct ovs *ovs, json_t **ret_results, size_t *ret_failed, struct evpn_error *err);

/* Milliseconds that are left of the run's time. */
unsigned int ovs_left_ms(const struct ovs *ovs);

/* Before a port is added: from now on the instance may have ports. 0 or <0. */
int ovs_forget_note(const struct ovs *ovs, struct evpn_error *err);

/* The rows in the result number `i`. */
json_t *ovs_rows(const json_t *results, size_t i);

/* The map of external_ids that says that a row is ours. */
json_t *ovs_make_mark(const struct ovs *ovs);
