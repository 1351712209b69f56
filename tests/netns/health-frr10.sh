#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# health-frr10.sh - health and drift with FRR 10.3 and evpn-reloader: its answers mean the same, and mgmtd has a part of the
# configuration
# test-run: waits
set -euo pipefail
# shellcheck source=tests/netns/lib-leaf.sh
. "$(dirname "$0")/lib-leaf.sh"
need_frr10
FRR_ALONE=

with_reloader() {
	conf 's|frr-vtysh/.libs/frr-vtysh|frr-signal/.libs/frr-signal|' \
		"s|^frr-vtysh = .*|frr-signal = { address = \"unix:$FABRIC/frr/socket/reloader.sock\"; };|"
}

HEALTHY='^STATUS=applied, healthy: 0 L3VNIs, 1 L2VNIs, 1 of 1 sessions established, 1 remote VTEPs$'
reloads() { count '^<6>converged in.*FRR reloaded' "$FABRIC/daemon.log"; }

leaf_up
with_reloader
daemon_start
step "healthy"
wait_until 60 "converged" has_converged 1
wait_until 90 "healthy" status_is "$HEALTHY"
wait_until 60 "the leaf hears of VNI 110" leaf_hears
logged '^<6>FRR 10\.' || fail "the version was not understood: $(cat "$FABRIC/daemon.log")"

step "no EVPN at the neighbor; no route to the VTEP"
on_leaf 'router bgp 64512' 'address-family l2vpn evpn' 'no neighbor 192.168.11.3 activate'
wait_until 60 "the missing family" status_is '\(FamilyMissing since '
on_leaf 'router bgp 64512' 'address-family l2vpn evpn' 'neighbor 192.168.11.3 activate'
wait_until 90 "healthy again" status_is "$HEALTHY"
on_leaf 'router bgp 64512' 'address-family ipv4 unicast' 'no network 100.64.0.2/32'
wait_until 60 "the next hop" status_is 'next hop 100\.64\.0\.2 is unresolved'
on_leaf 'router bgp 64512' 'address-family ipv4 unicast' 'network 100.64.0.2/32'
wait_until 90 "healthy again" status_is "$HEALTHY"
daemon_stop

step "a start without drift demands no reload"
daemon_start
wait_until 60 "converged" has_converged 1
wait_until 60 "healthy" status_is "$HEALTHY"
[ "$(reloads)" = 0 ] || fail "FRR was reloaded: $(cat "$FABRIC/daemon.log")"

step "what another program changes is taken back: bgpd's part, and mgmtd's"
typed 'router bgp 64514' 'no neighbor 192.168.11.2'
wait_until 60 "the neighbor is back" runs 'neighbor 192.168.11.2 remote-as'
wait_until 60 "the end of that run" has_converged 2
typed 'ip route 203.0.113.0/24 Null0'
wait_until 60 "the static route is gone" not_runs 'ip route 203.0.113.0/24'
wait_until 90 "healthy again" status_is "$HEALTHY"
lacks 'even after its reload' "$FABRIC/daemon.log" || fail "all is back, and it is called unchanged"
daemon_stop
