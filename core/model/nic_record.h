/* SPDX-License-Identifier: Apache-2.0 */
/*
 * record.h - the little that must survive evpnd: files in the state directory (/run/evpnd/INSTANCE)
 *
 *  nic-NAME.json  what an underlay NIC looked like before it was moved: addresses, routes, sysctls, up or down, MTU,
 *                 alias. Written before the move, for giving it back, and because a move drops most of it.
 *  netns.json     what FRR's namespace itself was like (sysctls, lo), for `evpnd --down`.
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
#include "net.h"

/* What an underlay NIC was like on the host. */
struct record_nic {
	char name[IFNAMSIZ];
	bool up;
	bool fresh; /* read from the host just now, not saved yet */
	bool physical; /* the kernel puts it back on the host when the namespace that it is in dies */
	unsigned int mtu; /* bytes; 0: unknown */
	uint8_t mac[6]; /* the permanent address where it has one; zero: unknown */
	char alias[256];
	struct net_addr *addrs;
	size_t n_addrs;
	struct net_route *routes;
	size_t n_routes;
	struct net_sysctl *sysctls; /* those that are not the host's default */
	size_t n_sysctls;
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

struct record_nic *record_find_nic(const struct record_nics *nics, const char *name);

/*
 * Reads the records of all NICs into *nics. <0: one is unreadable, err names the file. Such a record is never
 * overwritten, it is all that is known of the NIC.
 */
int record_load_nics(const char *state_dir, struct record_nics *nics, struct evpn_error *err);
int record_save_nic(const char *state_dir, const struct record_nic *nic, struct evpn_error *err);
/* The NIC is back on the host. */
void record_remove_nic(const char *state_dir, const char *name);
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

/*
 * What the namespace `id` (rtnl_netns) was like before evpnd set its sysctls and lo, as a struct net of sysctls and links.
 * Load: 1 done, 0 there is no record of this namespace, <0 unreadable. *net zeroed before; the caller clears it.
 */
int record_load_netns(const char *state_dir, uint64_t id, struct net *net, struct evpn_error *err);
int record_save_netns(const char *state_dir, uint64_t id, const struct net *net, struct evpn_error *err);

/* After `evpnd --down`: nothing is owed any more. The lock stays. */
void record_remove_all(const char *state_dir);
