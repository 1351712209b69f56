#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# What somebody else changes in the kernel is put back by its event; what is not ours sets nothing off; a fight is not fought
# at full speed; an obstacle that goes ends the waiting.
# test-run: waits
set -euo pipefail
# shellcheck source=tests/netns/lib-node.sh
. "$(dirname "$0")/lib-node.sh"

runs() { count '^<6>converged in' "$FABRIC/daemon.log"; }
has_run() { [ "$(runs)" -ge "$1" ]; }
says() { grep -qE -- "$1" "$FABRIC/daemon.log"; }

repairs() { count '^[0-9]' "$FABRIC/clock"; }
is_repaired() { [ "$(repairs)" -ge "$1" ]; }

# drift KIND COMMAND... : COMMAND changes something, and one run of evpnd puts it back, in the time that the clock tells.
drift() {
	local kind=$1 runs repairs
	runs=$(runs)
	repairs=$(repairs)
	shift
	"$@"
	wait_until 60 "$kind: put back" is_repaired $((repairs + 1))
	printf '%s %s\n' "$(tail -1 "$FABRIC/clock")" "$kind" >> "$FABRIC/times"
	wait_until 60 "$kind: converged" has_run $((runs + 1))
}

node_up
daemon_start
wait_until 60 "converged" has_run 1
"$here/../lib/drift-clock.py" /run/netns/ev-node "/proc/$(cat "$FABRIC/frr/pid")/ns/net" > "$FABRIC/clock" &
PIDS+=($!)
wait_until 60 "the clock listens" grep -q ready "$FABRIC/clock"

step "each kind of drift is put back"
rounds=${ROUNDS:-4}
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
	# On a quick machine, another round of the same would be a fight to the same evpnd.
	daemon_stop
	daemon_start
	wait_until 60 "converged, started anew" has_run 1
done
awk '{ ms = $1; sub(/^[^ ]* /, ""); n[$0]++; sum[$0] += ms; if (ms > max[$0]) max[$0] = ms
	if (!($0 in min) || ms < min[$0]) min[$0] = ms }
	END { for (k in n) printf "%-28s %2d times: min %5.1f  mean %5.1f  max %6.1f ms\n", k, n[k], min[k], sum[k] / n[k], max[k] }' \
	"$FABRIC/times" | sort

step "a bridge port that ends its forward delay, and what is not ours, set nothing off"
before=$(runs)
lines=$(wc -l < "$FABRIC/daemon.log")
nsenter -n -t "$(cat "$FABRIC/frr/pid")" ip -details -oneline monitor link > "$FABRIC/frr.monitor" &
PIDS+=($!)
is_heard() { in_frr ip link set lo alias heard && grep -q 'alias heard' "$FABRIC/frr.monitor"; }
wait_until 60 "ip monitor listens" is_heard
in_frr ip link set lo alias ''
ports=$(delayed_ports in_frr ip)
wait_until 60 "the forward delay ends" delay_is_over "$FABRIC/frr.monitor" "$ports" in_frr ip
strangers() {
	local i
	for i in {1..50}; do
		echo "link add st$i type veth peer sp$i"
		echo "link set st$i up"
		echo "address add 10.99.$i.1/24 dev st$i"
		echo "link add sb$i type bridge"
		echo "link set sp$i master sb$i"
		echo "link delete st$i"
		echo "link delete sb$i"
	done
}
strangers | ip -n ev-node -batch -
strangers | in_frr ip -batch -
ip -n ev-node link set br-lan mtu 1400
# Its run comes after whatever came before it.
in_frr ip link set vni110 down
wait_until 60 "a change that is evpnd's matter" has_run $((before + 1))
tail -n "+$((lines + 1))" "$FABRIC/daemon.log" | grep '^<6>drift' > "$FABRIC/drifts"
[ "$(cat "$FABRIC/drifts")" = "<6>drift: frr: link set vni110 up" ] || fail "more than that: $(cat "$FABRIC/drifts")"
[ "$(runs)" = $((before + 1)) ] || fail "$(($(runs) - before)) runs where one is right"

