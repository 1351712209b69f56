/* SPDX-License-Identifier: Apache-2.0 */
/*
 * record.h - the little that must survive evpnd: files in the state directory (/run/evpnd/INSTANCE)
 *
 *  nic-NAME.json  what an underlay NIC looked like before it was moved: addresses, routes, up or down, alias. Written
 *                 before the move, for giving it back, and because a move drops the addresses.
 *  loaded         which installed frr.conf which FRR has taken over, so that a restart of evpnd does not reload for
 *                 nothing, and a new FRR or a failed reload is never mistaken for a loaded one.
 *  lock           held while an evpnd acts for the instance.
 *  frr.conf.accepted  the frr.conf that FRR took over last (frrfile.h).
 *
 * All live in /run: after a boot NIC and FRR begin afresh too.
 */
#pragma once

#include <net/if.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "evpn-plugin.h"
#include "ipaddr.h"

struct record_route {
	struct ipaddr dst, via, prefsrc;
	uint32_t table, metric;
	uint8_t protocol, scope, type; /* rtnetlink's numbers */
};

struct record_nic {
	char name[IFNAMSIZ];
	bool up;
	bool fresh; /* read from the host just now, not saved yet */
	char alias[256];
	struct ipaddr *addrs;
	size_t n_addrs;
	struct record_route *routes;
	size_t n_routes;
};

struct record_nics {
	struct record_nic *items;
	size_t n_items;
};

/* Makes the state directory, 0700, and its parent. */
int record_make_dir(const char *state_dir, struct evpn_error *err);

/*
 * Makes this process the only one that acts for the instance. *ret_fd holds the lock until it is closed or the process
 * ends, however it ends. 0, or <0: another evpnd has it.
 */
int record_lock(const char *state_dir, const char *instance, int *ret_fd, struct evpn_error *err);

const struct record_nic *record_find_nic(const struct record_nics *nics, const char *name);

/*
 * Reads the record of NIC `name` into *nics. 1 done, 0 there is none, <0 unreadable: err names the file. An unreadable
 * record is never overwritten, it is all that is known of the NIC.
 */
int record_load_nic(const char *state_dir, const char *name, struct record_nics *nics, struct evpn_error *err);
int record_save_nic(const char *state_dir, const struct record_nic *nic, struct evpn_error *err);
void record_nic_clear(struct record_nic *nic);
void record_nics_clear(struct record_nics *nics);

/*
 * Whether the FRR `instance` has taken over the frr.conf that stands at `conf_path` now. Identity of the file: device,
 * inode, size and change time. Missing or odd records mean no.
 */
bool record_is_loaded(const char *state_dir, const char *conf_path, uint64_t instance);
int record_set_loaded(const char *state_dir, const char *conf_path, uint64_t instance, struct evpn_error *err);
/* From here on nothing counts as loaded: a reload is owed. */
void record_clear_loaded(const char *state_dir);
