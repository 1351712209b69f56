/* SPDX-License-Identifier: Apache-2.0 */
/* net_constants.h - the constants that evpnd uses in the kernel; see net.h */
#pragma once

/* rtm_protocol and IFA_PROTO of routes and addresses that evpnd adds; unused in iproute2's and FRR's lists. */
#define NET_PROTOCOL 101
/*
 * Where the rule for the local table stands: first by default; behind the kernel's rule for VRFs (Documentation/networking/vrf.rst)
 * while there are VRFs of ours, so that a packet in a VRF for an address of the namespace itself is the VRF's.
 */
#define NET_LOCAL_FIRST 0
#define NET_LOCAL_LAST	32765
/* The metric of a VRF's unreachable default: the kernel's advice (Documentation/networking/vrf.rst). */
#define NET_UNREACHABLE_METRIC 4278198272u
/* The kernel's metric of an IPv6 route for which none is given (IP6_RT_PRIO_USER); it has no metric 0. */
#define NET_IP6_ROUTE_METRIC 1024
/* The metrics of the default routes of DHCP leases, one for each NIC. For zebra the first byte is the distance: 254. */
#define NET_LEASE_METRIC  4261412864u
#define NET_LEASE_METRICS 65536
/*
 * What a bridge's traffic control drops, kernel/seal.h: IPv4 packets to its namespace; router advertisements of it with lifetime 0,
 * by which a router says that it is one no more (RFC 4861, 6.2.5).
 */
#define NET_SEAL_IPV4	 1u
#define NET_SEAL_GOODBYE 2u
/* UDP port of VXLAN, RFC 7348. */
#define NET_VXLAN_PORT 4789
/*
 * The kernel keeps the route to a remote VTEP with its FDB entry, for each CPU, so that all packets to it leave by one
 * of several next hops, whatever fib_multipath_hash_policy says. It looks up the route of each packet if the device has
 * a TOS (vxlan_xmit_one(), in older kernels vxlan_get_route()). A TOS of 2 has no DSCP; its bits are those of ECN, which
 * ip_tunnel_ecn_encap() replaces by those of the inner packet: what is sent is the same.
 */
#define NET_TOS_PER_FLOW 2
/* The devices that all VNIs share in single mode. A bridge called "br" would be the broadcast address for ip(8). */
#define NET_SINGLE_BRIDGE "br-evpn"
#define NET_SINGLE_VXLAN  "vx-evpn"
/* The trunk's end in FRR's namespace, unless evpn.conf names it. */
#define NET_TRUNK_PEER "pe-trunk"
/* The VLANs that a bridge can have. */
#define NET_VLAN_FIRST 1
#define NET_VLAN_LAST  4094
/* The kernel takes it for "that of the inner packet" (vxlan_xmit_one()). */
#define NET_TOS_INHERIT 1
/* What VXLAN adds to a packet: outer Ethernet, IPv4 (IPv6), UDP and VXLAN headers. */
#define NET_VXLAN_OVERHEAD4 50
#define NET_VXLAN_OVERHEAD6 70
