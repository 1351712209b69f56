#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# restart.sh - evpnd as a daemon, started before the pod, puts everything back whatever happens to FRR's containers
set -euo pipefail
# shellcheck source=tests/podman/lib.sh
. "$(dirname "$0")/lib.sh"

set_up
make_config "address = \"unix:$T/reloader/reloader.sock\";"

# recovered WHAT OLD_PID OLD_NETNS same|new: a new FRR in the same or a new namespace, and the fabric works through it.
recovered() {
	local pid netns

	await 'converged in'
	ping_ok
	pid=$(frr_pid)
	netns=$(netns_of "$pid")
	[ "$pid" != "$2" ] || fail "$1: FRR's pid is $pid as before"
	[ "$4" != same ] || [ "$netns" = "$3" ] || fail "$1: the namespace is another one"
	[ "$4" != new ] || [ "$netns" != "$3" ] || fail "$1: the namespace is $3 as before"
	all_in_place
	kill -0 "$EVPND_PID" || fail "$1: evpnd is gone"
}

# By the cookie: the number of a dead namespace's inode is soon used again.
netns_of() {
	nsenter --net="/proc/$1/ns/net" python3 -c 'import socket, struct
print(struct.unpack("Q", socket.socket().getsockopt(socket.SOL_SOCKET, 71, 8))[0])'
}

remember() {
	mark
	old_pid=$(frr_pid)
	old_netns=$(netns_of "$old_pid")
}

step "no pod yet: evpnd waits"
mark
start_evpnd
await "waiting in step .*$T/pid/frr.pid"
[ -e "/proc/$EVPND_PID" ] || fail "evpnd did not wait"

step "the pod comes"
mark
make_pod --network=none
add_evpn_reloader
no_ping
podman pod start frrpod > /dev/null
await 'converged in'
ping_ok
all_in_place

step "podman restart frr"
remember
podman restart frr > /dev/null
recovered "restart" "$old_pid" "$old_netns" same

step "podman pod restart: eth1 dies with the old namespace, and comes again"
remember
podman pod restart frrpod > /dev/null
make_eth1_anew
recovered "pod restart" "$old_pid" "$old_netns" new

step "kill -9 of FRR's container, and podman start"
remember
kill -9 "$old_pid"
podman wait frr > /dev/null
podman start frr > /dev/null
recovered "kill -9" "$old_pid" "$old_netns" same

step "SIGTERM"
kill "$EVPND_PID"
wait "$EVPND_PID" || fail "evpnd's exit code is $?"
EVPND_PID=
ping_ok
