/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ovs.h - ports of bridges of Open vSwitch: read, added, deleted in its database
 *
 * Ours is a row of table Port that carries the mark external_ids:evpnd = INSTANCE (ovs-vswitchd.conf.db(5)); evpnd
 * changes no other. ovs-vswitchd finds a port's device by its name, so a port in the database is all there is to make.
 * Only apply.c calls the functions that change something.
 *
 * A struct ovs is what one run has to do with Open vSwitch. It has one deadline for all that the run asks: the time in
 * which evpnd waits for answers is OVS_LIMIT_MS in total, and OVS_PORT_MS more for each port that is added or deleted. The
 * time between two questions does not count: a run can wait for FRR meanwhile. Once the server has failed or the time is
 * over, each further question fails at once with the same error.
 *
 * Nothing here blocks. ovs_read, ovs_port_add, ovs_port_set, ovs_port_delete and ovs_await return 1 when they are done, <0 when they
 * failed (err says why), and 0 for "not yet": then the caller waits until ovs_fd() is readable and calls the same function
 * again with the same arguments. It must not call another of them in between.
 */
#pragma once

#include "evpn-plugin.h"
#include "model/net.h"

#define OVS_LIMIT_MS 2000
#define OVS_PORT_MS  10

struct ovs;

/* `configured` (may be NULL), or the first of the usual paths that exists, or the first of them. */
const char *ovs_socket(const char *configured);

/*
 * For one run; nothing is opened yet. In state_dir stands the file "no-ovs-ports" when the instance is known to have no
 * port in Open vSwitch; NULL: it is never known. ovs_free drops a question that has no answer yet. It takes NULL.
 */
struct ovs *ovs_new(const char *socket, const char *instance, const char *state_dir);
void ovs_free(struct ovs *ovs);

/*
 * After a function returned 0: a descriptor that polls readable (POLLIN) when that function is to be called again, because
 * the server has said something or the deadline is over. It stays the same from the first 0 until ovs_free; -1 before.
 */
int ovs_fd(const struct ovs *ovs);

/* The same for a caller that has nothing else to do: returns when it is readable. */
void ovs_wait(const struct ovs *ovs);

/*
 * Whether Open vSwitch has to be asked. Yes, if the configuration wants a port (`wanted`). Yes, if there is a socket, and
 * ports of ours may be left: that is so until a run has seen that there are none. The note of that is in the state
 * directory, which a reboot clears but Open vSwitch's database survives, so it is asked once after a reboot.
 */
bool ovs_is_needed(const struct ovs *ovs, bool wanted);

/*
 * Reads all bridges and ports into net's arrays, which the caller sorts. A bridge or port whose name is too long for a
 * device cannot be one that evpnd knows, and is left out. Net is unchanged on failure.
 */
int ovs_read(struct ovs *ovs, struct net *net, struct evpn_error *err);

/*
 * Reads if ovs_is_needed. It does not fail: net->ovs_fault says why Open vSwitch could not be read, if it is wanted; if it
 * is not, there is nothing to do for evpnd. 1 done, 0 not yet.
 */
int ovs_read_needed(struct ovs *ovs, bool wanted, struct net *net);

/* Adds the port, marked. The bridge has to be there; a port or interface of that name must not. */
int ovs_port_add(struct ovs *ovs, const struct net_ovs_port *port, struct evpn_error *err);

/* Gives a port of ours its VLAN. */
int ovs_port_set(struct ovs *ovs, const struct net_ovs_port *port, struct evpn_error *err);

/* Takes the port out of its bridge, if it is still ours. That it has gone already is no error. */
int ovs_port_delete(struct ovs *ovs, const struct net_ovs_port *port, struct evpn_error *err);

/*
 * Waits until ovs-vswitchd has let go of the devices of all ports that were deleted so far, because something else gets
 * them next. It leaves some of the run's time to others, and does not fail: if ovs-vswitchd does not follow, the operation
 * that needs the device will say so. 1 done, 0 not yet.
 */
int ovs_await(struct ovs *ovs);

/* At the end of a run that has deleted what is to go: notes it, if the instance has no port left. Takes NULL. */
void ovs_note(const struct ovs *ovs);
