#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# zebra-behind.sh - many VNIs, and a zebra that does not keep up with the kernel's notifications: evpnd waits for it, and what the
# kernel has dropped all the same is announced again. The leaf says which VNIs there are.
# test-run: waits
set -euo pipefail
# shellcheck source=tests/netns/lib-leaf.sh
. "$(dirname "$0")/lib-leaf.sh"

VNIS=${VNIS:-300}

tell() {
	tail -20 "$FABRIC/frr/log" "$FABRIC/once.log"
	# A zebra that has crashed says why there.
	in_container sh -c 'cat /var/tmp/frr/*/crashlog*'
}

many() {
	local i list=
	for ((i = 1; i <= VNIS; i++)); do
		list+="${list:+,} { vni = $((1000 + i)); host = { interface = \"h$i\"; }; }"
	done
	conf "s/^l2vnis = .*/l2vnis = ($list );/"
}

leaf_hears_all() {
	[ "$(vtysh_in leaf2 'show bgp l2vpn evpn' | count -E '\[3\]:.*100\.65\.0\.2')" = "$VNIS" ]
}

# Messages that the kernel has dropped at the sockets of listeners to rtnetlink in FRR's namespace.
dropped() {
	in_frr cat /proc/net/netlink | awk 'NR > 1 && $2 == 0 && $4 != "00000000" { n += $9 } END { print n + 0 }'
}

has_dropped() {
	[ "$(dropped)" -gt 0 ]
}

zebra_pid() {
	in_container pgrep -x zebra
}

# container ZEBRA'S OPTIONS : FRR starts anew, and knows nothing
container() {
	container_stop KILL
	# With the former container, if it was there.
	if no_device eth1 ip -n ev-node; then
		wait_until 60 "eth1 has gone with it" no_device node ip -n ev-leaf2
		cable node eth1 192.168.11.3/24 leaf2 node 192.168.11.2/24
	fi
	rm -rf "$FABRIC/state"
	no_device h1 ip -n ev-node || ip -n ev-node link delete h1
	echo "$1" > "$FABRIC/frr/zebra-options"
	container_start
}

# applied WHAT : one run, after which the leaf hears of all
applied() {
	local from=$EPOCHREALTIME
	expect 0 converged once
	echo "$1: $(awk "BEGIN { printf \"%.1f\", $EPOCHREALTIME - $from }") s, $(dropped) messages dropped"
	wait_until 60 "$1: the leaf hears of all" leaf_hears_all
}

leaf_up
many

step "zebra without -s"
container ''
applied "without -s"

step "zebra with a tenth of its usual buffer"
container '-s 400000'
applied "-s 400000"
lost=$(dropped)
[ "$lost" = 0 ] || fail "evpnd was faster than zebra: $lost messages dropped"

step "zebra does not take anything while evpnd builds: the kernel drops what zebra has to know"
container '-s 70000'
in_container kill -STOP "$(zebra_pid)"
evpnd_on_node --once --timeout 120 > "$FABRIC/once.log" 2>&1 &
once=$!
PIDS+=("$once")
wait_until 60 "the kernel drops" has_dropped
# What evpnd did to the devices later would tell zebra of them.
wait_until 60 "all devices are as they will be" grep -q "waiting in step .reload FRR'" "$FABRIC/once.log"
in_container kill -CONT "$(zebra_pid)"
status=0
wait "$once" || status=$?
[ "$status" = 0 ] || fail "exit status $status: $(cat "$FABRIC/once.log")"
grep -E '^<4>FRR lacks [0-9]+ VNIs whose devices are up; the kernel has dropped [1-9][0-9]* notifications for zebra' "$FABRIC/once.log" ||
	fail "nothing was said of it: $(cat "$FABRIC/once.log")"
wait_until 60 "the leaf hears of all" leaf_hears_all
echo "$(dropped) messages dropped"
