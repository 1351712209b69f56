/* SPDX-License-Identifier: Apache-2.0 */
/*
 * config_lease.h - the lease of an underlay NIC with `dhcp`: a file that evpn.conf is read with
 *
 * The DHCP client (run/dhcp.h) has evpnd's own program write what the server has said to lease-NIC in the state directory. The
 * file is a part of the configuration, like that of node.index_from: it is watched, and a change of it begins a run. So a leased
 * address is checked and applied like one of evpn.conf. The file stays when evpnd ends, and goes with the next boot.
 */
#pragma once

#include "config/config.h"
#include "evpn-plugin.h"

/* Where the leases are; kept by the caller. NULL, the default: nowhere, so no NIC has one. */
void config_lease_set_dir(const char *dir);

/* The file of a NIC's lease. The caller frees it. */
char *config_lease_file(const char *dir, const char *name);

/* Reads the lease of NIC `name`; zeroes of `lease` are filled in. A file that is absent or unreadable is none. */
void config_lease_read(const char *name, struct config_lease *lease);

/*
 * Writes `file` from the environment that BusyBox's udhcpc gives its program: ip, mask, router, lease (seconds). `event` is
 * its argument. "bound" and "renew" write the lease; "nak" ends it; "deconfig", which udhcpc also says when it starts, ends it
 * if it has expired. The file keeps the address then: the VTEP stays what it is until there is a new one. 0, or <0 with err.
 */
int config_lease_take(const char *file, const char *event, struct evpn_error *err);
