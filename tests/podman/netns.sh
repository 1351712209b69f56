#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# netns.sh - a node by evpnd-setup: FRR's container runs in the namespace of evpnd-netns.service, with the user namespace that owns it,
# and whatever happens to the container changes nothing in the kernel. evpnd.service is as it is installed
set -euo pipefail
# shellcheck source=tests/podman/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/podman/lib-node.sh
. "$(dirname "$0")/lib-node.sh"

# The namespace is the same, evpnd has changed nothing since the mark, and FRR works again.
is_untouched() {
	wait_until 90 "evpnd has converged" has_logged 'converged in'
	wait_until 90 "evpnd is healthy" status_is '^applied, healthy: 0 L3VNIs, 1 L2VNIs, 1 of 1 sessions established'
	if has_logged 'converged in' | grep -v ': 0 kernel changes'; then fail "evpnd has changed the kernel"; fi
	snapshot > "$T/after"
	diff "$T/before" "$T/after" || fail "the namespace is not as it was"
	works_in_node
}

new_pid() {
	local now

	now=$(inside cat /run/evpnd/frr.pid)
	[ "$now" != "$pid" ]
}

# restarted WHAT COMMAND... : it makes FRR's container anew
restarted() {
	step "$1"
	pid=$(inside cat /run/evpnd/frr.pid)
	mark
	start_pings
	inside "${@:2}"
	wait_until 60 "FRR's container is another one" new_pid
	is_untouched
	stop_pings "$1"
}

need_systemd
set_up
make_node
# shellcheck disable=SC2119 # its words are for the node
node_up
setup --plugin frr-vtysh || fail "$(cat "$T/setup")"
make_node_config frr-vtysh

step "FRR starts, then evpnd: by the units as they are installed"
no_ping
inside systemctl start frr evpnd
wait_until 120 "evpnd has converged" converged
wait_until 60 "evpnd is healthy" status_is '^applied, healthy: 0 L3VNIs, 1 L2VNIs, 1 of 1 sessions established'
works_in_node
[ "$(in_frr cat /proc/self/uid_map | xargs)" = "0 100000 65536" ] || fail "no mapping of users: $(in_frr cat /proc/self/uid_map)"
in_frr ip link add x type bridge || fail "FRR's container cannot administer its network"
in_frr ip link delete x
[ "$(in_frr ls /sys/class/net | xargs)" = "$(in_netns sh -c 'ip -o link' | sed -E 's/^[0-9]+: ([^:@]+).*/\1/' | sort | xargs)" ] ||
	fail "FRR's container sees other devices: $(in_frr ls /sys/class/net)"
lacks '^<[0-3]>' "$T/evpnd.log" || fail "evpnd met an error"
snapshot > "$T/before"

restarted "systemctl restart frr" systemctl restart frr
restarted "podman kill frr" podman kill frr
# podman stops the container, and systemd may have made another one before podman starts the former: then podman fails.
restarted "podman restart frr" sh -c 'podman restart -t 1 frr || :'

step "systemctl restart evpnd-netns"
mark
inside systemctl restart evpnd-netns
is_untouched

step "systemctl restart evpnd"
mark
inside systemctl restart evpnd
is_untouched
