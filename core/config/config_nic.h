/* SPDX-License-Identifier: Apache-2.0 */
/* config_nic.h - an underlay NIC of evpn.conf, and what a DHCP server gives it; see config.h */
#pragma once

#include <net/if.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/ipaddr.h"

/* A place in a file of the configuration. */
struct config_where {
	const char *file; /* one of config->files; NULL: no place */
	unsigned int line;
};

#define CONFIG_ALTNAME_SIZE 128 /* the kernel's ALTIFNAMSIZ */

/* What a DHCP server has given, as it is in the file of config_lease.h. */
struct config_lease {
	char *file; /* its path; NULL: there are no leases here */
	struct ipaddr address; /* with the length of the subnet; unset: there never was one */
	struct ipaddr router; /* unset: none */
	bool in_force; /* false: it has expired, or the server has taken it back */
};

struct config_nic {
	char name
		[IFNAMSIZ]; /* on the host; with `parent`: in FRR's namespace; if `altname` is set, that of FRR's namespace */
	char altname[CONFIG_ALTNAME_SIZE]; /* on the host, if it is too long for a kernel's name; "": it is not */
	char inner[IFNAMSIZ]; /* in FRR's namespace: key `rename'; default: `name` */
	struct config_where where;
	char parent[IFNAMSIZ]; /* the device on the host below a VLAN or macvlan; "": the NIC itself is moved */
	uint16_t vlan; /* 802.1Q VLAN, 1 to 4094; 0: no VLAN */
	bool macvlan;
	unsigned int mtu; /* bytes; 0: unset, it is not changed */
	bool takes_default_route; /* that the host loses its default route, or a session, is meant */
	char **may_lose; /* "stacked", "tc", "routes" */
	size_t n_may_lose;
	bool keep_addresses; /* neither `addresses' nor `dhcp' is set: keep those that the NIC has on the host */
	bool dhcp; /* a DHCP client has a lease for it, and `addresses` is that lease's */
	struct config_lease lease; /* only with `dhcp` */
	struct ipaddr *addresses;
	size_t n_addresses;
};
