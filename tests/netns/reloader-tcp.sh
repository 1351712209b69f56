#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# reloader-tcp.sh - evpnd and an evpn-reloader that does not show the running configuration, because it listens on TCP: evpnd goes
# on without it, reloads FRR for no reason of that, and has its health all the same
set -euo pipefail
# shellcheck source=tests/netns/lib-node.sh
. "$(dirname "$0")/lib-node.sh"

node_up
# shellcheck disable=SC2016
write_conf "s|^frr-signal = .*|frr-signal = { address = \"unix:$FABRIC/proxy.sock\"; };|" '$ahealth = { interval = 1; grace = 0; };'
in_frr ip link set lo up
nsenter -m -u -i -n -p -t "$(cat "$FABRIC/frr/pid")" /run/evpnd/reloader --listen tcp:127.0.0.1:7080 2> "$FABRIC/tcp.log" &
PIDS+=($!)
wait_until 60 "evpn-reloader on TCP" grep -q 'listens at tcp' "$FABRIC/tcp.log"
# In the namespace of FRR's container; evpnd reaches it by the socket.
in_frr python3 - "$FABRIC/proxy.sock" <<-'END' &
	import selectors, socket, sys, threading
	def serve(near):
	    far = socket.create_connection(("127.0.0.1", 7080))
	    with near, far, selectors.DefaultSelector() as waiting:
	        waiting.register(near, selectors.EVENT_READ, far)
	        waiting.register(far, selectors.EVENT_READ, near)
	        # Either end closes both, as evpn-reloader does after its answer.
	        while True:
	            for key, _ in waiting.select():
	                data = key.fileobj.recv(65536)
	                if not data:
	                    return
	                key.data.sendall(data)
	l = socket.socket(socket.AF_UNIX)
	l.bind(sys.argv[1])
	l.listen(16)
	while True:
	    threading.Thread(target=serve, args=(l.accept()[0],), daemon=True).start()
END
PIDS+=($!)
wait_until 60 "the way to it" test -S "$FABRIC/proxy.sock"
denied() { ask_reloader "$FABRIC/proxy.sock" 'ask bgpd show running-config' | finds 'only with --allow-running-config'; }
denied || fail "evpn-reloader shows the running configuration: the test proves nothing"

step "two runs: the second has nothing to do"
expect 0 "FRR reloaded" once
expect 0 "no FRR reload needed" once

step "the daemon checks FRR's health, of which the denied question is no part"
daemon_start
asks() { ask_reloader "$FABRIC/proxy.sock" status | sed -n 's/^asks=//p'; }
sessions_are_missed() { grep -q 'no fabric session is established' "$FABRIC/daemon.log"; }
wait_until 60 "the first check" sessions_are_missed
before=$(asks)
asked_again() { [ "$(asks)" -gt $((before + 3)) ]; }
wait_until 60 "another check" asked_again
lacks 'passwords' "$FABRIC/daemon.log" || fail "the denied question is told"
lacks 'FRR reloaded' "$FABRIC/daemon.log" || fail "FRR was reloaded"
daemon_stop
