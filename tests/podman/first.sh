#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# first.sh - a fresh pod, FRR with an empty frr.conf: one run makes the node an EVPN endpoint, the next changes nothing
set -euo pipefail
# shellcheck source=tests/podman/lib.sh
. "$(dirname "$0")/lib.sh"

# Makes a link come and go, and waits until the monitor has told: it listens, and has told all that was before.
canary() {
	local seen

	seen=$(count 'Deleted.*canary' "$2")
	wait_until 60 "ip monitor tells of a link" sing "$1" "$2" "$seen"
}

sing() {
	nsenter --net="$1" ip link add canary type bridge
	nsenter --net="$1" ip link del canary
	[ "$(count 'Deleted.*canary' "$2")" -gt "$3" ]
}

# watch_links NAMESPACE FILE
watch_links() {
	: > "$2"
	nsenter --net="$1" ip -o monitor link address > "$2" &
	monitors+=($!)
	PIDS+=($!)
	canary "$1" "$2"
}

# settle NAMESPACE... : the bridge ports' forward delay is over. Which ports it runs for is asked in all of them first: here it
# ends everywhere at about the same time.
settle() {
	local namespace ports=() i=0

	for namespace; do
		watch_links "$namespace" "$T/settle.$i"
		ports+=("$(delayed_ports nsenter --net="$namespace" ip)")
		i=$((i + 1))
	done
	i=0
	for namespace; do
		wait_until 60 "the bridge ports' forward delay ends" \
			delay_is_over "$T/settle.$i" "${ports[i]}" nsenter --net="$namespace" ip
		i=$((i + 1))
	done
}

set_up
make_config "address = \"unix:$T/reloader/reloader.sock\";"
make_pod --network=none
add_evpn_reloader
podman pod start frrpod > /dev/null
no_ping

step "evpnd --once on the fresh pod"
evpnd --once --timeout 60 || fail "evpnd --once: exit code $?"
ping_ok
reloads=$(reload_count)
[ "$reloads" = "1 1" ] || fail "the reloader counts $reloads tests and reloads, not one of each"

step "evpnd --once again"
settle "/run/netns/$HOST" "/proc/$(frr_pid)/ns/net"
watch_links "/run/netns/$HOST" "$T/monitor.host"
watch_links "/proc/$(frr_pid)/ns/net" "$T/monitor.frr"
evpnd --once --timeout 60 > "$T/second" || fail "the second evpnd --once: exit code $?"
cat "$T/second"
grep -q 'converged in .*: 0 kernel changes, no FRR reload needed' "$T/second" || fail "the second run is not empty"
[ "$(reload_count)" = "$reloads" ] || fail "the second run reloaded FRR: $reloads before, $(reload_count) after"
canary "/run/netns/$HOST" "$T/monitor.host"
canary "/proc/$(frr_pid)/ns/net" "$T/monitor.frr"
kill "${monitors[@]}"
lacks -hv canary "$T/monitor.host" "$T/monitor.frr" || fail "the second run changed the kernel's state"
all_in_place
ping_ok
