/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ovs.h - ports of bridges of Open vSwitch: read, added, deleted in its database
 *
 * Ours is a row of table Port that carries the mark external_ids:evpnd = INSTANCE (ovs-vswitchd.conf.db(5)); no other
 * is ever changed. ovs-vswitchd finds a port's device by its name, so a port in the database is all there is to make. Only apply.c calls the functions that change something.
 */
#pragma once

#include "evpn-plugin.h"
#include "net.h"

/* `configured` (may be NULL), or the first of the usual paths that exists, or the first of them. */
const char *ovs_socket(const char *configured);

/*
 * Reads all bridges and ports into net's arrays, which the caller sorts. One whose name is too long for a device can
 * be nobody's that evpnd knows, and is left out. A change of nothing on failure.
 */
int ovs_read(const char *socket, const char *instance, struct net *net, struct evpn_error *err);

/*
 * Reads what counts: where neither is there a socket nor does the configuration want (`wanted`) a port, there is
 * nothing. If it cannot be had, net->ovs_fault says why where it is wanted; where it is not, there is nothing to do.
 */
void ovs_read_wanted(const char *socket, const char *instance, bool wanted, struct net *net);

/* Adds the port, marked. The bridge has to be there; a port or interface of that name must not. */
int ovs_port_add(const char *socket, const char *instance, const struct net_ovs_port *port, struct evpn_error *err);

/*
 * Takes the port out of its bridge, if it is still ours; one that has gone already is fine, and *ret_cfg untouched then.
 * *ret_cfg is what ovs_await needs.
 */
int ovs_port_delete(const char *socket, const char *instance, const struct net_ovs_port *port, int64_t *ret_cfg,
		    struct evpn_error *err);

/*
 * Waits a moment (at most 2 s) for ovs-vswitchd to do what the database says as of `cfg`: to let go of devices, which
 * something else shall have next. If that does not happen, the operation that needs it will tell.
 */
void ovs_await(const char *socket, int64_t cfg);
