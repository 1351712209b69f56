#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A physical NIC, when the namespace that it was moved into dies: the kernel puts it back on the host, bare, under another name
# if its own is taken; evpnd makes it what it was, or moves it into the next namespace.
# vm-nics: 1
set -eu
unshare -n ip link add probe type vrf table 10 2>/dev/null || { echo "SKIP: the kernel has no VRF; run it with tests/lib/vm"; exit 77; }
# shellcheck source=tests/netns/lib-node.sh
. "$(dirname "$0")/../netns/lib-node.sh"
[ -e /sys/class/net/eth0 ] || skip "no NIC of its own: only a guest of user-mode Linux has one"

# The host alone: FRR's namespace comes and goes here.
host_picture() {
	{ ip -d -j link show; ip -j address show; ip -j -4 route show table all; ip -j -6 route show table all; } |
		python3 "$here/../lib/picture.py" > "$FABRIC/$1"
}
same() {
	host_picture after
	diff "$FABRIC/before" "$FABRIC/after" > "$FABRIC/diff" || fail "$1: $(head -20 "$FABRIC/diff")"
}
on_host() { ip link show "$1" > /dev/null 2>&1; }
inside() { in_frr ip -o address show "$1" 2>/dev/null | grep -q 192.168.11.3/24; }
fallen_back() { ip -d link show | grep -q 'alias evpnd:default'; }
dies() {
	container_stop KILL
	wait_for 60 "the NIC is back on the host" fallen_back
}

fabric_begin
write_conf 's|address = "unix:[^"]*"|address = "unix:'"$FABRIC"'/plain.sock"; protocol = "plain"|' 's/^frr = {/& check = "";/'
# shellcheck disable=SC2119
write_frr
# A NIC falls back into the machine's first network namespace, so here that one is the node's.
mkdir -p /run/netns
ip netns attach ev-node $$
ip -batch - <<-B
	link set eth0 down
	link set eth0 name eth1
	link set eth1 up mtu 1400 alias "rack 7 port 3"
	address add 192.168.11.3/24 dev eth1
	address add 2001:db8:11::3/64 dev eth1 nodad
	route add default via 192.168.11.2 metric 50
	link add br-lan up address 02:00:00:00:00:1a type bridge
B
host_picture before
container_start
plain_reloader

step "moved in; the namespace dies; taken back"
expect 0 converged once
inside eth1 || fail "eth1 is not in FRR's namespace"
dies
! ip -o address show eth1 | grep -q 192.168.11.3 || fail "the NIC did not fall back bare: this test tests nothing"
expect 0 "all is taken back" evpnd_on_node --down
same "after the namespace died"

step "the namespace dies under a daemon, and there is a new one"
container_start
daemon_start
wait_for 120 "the daemon converges" daemon_says 'STATUS=converged'
dies
container_start
wait_for 120 "the NIC is in the new namespace" inside eth1

step "the name is taken meanwhile"
ip link add eth1 type bridge
dies
! ip -d link show eth1 | grep -q 'alias evpnd' || fail "the kernel did not rename the NIC: this test tests nothing"
container_start
wait_for 120 "the NIC is in the new namespace under its own name" inside eth1
daemon_stop

step "the name is taken when the NIC goes back"
dies
expect 1 "the host has another device of that name now" evpnd_on_node --down
ip link delete eth1
expect 0 "all is taken back" evpnd_on_node --down
same "after a name that was taken"