step "a program that keeps undoing it"
fighting() {
	while read -r line; do
		case $line in
		*\ vni110:*\ mtu\ 1450\ *) in_frr ip link set vni110 mtu 1300 && : > "$FABRIC/fought" ;;
		esac
	done
}
drifts() { count '^<6>drift: .*mtu 1450' "$FABRIC/daemon.log"; }
has_drifted() { [ "$(drifts)" -ge "$1" ]; }
# The monitor may not listen yet when evpnd puts back what is done here.
begins() { in_frr ip link set vni110 mtu 1300 && [ -e "$FABRIC/fought" ]; }
warnings() { count '^<4>frr: vni110: another program keeps changing it' "$FABRIC/daemon.log"; }
mkfifo "$FABRIC/fight"
# Not in_frr: of a function in the background, only its shell would be killed. The fight ends with it.
nsenter -n -t "$(cat "$FABRIC/frr/pid")" ip -oneline monitor link > "$FABRIC/fight" &
fight=$!
PIDS+=("$fight")
fighting < "$FABRIC/fight" &
PIDS+=($!)
wait_until 60 "the fight begins" begins
wait_until 60 "it is named" says '^<4>frr: vni110: another program keeps changing it; evpnd has restored it 5 times'
# The pauses that follow are of 1, 2, 4 s; that of 1 s may be over by now, or just after the count.
from=$EPOCHREALTIME
n=$(drifts)
wait_until 60 "two more times" has_drifted $((n + 2))
echo "$EPOCHREALTIME $from" | awk '{ printf "two more times took %.1f s\n", $1 - $2; exit $1 - $2 < 2 }' || fail "no pauses"
kill "$fight"
# By a signal.
wait "$fight" 2>/dev/null || :
is_over() { [[ $(in_frr ip link show vni110) = *" mtu 1450 "* ]]; }
wait_until 60 "put back after the fight" is_over
[ "$(warnings)" = 1 ] || fail "$(warnings) warnings"
daemon_stop

# obstacle KIND WAITS REMOVE... : evpnd starts, and WAITS is what it says; then the obstacle goes by REMOVE.
obstacle() {
	local kind=$1 waits=$2
	shift 2
	daemon_start
	wait_until 60 "$kind: evpnd says what it lacks" says "$waits"
	# Long enough that it is not the retry that helps.
	wait_until 60 "$kind: the pause is 8 s" daemon_says 'retries within 8 s'
	"$@"
	wait_until 60 "$kind: converged" has_run 1
	wait_until 60 "$kind: it is in the history" last_run '"result":"applied"'
	last_run '"trigger":"drift"' || fail "$kind: not its event, but the retry helped: $(cat "$FABRIC/state/history.json")"
	daemon_stop
}
# last_run WORDS : its entry in the history has them
last_run() { grep -oE '\{[^{}]*"trigger"[^{}]*\}' "$FABRIC/state/history.json" | tail -n 1 | finds -F -- "$1"; }

step "obstacles"
in_frr ip link delete vni110
in_frr ip link delete br110
in_frr ip link add br110 type bridge
obstacle "foreign br110" 'bridge br110 already exists and was not created by evpnd' in_frr ip link delete br110
vtysh_in frr 'show evpn vni' | finds '^110 ' || fail "FRR does not know VNI 110"
ip -n ev-node link delete br-lan
obstacle "no br-lan" 'lan1 cannot become a port of br-lan: no such device' ip -n ev-node link add br-lan up type bridge
[[ $(ip -n ev-node link show lan1) = *' master br-lan '* ]] || fail "lan1 is no port of br-lan"
ip -n ev-leaf2 link delete node
late_nic() {
	ip link add eth1 netns ev-node type veth peer name node netns ev-leaf2
	ip -n ev-leaf2 address add 192.168.11.2/24 dev node
	ip -n ev-leaf2 link set node up
}
obstacle "no eth1" 'eth1: no such device' late_nic
in_frr ip address show eth1 | finds 'inet 192.168.11.3/24' || fail "eth1 did not get its address back"

step "the NIC goes and comes again: FRR has its address each time, though nothing is reloaded"
frr_has_address() { vtysh_in frr 'show interface eth1' | finds 'inet 192.168.11.3/24'; }
is_absent() { [ "$(count 'eth1: no such device' "$FABRIC/daemon.log")" -gt "$1" ]; }
daemon_start
wait_until 60 "converged" has_run 1
reloads=$(reloader_count)
for ((i = 0; i < ${RETURNS:-5}; i++)); do
	n=$(runs)
	absent=$(count 'eth1: no such device' "$FABRIC/daemon.log")
	ip -n ev-leaf2 link delete node
	wait_until 60 "evpnd misses the NIC" is_absent "$absent"
	late_nic
	wait_until 90 "converged with the NIC again" has_run $((n + 1))
	wait_until 60 "FRR has the NIC's address, time $((i + 1))" frr_has_address
done
[ "$reloads" = "$(reloader_count)" ] || fail "FRR was reloaded: $reloads, then $(reloader_count)"
daemon_stop
