#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# control-states.sh - every command of evpnctl that only looks, in every state of a node: exit status, words, and JSON that
# doc/control.schema.json describes in full. A new command is a line of the table below.
# test-run: waits
set -euo pipefail
# shellcheck source=tests/netns/lib-leaf.sh
. "$(dirname "$0")/lib-leaf.sh"
python3 -c 'import jsonschema' 2> /dev/null || skip "needs python3-jsonschema"

SOCKET=

# The commands: what the JSON is by the schema (-: none; NAME*: a line of JSON for each), and the exit status; state: that of the
# state.
COMMANDS=(
	"status     state status"
	"-          state status --no-fold"
	"-          state status 110"
	"status     state status --json 110"
	"history    0     history"
	"metrics    0     metrics"
	"diagram    0     diagram"
	"-          0     diagram --text"
	"-          0     diagram --mermaid"
	"-          0     diagram --dot"
	"event*     6     events --timeout 0"
	"log-level  0     log-level info"
	"-          1     confirm"
	"-          1     revert"
	"-          0|1|2|6 plan --timeout 2"
)

# run STATUS[|STATUS] ARGUMENT... : evpnctl ends with one of these; its output is in $FABRIC/ctl
run() {
	local want=$1 status=0
	shift
	timeout 60 "$BUILD/evpnctl" --socket "$SOCKET" "$@" > "$FABRIC/ctl" 2> "$FABRIC/ctl.err" || status=$?
	[[ "|$want|" = *"|$status|"* ]] || fail "$STATE: evpnctl $*: exit status $status, not $want: $(cat "$FABRIC/ctl" "$FABRIC/ctl.err")"
}

says() {
	finds -E -- "$1" "$FABRIC/ctl" || fail "$STATE: no line \`$1' in: $(cat "$FABRIC/ctl" "$FABRIC/ctl.err")"
}

# valid DEFINITION : the output
valid() {
	local lines=
	[[ $1 != *\* ]] || lines=--lines
	if [ -n "$lines" ] && [ ! -s "$FABRIC/ctl" ]; then return; fi
	python3 "$here/../lib/schema.py" "${1%\*}" $lines < "$FABRIC/ctl" 2> "$FABRIC/faults" ||
		fail "$STATE: not what the schema says: $(cat "$FABRIC/faults" "$FABRIC/ctl")"
}

# every_command STATE WORD STATUS-OF-status : in this state, in which the status has this word
every_command() {
	local line definition want
	STATE=$1
	step "every command: $STATE"
	for line in "${COMMANDS[@]}"; do
		# shellcheck disable=SC2086 # words
		set -- "$1" "$2" "$3" $line
		definition=$4 want=$5
		[ "$want" != state ] || want=$3
		run "$want" "${@:6}"
		[ "$definition" != - ] || continue
		[[ $line = *--json* ]] || run "$want" --json "${@:6}"
		valid "$definition"
	done
	run "$3" status
	says "^evpnd default: $2\$"
	run 0 diagram
	says "^evpnd default: $2\$"
}

status_says() {
	"$BUILD/evpnctl" --socket "$SOCKET" status > "$FABRIC/ctl" 2> "$FABRIC/ctl.err" || [ $? -le 3 ]
	finds -E -- "$1" "$FABRIC/ctl"
}

leaf_up
SOCKET=$FABRIC/state/control.sock
conf 's/^l2vnis = .*/l2vnis = ( { vni = 110; host = { interface = "lan110"; }; }, { vni = 111; }, { vni = 112; }, { vni = 120; } );/'

STATE="no daemon"
step "every command: no daemon"
for line in "${COMMANDS[@]}"; do
	# shellcheck disable=SC2086 # words
	set -- $line
	run 7 "${@:3}"
	finds 'no evpnd listens at' "$FABRIC/ctl.err" || fail "evpnctl $line: $(cat "$FABRIC/ctl.err")"
done

# shellcheck disable=SC2119 # the pidfile goes, too
container_stop
daemon_start
wait_until 60 "it waits" status_says '^evpnd default: waiting$'
every_command "waiting for the namespace" waiting 3
run 6 wait --timeout 1

container_start
STATE=applied
run 0 wait --timeout 60
every_command healthy healthy 0
run 0 status
says '^  underlay NICs  eth1: up, MTU [0-9]+$'
says '^  configuration  .*evpn\.conf, hash [0-9a-f]{16}, in force for [0-9]+ s$'
says '^  FRR            [0-9]+\.[0-9.]+ by frr-vtysh, namespace by netns-pidfile$'
says "^  container      process $(cat "$FABRIC/frr/pid"), for [0-9]+ s\$"
says '^110 +L2 +br110 +vni110 +lan110 '
says '^111-112 +L2 +br111\.\. +vni111\.\. .* up$'
says '^4 VNIs, 4 up$'
run 0 status 110
says '^  in the kernel  br110, FRR.s namespace: up, MTU [0-9]+$'
says '^ +lan110, on the host: up, MTU [0-9]+$'
run 0 diagram
says '^  lan110 =+\|== pe110 -- br110 -- vni110 +L2VNI 110 +up$'
says 'remote VTEPs: 100\.64\.0\.2$'
ends 1 env PATH=/nowhere "$BUILD/evpnctl" --socket "$SOCKET" diagram --svg 2> "$FABRIC/ctl.err"
finds 'needs Graphviz' "$FABRIC/ctl.err"
run 0 wait --for vni=120 --json
valid status
run 0 retry --json
valid status
run 0 reload --json
valid status

