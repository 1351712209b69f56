#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# nic-forged.sh - the container is root in FRR's namespace, and makes devices that look like the underlay NIC, or makes the NIC
# look like something else: the host gets its own NICs back, as they were, and nothing else
set -euo pipefail
# shellcheck source=tests/netns/lib-node.sh
. "$(dirname "$0")/lib-node.sh"
# shellcheck source=tests/lib/hold.sh
. "$here/../lib/hold.sh"

MARK=evpnd:default
down() { evpnd_on_node --down "$@"; }
same() { [ "$(picture)" = "$before" ] || fail "$1: $(diff <(echo "$before") <(picture))"; }
# The number of the device object, whatever its name. `ip netns exec' mounts the namespace's own sysfs.
serial() { ip netns exec ev-node stat -L -c %i "/sys/class/net/$1"; }
# link NAME FIELD : of a device in FRR's namespace
link() { in_frr ip -j link show dev "$1" | python3 -c 'import json, sys; print(json.load(sys.stdin)[0].get(sys.argv[1], ""))' "$2"; }
# look_like NIC DEVICE [AS] : DEVICE gets the NIC's MAC, an address and routes, and with AS the NIC's name and the mark
look_like() {
	in_frr ip link set "$2" address "$MAC"
	[ -z "${3:-}" ] || in_frr ip link set "$2" name "$3" alias "$MARK"
	in_frr ip address add 203.0.113.66/24 dev "${3:-$2}"
	in_frr ip link set "${3:-$2}" up
	in_frr ip route add 198.18.0.0/15 via 203.0.113.1 dev "${3:-$2}"
}
# hide : the NIC lacks its name and the mark
hide() {
	in_frr ip link set eth1 down
	in_frr ip link set eth1 name hidden alias ""
}
# FRR's configuration does not change, and it is not what this test is about.
conf() { write_conf 's|address = "unix:[^"]*"|address = "unix:'"$FABRIC"'/plain.sock"; protocol = "plain"|' 's/^frr = {/& check = "";/' "$@"; }
is_ours() {
	[ "$(serial eth1)" = "$NIC" ] || fail "$1: the device eth1 on the host is another one"
	ip -n ev-node address show | lacks 203.0.113.66 || fail "$1: the host has an address of the container's"
	ip -n ev-node route show table all | lacks 198.18.0.0 || fail "$1: the host has a route of the container's"
	same "$1"
}

node_up
ip -n ev-node route del default
ip -n ev-node -batch - <<-B
	link set eth1 mtu 1400 alias "rack 7 port 3" group 7
	link property add dev eth1 altname spine-port
	route add default via 192.168.11.2 metric 50
B
cable node eth2 192.168.12.3/24 leaf2 node2 192.168.12.2/24
in_frr ip link set lo up
plain_reloader
conf
before=$(picture)
NIC=$(serial eth1) NIC2=$(serial eth2)

for kind in "veth peer name forged-peer" "macvlan" "bridge" "vxlan id 7 dstport 4790 local 127.0.0.1"; do
	step "a $kind with the NIC's name, MAC and mark, and the NIC hidden"
	expect 0 converged once
	MAC=$(link eth1 address)
	hide
	lower=
	if [ "$kind" = macvlan ]; then
		in_frr ip link add lower type veth peer name lower-peer
		lower="link lower"
	fi
	# shellcheck disable=SC2086
	in_frr ip link add forged $lower type $kind
	look_like eth1 forged eth1
	# FRR's namespace has a device of the container's with the NIC's name: evpnd changes nothing, and says so.
	expect 1 "already has a device eth1, which evpnd did not move" once
	expect 0 "taken down in" down
	[ "$(link eth1 ifalias)" = "$MARK" ] || fail "evpnd has changed the container's device"
	in_frr ip link delete eth1
	[ -z "$lower" ] || in_frr ip link delete lower
	is_ours "after a forged $kind"
done

