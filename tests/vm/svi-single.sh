#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# test-run: long
# One VXLAN device for all VNIs: FRR 10.3 knows which SVI is the L3VNI's, in whatever order SVIs, VLANs, VNIs and FRR come and go. By FRR
# issue 23028 it can take another SVI for it, which is shown with devices made by hand.
set -euo pipefail
# shellcheck source=tests/vm/lib-lab.sh
. "$(dirname "$0")/lib-lab.sh"
LAB_DIR=$here/lab03
# shellcheck source=tests/vm/lab03/fabric.sh
. "$LAB_DIR/fabric.sh"
# shellcheck source=tests/vm/lab03/checks.sh
. "$LAB_DIR/checks.sh"

# svi_is VRF "DEVICE STATE": what FRR says of the VRF's L3VNI
svi_is() {
	[ "$(vtysh_in frr 'show vrf vni json' | python3 -c '
import json, sys
for vrf in json.load(sys.stdin)["vrfs"]:
	if vrf["vrf"] == sys.argv[1]:
		print(vrf["sviIntf"], vrf["state"])' "$1")" = "$2" ]
}

# tenants_are VNI... : the L2VNIs that FRR counts to VRF red
tenants_are() {
	[ "$(vtysh_in frr 'show evpn vni json' | python3 -c '
import json, sys
vnis = json.load(sys.stdin).items()
print(*sorted(n for n, vni in vnis if isinstance(vni, dict) and (vni["type"], vni["tenantVrf"]) == ("L2", "red")))')" = "$*" ]
}

# svis_without_address: those of VRF red
svis_without_address() {
	in_frr ip -json address show master red type vlan | python3 -c '
import json, sys
print(*(svi["ifname"] for svi in json.load(sys.stdin) if svi and not svi["addr_info"]))'
}

# is_right WHEN VNI... : FRR has the L3VNI's SVI, and these L2VNIs are in its VRF
is_right() {
	wait_until 60 "$1: br100 is the SVI of VNI 100" svi_is red "br100 Up"
	wait_until 60 "$1: VRF red has VNIs ${*:2}" tenants_are "${@:2}"
	all_reach
	svi_is red "br100 Up" || fail "$1: br100 was the SVI of VNI 100, and is not any more: $(vtysh_in frr 'show vrf vni')"
	nothing_is_left_to_do
}

# conf SED-EXPRESSION: lab03's configuration, changed
conf() {
	sed -E "$1" "$LAB_DIR/evpn.conf" > "$FABRIC/other.conf"
	lab_conf "$FABRIC/other.conf"
}

# FRR's container, in the same network namespace: zebra finds all devices up.
frr_restarts() {
	local netns
	exec {netns}< "/proc/$(cat "$FABRIC/frr/pid")/ns/net"
	FRR_NETNS=/proc/$BASHPID/fd/$netns
	kill -KILL "$(cat "$FABRIC/frr/pid")"
	rm "$FABRIC/frr/pid"
	router frr 'zebra bgpd staticd' nsenter --net="$FRR_NETNS"
	exec {netns}<&-
}

step "the fabric, and evpnd"
lab_up
wait_until 60 "the links are up" lab_settled
lab_conf "$LAB_DIR/evpn.conf"
lab_converges "at start" lab_daemon
first_ping host1 192.168.20.16
is_right "at start" 110 111
svis=$(svis_without_address)
[ "$svis" = br100 ] || fail "SVIs without an address are $svis, not just that of the L3VNI"

step "L2VNIs come into the VRF, one with a gateway and one without"
more='s|^l2vnis = \(|&{ vni = 112; vrf = "red"; gateways = [ "192.168.22.1/24" ]; }, { vni = 113; vrf = "red"; },|'
lab_converges "two L2VNIs more" conf "$more"
is_right "with two L2VNIs more" 110 111 112 113

step "FRR restarts"
lab_converges "FRR restarts" frr_restarts
is_right "after FRR's restart" 110 111 112 113

step "an SVI goes down, and a VLAN loses its VNI"
lab_converges "br110 comes up again" in_frr ip link set br110 down
is_right "after an SVI was down" 110 111 112 113
lab_converges "VNI 111 comes back" in_frr bridge vlan del dev vx-evpn vid 111
is_right "after a VLAN was without VNI" 110 111 112 113

step "the L3VNI comes after its L2VNIs"
lab_converges "no L3VNI" conf '/^l3vnis/d; s/vrf = "red"; gateways = [^;]*;//'
lab_converges "the L3VNI" conf "$more"
is_right "with the L3VNI last" 110 111 112 113
lab_same "the canaries" canaries_of
lab_stop

step "without evpnd: an SVI comes up before its VLAN has a VNI"
in_frr ip link set br112 down
in_frr bridge vlan del dev vx-evpn vid 112
in_frr ip link set br112 up
wait_until 60 "VRF red is without VNI 112" tenants_are 110 111 113
vtysh_in frr 'show vrf vni' 'show evpn vni'
svi_is red "br100 Up" || fail "br100 is not the SVI any more"

step "without evpnd: the same beside a VXLAN device of one VNI, which is issue 23028"
in_frr ip -batch - <<-E
	link add blue up type vrf table 1300
	link add by-hand up type bridge vlan_filtering 1 vlan_default_pvid 0
	link add by-hand-vx up master by-hand type vxlan id 300 local 100.65.0.2 dstport 4790 nolearning
	link add link by-hand right up master blue type vlan id 30
	link add link by-hand wrong master blue type vlan id 31
E
in_frr bridge vlan add dev by-hand-vx vid 30 pvid untagged
in_frr bridge vlan add dev by-hand vid 30 self
vtysh_in frr 'configure terminal' 'vrf blue' 'vni 300'
wait_until 60 "FRR has the SVI of VNI 300" svi_is blue "right Up"
in_frr ip link set wrong up
wait_until 60 "FRR takes an SVI without VNI for that of VNI 300" svi_is blue "wrong Up"
vtysh_in frr 'show vrf vni'
svi_is red "br100 Up" || fail "br100 is not the SVI any more"
vtysh_in frr 'configure terminal' 'vrf blue' 'no vni 300'
in_frr ip -batch - <<-E
	link delete by-hand-vx
	link delete by-hand
	link delete blue
E
lab_down
step "end"
