#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# change-main.sh - changes from afar that cut the way to the node undo themselves, where the host has given away its only NIC, the one
# with its default route (lab-main): afterwards the host and the outside reach each other through the VRF, and the NIC is as before.
# Prints for each when they did again.
set -euo pipefail
# shellcheck source=tests/vm/lib-lab.sh
. "$(dirname "$0")/lib-lab.sh"
LAB=lab-main
LAB_DIR=$here/$LAB
SOCKET=
LIMIT=8
RECORD=

# ctl STATUS ARGUMENT... : evpnctl ends with this status; its output is in $FABRIC/ctl
ctl() {
	local want=$1 status=0
	shift
	timeout 200 "$BUILD/evpnctl" --socket "$SOCKET" "$@" > "$FABRIC/ctl" 2>&1 || status=$?
	[ "$status" = "$want" ] || fail "evpnctl $*: exit status $status, not $want: $(cat "$FABRIC/ctl")"
}

# new_conf [SED EXPRESSION]... : new.conf is evpn.conf with what it includes, edited
new_conf() {
	local expression
	{
		cat "$FABRIC/node.conf"
		sed 1d "$FABRIC/evpn.conf"
	} > "$FABRIC/new.conf"
	for expression; do sed -i "$expression" "$FABRIC/new.conf"; done
}

works() {
	ping_to node 203.0.113.9 && ping_to outside 192.169.10.0
}

# underlay : the NIC's link, addresses and routes
underlay() {
	in_frr ip -br link show eth1
	in_frr ip -br address show eth1
	in_frr ip route show dev eth1
	ip -n ev-node -br link show
	ip -n ev-node -4 route show
}

same_underlay() {
	underlay | sed -E 's/@if[0-9]+//; s/fe80:[^ ]* *//g; s/ nhid [0-9]+//' > "$FABRIC/underlay.now"
	diff "$FABRIC/underlay" "$FABRIC/underlay.now" > "$FABRIC/difference"
}

# start_ping / back_after NAME : the outside asks the host five times a second; when it was answered again, from the last ask on
start_ping() {
	ip netns exec ev-outside ping -n -D -i 0.2 -W 1 192.169.10.0 > "$FABRIC/pings" 2>&1 &
	PING=$!
	PIDS+=("$PING")
	SINCE=$EPOCHREALTIME
}

back_after() {
	kill -INT "$PING"
	# It ends with 1 where it has lost packets.
	wait "$PING" || [ $? = 1 ]
	awk -v name="$1" -v limit=$LIMIT -v since="$SINCE" -F '[][]' '/bytes from/ && $2 > since - 1 {
			if (last && $2 - last > gap) { gap = $2 - last; back = $2 }
			last = $2
		}
		END { printf "fault: %-24s limit %d s: no answer for %.1f s, back after %.1f s\n", name, limit, gap, back - since }' \
		"$FABRIC/pings"
}

# all_as_before NAME : and the record is gone
all_as_before() {
	wait_until 60 "$1: the host and the outside reach each other" works
	wait_until 60 "$1: the NIC and the routes are as before" same_underlay
	[ ! -e "$RECORD" ] || fail "$1: the record is left over"
	cmp "$FABRIC/evpn.conf" "$FABRIC/former.conf"
}

# undoes NAME SED... : this change undoes itself
undoes() {
	local name=$1
	shift
	step "$name"
	new_conf "$@"
	start_ping
	ctl 5 apply --yes --confirm ${LIMIT}s "$FABRIC/new.conf"
	all_as_before "$name"
	back_after "$name"
}

# shellcheck source=tests/vm/lab-main/fabric.sh
. "$LAB_DIR/fabric.sh"
# shellcheck source=tests/vm/lab-main/checks.sh
. "$LAB_DIR/checks.sh"
step "the fabric, and evpnd"
lab_up
RECORD=$FABRIC/state/last-good.conf.change
SOCKET=$FABRIC/state/control.sock
# So that a session that is dead is seen to be within 3 s, and one that lives within 1 s.
sed -i 's/timers = { connect = 1; }/timers = { keepalive = 1; hold = 3; connect = 1; }/' "$FABRIC/node.conf"
sed 's/timers = { connect = 1; }/timers = { keepalive = 1; hold = 3; connect = 1; }/' "$LAB_DIR/evpn.conf" > "$FABRIC/start.conf"
echo 'health = { interval = 1; grace = 60; };' >> "$FABRIC/start.conf"
lab_conf "$FABRIC/start.conf"
lab_converges start lab_daemon
ctl 0 wait --timeout 120
lab_checks
cp "$FABRIC/evpn.conf" "$FABRIC/former.conf"
wait_until 60 "the host and the outside reach each other" works
underlay | sed -E 's/@if[0-9]+//; s/fe80:[^ ]* *//g; s/ nhid [0-9]+//' > "$FABRIC/underlay"

undoes "wrong VLAN" 's/{ name = "eth1";[^}]*}/{ name = "eth1.9"; parent = "eth1"; vlan = 9; addresses = [ "192.168.11.3\/24" ]; }/'

step "evpnd is killed half way, by a change of the VLAN"
new_conf 's/{ name = "eth1";[^}]*}/{ name = "eth1.9"; parent = "eth1"; vlan = 9; addresses = [ "192.168.11.3\/24" ]; }/'
start_ping
"$BUILD/evpnctl" --socket "$SOCKET" apply --yes --confirm ${LIMIT}s "$FABRIC/new.conf" > "$FABRIC/ctl" 2>&1 &
apply=$!
PIDS+=("$apply")
has_vlan() { in_frr ip link show eth1.9; }
wait_until 60 "the VLAN is there" has_vlan
kill -KILL "$LAB_DAEMON"
ends 137 wait "$LAB_DAEMON" || fail "evpnd was not killed"
ends 7 wait "$apply" || fail "evpnctl without its evpnd: $(cat "$FABRIC/ctl")"
lab_daemon
no_record() { [ ! -e "$RECORD" ]; }
wait_until 120 "the way back is over" no_record
tail -1 "$FABRIC/daemon.log" | finds 'the former configuration is in force again .*works as before' ||
	fail "the way back: $(tail -5 "$FABRIC/daemon.log")"
all_as_before "kill -9"
back_after "wrong VLAN, kill -9"

step "a good change is kept: the outside reaches the host all the time"
new_conf 's/l3vnis = (/l2vnis = ( { vni = 110; } );\n&/'
start_ping
ctl 0 apply --confirm 60s "$FABRIC/new.conf"
kill -INT "$PING"
wait "$PING" || [ $? = 1 ]
grep 'packet loss' "$FABRIC/pings"
in_frr ip link show vni110 > /dev/null
lab_checks
step end
