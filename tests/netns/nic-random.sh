#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# nic-random.sh [SEED]... - random states of the underlay NIC, each moved and given back: afterwards all is as it was before
set -euo pipefail
# shellcheck source=tests/netns/lib-nic.sh
. "$(dirname "$0")/lib-nic.sh"

[ $# -gt 0 ] || set -- 1 2 3 4 5 6 7 8

# The NIC's own device: what the kernel keeps over the move, and what evpnd restores.
device() {
	host -d -o link show dev eth1 | sed -E 's/^[0-9]+: //; s/ (state|qdisc) [^ ]*//g; s/,?(LOWER_UP|NO-CARRIER)//g; s/promiscuity [0-9]+//; s/@[a-z0-9]*//; s/link-netnsid [0-9]+//'
}
# fresh : eth1 as a new device, and nothing of the former one
fresh() {
	host link delete eth1
	host link delete eth2
	host route flush table all proto boot
	host nexthop flush > /dev/null
	host rule flush
	host -batch - <<-B
		rule add pref 32766 lookup main
		rule add pref 32767 lookup default
	B
	host -6 rule flush
	host -6 rule add pref 32766 lookup main
	cable node eth2 192.168.12.3/24 leaf2 node2 192.168.12.2/24
	ip link add eth1 address 52:54:00:11:00:03 netns ev-node type veth peer name node netns ev-leaf2
	ip -n ev-leaf2 link set node up
	host link set eth1 up
}

node_up
in_frr ip link set lo up
plain_reloader
conf 's/name = "eth1";/& takes_default_route = true;/'
cable node eth2 192.168.12.3/24 leaf2 node2 192.168.12.2/24
for seed; do
	step "seed $seed"
	fresh
	python3 "$here/../lib/nic-random.py" "$seed" > "$FABRIC/random"
	# The kernel refuses some of it.
	if host -force -batch "$FABRIC/random" 2> /dev/null; then echo "the kernel took it all"; fi
	device > "$FABRIC/device"
	there_and_back "seed $seed"
	diff "$FABRIC/device" <(device) || fail "seed $seed: the device is another one"
	[ "$(wc -l < "$FABRIC/before")" -ge 12 ] || fail "seed $seed: the NIC has hardly anything: $(cat "$FABRIC/before")"
	wc -l < "$FABRIC/before"
done
