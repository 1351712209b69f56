#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# control.sh - evpnctl over the control socket, in the states that a node goes through; what it says is compared with what FRR, the
# leaf and the kernel say. Who may connect, and what clients that hang, flood or send garbage do: nothing.
# test-run: waits
set -euo pipefail
# shellcheck source=tests/netns/lib-leaf.sh
. "$(dirname "$0")/lib-leaf.sh"

SOCKET=

# ctl STATUS ARGUMENT... : evpnctl ends with this status; its output is in $FABRIC/ctl, errors in $FABRIC/ctl.err
ctl() {
	local want=$1 status=0
	shift
	timeout 60 "$BUILD/evpnctl" --socket "$SOCKET" "$@" > "$FABRIC/ctl" 2> "$FABRIC/ctl.err" || status=$?
	[ "$status" = "$want" ] || fail "evpnctl $*: exit status $status, not $want: $(cat "$FABRIC/ctl" "$FABRIC/ctl.err")"
}

# shows PATTERN : the status has such a line now, whatever its exit status
shows() {
	# Its status tells the state, which is the caller's concern.
	"$BUILD/evpnctl" --socket "$SOCKET" status > "$FABRIC/ctl" 2> "$FABRIC/ctl.err" || [ $? -le 3 ]
	finds -E -- "$1" "$FABRIC/ctl"
}

# says PATTERN : the last output has such a line
says() {
	finds -E -- "$1" "$FABRIC/ctl" || fail "no line \`$1' in: $(cat "$FABRIC/ctl" "$FABRIC/ctl.err")"
}

# field PYTHON-EXPRESSION : of the last output, which is JSON, as `s'
field() {
	python3 -c 'import json, sys; s = json.load(open(sys.argv[1])); print(eval(sys.argv[2]))' "$FABRIC/ctl" "$1"
}

# is EXPRESSION WANT
is() {
	local have
	have=$(field "$1")
	[ "$have" = "$2" ] || fail "$1 is $have, not $2, in: $(cat "$FABRIC/ctl")"
}

leaf_up
SOCKET=$FABRIC/state/control.sock

step "no daemon"
ctl 7 status
finds 'no evpnd listens at' "$FABRIC/ctl.err" || fail "evpnctl without a daemon: $(cat "$FABRIC/ctl.err")"

step "healthy: what it shows is what FRR has"
daemon_start
wait_until 60 "the socket" test -S "$SOCKET"
ctl 0 wait --timeout 60
ctl 0 status
says '^evpnd default: healthy$'
says '^192\.168\.11\.2 +Established '
says '^110 +L2 +br110 +vni110 +lan110 .* up$'
says '^1 VNIs, 1 up$'
ctl 0 status 110
says '^VNI 110: up$'
ctl 1 status 111
# zebra's numbers, once it has heard of the leaf's VNI
same_numbers() {
	vtysh_in frr 'show evpn vni 110 json' > "$FABRIC/zebra"
	"$BUILD/evpnctl" --socket "$SOCKET" status --json --fresh > "$FABRIC/ctl" || [ $? = 3 ]
	[ "$(field 's["vnis"][0]["macs"], s["vnis"][0]["neighbors"], s["vnis"][0]["remote_vteps"]')" = \
		"$(python3 -c 'import json, sys; z = json.load(sys.stdin); print((z["numMacs"], z["numArpNd"], len(z["numRemoteVteps"])))' \
			< "$FABRIC/zebra")" ] && [ "$(field 's["vnis"][0]["remote_vteps"]')" = 1 ]
}
wait_until 60 "evpnctl has zebra's numbers, and the leaf's VTEP is one" same_numbers
ctl 0 wait --timeout 30
ctl 0 status --json
is 's["state"]' healthy
is 's["sessions"][0]["state"]' Established

step "events, while a reload, a drift and a session's end come"
timeout 120 "$BUILD/evpnctl" --socket "$SOCKET" events > "$FABRIC/events" 2>&1 &
PIDS+=($!)
ctl 0 reload
finds healthy "$FABRIC/ctl" || finds applied "$FABRIC/ctl" || fail "reload: $(cat "$FABRIC/ctl")"
wait_until 60 "the reload is in the events" grep -q 'end .*FRR reloaded' "$FABRIC/events"
ip -n ev-node link delete lan110
wait_until 60 "the drift's repair is in the events" grep -qE 'run +begins: drift' "$FABRIC/events"
wait_until 60 "lan110 is back" ip -n ev-node link show lan110
ip -n ev-leaf2 link set node down
wait_until 60 "the session's end is in the events" grep -qE 'session +192\.168\.11\.2: Established -> ' "$FABRIC/events"
wait_until 60 "degraded is in the events" grep -qE 'health +degraded' "$FABRIC/events"

step "degraded: status 3, the reason, and waiting for the end of it"
ctl 3 status
says '^evpnd default: degraded$'
says 'SessionDown: .*192\.168\.11\.2'
ctl 6 wait --for session=192.168.11.2 --timeout 1
timeout 60 "$BUILD/evpnctl" --socket "$SOCKET" wait --for session=192.168.11.2 > "$FABRIC/waited" &
waiting=$!
PIDS+=("$waiting")
kill -0 "$waiting"
ip -n ev-leaf2 link set node up
wait "$waiting" || fail "evpnctl has not waited for the session: $(cat "$FABRIC/waited")"
ctl 0 wait --for healthy --timeout 60
ctl 0 wait --for vni=110

