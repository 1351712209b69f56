/* SPDX-License-Identifier: Apache-2.0 */
/*
 * vlan.h - the VLANs of a port of a bridge on the host (bridge-vlan(8)): read; apply_parts.h has how they are set
 */
#pragma once

#include <netlink/attr.h>

#include "kernel/rtnl.h"
#include "model/net.h"

/* net_link.pvid from IFLA_AF_SPEC of a message of AF_BRIDGE. */
uint16_t vlan_parse(struct nlattr *spec);

/*
 * Calls `each` for the VLANs of IFLA_AF_SPEC of a message of AF_BRIDGE, range by range. The message has the two ends of a range one
 * behind the other; `flags` are BRIDGE_VLAN_INFO_... of the last one.
 */
void vlan_each(struct nlattr *spec, void (*each)(uint16_t first, uint16_t last, uint16_t flags, void *arg), void *arg);

/* Adds the VLANs of a port to net.vlans, which is not sorted then. `flags`: BRIDGE_VLAN_INFO_... of all of them. */
void vlan_take_range(struct net *net, const struct net_link *link, uint16_t first, uint16_t last, uint16_t flags);

/*
 * Reads net_link.pvid of the host's ports of bridges, and the VLANs of those that evpnd has made, which are then the only ones of
 * net.vlans, unsorted. The links are sorted. Returns 0, or <0 when the kernel refuses it.
 */
int read_vlans(struct rtnl *host, struct net *net, struct evpn_error *err);