step "the NIC itself: alias, MAC, group, names, addresses, routes"
expect 0 converged once
born=$(ip -n ev-node -j -d link show lan0 | python3 -c 'import json, sys; print(json.load(sys.stdin)[0]["group"])')
in_frr ip link set eth1 down
in_frr ip link set eth1 alias "$(printf '\033[31m\n\t%0240d' 0)" group "$born" address 02:66:66:66:66:66 mtu 1300
in_frr ip link property add dev eth1 altname br-lan altname eth2
in_frr ip link property del dev eth1 altname spine-port
in_frr ip address add 203.0.113.66/24 dev eth1
in_frr ip link set eth1 up
in_frr ip route add 198.18.0.0/15 via 203.0.113.1 dev eth1
expect 0 "taken down in" down
is_ours "after a NIC with hostile settings"

step "the NIC looks like a device that evpnd made, which it would delete"
expect 0 converged once
in_frr ip link set eth1 group "$born"
expect 0 " 1 kernel changes" once
[ "$(link eth1 group)" = 7 ] || fail "the NIC's group is $(link eth1 group)"
in_frr ip link set eth1 down
in_frr ip link set eth1 name away group "$born"
expect 0 converged once
in_frr ip link set eth1 alias ""
expect 0 " 1 kernel changes" once
[ "$(link eth1 ifalias)" = "$MARK" ] || fail "the NIC has its mark no more"
expect 0 " 0 kernel changes" once
expect 0 "taken down in" down
is_ours "after a NIC that looked like a device of evpnd's"

step "two NICs, each with the other's name, MAC and alias"
conf 's/{ name = "eth1"; }/&, { name = "eth2"; }/'
expect 0 converged once
mac1=$(link eth1 address) mac2=$(link eth2 address)
in_frr ip link set eth1 down
in_frr ip link set eth2 down
in_frr ip link set eth1 name third address "$mac2"
in_frr ip link set eth2 name eth1 address "$mac1"
in_frr ip link set third name eth2
expect 0 "taken down in" down
[ "$(serial eth2)" = "$NIC2" ] || fail "eth2 on the host is another device"
is_ours "after two NICs were swapped"
conf

step "a device of the container's on the host"
expect 0 converged once
in_frr ip link add forged type veth peer name forged-peer
in_frr ip link set forged alias "$MARK" address "$(link eth1 address)"
in_frr ip link set forged name eth1 netns /run/netns/ev-node
expect 0 " 0 kernel changes" once
expect 1 "another device on the host has its name" down
ip -n ev-node -o address show dev eth1 | lacks 192.168.11.3 || fail "the container's device has the host's address"
in_frr ip link show eth1 > /dev/null || fail "the NIC is lost"
ip -n ev-node link delete eth1
expect 0 "taken down in" down
is_ours "after a device that the container moved to the host"

step "a namespace in the container's namespace"
expect 0 converged once
nsenter -n -t "$(cat "$FABRIC/frr/pid")" unshare --net sleep infinity &
PIDS+=($!)
NESTED=$!
# sleep(1) runs when nsenter and unshare have done their part.
nested() { grep -qx sleep "/proc/$NESTED/comm"; }
wait_until 60 "the nested namespace" nested
in_frr ip link set eth1 netns "$NESTED"
in_frr ip link add forged type veth peer name forged-peer
in_frr ip link set forged name eth1 alias "$MARK"
expect 1 "NIC eth1 is neither on the host nor in FRR's namespace (a device with its name is another one)" down
[ -e "$FABRIC/state/nic-eth1.json" ] || fail "the record is gone, and the NIC is not back"
no_device eth1 ip -n ev-node || fail "evpnd took the container's device"
in_frr ip link delete eth1
nsenter -n -t "$NESTED" ip link set eth1 netns "$(cat "$FABRIC/frr/pid")"
end_child "$NESTED"
expect 0 "taken down in" down
is_ours "after a nested namespace"

step "a record of an evpnd that did not identify devices"
expect 0 converged once
python3 - "$FABRIC/state/nic-eth1.json" <<-'P'
	import json, sys
	record = json.load(open(sys.argv[1]))
	del record["device"], record["moved"]
	json.dump(record, open(sys.argv[1], "w"))
