#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# evpnctl explain in a VRF: an address on either side, the L3VNI itself, and faults in the VRF's routes, in the import of the fabric's,
# and between the next hop and its router MAC.
set -euo pipefail
# shellcheck source=tests/vm/lib.sh
. "$(dirname "$0")/lib.sh"

HERE=192.168.10.1
# says WORDS SUBJECT... : the first line of the explanation ends so
says() {
	local line end=$1
	shift
	"$BUILD/evpnctl" --socket "$FABRIC/state/control.sock" explain "$@" > "$FABRIC/ctl" 2>&1 || [ $? = 3 ] || return
	read -r line < "$FABRIC/ctl"
	[ "${line%": $end"}" != "$line" ]
}

tell() {
	cat "$FABRIC/ctl"
	tail -20 "$FABRIC/daemon.log"
}

until_says() {
	wait_until 60 "explain ${*:2} says \`$1'" says "$@"
	cat "$FABRIC/ctl"
}

step "the fabric, and evpnd as a service"
fabric_up
ip netns exec ev-node "$BUILD/evpnd" --config "$FABRIC/evpn.conf" --state-dir "$FABRIC/state" 2> "$FABRIC/daemon.log" &
PIDS+=($!)
check_ping

step "all is well"
until_says ok ip $HERE vrf red
finds -F "$HERE in VRF red, remote: ok" "$FABRIC/ctl"
until_says ok ip 10.244.0.6
finds -F "10.244.0.6 in VRF red, local: ok" "$FABRIC/ctl"
until_says ok vni 100

step "the session with the host"
vtysh_in host 'configure terminal' 'router bgp 64515' 'neighbor 192.169.10.1 shutdown'
until_says "broken at host session (SessionDown)" vni 100
vtysh_in host 'configure terminal' 'router bgp 64515' 'no neighbor 192.169.10.1 shutdown'
until_says ok ip 10.244.0.6 vrf red

step "no route in the VRF"
until_says "broken at route in the VRF (NoRoute)" ip 203.0.113.1 vrf red
vtysh_in leaf1 'configure terminal' 'router bgp 64512 vrf red' 'address-family ipv4 unicast' 'no redistribute connected'
until_says "broken at route in the VRF (NoRoute)" ip $HERE vrf red
vtysh_in leaf1 'configure terminal' 'router bgp 64512 vrf red' 'address-family ipv4 unicast' 'redistribute connected'
until_says ok ip $HERE vrf red

step "the leaf exports another route target"
vtysh_in leaf1 'configure terminal' 'router bgp 64512 vrf red' 'address-family l2vpn evpn' 'route-target export 64512:999'
until_says "broken at import (RouteTargetMismatch)" ip $HERE vrf red
vtysh_in leaf1 'configure terminal' 'router bgp 64512 vrf red' 'address-family l2vpn evpn' 'no route-target export 64512:999'
until_says ok ip $HERE vrf red

step "the router MAC of the next hop"
in_frr ip neighbor replace 100.64.0.1 lladdr 02:00:00:00:99:99 dev br100 nud noarp extern_learn
until_says "broken at router MAC (RouterMacMismatch)" ip $HERE vrf red
in_frr ip neighbor replace 100.64.0.1 lladdr aa:bb:cc:00:00:01 dev br100 nud noarp extern_learn
until_says ok ip $HERE vrf red
step "end"
