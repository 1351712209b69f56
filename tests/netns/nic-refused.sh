#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# What of the host depends on the underlay NIC and would not survive its move: evpnd says so, in a dry run too, and changes nothing;
# evpn.conf can accept it. A NIC by an alternative name.
set -euo pipefail
# shellcheck source=tests/netns/lib-node.sh
. "$(dirname "$0")/lib-node.sh"

host() { ip -n ev-node "$@"; }
down() { evpnd_on_node --down "$@"; }
# nic KEYS [NAME] [SED]... : evpn.conf with these keys of the interface
nic() {
	local keys=$1 name=${2:-eth1}
	shift; [ $# = 0 ] || shift
	write_conf 's|address = "unix:[^"]*"|address = "unix:'"$FABRIC"'/plain.sock"; protocol = "plain"|' 's/^frr = {/& check = "";/' \
		"s|{ name = \"eth1\"; }|{ name = \"$name\"; $keys }|" "$@"
}
# refused WORDS : by a run and by a dry run, and nothing is changed
refused() {
	local before
	before=$(picture)
	expect 1 "$1" once
	expect 1 "problem: underlay NIC eth1: " evpnd_on_node --dry-run
	grep -qF -- "$1" "$FABRIC/out" || fail "the dry run does not say \`$1': $(cat "$FABRIC/out")"
	[ "$(picture)" = "$before" ] || fail "a move that was refused has changed something: $(diff <(echo "$before") <(picture))"
}
# accepted KEYS : the NIC moves, and comes back
accepted() {
	nic "$1"
	expect 0 converged once
	expect 0 "taken down in" down
	nic ""
}

node_up
in_frr ip link set lo up
plain_reloader
nic ""
host route del default

step "devices on top of it"
for kind in "macvlan mode bridge" "ipvlan mode l2" "vlan id 50"; do
	# Not every kernel has all of these.
	# shellcheck disable=SC2086
	host link add upper link eth1 type $kind 2> /dev/null || continue
	echo "$kind"
	refused "${kind%% *} upper is made on it; leave the NIC on the host and set it as \`parent'"
	host link delete upper
done
host link add upper type vxlan id 7 dstport 4790 local 192.168.11.3 dev eth1
refused "vxlan upper is made on it"
host link delete upper
host link add upper link eth1 type macvlan mode bridge
host link set upper up
accepted 'may_lose = [ "stacked" ];'
host link delete upper

step "a port of a bridge"
host link set eth1 master br-lan
refused "it is a port of br-lan on the host"
host link set eth1 nomaster

step "traffic control"
if tc -n ev-node qdisc add dev eth1 clsact 2> /dev/null; then
	refused "traffic control, clsact ffff:, is set on it; remove it: tc qdisc del"
	accepted 'may_lose = [ "tc" ];'
fi
if tc -n ev-node qdisc replace dev eth1 root tbf rate 1gbit burst 100k limit 100k 2> /dev/null; then
	refused "traffic control, tbf "
	tc -n ev-node qdisc del dev eth1 root
fi

step "a lease"
host address add 192.168.11.40/24 dev eth1 valid_lft 3600 preferred_lft 1800
refused "its address 192.168.11.40/24 is a lease, valid for "
nic 'addresses = [ "192.168.11.3/24" ];'
expect 0 converged once
in_frr ip address show dev eth1 | lacks 192.168.11.40 || fail "FRR's namespace has the lease"
expect 0 "taken down in" down
host address show dev eth1 | finds "192.168.11.40/24 .*dynamic" || fail "the lease is not back"
left=$(host -j address show dev eth1 | python3 -c 'import json, sys
print([a["valid_life_time"] for a in json.load(sys.stdin)[0]["addr_info"] if a["local"] == "192.168.11.40"][0])')
((left > 3000 && left <= 3601)) || fail "the lease is valid for $left s"
host address del 192.168.11.40/24 dev eth1
nic ""

step "somebody is logged in by it"
ip netns exec ev-node python3 - "$FABRIC/session" <<-'P' &
	import socket, sys
	s = socket.create_server(("192.168.11.3", 22))
	c, _ = s.accept()
	open(sys.argv[1], "w").close()
	c.recv(1)
	P
PIDS+=($!)
listens() { ip netns exec ev-node ss -Htln sport = :22 | finds 192.168.11.3; }
wait_until 60 "a server at port 22" listens
ip netns exec ev-leaf2 python3 -c 'import signal, socket
s = socket.create_connection(("192.168.11.3", 22))
signal.pause()' &
PIDS+=($!)
CLIENT=$!
wait_until 60 "the session" test -e "$FABRIC/session"
refused "somebody is logged in by it, from 192.168.11.2; log in another way, or accept it: takes_default_route = true"
accepted 'takes_default_route = true;'
end_child "$CLIENT"

step "the only default route"
host route add default via 192.168.11.2
expect 0 "underlay NIC eth1: the host's only IPv4 default route leads through it, via 192.168.11.2; the host loses it until" once
expect 0 "taken down in" down
cable node eth2 192.168.12.3/24 leaf2 node2 192.168.12.2/24
host route add default via 192.168.12.2 metric 100
expect 0 converged once
lacks "default route" < "$FABRIC/out" || fail "it warns although another default route stands"
expect 0 "taken down in" down
host route del default via 192.168.12.2
nic 'takes_default_route = true;'
expect 0 converged once
lacks "default route" < "$FABRIC/out" || fail "it warns of what evpn.conf accepts"

step "back"
nic ""
expect 0 "taken down in" down

step "an alternative name"
before=$(picture)
host link property add dev eth1 altname enp9s0f0np0
host link property add dev eth1 altname enp193s0f0np0v127
with_names=$(picture)
nic "" enp9s0f0np0
expect 2 "link set eth1 netns frr name enp9s0f0np0" evpnd_on_node --dry-run
expect 0 converged once
in_frr ip link show enp9s0f0np0 | finds enp193s0f0np0v127 || fail "the other names are lost in FRR's namespace"
expect 0 " 0 kernel changes" once
expect 0 "taken down in" down
[ "$(picture)" = "$with_names" ] || fail "after an alternative name: $(diff <(echo "$with_names") <(picture))"
nic "" enp193s0f0np0v127
expect 78 "is longer than 15 characters" once
nic 'rename = "up0";' enp193s0f0np0v127
expect 0 converged once
in_frr ip -o link show up0 | finds "altname enp9s0f0np0" || fail "the other names are lost in FRR's namespace"
expect 0 " 0 kernel changes" once
expect 0 "taken down in" down
[ "$(picture)" = "$with_names" ] || fail "after a long name: $(diff <(echo "$with_names") <(picture))"
nic "" enp9s0f0np7
expect 1 "underlay NIC enp9s0f0np7: no such device on the host" once
host link property del dev eth1 altname enp9s0f0np0
host link property del dev eth1 altname enp193s0f0np0v127
[ "$(picture)" = "$before" ] || fail "something is left"
