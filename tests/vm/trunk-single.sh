#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# test-run: long
# host.trunk: one pair for all L2VNIs, to a bridge of the host's that filters VLANs and has VLANs of its own. The machines are its access
# ports. The bridge that comes late, what other programs do to the trunk, a VNI that leaves it, a bridge that evpnd makes, no bridge.
set -euo pipefail
# shellcheck source=tests/vm/lib-lab.sh
. "$(dirname "$0")/lib-lab.sh"
LAB_DIR=$here/lab03
# shellcheck source=tests/vm/lab03/fabric.sh
. "$LAB_DIR/fabric.sh"
# shellcheck source=tests/vm/lab03/checks.sh
. "$LAB_DIR/checks.sh"

on_node() {
	ip netns exec ev-node "$@"
}

# access MACHINE BRIDGE VLAN: its port of the bridge, as a hypervisor makes a tap one
access() {
	ip -n ev-node link set "$1" master "$2" up
	on_node bridge vlan add dev "$1" vid "$3" pvid untagged
	[ "$3" = 1 ] || on_node bridge vlan del dev "$1" vid 1
}

# vlans_of DEVICE: "110 111", and flags with a VLAN that is not tagged alone
vlans_of() {
	on_node bridge -json vlan show dev "$1" | python3 -c '
import json, sys
for port in json.load(sys.stdin):
	print(*(" ".join([str(i)] + v.get("flags", [])) for v in port["vlans"] for i in range(v["vlan"], v.get("vlanEnd", v["vlan"]) + 1)))'
}

carries() {
	[ "$(vlans_of trunk0)" = "$1" ]
}

# trunk KEYS [SCRIPT]: lab03's configuration, in which the trunk, with these keys, has the place of each VNI's own pair
trunk() {
	sed -E "s|^\t  host = \{ interface = \"lan(11.)\"[^}]*\};|\t  vlan = \1;|; ${2:-}" "$LAB_DIR/evpn.conf" > "$FABRIC/trunk.conf"
	echo "host = { trunk = { interface = \"trunk0\"; $1 }; };" >> "$FABRIC/trunk.conf"
	lab_conf "$FABRIC/trunk.conf"
}

logged() {
	grep -q -- "$1" "$FABRIC/daemon.log"
}

# The user's own VLAN: it works, on this node alone.
own_vlan_stays() {
	reaches own1 192.168.20.52
	ends 1 ping_to own1 192.168.20.11 > "$FABRIC/out" || fail "$1: own1, in VLAN 50, reaches VNI 110"
	[ "$(vlans_of own1)" = "50 PVID Egress Untagged" ] || fail "$1: own1 is in $(vlans_of own1)"
	on_node bridge vlan show dev br-hosts | finds -w 50 || fail "$1: VLAN 50 is gone from br-hosts"
}

says_ok() {
	"$BUILD/evpnctl" --socket "$FABRIC/state/control.sock" explain "$@" > "$FABRIC/ctl" 2>&1 && head -1 "$FABRIC/ctl" | finds ': ok$'
}

# explains SUBJECT... : evpnctl explain finds no fault
explains() {
	wait_until 60 "explain $* says ok" says_ok "$@"
	cat "$FABRIC/ctl"
}

# run_after COMMAND... : a run converges after what another program does
run_after() {
	lab_converges "$*" "$@"
}

step "the fabric, and a bridge with VLANs"
lab_fabric_of_lab03=$(declare -f lab_fabric)
eval "${lab_fabric_of_lab03/lab_fabric/lab03_fabric}"
lab_fabric() {
	lab03_fabric
	machine own1 node 192.168.20.51/24
	machine own2 node 192.168.20.52/24
	ip -n ev-node -batch - <<-E
		link delete br-lan110
		link delete br-lan111
		link add br-hosts up mtu 1450 type bridge vlan_filtering 1
	E
	access work1 br-hosts 110
	access work2 br-hosts 111
	access own1 br-hosts 50
	access own2 br-hosts 50
	on_node bridge vlan add dev br-hosts vid 50 self
	machine_up own1
	machine_up own2
}
lab_up
wait_until 60 "the links are up" lab_settled
own_vlan_stays "at first"

