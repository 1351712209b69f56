#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# What somebody else changes in the kernel is put back by its event; what is not ours sets nothing off; a fight is not fought
# at full speed; an obstacle that goes ends the waiting.
set -eu
# shellcheck source=tests/netns/lib-node.sh
. "$(dirname "$0")/lib-node.sh"

runs() { grep -c '^<6>converged in' "$FABRIC/daemon.log" || :; }
has_run() { [ "$(runs)" -ge "$1" ]; }
says() { grep -qE -- "$1" "$FABRIC/daemon.log"; }

repairs() { grep -c '^[0-9]' "$FABRIC/clock" || :; }
is_repaired() { [ "$(repairs)" -ge "$1" ]; }

# drift KIND COMMAND... : COMMAND changes something, and one run of evpnd puts it back, in the time that the clock tells.
drift() {
	local kind=$1 runs repairs
	runs=$(runs)
	repairs=$(repairs)
	shift
	"$@"
	until_ok 20 "$kind: put back" is_repaired $((repairs + 1))
	printf '%s %s\n' "$(tail -1 "$FABRIC/clock")" "$kind" >> "$FABRIC/times"
	until_ok 20 "$kind: converged" has_run $((runs + 1))
}

node_up
daemon_start
wait_for 60 "converged" has_run 1
"$here/../lib/drift-clock.py" /run/netns/ev-node "/proc/$(cat "$FABRIC/frr/pid")/ns/net" > "$FABRIC/clock" &
FABRIC_PIDS+=($!)
wait_for 10 "the clock listens" grep -q ready "$FABRIC/clock"

step "each kind of drift is put back"
rounds=4
for ((i = 0; i < rounds; i++)); do
	drift "veth deleted on the host" ip -n ev-node link delete lan0
	drift "veth deleted beside FRR" in_frr ip link delete pe120
	drift "VXLAN deleted" in_frr ip link delete vni110
	drift "bridge deleted" in_frr ip link delete br120
	drift "VTEP removed from lo" in_frr ip address delete 100.65.0.2/32 dev lo
	drift "VXLAN set down" in_frr ip link set vni120 down
	drift "NIC set down" in_frr ip link set eth1 down
	drift "port without master" in_frr ip link set pe110 nomaster
	drift "port of another master" in_frr ip link set vni110 master br120
	drift "veth taken out of br-lan" ip -n ev-node link set lan1 nomaster
	drift "MTU changed" in_frr ip link set pe120 mtu 1280
	drift "neigh_suppress off" in_frr ip link set vni120 type bridge_slave neigh_suppress off
	drift "learning on" in_frr bridge link set dev vni110 learning on
done
awk '{ ms = $1; sub(/^[^ ]* /, ""); n[$0]++; sum[$0] += ms; if (ms > max[$0]) max[$0] = ms
	if (!($0 in min) || ms < min[$0]) min[$0] = ms }
	END { for (k in n) printf "%-28s %2d times: min %5.1f  mean %5.1f  max %6.1f ms\n", k, n[k], min[k], sum[k] / n[k], max[k] }' \
	"$FABRIC/times" | sort