P
expect 0 " 0 kernel changes" once
expect 0 "taken down in" down
# What that record lacks is as it was in FRR's namespace.
is_ours "with a former record"

# not_taken WORDS : the device eth1 on the host is not the NIC, which is nowhere; it gets nothing, and the record stays what it is
not_taken() {
	local record
	record=$(cat "$FABRIC/state/nic-eth1.json")
	expect 1 "underlay NIC eth1: the device of its name on the host is not taken for it: $1" once
	expect 1 "a device with its name is another one" down
	ip -n ev-node -o address show dev eth1 | lacks 192.168.11.3 || fail "the container's device has the host's address"
	ip -n ev-node route show table all | lacks 192.168.11.2 || fail "the container's device has the host's routes"
	[ "$(cat "$FABRIC/state/nic-eth1.json")" = "$record" ] || fail "the record is another device's"
}

for kind in "veth peer name forged-peer" "macvlan" "vxlan id 7 dstport 4790 local 127.0.0.1"; do
	step "the NIC is gone, and the container puts a $kind in its place on the host"
	expect 0 converged once
	in_frr ip link delete eth1
	lower=
	if [ "$kind" = macvlan ]; then
		in_frr ip link add lower type veth peer name lower-peer
		lower="link lower"
	fi
	# shellcheck disable=SC2086
	in_frr ip link add forged $lower type $kind
	in_frr ip link set forged name eth1 netns /run/netns/ev-node
	not_taken "it leads into FRR's namespace"
	ip -n ev-node link delete eth1
	[ -z "$lower" ] || in_frr ip link delete lower

	step "a device of another kind"
	ip -n ev-node link add eth1 type bridge
	not_taken "it is of another kind"
	ip -n ev-node link delete eth1

	step "the administrator makes the NIC anew"
	ip -n ev-node link add eth1 type veth peer name node netns ev-leaf2
	ip -n ev-leaf2 address add 192.168.11.2/24 dev node
	ip -n ev-leaf2 link set node up
	expect 0 converged once
	in_frr ip -o address show dev eth1 | finds 192.168.11.3/24 || fail "the NIC made anew has not the host's address"
done

step "without a record: the container's device with the NIC's name"
expect 0 "taken down in" down
ip -n ev-node link delete eth1
in_frr ip link add forged type veth peer name forged-peer
in_frr ip link set forged name eth1 netns /run/netns/ev-node
expect 1 "underlay NIC eth1: the device of its name on the host is not taken for it: it leads into FRR's namespace" once
[ ! -e "$FABRIC/state/nic-eth1.json" ] || fail "there is a record of the container's device"
ip -n ev-node link delete eth1
cable node eth1 192.168.11.3/24 leaf2 node 192.168.11.2/24

step "the device is replaced while evpnd gives it back: same kind, index, name, MAC and mark"
hold_begin "$FABRIC/hold"
ip netns exec ev-node "$BUILD/evpnd-hold" "$HOLD" "$FABRIC/evpn.conf" "$FABRIC/state" 2> "$FABRIC/daemon.log" &
PIDS+=($!)
HOLDER=$!
moved() { in_frr ip link show eth1; }
settled() { grep -q converged "$FABRIC/daemon.log"; }
wait_until 60 "the NIC is in FRR's namespace" moved
wait_until 60 "the daemon converges" settled
index=$(link eth1 ifindex) MAC=$(link eth1 address)
hold_at prune
conf 's/interfaces = ([^)]*)/interfaces = ( )/'
held
in_frr ip link delete eth1
in_frr ip link add eth1 index "$index" address "$MAC" type veth peer name forged-peer
in_frr ip link set eth1 alias "$MARK"
hold_end
put_back() { grep -q "replaced the NIC while evpnd moved it; evpnd has put that device back" "$FABRIC/daemon.log"; }
wait_until 60 "evpnd notices it" put_back
no_device eth1 ip -n ev-node || fail "the host has the container's device"
# Under a name that is free.
in_frr ip link show | finds "$MAC" || fail "the container's device is gone"
end_child "$HOLDER"
