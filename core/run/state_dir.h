/* SPDX-License-Identifier: Apache-2.0 */
/*
 * state_dir.h - the state directory, /run/evpnd/INSTANCE: the little that survives evpnd
 *
 *  nic-NAME.json, netns.json   what evpnd changed and restores (state_file.h)
 *  loaded, frr.conf.accepted   which frr.conf FRR has taken over (frr/frrfile.h)
 *  no-ovs-ports                nothing of ours is left in Open vSwitch's database (kernel/ovs.h)
 *  node-index                  the number of this node, while its interface is away (config/config_index.h)
 *  control.sock, history.json  core/ctl
 *  lock                        held while an evpnd acts for the instance; has its pid
 */
#pragma once

#include "evpn-plugin.h"

/* Makes the state directory, mode 0700, and its parent. 0 or <0. */
int state_dir_make(const char *state_dir, struct evpn_error *err);

/*
 * Makes this process the only one that acts for the instance. *ret_fd holds the lock until it is closed or the process
 * ends, however it ends. 0, or <0: another evpnd has it.
 */
int state_dir_lock(const char *state_dir, const char *instance, int *ret_fd, struct evpn_error *err);

/* Gives the lock of state_dir_lock() back, closes the descriptor and sets it to -1; -1: nothing to do. */
void state_dir_unlock(int *fd);

/* After `evpnd --down`: removes what is left, but for the lock. */
int state_dir_clear(const char *state_dir, struct evpn_error *err);
