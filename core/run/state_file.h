/* SPDX-License-Identifier: Apache-2.0 */
/*
 * state_file.h - records in the state directory, as JSON files
 *
 *  nic-NAME.json  what an underlay NIC looked like before it was moved (model/nic_record.h). Written before the move.
 *  netns.json     what FRR's namespace itself was like (sysctls, lo), for `evpnd --down`.
 *
 * The state directory is below /run: after a boot the NIC and FRR begin afresh too.
 */
#pragma once

#include <stdint.h>

#include "evpn-plugin.h"
#include "model/nic_record.h"

/*
 * Reads the records of all NICs into *nics, which the caller has zeroed and clears. <0: one is unreadable, err names the
 * file. evpnd never overwrites such a record: it is all that is known of the NIC.
 */
int state_file_load_nics(const char *state_dir, struct nic_records *nics, struct evpn_error *err);

int state_file_save_nic(const char *state_dir, const struct nic_record *nic, struct evpn_error *err);

/* For a NIC that is back on the host, or gone. */
int state_file_remove_nic(const char *state_dir, const char *name, struct evpn_error *err);

/*
 * What the namespace `id` (rtnl_netns) was like before evpnd set its sysctls and lo, as a struct net of sysctls and links.
 * Load: 1 done, 0 there is no record of this namespace, <0 unreadable. *net zeroed before; the caller clears it.
 */
int state_file_load_netns(const char *state_dir, uint64_t id, struct net *net, struct evpn_error *err);
int state_file_save_netns(const char *state_dir, uint64_t id, const struct net *net, struct evpn_error *err);

/* The same for the sysctls of the machine that evpnd has raised: those of NET_NS_HOST, with net_sysctl.written. */
int state_file_load_host(const char *state_dir, struct net *net, struct evpn_error *err);
int state_file_save_host(const char *state_dir, const struct net *net, struct evpn_error *err);
