#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# tests/chaos/chaos.sh SECONDS SEED : see tests/chaos/run. Every 60 s, and at the end, all that was broken on purpose is put right,
# and what evpnd makes of it is checked.
set -euo pipefail
# shellcheck source=tests/netns/lib-leaf.sh
. "$(dirname "$(readlink -f "$0")")/../netns/lib-leaf.sh"
# shellcheck source=tests/chaos/events.sh
. "$here/../chaos/events.sh"

limit=$1 seed=$2
echo "$limit s, seed $seed"
RANDOM=$seed
# perhaps_shown ROUTER COMMAND... : what it knows of EVPN, and these
perhaps_shown() {
	# It may have failed.
	vtysh_in "$@" 'show bgp l2vpn evpn summary' 'show evpn vni' 'show bgp l2vpn evpn' 'show bgp l2vpn evpn vni' 'show route-map' 'show running-config' || :
}
tell() {
	echo "--- seed $seed; evpnd's descriptors, and the last lines of its log"
	[ ! -d "/proc/$EVPND/fd" ] || ls -l "/proc/$EVPND/fd"
	tail -60 "$FABRIC/daemon.log"
	echo "--- what is left to do, and what FRR has"
	# What is broken may not answer.
	evpnd_on_node --dry-run || :
	perhaps_shown frr 'show ip nht' 'show ip route'
	echo "--- what the leaf has"
	perhaps_shown leaf2
	[ ! -s "$FABRIC/difference" ] || head -c 3000 "$FABRIC/difference"
}

# --- what must be so when nothing is broken on purpose
nothing_left() { evpnd_on_node --dry-run > "$FABRIC/left" 2>&1; }
frr_hears() { vtysh_in frr 'show evpn vni 110' | finds -F 100.64.0.2; }
ping_leaf() { ip netns exec ev-node ping -c 1 -W 1 10.110.0.2; }
in_ovs() { [ "$(vsctl --no-wait port-to-br lan115)" = br-int ]; }

# The foreign devices of the host, and those of FRR's namespace as they were made last.
foreign() {
	"$@" -d -j link show | python3 -c '
import json, sys
for link in sorted(json.load(sys.stdin), key=lambda link: link.get("ifname", "")):
    if link.get("ifname", "").startswith("canary-"):
        print(link["ifname"], link["ifindex"], link["address"], link["mtu"], link.get("master"), link.get("ifalias"), sorted(set(link["flags"]) & {"UP"}))'
	"$@" -o address show | sed -nE 's/ (valid|preferred)_lft [^ ]*//g; / canary-/{/fe80:/!p}'
	"$@" route show table all | grep -E '^(203\.0\.113|2001:db8:cb)'
}
canaries_stand() {
	foreign ip -n ev-node > "$FABRIC/foreign.now"
	in_frr true && foreign in_frr ip >> "$FABRIC/foreign.now"
	diff "$FABRIC/foreign" "$FABRIC/foreign.now" > "$FABRIC/difference" || fail "foreign devices were changed"
}
note_canaries() {
	foreign ip -n ev-node > "$FABRIC/foreign"
	foreign in_frr ip >> "$FABRIC/foreign"
}

descriptors() { find "/proc/$EVPND/fd" -mindepth 1 | wc -l; }
# KiB of evpnd's own memory. Pages of its files do not count: another program that maps the same ones makes them shared.
private_kib() { awk '/^Private_Dirty:|^Swap:/ { n += $2 } END { print n }' "/proc/$EVPND/smaps_rollup"; }

# settled NAME : all is put right, and heals
settled() {
	local fds kib begin=$SECONDS
	all_right
	wait_until 150 "$1: everything is applied" nothing_left
	wait_until 150 "$1: the leaf hears of the node's VNI" leaf_hears
	wait_until 150 "$1: FRR knows the leaf's VTEP" frr_hears
	wait_until 150 "$1: a ping through the VXLAN" ping_leaf
	[ -z "${OVS:-}" ] || wait_until 60 "$1: lan115 is a port of Open vSwitch" in_ovs
	wait_until 60 "$1: nothing is left to do" nothing_left
	canaries_stand
	[ -d "/proc/$EVPND" ] || fail "$1: evpnd has ended"
	# A few are opened when they are needed first. One that is left by each event would be hundreds at the end.
	wait_until 60 "$1: evpnd has $FDS descriptors, as at the beginning, or a few more" at_most descriptors $((${FDS:-1000000} + 3))
	fds=$(descriptors) kib=$(private_kib)
	FDS=${FDS:-$fds} KIB=${KIB:-$kib}
	event_log "$1: healed in $((SECONDS - begin)) s; evpnd has $fds descriptors and $kib KiB"
	# What malloc keeps of a burst is no leak: one grows with the number of events.
	[ "$kib" -le $((KIB + 1024)) ] || fail "evpnd's memory has grown from $KIB to $kib KiB"
}
at_most() { [ "$("$1")" -le "$2" ]; }

FDS='' KIB=''
chaos_up
note_canaries
before=$(PICTURE_MACS=no picture)
evpnd_start
settled begin
end=$((SECONDS + limit)) next=$((SECONDS + 60)) number=0
while [ $SECONDS -lt $end ]; do
	random_event
	number=$((number + 1))
	pause $((RANDOM % 4))
	if [ $SECONDS -ge $next ]; then
		settled "after $number events"
		next=$((SECONDS + 60))
	fi
done
settled "after all $number events"
evpnd_stop
evpnd_on_node --down > "$FABRIC/out" 2>&1 || fail "--down: $(cat "$FABRIC/out")"
echo "$before" > "$FABRIC/before"
PICTURE_MACS=no picture > "$FABRIC/after"
# The namespace of FRR may be a new one, whose canaries have been compared.
grep -v '"canary-' "$FABRIC/before" > "$FABRIC/before.own"
grep -v '"canary-' "$FABRIC/after" > "$FABRIC/after.own"
diff "$FABRIC/before.own" "$FABRIC/after.own" > "$FABRIC/difference" || fail "--down has not restored what was there"
event_log "$number events, seed $seed: all healed, --down has restored what was there"