step "history"
ctl 0 history
says 'start +applied in [0-9]+ ms: [0-9]+ kernel changes, FRR reloaded$'
says 'control socket +applied .*FRR reloaded$'
says 'drift +applied in '
# An entry has the time when its run began, and nothing of an event.
ctl 0 history --json
is 'all(sorted(r)[:2] == ["changes", "duration_ms"] and "event" not in r for r in s["runs"])' True
is 'all(a["time_ms"] + a["duration_ms"] <= b["time_ms"] + 1 for a, b in zip(s["runs"], s["runs"][1:]))' True

step "down, and up again"
ctl 0 down --timeout 60
ctl 1 status
says '^evpnd default: down$'
says '^110 .* removed$'
no_device vni110 in_frr ip || fail "vni110 is still there"
ip -n ev-node link show eth1 > /dev/null || fail "the NIC is not on the host"
ctl 64 retry
ctl 0 up --timeout 60
in_frr ip link show vni110 > /dev/null
ctl 0 wait --for healthy --timeout 60

step "a file with an error: the status says so, and that the former one is in force"
cp "$FABRIC/evpn.conf" "$FABRIC/good.conf"
conf 's/vni = 110/vni = 0/'
ctl 0 wait --for applied --timeout 20
wait_until 60 "the error is seen" shows 'the former one is in force'
says 'evpn\.conf:.*vni'
cp "$FABRIC/good.conf" "$FABRIC/evpn.conf"

step "FRR is away: it waits, and says for what"
# shellcheck disable=SC2119 # the pidfile goes, too
container_stop
wait_until 60 "it waits" shows '^evpnd default: waiting$'
# A virtual NIC goes with the namespace.
wait_until 60 "the NIC has gone" no_device node ip -n ev-leaf2
cable node eth1 192.168.11.3/24 leaf2 node 192.168.11.2/24
container_start
ctl 0 wait --timeout 90

step "the log's level"
ctl 0 log-level debug
ctl 0 retry
wait_until 60 "debug lines" logged '^<7>'
ctl 0 log-level info
ctl 64 log-level loud

step "history survives a restart"
daemon_stop
daemon_start
wait_until 60 "the socket" test -S "$SOCKET"
ctl 0 wait --timeout 60
ctl 0 history
says 'drift +applied in '

step "who may do what: a user of control.group may look, another may not connect, neither may change anything"
as_user() {
	local status=0
	setpriv --reuid 65534 --regid "$1" --clear-groups "$BUILD/evpnctl" --socket "$SOCKET" "${@:2}" > "$FABRIC/ctl" \
		2> "$FABRIC/ctl.err" || status=$?
	echo "$status"
}
[ "$(as_user 4 status)" = 7 ] || fail "a stranger: $(cat "$FABRIC/ctl" "$FABRIC/ctl.err")"
conf 's/^health/control = { group = "adm"; };\n&/'
chmod 755 "$FABRIC"
let_in() { [ "$(as_user 4 status)" = 0 ]; }
wait_until 60 "the group is let in" let_in
says healthy
[ "$(as_user 4 reload)" = 1 ] || fail "a reader reloads: $(cat "$FABRIC/ctl.err")"
finds 'only root may' "$FABRIC/ctl.err"
wait_until 60 "the refusal is logged" logged 'control socket: user 65534, .* may not .reload'
[ "$(as_user 65534 status)" = 7 ] || fail "a stranger beside the group: $(cat "$FABRIC/ctl")"

step "clients that hang, flood and send garbage"
python3 - "$SOCKET" <<-'P'
	import json, random, select, socket, sys, time
	path = sys.argv[1]
	def connect():
	    s = socket.socket(socket.AF_UNIX)
	    s.connect(path)
	    s.settimeout(60)
	    return s
	def ask(data):
	    s = connect()
	    try:
	        s.sendall(data)
	        answer = b""
	        while True:
	            block = s.recv(65536)
	            if not block:
	                break
	            answer += block
	    except (BrokenPipeError, ConnectionResetError):
	        return b""
	    return answer
	def status():
	    lines = ask(b'{"version":1,"command":"status"}\n').splitlines()
	    assert json.loads(lines[-1])["type"] == "result", lines
	dice = random.Random(7)
	for data in (b"\n", b"{}\n", b"[]\n", b"[" * 100000 + b"\n", b'{"version":1}\n', b'{"version":2,"command":"status"}\n',
	             b'{"version":1,"command":7}\n', b'{"version":1,"command":"status","args":[]}\n',
	             b'{"version":1,"command":"status","args":{"vni":"x"}}\n', b'{"version":1,"command":"wait","args":{"for":7}}\n',
	             b'{"version":1,"command":"\xff"}\n', bytes(dice.randrange(256) for _ in range(5000)) + b"\n"):
	    answer = ask(data)
	    assert json.loads(answer.splitlines()[-1])["type"] == "error", (data[:60], answer)
	# More than it takes: the answer may be lost when the rest of it meets a closed connection.
	assert ask(b"x" * (9 << 20)) == b"" or b"TooLong" in ask(b"x" * (9 << 20))
	status()
	# 64 that say nothing: one of them is refused, all are closed in time, and then it answers again.
	silent = [connect() for _ in range(70)]
	end = time.monotonic() + 120
	while True:
	    try:
	        status()
	        break
	    except (AssertionError, IndexError, ConnectionResetError, BrokenPipeError):
	        assert time.monotonic() < end, "evpnd does not answer any more"
	        select.select([], [], [], 0.2)
	for s in silent:
	    assert s.recv(1) == b""
	# Clients that follow events or the status and read none.
	deaf = [connect(), connect()]
	deaf[0].sendall(b'{"version":1,"command":"events"}\n')
	deaf[1].sendall(b'{"version":1,"command":"status","args":{"watch":true}}\n')
	for _ in range(50):
	    status()
P
daemon_stop
[ ! -e "$SOCKET" ] || fail "the socket is left over"