step "the lines of the socket themselves"
PYTHONPATH=$here/../lib python3 - "$SOCKET" <<-'P'
	import json, socket, sys
	import schema
	def ask(request):
	    s = socket.socket(socket.AF_UNIX)
	    s.connect(sys.argv[1])
	    s.sendall(json.dumps(request).encode() + b"\n")
	    lines = s.makefile().readlines()
	    for line in lines:
	        faults = schema.check("answer", json.loads(line))
	        assert not faults, (request, faults, line)
	    return json.loads(lines[-1])
	good = [{"command": c} for c in ("status", "history", "metrics", "collect", "wait")]
	good += [{"command": "status", "args": {"vni": 110, "fresh": True}}, {"command": "log-level", "args": {"level": "info"}}]
	for request in good:
	    request["version"] = 1
	    assert not schema.check("request", request), (request, schema.check("request", request))
	    answer = ask(request)
	    assert answer["type"] == "result", (request, answer)
	    result = "status" if request["command"] == "wait" else request["command"]
	    assert not schema.check(result, answer["data"]), (request, schema.check(result, answer["data"]))
	for request in ({}, {"version": 7, "command": "status"}, {"version": 1, "command": "dance"},
	                {"version": 1, "command": "status", "args": {"vni": 99}}, {"version": 1, "command": "log-level"}):
	    assert ask(request)["type"] == "error", request
P

"$BUILD/evpnctl" --socket "$SOCKET" events --json > "$FABRIC/events" &
PIDS+=($!)
step "--watch: the status again after a change, without being asked"
"$BUILD/evpnctl" --socket "$SOCKET" status --watch > "$FABRIC/watch" &
PIDS+=($!)
"$BUILD/evpnctl" --socket "$SOCKET" status --watch --json > "$FABRIC/watch.json" &
PIDS+=($!)
wait_until 60 "the first status" grep -q '^evpnd default: healthy$' "$FABRIC/watch"
wait_until 60 "the first status" test -s "$FABRIC/watch.json"
ip -n ev-leaf2 link set node down
wait_until 60 "the session is down" grep -q '^evpnd default: degraded$' "$FABRIC/watch"
every_command "session down" degraded 3
run 3 status
says '^  underlay NICs  eth1: no-carrier, MTU [0-9]+$'
says '^192\.168\.11\.2 +(Active|Connect|Idle) '
run 0 diagram --mermaid
says ']:::bad$'
ip -n ev-leaf2 link set node up
run 0 wait --timeout 60
watch_ends_healthy() { [ "$(grep '^evpnd default: ' "$FABRIC/watch" | tail -1)" = "evpnd default: healthy" ]; }
wait_until 60 "healthy again" watch_ends_healthy
json_ends_healthy() {
	tail -n 1 "$FABRIC/watch.json" | python3 -c 'import json, sys; sys.exit(json.load(sys.stdin)["state"] != "healthy")' &&
		[ "$(wc -l < "$FABRIC/watch.json")" -ge 3 ]
}
wait_until 60 "healthy again, for --watch --json" json_ends_healthy
cp "$FABRIC/watch.json" "$FABRIC/ctl"
valid 'status*'

conf 's/^l2vnis = .*/l2vnis = ( { vni = 110; host = { interface = "lan110"; }; }, { vni = 111; }, { vni = 112; }, { vni = 120; host = { interface = "taken"; }; } );/'
ip -n ev-node link add taken type bridge
wait_until 60 "one VNI is refused" status_says '^120 .* failed'
# evpnd tries again meanwhile.
every_command "one VNI refused" "(failed|waiting|running)" "1|3"
wait_until 60 "it has failed" status_says '^evpnd default: failed$'
run "1|3" status 120
says '^VNI 120: failed$'
says 'NotApplied'
ip -n ev-node link delete taken
run 0 wait --timeout 60

conf 's/^l2vnis = .*/l2vnis = ( { vni = 110; host = { interface = "lan110"; }; } );/; s/^frr = {/& drift = "report";/'
wait_until 60 "the file is in force" status_says '^1 VNIs, 1 up$'
run 0 wait --timeout 60
typed 'ip route 203.0.113.0/24 Null0'
wait_until 60 "drift" status_says 'degraded.*another program has changed'
every_command "drift" degraded 3

cp "$FABRIC/events" "$FABRIC/ctl"
valid 'event*'
for event in run step end wait health session fault; do finds "\"event\": *\"$event\"" "$FABRIC/events" || fail "no $event in: $(cat "$FABRIC/events")"; done

STATE="FRR down"
# shellcheck disable=SC2119 # the pidfile goes, too
container_stop
wait_until 60 "it waits" status_says '^evpnd default: waiting$'
every_command "FRR down" waiting 3
# A virtual NIC goes with the namespace.
wait_until 60 "the NIC has gone" no_device node ip -n ev-leaf2
cable node eth1 192.168.11.3/24 leaf2 node 192.168.11.2/24
container_start
run 0 wait --for applied --timeout 60

step "taken down, and another instance"
STATE="taken down"
run 0 down
run 1 status
says '^  underlay NICs  eth1: '
every_command "taken down" down 1
daemon_stop
ends 7 "$BUILD/evpnctl" --instance evpnd-test-none status 2> "$FABRIC/ctl.err"
finds '/run/evpnd/evpnd-test-none/control.sock' "$FABRIC/ctl.err"
ip netns exec ev-node "$BUILD/evpnd" --config "$FABRIC/evpn.conf" --state-dir "$FABRIC/blue" --instance blue 2> "$FABRIC/daemon.log" &
DAEMON=$!
PIDS+=("$DAEMON")
SOCKET=$FABRIC/blue/control.sock
wait_until 60 "its socket" test -S "$SOCKET"
run 0 wait --for applied --timeout 60
run "0|3" status
says "^evpnd blue: "
daemon_stop
