#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# reloader-refused.sh - evpnd with evpn-reloader, and an frr.conf of which FRR refuses a line: FRR runs what it ran before, a second
# run says the same as the first, and the corrected file is loaded
set -euo pipefail
# shellcheck source=tests/netns/lib-node.sh
. "$(dirname "$0")/lib-node.sh"

# What FRR runs, whatever the order in which it shows that. zebra shows the kernel's forwarding, which evpnd turns on.
shown() {
	vtysh_in frr 'show running-config' | sed '/forwarding$/d' | sort
}

# refused FILE : two runs fail in the same words, and FRR runs what FILE says
refused() {
	local run
	for run in first second; do
		expect 1 "Configure the peer-group first" once
		sed '/^<6>/d' "$FABRIC/out" > "$FABRIC/$run"
		shown | diff -u "$1" - || fail "after the $run run FRR does not run its former configuration"
	done
	diff -u "$FABRIC/first" "$FABRIC/second" || fail "the second run says something else"
	grep -q "FRR's former configuration is in force again" "$FABRIC/first" || fail "$(cat "$FABRIC/first")"
}

bad=('router bgp 64514' ' neighbor 10.0.0.4 remote-as 65004' ' neighbor 10.0.0.5 peer-group nosuch' 'exit')
node_up
# Else the first run alone says what moving the NIC costs.
write_conf 's/name = "eth1"/&; takes_default_route = true/'

step "the first configuration ever: FRR is empty again"
shown > "$FABRIC/empty"
write_frr "${bad[@]}"
refused "$FABRIC/empty"

step "the corrected one is loaded"
write_frr
expect 0 "FRR reloaded" once
shown > "$FABRIC/good"
finds 'advertise-all-vni' "$FABRIC/good" || fail "not loaded: $(cat "$FABRIC/good")"

step "a later one: lines that are gone, lines that are new, a line that FRR refuses"
write_frr 'ip prefix-list later seq 5 permit any' "${bad[@]}"
sed -i '/advertise-all-vni/d; s/remote-as 64512/remote-as 64513/' "$FABRIC/frr.conf.in"
refused "$FABRIC/good"

step "another AS: evpnd's instance is the former one"
write_frr "${bad[@]}"
sed -i 's/router bgp 64514/router bgp 64999/' "$FABRIC/frr.conf.in"
refused "$FABRIC/good"

step "the corrected one again: FRR runs it already"
write_frr
expect 0 "no FRR reload needed" once
shown | diff -u "$FABRIC/good" - || fail "FRR's configuration has changed"
