# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# lib-change.sh - sourced: the node and the leaf of lib-leaf.sh with sessions whose end is seen within 3 s, a machine behind either
# end of VNI 110, and words for changes of evpn.conf by evpnctl
# shellcheck source=tests/netns/lib-leaf.sh
. "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/lib-leaf.sh"

SOCKET=
# What the operator applies.
NEW=
# An expression for sed that breaks the session. Unlike a wrong AS, it does not make the leaf wait for longer and longer.
# shellcheck disable=SC2034 # for the tests
WRONG=

# ctl STATUS ARGUMENT... : evpnctl ends with this status; its output is in $FABRIC/ctl, errors in $FABRIC/ctl.err
ctl() {
	local want=$1 status=0
	shift
	timeout 90 "$BUILD/evpnctl" --socket "$SOCKET" "$@" > "$FABRIC/ctl" 2> "$FABRIC/ctl.err" < /dev/null || status=$?
	[ "$status" = "$want" ] || fail "evpnctl $*: exit status $status, not $want: $(cat "$FABRIC/ctl" "$FABRIC/ctl.err")"
}

# says PATTERN / complains PATTERN : the last output, or what it said on stderr, has such a line
says() {
	finds -E -- "$1" "$FABRIC/ctl" || fail "no line \`$1' in: $(cat "$FABRIC/ctl" "$FABRIC/ctl.err")"
}

complains() {
	finds -E -- "$1" "$FABRIC/ctl.err" || fail "no line \`$1' in: $(cat "$FABRIC/ctl" "$FABRIC/ctl.err")"
}

# new_conf [SED EXPRESSION]... : $NEW is evpn.conf, edited
new_conf() {
	cp "$FABRIC/evpn.conf" "$NEW"
	local expression
	for expression; do sed -i "$expression" "$NEW"; done
	ends 1 cmp -s "$FABRIC/evpn.conf" "$NEW" || fail "the new evpn.conf is the former one: $*"
}

# change_conf [SED EXPRESSION]... : as conf, for the changes
change_conf() {
	conf 's/timers = { connect = 1; }/timers = { keepalive = 1; hold = 3; connect = 1; }/' "$@"
}

# evpnd whose copies survive a reboot in which its state directory is lost
kept_evpnd() {
	EVPND=$FABRIC/evpnd
	printf '#!/bin/sh\nexec %q "$@" --last-good %q\n' "$BUILD/evpnd" "$FABRIC/kept/last-good.conf" > "$EVPND"
	chmod 755 "$EVPND"
}

reached() {
	ip netns exec ev-leaf2 ping -n -c 1 -W 1 10.110.0.1
}

# The machine at the node's end of VNI 110, always with the same MAC address, so that the leaf finds it again at once. evpnd touches
# neither that nor the addresses of others.
node_machine() {
	ip -n ev-node link set lan110 address 02:00:5e:00:01:10
	ip -n ev-node address replace 10.110.0.1/24 dev lan110
}

change_up() {
	leaf_up
	kept_evpnd
	change_conf
	echo wrong > "$FABRIC/password"
	chmod 600 "$FABRIC/password"
	WRONG="s|asn = 64512;|& password_file = \"$FABRIC/password\";|"
	SOCKET=$FABRIC/state/control.sock
	NEW=$FABRIC/new.conf
	daemon_start
	wait_until 60 "the socket" test -S "$SOCKET"
	ctl 0 wait --timeout 60
	ip -n ev-leaf2 address add 10.110.0.2/24 dev br110
	node_machine
	wait_until 60 "the machine behind the node is reached" reached
	is_settled
}

# Until the NIC's links have no more to tell.
is_settled() {
	wait_until 60 "healthy" ctl 0 wait --timeout 5
	underlay > "$FABRIC/underlay"
}

# underlay : the NIC's link, addresses and routes, wherever it is
underlay() {
	local enter
	for enter in "ip -n ev-node" "in_frr ip"; do
		$enter -br link show
		$enter -br address show
		$enter route show
	done | sed -E 's/@if[0-9]+//; / nhid /s/ nhid [0-9]+//; /fe80:/s/ fe80:[^ ]*//g'
}

same_underlay() {
	underlay | diff "$FABRIC/underlay" - > "$FABRIC/difference"
}

# ask REQUEST : the lines of evpnd's answer
ask() {
	python3 - "$SOCKET" "$1" <<-'E'
		import socket, sys
		s = socket.socket(socket.AF_UNIX)
		s.connect(sys.argv[1])
		s.sendall(sys.argv[2].encode() + b"\n")
		sys.stdout.write(s.makefile().read())
	E
}

# fits DEFINITION : the last line of stdin has data that doc/control.schema.json defines so
fits() {
	python3 -c 'import json, sys; print(json.dumps(json.loads(sys.stdin.readlines()[-1])["data"]))' |
		python3 "$here/../lib/schema.py" "$1"
}

# Nothing is left of a change.
no_change_left() {
	[ ! -e "$FABRIC/kept/last-good.conf.change" ] || fail "the record of the change is left over"
}

# start_ping / stop_ping : the leaf asks the machine behind the node five times a second
start_ping() {
	ip netns exec ev-leaf2 ping -n -D -i 0.2 -W 1 10.110.0.1 > "$FABRIC/ping" 2>&1 &
	PING=$!
	PIDS+=("$PING")
}

stop_ping() {
	kill -INT "$PING"
	# It ends with 1 where it has lost packets.
	wait "$PING" || [ $? = 1 ]
}

# lost_for SINCE : "LOST BACK": for how many seconds there was no answer, and when after SINCE there was one again
lost_for() {
	python3 - "$FABRIC/ping" "$1" <<-'E'
		import re, sys
		times = [float(m.group(1)) for m in re.finditer(r"^\[([0-9.]+)\] \d+ bytes", open(sys.argv[1]).read(), re.M)]
		since = float(sys.argv[2])
		times = [t for t in times if t >= since - 1]
		gaps = sorted((b - a, b) for a, b in zip(times, times[1:]))
		gap, back = gaps[-1] if gaps else (0, since)
		print("%.1f %s" % (gap, "%.1f" % (back - since) if gap > 0.6 else "-"))
	E
}
