#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# node-boot.sh - a node by evpnd-setup boots and shuts down: EVPN outlives the programs that use it, and evpnd.off boots without it
set -euo pipefail
# shellcheck source=tests/podman/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/podman/lib-node.sh
. "$(dirname "$0")/lib-node.sh"

# off WHAT : none of the units has started, and each because of its condition
off() {
	local unit now

	wait_until 60 "the node is up" inside systemctl is-active multi-user.target
	for unit in evpnd-netns frr evpnd; do
		now=$(inside systemctl show -P ActiveState -P ConditionResult "$unit" | xargs)
		[ "$now" = "inactive no" ] || fail "$1: $unit is $now"
	done
	ends 1 inside test -e /run/netns/evpnd || fail "$1: there is a namespace"
}

need_systemd
set_up
make_node
node_up
setup --plugin frr-vtysh || fail "$(cat "$T/setup")"
make_node_config frr-vtysh
on_host ip addr add 192.168.20.9/24 dev br-lan
# A program that uses the network until it has stopped.
cat > "$T/os/etc/systemd/system/consumer.service" <<'E'
[Unit]
After=network.target
[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=true
ExecStop=sh -c 'ping -c 50 -i 0.2 -W 1 192.168.20.2 > /srv/consumer.pings'
[Install]
WantedBy=multi-user.target
E
inside systemctl enable -q consumer
node_down

step "the node boots with evpnd.off on its command line"
node_up evpnd.off
off evpnd.off
inside systemctl is-active consumer
node_down

step "the node boots with /etc/evpnd/off"
touch "$ETC/off"
node_up
off /etc/evpnd/off
node_down
rm "$ETC/off"

step "the node boots: nobody starts anything"
: > "$T/evpnd.log"
no_ping
node_up
wait_until 60 "evpnd has converged" converged
works_in_node
wait_until 60 "the host itself has the VNI" on_host ping -c 1 -W 1 192.168.20.2

step "the node shuts down, with a program that uses the network until its end"
rm -f "$T/consumer.pings"
node_down
tail -n 3 "$T/consumer.pings"
[ "$(count 'bytes from' "$T/consumer.pings")" = 50 ] || fail "EVPN ends before the programs that use it"

step "and boots again"
make_eth1_anew
: > "$T/evpnd.log"
node_up
wait_until 60 "evpnd has converged" converged
works_in_node
