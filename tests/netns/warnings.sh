#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# warnings.sh - what only the kernel knows: a NIC that cannot leave the host is refused before anything is changed; MTUs that lose
# packets are warned of once, and the VNI is applied
set -euo pipefail
# shellcheck source=tests/netns/lib-node.sh
. "$(dirname "$0")/lib-node.sh"

# A kernel without bonding has the bridge, which cannot leave either.
kind=bond

warnings() { count -E '^<4>.*MTU' "$FABRIC/daemon.log"; }
runs() { count '^<6>converged in' "$FABRIC/daemon.log"; }
more_runs() { [ "$(runs)" -gt "$1" ]; }

node_up

step "a NIC that the kernel does not move"
ip -n ev-node link add bond0 type bond 2>/dev/null || { kind=bridge; ip -n ev-node link add bond0 type bridge; }
write_conf 's/name = "eth1"/name = "bond0"/'
before=$(snapshot)
expect 1 "underlay NIC bond0: a $kind cannot leave the host's namespace; leave it there, and set it as \`parent'" \
	evpnd_on_node --dry-run
expect 1 "underlay NIC bond0: a $kind cannot leave the host's namespace" evpnd_on_node --once --timeout 30
[ "$(snapshot)" = "$before" ] || fail "something was changed: $(diff <(echo "$before") <(snapshot))"
ip -n ev-node link delete bond0

step "a port of the host's bridge that is larger than the VNI"
write_conf
ip -n ev-node link add tap0 mtu 1500 master br-lan type veth peer name tap1
ip -n ev-node link set tap0 up
expect 2 "vni 120: tap0, a port of br-lan has MTU 1500, the VNI 1450: larger packets vanish" evpnd_on_node --dry-run
daemon_start
wait_until 60 "converged" more_runs 0
[ "$(warnings)" = 1 ] || fail "not one warning: $(cat "$FABRIC/daemon.log")"
kill -HUP "$DAEMON"
wait_until 60 "a second run" more_runs 1
[ "$(warnings)" = 1 ] || fail "the warning is repeated: $(cat "$FABRIC/daemon.log")"

step "it fits, and does not again"
ip -n ev-node link set tap0 mtu 1450
kill -HUP "$DAEMON"
wait_until 60 "a third run" more_runs 2
ip -n ev-node link set tap0 mtu 9000
kill -HUP "$DAEMON"
wait_until 60 "a fourth run" more_runs 3
[ "$(warnings)" = 2 ] || fail "not a second warning: $(cat "$FABRIC/daemon.log")"
grep -q 'tap0, a port of br-lan has MTU 9000' "$FABRIC/daemon.log" || fail "not of 9000: $(cat "$FABRIC/daemon.log")"
ip -n ev-node link set tap0 mtu 1450

step "a VNI that is larger than the NIC, whose MTU is not in the file"
write_conf 's/{ vni = 110;/{ vni = 110; mtu = 1500;/'
wait_until 60 "a fifth run" more_runs 4
grep -qF "vni 110: its mtu, 1500, and 50 bytes of VXLAN are more than the MTU of eth1, 1500" "$FABRIC/daemon.log" ||
	fail "no warning: $(tail "$FABRIC/daemon.log")"
ip -n ev-node link show lan0 | finds 'mtu 1500' || fail "the VNI was not applied"
daemon_stop
