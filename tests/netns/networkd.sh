#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A real systemd-networkd and a real NetworkManager that configure every Ethernet device leave those of evpnd alone, by the files that
# make install puts there.
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
			# NetworkManager's own rules keep it off every veth, which are to be managed here.
			properties "$name" | sed -nE 's/^EVPND=.*/E:&\nE:NM_UNMANAGED=1/p'
			printf '%s\n' G:systemd Q:systemd V:1
		} | on_node tee "/run/udev/data/n$(index_of "$name")" > "$FABRIC/$name.data"
	done
}
# network_manager : with a bus, a configuration and a state of its own; another one is ended before
network_manager() {
	[ -z "${MANAGER:-}" ] || end_child "$MANAGER"
	on_node NetworkManager --debug --log-level=INFO > "$FABRIC/manager.log" 2>&1 &
	MANAGER=$!
	PIDS+=("$MANAGER")
}
managed() { ip -n ev-node address show dev "$1" | finds "inet 10.67."; }
has() { ip -n ev-node address show dev "$1" | finds "inet 10.66."; }

tell() {
	local file
	for file in "$FABRIC"/{networkd,bus,manager}.log; do [ ! -f "$file" ] || tail -n 60 "$file"; done
}

node_up
write_conf 's/{ vni = 120;.*/{ vni = 120; host = { interface = "lan1"; bridge = "br-evpnd"; managed = true; }; }/'
expect 0 converged once
ip -n ev-node link add other0 type veth peer name other1
mkdir "$FABRIC/run" "$FABRIC/etc-nm" "$FABRIC/lib-nm" "$FABRIC/etc-nm/system-connections"
# Every Ethernet device, several at the same time.
printf '%s\n' "[main]" plugins=keyfile > "$FABRIC/etc-nm/NetworkManager.conf"
printf '%s\n' "[connection]" id=all type=ethernet autoconnect=true multi-connect=3 "[ipv4]" method=manual address1=10.67.0.1/24 \
	"[ipv6]" method=disabled > "$FABRIC/etc-nm/system-connections/all.nmconnection"
chmod 600 "$FABRIC/etc-nm/system-connections/all.nmconnection"
cat > "$FABRIC/bus.conf" <<-E
	<busconfig><type>system</type><listen>unix:path=/run/dbus/system_bus_socket</listen><auth>EXTERNAL</auth>
	<policy context="default"><allow user="*"/><allow own="*"/><allow send_type="method_call"/><allow send_type="signal"/>
	<allow send_type="method_return"/><allow send_type="error"/><allow receive_type="method_call"/><allow receive_type="signal"/>
	<allow receive_type="method_return"/><allow receive_type="error"/></policy></busconfig>
	E
# shellcheck disable=SC2016 # its arguments
ip netns exec ev-node unshare --mount bash -euc '
	mount --bind "$1/run" /run
	[ ! -d /etc/NetworkManager ] || mount --bind "$1/etc-nm" /etc/NetworkManager
	[ ! -d /var/lib/NetworkManager ] || mount --bind "$1/lib-nm" /var/lib/NetworkManager
	mkdir -p /run/dbus
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
properties other0 | lacks '^EVPND=' || fail "another program's device is taken for evpnd's"

step "systemd-networkd"
initialized lan0 lan1 br-evpnd other0 other1 br-lan lo
on_node env SYSTEMD_LOG_LEVEL=info $networkd > "$FABRIC/networkd.log" 2>&1 &
PIDS+=($!)
wait_until 60 "networkd configures what is not evpnd's: $(tail -3 "$FABRIC/networkd.log")" has other0
for name in lan0 lan1 br-evpnd; do ends 1 has "$name" || fail "networkd has configured $name"; done
end_child "${PIDS[-1]}"

if command -v NetworkManager > /dev/null && command -v dbus-daemon > /dev/null; then
	step "NetworkManager"
	on_node dbus-daemon --nofork --config-file="$FABRIC/bus.conf" > "$FABRIC/bus.log" 2>&1 &
	PIDS+=($!)
	# Its socket is there before it listens.
	wait_until 30 "a bus" on_node dbus-send --system --print-reply --dest=org.freedesktop.DBus / org.freedesktop.DBus.ListNames
	# What another program has configured, NetworkManager leaves alone.
	for name in other0 other1; do
		ip -n ev-node address flush dev $name
		ip -n ev-node link set $name down
	done
	network_manager
	for name in other0 other1; do wait_until 60 "NetworkManager configures what is not evpnd's" managed $name; done
	for name in lan0 lan1 br-evpnd; do
		ends 1 managed "$name" || fail "NetworkManager has configured $name"
		on_node nmcli -g GENERAL.STATE device show "$name" | finds '(unmanaged)$' || fail "NetworkManager manages $name"
	done
	end_child "$MANAGER"
fi

# Without the file it would: the test can fail.
on_node rm /run/systemd/network/05-evpnd.network
step "systemd-networkd without the file"
on_node env SYSTEMD_LOG_LEVEL=info $networkd > "$FABRIC/networkd.log" 2>&1 &
PIDS+=($!)
wait_until 60 "networkd takes lan0: $(tail -3 "$FABRIC/networkd.log")" has lan0
step "end"
