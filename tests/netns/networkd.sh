#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A real systemd-networkd that configures every Ethernet device leaves those of evpnd alone, by the files that make install puts there;
# and udev's rules tell NetworkManager the same.
set -euo pipefail
# shellcheck source=tests/netns/lib-node.sh
. "$(dirname "$0")/lib-node.sh"
networkd=/usr/lib/systemd/systemd-networkd
[ -x $networkd ] || skip "systemd-networkd is not installed"
root=$here/../..

# on_node COMMAND... : with the node's /sys, and a /run of its own, in which what is installed is
on_node() {
	nsenter --net --mount -t "$HOLDER" "$@"
}
index_of() { ip -n ev-node -j link show "$1" | python3 -c 'import json, sys; print(json.load(sys.stdin)[0]["ifindex"])'; }
# The properties that udev's rules give a device when it appears: by udev, or by the one condition that they have.
properties() {
	if command -v udevadm > /dev/null; then
		on_node udevadm test --action=add "/sys/class/net/$1" 2> /dev/null
		return
	fi
	local group pattern
	group=$(on_node cat "/sys/class/net/$1/netdev_group")
	echo "GROUP=$group"
	for pattern in $(sed -nE 's/.*ATTR\{netdev_group\}=="([^"]*)".*/\1/p' "$root/etc/networkmanager/84-evpnd.rules" | tr '|' ' '); do
		# shellcheck disable=SC2053 # a pattern
		[[ $group != $pattern ]] || printf '%s=1\n' EVPND NM_UNMANAGED
	done
}
# initialized DEVICE... : as udevd would, by its rules
initialized() {
	local name
	for name; do
		{
			echo I:1
			properties "$name" | sed -nE 's/^(EVPND=.*|NM_UNMANAGED=.*)/E:\1/p'
			printf '%s\n' G:systemd Q:systemd V:1
		} | on_node tee "/run/udev/data/n$(index_of "$name")" > "$FABRIC/$name.data"
	done
}
has() { ip -n ev-node address show dev "$1" | finds "inet 10.66."; }

node_up
write_conf 's/{ vni = 120;.*/{ vni = 120; host = { interface = "lan1"; bridge = "br-evpnd"; managed = true; }; }/'
expect 0 converged once
ip -n ev-node link add other0 type veth peer name other1
mkdir "$FABRIC/run" "$FABRIC/network"
# shellcheck disable=SC2016 # its arguments
ip netns exec ev-node unshare --mount bash -euc '
	mount --bind "$1/run" /run
	mkdir -p /run/udev/data /run/udev/rules.d /run/systemd/network /run/systemd/netif/{links,leases,lldp}
	cp "$2/etc/networkmanager/84-evpnd.rules" /run/udev/rules.d
	cp "$2/etc/networkd/05-evpnd.network" /run/systemd/network
	printf "%s\n" "[Match]" Type=ether "[Network]" DHCP=no IPv6AcceptRA=no Address=10.66.0.1/24 > /run/systemd/network/10-all.network
	chown -R systemd-network: /run/systemd/netif
	echo > "$1/ready"
	exec sleep infinity' _ "$FABRIC" "$root" &
HOLDER=$!
PIDS+=("$HOLDER")
wait_until 60 "the node has a /run of its own" test -e "$FABRIC/ready"

step "udev"
for name in lan0 lan1 br-evpnd; do
	properties "$name" | finds '^NM_UNMANAGED=1$' || fail "NetworkManager would manage $name: $(properties "$name")"
done
properties other0 | lacks -E '^(NM_UNMANAGED|EVPND)=' || fail "another program's device is taken for evpnd's"

step "systemd-networkd"
initialized lan0 lan1 br-evpnd other0 other1 br-lan lo
on_node env SYSTEMD_LOG_LEVEL=info $networkd > "$FABRIC/networkd.log" 2>&1 &
PIDS+=($!)
wait_until 60 "networkd configures what is not evpnd's: $(tail -3 "$FABRIC/networkd.log")" has other0
for name in lan0 lan1 br-evpnd; do ends 1 has "$name" || fail "networkd has configured $name"; done
# Without the file it would: the test can fail.
on_node rm /run/systemd/network/05-evpnd.network
step "and without the file it does"
end_child "${PIDS[-1]}"
on_node env SYSTEMD_LOG_LEVEL=info $networkd > "$FABRIC/networkd.log" 2>&1 &
PIDS+=($!)
wait_until 60 "networkd takes lan0: $(tail -3 "$FABRIC/networkd.log")" has lan0
step "end"
