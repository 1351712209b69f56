#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Many devices go in one message, by link group: FRR drops 100 VNIs so without harm, a run that is killed on the way leaves
# nothing behind, and what somebody else put into that group stays.
set -euo pipefail
# shellcheck source=tests/netns/lib-node.sh
. "$(dirname "$0")/lib-node.sh"

vnis() { # N
	local i
	write_conf '/^l2vnis = (/,/^);/d'
	{
		echo 'l2vnis = ('
		for ((i = 1; i <= $1; i++)); do
			echo "	{ vni = $i; host = { interface = \"lan$i\"; }; }$([ "$i" = "$1" ] || echo ,)"
		done
		echo ');'
	} >> "$FABRIC/evpn.conf"
}

known_to_frr() {
	vtysh_in frr 'show evpn vni json' | python3 -c 'import json, sys; print(len(json.load(sys.stdin)))'
}

frr_knows() {
	[ "$(known_to_frr)" = "$1" ]
}

frr_pids() {
	in_frr pgrep -x 'zebra|bgpd' --ns "$(cat "$FABRIC/frr/pid")" --nslist net | sort
}

on_host() {
	ip -n ev-node "$@"
}

# Those of evpnd's, by namespace.
ours() {
	local ns
	for ns in on_host "in_frr ip"; do
		$ns -j link | python3 -c 'import json, sys
print(*[link["ifname"] for link in json.load(sys.stdin)
        if link.get("ifalias") == "evpnd:default" and link["ifname"] != "eth1"], sep="\n")'
	done | sed '/^$/d' | sort
}

none_is_ours() {
	local devices
	devices=$(ours)
	[ -z "$devices" ] || fail "still there: $devices"
}

group_of() { # DEVICE
	on_host link show "$1" | sed -n 's/.* group \([^ ]*\) .*/\1/p'
}

# In a subshell, which keeps what bash says of the signal.
killed_after_one() {
	(ip netns exec ev-node "$BUILD/evpnd-kill" 1 "$FABRIC/evpn.conf" "$FABRIC/state"; exit $?)
}

# One change after another, with a process for each; sets $runs
killed_all_the_way() {
	local status=137
	runs=0
	while [ $status = 137 ]; do
		status=0
		killed_after_one >"$FABRIC/out" 2>&1 || status=$?
		runs=$((runs + 1))
		[ $runs -lt 60 ] || fail "it does not come to an end: $(evpnd_on_node --dry-run)"
	done
	[ $status = 0 ] || fail "the last run ended with $status: $(cat "$FABRIC/out")"
}

node_up

step "100 VNIs come, and all but 3 go"
vnis 100
expect 0 converged once
wait_until 60 "100 VNIs in FRR" frr_knows 100
pids=$(frr_pids)
[ "$(wc -w <<< "$pids")" = 2 ] || fail "zebra and bgpd are not there: $pids"
vnis 3
expect 0 converged once
wait_until 60 "3 VNIs in FRR" frr_knows 3
[ "$(frr_pids)" = "$pids" ] || fail "zebra or bgpd is another process now: $pids, then $(frr_pids)"
[ "$(ours)" = "$(printf '%s\n' {br,lan,pe,vni}{1,2,3})" ] || fail "these are ours: $(ours)"

step "killed when it has put the first one into the group: it is wanted again, and stays"
birth=$(group_of lan1)
vnis 0
ends 137 killed_after_one >"$FABRIC/out" 2>&1 || fail "it was not killed: $(cat "$FABRIC/out")"
leaving=$(group_of lan1)
[ "$leaving" != "$birth" ] || fail "no group for those that go: still $birth"
vnis 3
expect 0 converged once
[ "$(group_of lan1)" = "$birth" ] || fail "lan1 is still in group $(group_of lan1)"
[ "$(ours | wc -w)" = 12 ] || fail "these are ours: $(ours)"

step "killed after each change: marks and one deletion for each kind"
vnis 0
killed_all_the_way
none_is_ours
# Three times three marks and a message that deletes; one more, which finds nothing to do.
[ $runs = 13 ] || fail "$runs runs"

step "a device of somebody else in that group stays, and ours go"
vnis 3
expect 0 converged once
on_host link add theirs group "$leaving" type veth peer name theirs2
in_frr ip link add theirs group "$leaving" type bridge
vnis 0
killed_all_the_way
none_is_ours
[ $runs = 10 ] || fail "$runs runs where nine devices go one by one"
on_host link show theirs >/dev/null
in_frr ip link show theirs >/dev/null
