/* SPDX-License-Identifier: Apache-2.0 */
/*
 * nic.h - the life cycle of an underlay NIC: record, move, lost, give back
 *
 *  record     While the NIC is on the host, nic_read() reads what it looks like there. nic_save() writes that to its
 *             record (nic-NAME.json in the state directory) before anything is changed: the move drops addresses and
 *             routes.
 *  move       OP_LINK_MOVE of the plan (plan_link.c, apply_link.c): into FRR's namespace, marked in the same message.
 *  identify   nic_identity.h: the container can forge all that the NIC looks like in FRR's namespace.
 *  lost       A NIC with a record that is neither on the host nor in FRR's namespace: a virtual NIC is deleted with its
 *             namespace. nic_forget_lost() removes the record. A physical NIC is never lost, the kernel puts it back on
 *             the host.
 *  give back  A NIC with a record that evpn.conf no longer names, or any with --down: desired_underlay.c makes its record
 *             the desired state, OP_LINK_GIVE_BACK moves it, and nic_forget_given_back() removes the record when all of
 *             it is restored.
 */
#pragma once

#include "run/observe.h"

/*
 * The records of all NICs into obs->nics and obs->lost. NICs of the configuration that are on the host are read afresh, for
 * a record that nic_save() saves; the host's routes of NICs to give back are added to obs->actual. 0 or <0.
 */
int nic_read(const struct observe_source *from, struct rtnl *host, struct observation *obs, struct evpn_error *err);

/*
 * The MTUs, in bytes, of the NICs of config->underlay in their order, for desired_make: as configured, else as on the host.
 * 0: the NIC is not there. The caller frees them.
 */
unsigned int *nic_mtus(const struct config *config, const struct observation *obs);

/* Saves the records that were read afresh, or whose NICs the plan moves. 0 or <0: then nothing may be changed. */
int nic_save(const char *state_dir, struct observation *obs, struct evpn_error *err);

/* Removes the records of NICs that are gone. */
int nic_forget_lost(const char *state_dir, const struct observation *obs, struct evpn_error *err);

/* Removes the records of NICs that have been given back; `failed` is by group. */
int nic_forget_given_back(const char *state_dir, const struct observation *obs, const bool *failed,
			  struct evpn_error *err);
