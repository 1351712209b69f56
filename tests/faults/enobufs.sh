#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# enobufs.sh - foreign links and addresses change so fast that the kernel drops notifications and interrupts each dump: what
# somebody deletes meanwhile is put back when the storm takes a breath, and not after the growing pause of a failed run
set -euo pipefail
# shellcheck source=tests/netns/lib-node.sh
. "$(dirname "$0")/../netns/lib-node.sh"

VNIS=6
# The storm blows for STORM of each PERIOD ms. In between, evpnd has to look and to read: it tries every 200 ms.
PERIOD=2300 STORM=1600
LIMIT_MS=5000 MAY_BE_LATE=2
KINDS=(lan vni br)

millis() { echo $((${EPOCHREALTIME/[.,]/} / 1000)); }
blows() { (($(millis) % PERIOD < STORM)); }
blows_anew() { (($(millis) / PERIOD > last)); }
pause() {
	# It ends by its time limit, with a status that is not 0.
	read -rt "$1" -u "$TEST_NEVER" || :
}
says() { grep -qE -- "$1" "$FABRIC/daemon.log"; }
whole_conf() {
	local i links=''
	for ((i = 0; i < VNIS; i++)); do links+="{ vni = 1${i}0; host = { interface = \"lan$i\"; }; }, "; done
	write_conf "/{ vni = 110;/d; s|{ vni = 120;.*|${links%, }|"
	# A check of FRR's health waits for FRR, which is busy with the storm.
	echo 'health = { interval = 0; grace = 0; };' >> "$FABRIC/evpn.conf"
}

# storm IP... : some thousand changes a second, which FRR can follow. The writer starts no process, which would be a pause in the
# storm.
storm() {
	local changes wait
	changes=$(cat "$FABRIC/storm")
	while [ -e "$FABRIC/storm" ]; do
		wait=0.02
		if ((${EPOCHREALTIME/[.,]/} / 1000 % PERIOD < STORM)); then
			printf '%s\n' "$changes"
			wait=0.001
		fi
		pause $wait
	done | "$@" -batch -
}

# is_whole VNI : its devices stand, in both namespaces, and both ports are in the bridge
is_whole() {
	local ports
	ip -n ev-node link show "lan$1" > /dev/null 2>&1 &&
		ports=$(in_frr ip -oneline link show up master "br1${1}0" 2> /dev/null) &&
		[[ $ports = *" vni1${1}0: "* && $ports = *" pe1${1}0@"* ]]
}

delete() {
	case $1 in
	lan) ip -n ev-node link delete "lan$2" ;;
	*) in_frr ip link delete "${1}1${2}0" ;;
	esac
}

# count_drops : notes how many notifications the kernel has dropped for each of evpnd's sockets; a new run may have new ones
count_drops() {
	local ns
	# A descriptor may go meanwhile.
	{ find "/proc/$DAEMON/fd" -lname 'socket:*' -printf '%l\n' 2> /dev/null || :; } | tr -dc '0-9\n' > "$FABRIC/inodes"
	for ns in host frr; do
		case $ns in
		host) ip netns exec ev-node cat /proc/net/netlink ;;
		frr) in_frr cat /proc/net/netlink ;;
		esac | awk -v ns=$ns 'NR == FNR { own[$1]; next } $10 in own && $9 { print ns, $10, $9 }' "$FABRIC/inodes" -
	done >> "$FABRIC/drops"
}

node_up
whole_conf
EVPND=$BUILD/evpnd-behind daemon_start
wait_until 60 "converged" says '^<6>converged in'

step "the storm interrupts the dumps of a run"
# So many addresses that the kernel sends them in some pieces, between which there are changes.
{
	echo "link add storm type bridge"
	echo "link add foreign type bridge"
	for i in {0..999}; do echo "address add 10.99.$((i / 250)).$((i % 250 + 1))/32 dev foreign"; done
} > "$FABRIC/foreign"
ip -n ev-node -batch "$FABRIC/foreign"
in_frr ip -batch "$FABRIC/foreign"
for i in 1 2; do
	printf '%s dev storm\n' "address add 10.98.0.1/32" "link set alias storm$i" "address delete 10.98.0.1/32"
done > "$FABRIC/storm"
storm ip -n ev-node &
storms=($!)
storm in_frr ip &
storms+=($!)
PIDS+=("${storms[@]}")
interrupted() {
	daemon_says 'kept changing, try again' && return
	blows && kill -HUP "$DAEMON"
	return 1
}
wait_until 60 "a run whose dump is interrupted" interrupted

# round NUMBER : as a storm begins, deletes a device of each kind, each of another VNI, and waits for each; a VNI's turn comes
# every other storm, so that this is no fight
round() {
	local i vni late=()
	declare -A since
	wait_until 60 "the next storm blows" blows_anew
	last=$(($(millis) / PERIOD))
	for ((i = 0; i < ${#KINDS[@]}; i++)); do
		vni=$((i + 3 * ($1 % 2)))
		since[$vni]=$(millis)
		delete "${KINDS[($1 / 2 + i) % ${#KINDS[@]}]}" $vni
		deleted=$((deleted + 1))
	done
	while [ ${#since[@]} -gt 0 ]; do
		for vni in "${!since[@]}"; do
			if is_whole "$vni"; then
				echo $(($(millis) - since[$vni])) >> "$FABRIC/times"
			elif [ $(($(millis) - since[$vni])) -gt $LIMIT_MS ]; then
				late+=("$vni")
			else
				continue
			fi
			unset "since[$vni]"
		done
		count_drops
		pause 0.05
	done
	n_late=$((n_late + ${#late[@]}))
	[ $n_late -le $MAY_BE_LATE ] || fail "of $deleted deletions $n_late were not put back within $LIMIT_MS ms"
	for vni in "${late[@]}"; do wait_until 90 "VNI 1${vni}0 is put back at all" is_whole "$vni"; done
}

step "36 deletions"
deleted=0 n_late=0 last=0
for ((n = 0; n < 12; n++)); do round $n; done
echo "$((deleted - n_late)) of $deleted were put back within $LIMIT_MS ms: after $(sort -n "$FABRIC/times" | tr '\n' ' ')ms"

step "the kernel has dropped notifications of both namespaces"
awk '$3 > max[$1, $2] { sum[$1] += $3 - max[$1, $2]; max[$1, $2] = $3 }
	END { printf "host %d, frr %d\n", sum["host"], sum["frr"]; exit !(sum["host"] && sum["frr"]) }' "$FABRIC/drops" ||
	fail "there was no overflow"

step "an interrupted dump is no failure, nor drift"
lacks -E '^<[0-9]>(read kernel|drift): .*kept changing' "$FABRIC/daemon.log" || fail "evpnd took it for one"
rm "$FABRIC/storm"
for pid in "${storms[@]}"; do wait "$pid" || fail "the storm has ended early: one of its changes failed"; done
daemon_stop
