#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# explain.sh - evpnctl explain names the link that a planted fault breaks, and says that all is well when it is. Real FRR on both
# sides; the hosts are namespaces.
# test-run: waits
set -euo pipefail
# shellcheck source=tests/netns/lib-explain.sh
. "$(dirname "$0")/lib-explain.sh"

leaf_evpn() { on_leaf 'router bgp 64512' 'address-family l2vpn evpn' "$@"; }
# What the leaf's hosts have said, bgpd of the node has.
far_known() { vtysh_in frr 'show bgp l2vpn evpn' | finds -F "[2]:[0]:[48]:[$FAR]:[32]:[$FAR_IP]"; }
far_here() { in_frr bridge fdb show dev vni110 | finds -F "$FAR dst 100.64.0.2"; }
heal() {
	wait_until 30 "the node has the far host again" far_known
	wait_until 30 "and in its FDB" far_here
	all_work
}

explain_up 's/hostname = "frr";/& drift = "report";/'
step "all is well, on both sides"
all_work
ctl 0 explain mac $FAR
finds -F "MAC $FAR in VNI 110, remote: ok" "$FABRIC/ctl" || fail "the VNI was not found: $(cat "$FABRIC/ctl")"
ctl 0 explain ip $NEAR_IP
finds -F "$NEAR_IP (MAC $NEAR) in VNI 110, local: ok" "$FABRIC/ctl" || fail "the MAC was not found: $(cat "$FABRIC/ctl")"
cat "$FABRIC/ctl"

step "never seen: what, where would it appear"
breaks bridge-fdb NeverSeen mac 02:00:00:00:77:77 vni 110
breaks bridge-fdb NeverSeen mac 02:00:00:00:77:77
breaks neighbor NeverSeen ip 10.11.0.77 vni 110
breaks neighbor NeverSeen ip 10.99.0.77
breaks configuration NotConfigured vni 999
breaks configuration NotConfigured mac $NEAR vni 999
breaks configuration NotConfigured ip $NEAR_IP vrf red

step "no FDB entry; the neighbor is stale"
in_frr bridge fdb del $NEAR dev pe110 master
in_frr bridge fdb show br br110 > "$FABRIC/fdb"
lacks $NEAR "$FABRIC/fdb"
breaks bridge-fdb NoFdbEntry mac $NEAR vni 110
breaks neighbor NeighborStale ip $NEAR_IP vni 110
in_frr ip neighbor del $NEAR_IP dev br110
breaks neighbor NeverSeen ip $NEAR_IP vni 110
heal

step "host side down"
ip -n ev-node link set br-lan down
breaks host-bridge DeviceDown mac $NEAR vni 110
breaks host-bridge DeviceDown ip $NEAR_IP vni 110
breaks host-bridge DeviceDown vni 110
ip -n ev-node link set br-lan up
heal

step "the FDB sends to another VTEP than the route says"
in_frr bridge fdb replace $FAR dev vni110 dst 100.64.0.9 self extern_learn
breaks bridge-fdb VtepMismatch mac $FAR vni 110
in_frr bridge fdb replace $FAR dev vni110 dst 100.64.0.2 self extern_learn
heal

step "ARP suppression answers with another MAC than FRR has"
in_frr ip neighbor replace $FAR_IP lladdr 02:00:00:00:99:99 dev br110 nud noarp extern_learn
breaks arp-suppression SuppressedArp ip $FAR_IP vni 110
in_frr ip neighbor replace $FAR_IP lladdr $FAR dev br110 nud noarp extern_learn
heal

step "the leaf exports another route target"
leaf_evpn 'vni 110' 'route-target export 64512:999'
breaks import RouteTargetMismatch mac $FAR vni 110
breaks import RouteTargetMismatch mac $FAR
breaks import RouteTargetMismatch vni 110
breaks import RouteTargetMismatch ip $FAR_IP vni 110
leaf_evpn 'vni 110' 'no route-target export 64512:999'
heal

step "the fabric does not announce the way to the remote VTEP"
on_leaf 'router bgp 64512' 'address-family ipv4 unicast' 'no network 100.64.0.2/32'
breaks next-hop NextHopUnresolved mac $FAR vni 110
breaks next-hop NextHopUnresolved vni 110
on_leaf 'router bgp 64512' 'address-family ipv4 unicast' 'network 100.64.0.2/32'
heal

step "the leaf sends no route of type 3"
leaf_evpn 'exit' 'exit' 'route-map no3 deny 10' 'match evpn route-type multicast' 'exit' 'route-map no3 permit 20' 'exit' \
	'router bgp 64512' 'address-family l2vpn evpn' 'neighbor 192.168.11.3 route-map no3 out'
breaks remote-vtep NoMulticastRoute vni 110
leaf_evpn 'no neighbor 192.168.11.3 route-map no3 out'
heal

step "no session; a session without EVPN"
ip -n ev-leaf2 link set node down
breaks session SessionDown mac $FAR vni 110
breaks session SessionDown vni 110
ip -n ev-leaf2 link set node up
heal
leaf_evpn 'no neighbor 192.168.11.3 activate'
breaks session FamilyMissing mac $FAR vni 110
leaf_evpn 'neighbor 192.168.11.3 activate'
heal

step "FRR does not announce its VNIs; bgpd does not run"
typed 'router bgp 64514' 'address-family l2vpn evpn' 'no advertise-all-vni'
breaks zebra-vni VniUnknown vni 110
breaks zebra-vni VniUnknown mac $NEAR vni 110
typed 'router bgp 64514' 'address-family l2vpn evpn' 'advertise-all-vni'
heal
daemon_kill bgpd
breaks bgp-vni DaemonMissing mac $NEAR vni 110
daemon_stop
