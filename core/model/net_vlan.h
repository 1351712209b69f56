/* SPDX-License-Identifier: Apache-2.0 */
/*
 * net_vlan.h - which VLAN is sent in which VNI: the entries of the single bridge and its VXLAN device, and the VLANs of the trunk
 *
 * In single mode all VNIs share one bridge that filters VLANs and one VXLAN device (vnifilter). The entries have no owner's mark in
 * the kernel. On these two devices, which are evpnd's, the VNIs and the VLANs that are sent in one are evpnd's; a VLAN without a VNI
 * is another program's. The two ends of the trunk (host.trunk) are evpnd's as a whole: they have the VLANs that evpn.conf says and no other
 * one, while all else that the host's bridge has is other programs'.
 */
#pragma once

#include <net/if.h>
#include <stdbool.h>
#include <stdint.h>

#include "model/net_ns.h"

/* What the single bridge, its VXLAN device and the trunk have for each VNI, in the order in which it is added. */
enum net_vlan_kind {
	NET_VLAN_VNI, /* the VXLAN device takes the VNI */
	NET_VLAN_TUNNEL, /* a VLAN of the VXLAN device as a port, and the VNI that it is sent in */
	NET_VLAN_SELF, /* a VLAN of the bridge itself, where it has an SVI */
	NET_VLAN_MAC, /* the SVI's MAC address, which is not the bridge's, is delivered and not flooded */
	NET_VLAN_PORT, /* a VLAN of an end of the trunk as a port, tagged; actual: of each veth that evpnd has made */
};

#define NET_VLAN_KIND_COUNT 5

/* One of these. Those that follow each other are one operation, and one message. */
struct net_vlan {
	enum net_ns ns;
	char link[IFNAMSIZ];
	enum net_vlan_kind kind;
	uint16_t vid; /* NET_VLAN_VNI: 0 */
	uint32_t vni; /* NET_VLAN_TUNNEL, NET_VLAN_VNI; actual, 0: the VLAN is sent in none */
	uint8_t mac[6]; /* NET_VLAN_MAC */
	bool access; /* NET_VLAN_PORT, actual: it is the PVID or untagged, as no VLAN of a trunk is */
	bool raised; /* desired: added by the raise step */
	bool fixed; /* desired, NET_VLAN_TUNNEL: evpn.conf says which VLAN; false: it may be another one */
	unsigned int group;
};

/* Two for the same thing have the same place; what they say of it is net_vlan_same(). */
int net_vlan_compare(const struct net_vlan *a, const struct net_vlan *b);
bool net_vlan_same(const struct net_vlan *a, const struct net_vlan *b);
/* Whether `b` follows `a` so that one range has both. */
bool net_vlan_follows(const struct net_vlan *a, const struct net_vlan *b);
