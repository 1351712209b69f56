#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# plain.sh - the plain reloader: a TCP connection to a port that the pod publishes, closed, is the signal; no answer
set -euo pipefail
# shellcheck source=tests/podman/lib.sh
. "$(dirname "$0")/lib.sh"

set_up
make_config 'address = "tcp:127.0.0.1:7080"; protocol = "plain";'
make_pod -p 127.0.0.1:7080:7080
add_reloader -- python3 -uc '
import socket, subprocess
server = socket.create_server(("", 7080))
while True:
	client, _ = server.accept()
	while client.recv(64):
		pass
	client.close()
	subprocess.run(["/usr/lib/frr/frr-reload.py", "--reload", "--bindir", "/usr/bin", "--confdir", "/etc/frr",
			"--rundir", "/var/run/frr", "/etc/frr/frr.conf"])
	print("reloaded")
'
podman pod start frrpod > /dev/null
wait_until 60 "FRR is up" podman exec frr vtysh -c 'show version'
no_ping

reloads() {
	podman logs reloader 2>&1 | count '^reloaded'
}

step "evpnd --once"
evpnd --once --timeout 60 || fail "evpnd --once: exit code $?"
ping_ok
[ "$(reloads)" = 1 ] || fail "$(reloads) reloads, not 1"

step "evpnd --once again"
evpnd --once --timeout 60 || fail "the second evpnd --once: exit code $?"
[ "$(reloads)" = 1 ] || fail "the second run reloaded FRR"
ping_ok
