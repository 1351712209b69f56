#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# One VXLAN device for all VNIs: what other programs do to its VLANs and VNIs, a range of VNIs that comes and goes, and vxlan.mode that
# changes while evpnd runs, there and back.
set -euo pipefail
# shellcheck source=tests/vm/lib-lab.sh
. "$(dirname "$0")/lib-lab.sh"
# shellcheck source=tests/vm/lib-stream.sh
. "$here/lib-stream.sh"
LAB_DIR=$here/lab03

# bridge(8) shows what follows each other as a range, so each number here is the first or last of one.

# vlan DEVICE VID: the device is in that VLAN
vlan() {
	in_frr bridge -json vlan show dev "$1" | grep -E "\"vlan(End)?\":$2[,}]"
}

# sent NUMBER: a VLAN of the VXLAN device is sent in the VNI of the same number
sent() {
	in_frr bridge -json vlan tunnelshow dev vx-evpn | grep -E "\"tunid(End)?\":$1[,}]"
}

has_vni() {
	in_frr bridge -json vni show dev vx-evpn | grep -E "\"vni(End)?\":$1[,}]"
}

other_program_stays() {
	local device
	for device in br-evpn vx-evpn; do
		vlan $device 50 >/dev/null || fail "$1: another program's VLAN is gone from $device"
	done
}

# with_vni ENTRY: lab03's configuration and this entry of l2vnis
with_vni() {
	sed "s|^l2vnis = (|&\n\t$1,|" "$LAB_DIR/evpn.conf" > "$FABRIC/more.conf"
	lab_conf "$FABRIC/more.conf"
}

knows_vnis() {
	[ "$(vtysh_in frr 'show evpn vni' | grep -cE '^100[0-9][0-9] +L2 +vx-evpn ')" = "$1" ]
}

# while_streaming HOW COMMAND... : evpnd converges by it, and a bridged and a routed stream go on; how long each was interrupted
while_streaming() {
	local name
	stream bridged 192.168.20.16 0.05
	stream routed 192.168.21.17 0.05
	for name in bridged routed; do stream_flows $name; done
	lab_converges "$@"
	all_reach
	for name in bridged routed; do stream_flows $name; done
	streams_end
	for name in bridged routed; do
		echo "   $name, every 50 ms: $(grep transmitted "$FABRIC/$name.stream"); missing: $(missing $name)"
	done
}

# shellcheck source=tests/vm/lab03/fabric.sh
. "$LAB_DIR/fabric.sh"
# shellcheck source=tests/vm/lab03/checks.sh
. "$LAB_DIR/checks.sh"
step "the fabric, and evpnd"
lab_up
wait_until 60 "the links are up" lab_settled
lab_conf "$LAB_DIR/evpn.conf"
lab_converges start lab_daemon
first_ping host1 192.168.20.16
all_reach

step "what other programs do"
in_frr bridge vlan add dev br-evpn vid 50 self
in_frr bridge vlan add dev vx-evpn vid 50
in_frr bridge vlan del dev vx-evpn vid 110
wait_until 60 "VNI 110 has a VLAN again" sent 110
vlan vx-evpn 110 || fail "VNI 110 has another VLAN than before"
in_frr bridge vni delete dev vx-evpn vni 111
wait_until 60 "VNI 111 comes back" has_vni 111
in_frr bridge vlan del dev br-evpn vid 111 self
wait_until 60 "VLAN 111 of the bridge comes back" vlan br-evpn 111
wait_until 60 "nothing is left to do" nothing_is_left_to_do
other_program_stays "after drift"
all_reach

step "a range comes and goes"
lab_converges "20 VNIs more" with_vni '{ vni = "10001-10020"; }'
wait_until 60 "FRR has 20 VNIs more" knows_vnis 20
nothing_is_left_to_do
lab_converges "15 VNIs less" with_vni '{ vni = "10016-10020"; }'
wait_until 60 "FRR has 15 VNIs less" knows_vnis 5
nothing_is_left_to_do
other_program_stays "after the range"
all_reach

step "a device for each VNI, and back"
lab_converges "without the range" lab_conf "$LAB_DIR/evpn.conf"
LAB_MODE='' while_streaming "per-vni" lab_conf "$LAB_DIR/evpn.conf"
ends 1 in_frr ip link show dev br-evpn 2>/dev/null || fail "the single bridge stands"
nothing_is_left_to_do
while_streaming "single again" lab_conf "$LAB_DIR/evpn.conf"
ends 1 in_frr ip link show dev vni110 2>/dev/null || fail "vni110 stands"
nothing_is_left_to_do
lab_same "the canaries" canaries_of
lab_stop
lab_down
step "end"
