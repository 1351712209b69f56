/* SPDX-License-Identifier: Apache-2.0 */
/*
 * nic_identity.h - which device is the NIC that a record is about
 *
 * The container is root in FRR's network namespace: it can rename the NIC, set its alias, its MAC and its link group, and make
 * devices that look like it. So evpnd identifies a NIC by what the kernel alone sets (net_device in model/net.h).
 */
#pragma once

#include "run/observe.h"

/*
 * Sets `nic' of the links that the records are about, and their `owner' and `unmarked', and `impostor' of those that look like one. Another link with the mark alone becomes
 * NET_OWNER_FORGED, unless evpn.conf names a NIC that has no record (the state directory was emptied). 0, or <0: the devices
 * cannot be told apart.
 */
int nic_identify(const struct observe_source *from, struct observation *obs, struct evpn_error *err);

/* The name by which evpn.conf has it on the host: the kernel's, or one of its other names. */
const char *nic_outer_name(const struct config_nic *wanted);

/* The entry of evpn.conf that moves the NIC itself, not a VLAN or macvlan on it; NULL: none, or all are given back. */
const struct config_nic *nic_find_wanted(const struct observe_source *from, const char *name);
