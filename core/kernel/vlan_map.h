/* SPDX-License-Identifier: Apache-2.0 */
/*
 * vlan_map.h - the entries of the single bridge and its VXLAN device (model/net_vlan.h): read; apply_parts.h has how they are set
 */
#pragma once

#include <netlink/attr.h>

#include "kernel/rtnl.h"
#include "model/net.h"

/*
 * Reads net.vlans, and net_link.pvid of ports, in FRR's namespace, if it has the single bridge. The links are sorted before, all is
 * after; what net.vlans has of the host stays. Returns 0, or <0 when the kernel refuses it.
 */
int read_vlan_map(struct rtnl *rtnl, struct net *net, struct evpn_error *err);

/* VLANs that follow each other; their VNIs do, too. */
struct vlan_map_range {
	int ifindex; /* of the port, or the bridge */
	uint16_t first, last, flags; /* BRIDGE_VLAN_INFO_... */
	uint32_t vni; /* in which the first is sent; 0: they are sent in none */
};

/* Calls `each` for all VLANs of an RTM_NEWVLAN. */
void vlan_map_each(const struct nlmsghdr *hdr, void (*each)(const struct vlan_map_range *range, void *arg), void *arg);

/*
 * Whether a notification says something else than net.vlans, which is sorted: IFLA_AF_SPEC of a message of AF_BRIDGE about the single
 * bridge, its VXLAN device or an end of the trunk; RTM_NEWTUNNEL and RTM_DELTUNNEL.
 */
bool vlan_map_port_differs(const struct net *net, const struct net_link *link, struct nlattr *spec);
bool vlan_map_tunnel_differs(const struct net *net, const struct nlmsghdr *hdr);