step "evpnd starts, and the bridge comes later"
trunk 'bridge = "br-late";'
lab_daemon
wait_until 300 "no bridge" logged "trunk0 cannot become a port of br-late: no such device; create it"
ip -n ev-node link add br-late up mtu 1450 type bridge
wait_until 300 "a bridge that does not filter" logged "trunk0 cannot become a port of br-late: that bridge does not filter VLANs"
ends 1 ip -n ev-node link show dev trunk0 2>/dev/null || fail "trunk0 is there without its bridge"
# The run that is on its way may still say that the bridge does not filter.
ip -n ev-node link set br-late type bridge vlan_filtering 1
wait_until 300 "evpnd makes the trunk" carries "110 111"
"$BUILD/evpnctl" --socket "$FABRIC/state/control.sock" wait --for applied --timeout 300
nothing_is_left_to_do
: > "$FABRIC/daemon.log"

step "the user's bridge"
run_after trunk 'bridge = "br-hosts";'
ip -n ev-node link delete br-late
carries "110 111" || fail "trunk0 is in $(vlans_of trunk0)"
first_ping host1 192.168.20.16
all_reach
nothing_is_left_to_do
own_vlan_stays "with the trunk"
lab_same "the canaries" canaries_of
explains vni 110
explains vni 111
explains mac "$(mac_of work1)" vni 110
explains mac "$(mac_of host2)" vni 111
explains ip 192.168.21.17 vrf red

step "what other programs do"
run_after on_node bridge vlan add dev trunk0 vid 50
carries "110 111" || fail "trunk0 is in $(vlans_of trunk0)"
run_after on_node bridge vlan del dev trunk0 vid 110
carries "110 111" || fail "trunk0 is in $(vlans_of trunk0)"
run_after on_node bridge vlan add dev trunk0 vid 111 pvid untagged
carries "110 111" || fail "trunk0 is in $(vlans_of trunk0)"
run_after in_frr bridge vlan del dev pe-trunk vid 111
run_after ip -n ev-node link set trunk0 nomaster
carries "110 111" || fail "trunk0, put back, is in $(vlans_of trunk0)"
all_reach
run_after in_frr ip link delete pe-trunk
carries "110 111" || fail "the new trunk0 is in $(vlans_of trunk0)"
all_reach
nothing_is_left_to_do
own_vlan_stays "after drift"

step "a VNI leaves the trunk for a port of its own, and comes back"
run_after trunk 'bridge = "br-hosts";' 's|vlan = 111;|host = { interface = "lan111"; bridge = "br-hosts"; vlan = 111; };|'
carries 110 || fail "trunk0 is in $(vlans_of trunk0)"
all_reach
nothing_is_left_to_do
run_after trunk 'bridge = "br-hosts";'
carries "110 111" || fail "trunk0 is in $(vlans_of trunk0)"
all_reach

step "a bridge that evpnd makes"
run_after trunk 'bridge = "br-made"; managed = true;'
access work1 br-made 110
access work2 br-made 111
all_reach
nothing_is_left_to_do
own_vlan_stays "with another bridge"
access work1 br-hosts 110
access work2 br-hosts 111

step "no bridge: the end is its user's"
run_after trunk ''
ends 1 ip -n ev-node link show dev br-made 2>/dev/null || fail "br-made stands"
ip -n ev-node -batch - <<-E
	link add t110 up link trunk0 type vlan id 110
	address add 192.168.20.77/24 dev t110
	E
by_trunk() {
	on_node ping -n -c 1 -W 1 -I t110 192.168.20.11
}
wait_until 60 "a VLAN device on trunk0 reaches host1" by_trunk
nothing_is_left_to_do
ip -n ev-node link delete t110

step "the mode changes: a trunk needs the single bridge"
sed -E 's|"br-lan(11.)"|"br-hosts"; vlan = \1|' "$LAB_DIR/evpn.conf" > "$FABRIC/pairs.conf"
LAB_MODE='' trunk 'bridge = "br-hosts";'
wait_until 300 "the error" logged 'evpn.conf:[0-9]*: host.trunk: it needs vxlan.mode = "single"'
: > "$FABRIC/daemon.log"
# The run in which evpnd keeps to the former file may end meanwhile.
LAB_MODE='' lab_conf "$FABRIC/pairs.conf"
wait_until 300 "the trunk goes" ends 1 ip -n ev-node link show dev trunk0
"$BUILD/evpnctl" --socket "$FABRIC/state/control.sock" wait --for applied --timeout 300
all_reach
run_after trunk 'bridge = "br-hosts";'
all_reach
lab_stop
lab_down
own_vlan_stays "after --down"
step "end"
