#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# change-killed.sh - a change that breaks the underlay undoes itself although evpnd is killed meanwhile, the machine starts anew, or
# FRR restarts; and a good one is kept although evpnd is killed
# test-run: waits
set -euo pipefail
# shellcheck source=tests/netns/lib-change.sh
. "$(dirname "$0")/lib-change.sh"

BOOT=/proc/sys/kernel/random/boot_id

is_new() {
	cmp -s "$NEW" "$FABRIC/evpn.conf"
}

is_former() {
	cmp -s "$FABRIC/former.conf" "$FABRIC/evpn.conf"
}

# begin SECONDS SED... : the change is in evpn.conf, and the client that began it waits. With HOLD, bgpd says nothing from then on, so
# that the change stays on trial
begin() {
	local limit=$1
	shift
	new_conf "$@"
	cp "$FABRIC/evpn.conf" "$FABRIC/former.conf"
	wait_until 60 "it works before" reached
	is_settled
	start_ping
	[ -z "${HOLD:-}" ] || in_container pkill -STOP -x bgpd
	SINCE=$EPOCHREALTIME
	timeout 90 "$BUILD/evpnctl" --socket "$SOCKET" apply --confirm "${limit}s" "$NEW" > "$FABRIC/apply" 2>&1 &
	APPLY=$!
	PIDS+=("$APPLY")
	wait_until 60 "evpn.conf is the new one" is_new
}

killed() {
	kill -KILL "$DAEMON"
	ends 137 wait "$DAEMON" || fail "evpnd was not killed"
	ends 7 wait "$APPLY" || fail "evpnctl without its evpnd: $(cat "$FABRIC/apply")"
}

# undone NAME : and all is as before
undone() {
	wait_until 60 "$1: the former evpn.conf is back" is_former
	wait_until 60 "$1: it is over" logged 'the former configuration is in force again .*works as before'
	wait_until 60 "$1: the machine behind the node is reached again" reached
	wait_until 60 "$1: the NIC is as before" same_underlay
	stop_ping
	no_change_left
	# shellcheck disable=SC2046,SC2183 # two words
	printf 'fault: %-22s limit %s s: no answer for %s s, back after %s s\n' "$1" "$2" $(lost_for "$SINCE")
	ctl 0 wait --timeout 30
	"$BUILD/evpnctl" --socket "$SOCKET" history | finds 'revert .*the former configuration is in force again' ||
		fail "$1: the history does not say it"
}

change_up

step "evpnd is killed while the change is on trial, and started anew in time"
begin 15 "$WRONG"
killed
daemon_start
wait_until 60 "it goes on" logged 'a change goes on, which evpnd undoes in [0-9]+ s'
undone "kill -9" 15

step "evpnd is killed, and started when the time is over: not one run of the new evpn.conf"
begin 10 's|"192.168.11.3/24"|"192.168.11.33/24"|'
wrong_address() { in_frr ip address | finds '192\.168\.11\.33/'; }
wait_until 60 "the address is the wrong one" wrong_address
killed
late() {
	python3 - "$FABRIC/kept/last-good.conf.change" <<-'E'
		import json, sys, time
		sys.exit(time.monotonic() * 1000 < json.load(open(sys.argv[1]))["deadline_ms"])
	E
}
wait_until 60 "the time is over" late
daemon_start
undone "kill -9, late" 10
[ "$(converged)" = 1 ] || fail "evpnd has made more than the run of the former configuration"

step "evpnd is killed during the way back"
begin 10 "$WRONG"
wait_until 60 "the new one is in force" runs 'neighbor 192.168.11.2 password'
# Without bgpd's answers it does not come to its end.
in_container pkill -STOP -x bgpd
wait_until 60 "the way back has begun" logged 'the former configuration comes back'
killed
in_container pkill -CONT -x bgpd
daemon_start
undone "kill -9 on the way back" 10

step "evpnd is killed after the record is written, before evpn.conf is: nothing has changed"
begin 60 "$WRONG"
killed
cp "$FABRIC/former.conf" "$FABRIC/evpn.conf"
daemon_start
wait_until 60 "it says so" logged 'a change was begun, and evpnd was ended before it was made'
wait_until 60 "it works" reached
ctl 0 wait --timeout 30
no_change_left
stop_ping

step "a good change is kept by the evpnd that is started after the kill"
HOLD=1 begin 60 's/^l2vnis = ( /&{ vni = 130; host = { interface = "lan130"; }; }, /'
killed
in_container pkill -CONT -x bgpd
daemon_start
wait_until 60 "it is kept" logged 'the change is kept'
is_new || fail "it is not kept"
no_change_left
stop_ping

step "bgpd ends and comes back while the change is on trial"
begin 10 "$WRONG"
daemon_kill bgpd
daemon_restart bgpd
undone "bgpd restarts" 10
ends 5 wait "$APPLY" || fail "evpnctl: $(cat "$FABRIC/apply")"

step "the machine starts anew: nothing is left in /run or the kernel; the unproven evpn.conf is not used at all"
begin 60 's|"192.168.11.3/24"|"192.168.11.33/24"|'
killed
# shellcheck disable=SC2119 # the pidfile goes, too
container_stop
rm -rf "$FABRIC/state"
ip netns delete ev-node
# Whatever still holds the old namespace.
ip -n ev-leaf2 link delete node 2> /dev/null || no_device node ip -n ev-leaf2 || fail "the cable is still there"
cat /proc/sys/kernel/random/uuid > "$FABRIC/boot"
mount --bind "$FABRIC/boot" $BOOT
namespace_again() {
	ip netns add ev-node && ip -n ev-node link set lo up
}
wait_until 60 "the namespace" namespace_again
cable node eth1 192.168.11.3/24 leaf2 node 192.168.11.2/24
container_start
daemon_start
wait_until 60 "the reason" logged 'the former configuration comes back: the machine has started anew'
wait_until 60 "the former evpn.conf is back" is_former
wait_until 60 "lan110 is back" node_machine
wait_until 60 "the machine behind the node is reached again" reached
wait_until 60 "it is over" logged 'the former configuration is in force again'
lacks -q '192.168.11.33' "$FABRIC/daemon.log" || fail "the unproven configuration was used"
no_change_left
umount $BOOT
daemon_stop
