#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A physical NIC, when the namespace that it was moved into dies: the kernel puts it back on the host, bare, under another name
# if its own is taken; evpnd makes it what it was, or moves it into the next namespace.
# vm-nics: 2
set -euo pipefail
unshare -n ip link add probe type vrf table 10 2>/dev/null || { echo "SKIP: the kernel has no VRF; run it with tests/lib/vm"; exit 77; }
# shellcheck source=tests/netns/lib-node.sh
. "$(dirname "$0")/../netns/lib-node.sh"
[ -e /sys/class/net/eth1 ] || skip "no NICs of its own: only a guest has some"

# The host alone: FRR's namespace comes and goes here.
host_picture() {
	{ ip -d -j link show; ip -j address show; ip -j -4 route show table all; ip -j -6 route show table all; } |
		python3 "$here/../lib/picture.py" > "$FABRIC/$1"
}
same() {
	host_picture after
	diff "$FABRIC/before" "$FABRIC/after" > "$FABRIC/diff" || fail "$1: $(head -20 "$FABRIC/diff")"
}
# inside ADDRESS... : eth1 is beside FRR, with just these
inside() { [ "$(in_frr ip -o address show eth1 scope global | awk '{ print $4 }' | sort)" = "$(printf '%s\n' "$@" | sort)" ]; }
mac() { ip -br link show eth1 | awk '{ print $3 }'; }
# conf [SED EXPRESSION]...
conf() {
	write_conf 's|address = "unix:[^"]*"|address = "unix:'"$FABRIC"'/plain.sock"; protocol = "plain"|' 's/^frr = {/& check = "";/' "$@"
}
# The other devices with the mark are veths, which end with the namespace.
fallen_back() { ip -d -oneline link show | grep -v ' veth ' | finds 'alias evpnd:default'; }
dies() {
	container_stop KILL
	wait_until 60 "the NIC is back on the host" fallen_back
}

fabric_begin
conf
# shellcheck disable=SC2119
write_frr
# A NIC falls back into the machine's first network namespace, so here that one is the node's.
mkdir -p /run/netns
ip netns attach ev-node $$
ip -batch - <<-B
	link set eth1 down
	link set eth1 name spare
	link set eth0 down
	link set eth0 name eth1
	link set eth1 up mtu 1400 alias "rack 7 port 3"
	address add 192.168.11.3/24 dev eth1
	address add 2001:db8:11::3/64 dev eth1 nodad
	route add default via 192.168.11.2 metric 50
	link add br-lan up address 02:00:00:00:00:1a type bridge
B
all=(192.168.11.3/24 2001:db8:11::3/64)
host_picture before
hw=$(mac)
container_start
plain_reloader

step "moved in; the namespace dies; taken back"
expect 0 converged once
inside "${all[@]}" || fail "eth1 is not in FRR's namespace with its addresses"
dies
ip -o address show eth1 | lacks 192.168.11.3 || fail "the NIC did not fall back bare: this test tests nothing"
expect 0 "taken down in" evpnd_on_node --down
same "after the namespace died"

step "the namespace dies under a daemon, and there is a new one"
container_start
daemon_start
wait_until 120 "the daemon converges" daemon_says 'STATUS=applied'
dies
container_start
wait_until 120 "the NIC is in the new namespace" inside "${all[@]}"

step "the name is taken meanwhile"
ip link add eth1 type bridge
dies
ip -d link show eth1 | lacks 'alias evpnd' || fail "the kernel did not rename the NIC: this test tests nothing"
container_start
wait_until 120 "the NIC is in the new namespace under its own name" inside "${all[@]}"
daemon_stop

step "the name is taken when the NIC goes back"
dies
expect 1 "another device on the host has its name" evpnd_on_node --down
ip link delete eth1
expect 0 "taken down in" evpnd_on_node --down
same "after a name that was taken"

step "FRR's namespace is still going when taken down in"
container_start
expect 0 converged once
# Whoever holds a dead container's namespace keeps the NIC in it.
exec {held}< "/proc/$(cat "$FABRIC/frr/pid")/ns/net"
container_stop KILL
expect 1 "NIC eth1 is neither on the host nor in FRR's namespace" evpnd_on_node --down --timeout 1
exec {held}<&-
wait_until 60 "the NIC is back on the host" fallen_back
expect 0 "taken down in" evpnd_on_node --down
same "after a namespace that took its time"

step "the container renames the NIC and takes its mark before the namespace dies, and makes a NIC of its own"
container_start
expect 0 converged once
in_frr ip link set eth1 down
in_frr ip link set eth1 name hidden alias "" address 02:66:66:66:66:66 group 7
in_frr ip link add eth1 type dummy
in_frr ip link set eth1 alias evpnd:default address "$hw"
expect 1 "already has a device eth1, which evpnd did not move" once
container_stop KILL
wait_until 60 "the NIC is back on the host" ip link show hidden
expect 0 "taken down in" evpnd_on_node --down
same "after a NIC that was hidden"

step "other hardware under its name"
container_start
expect 0 converged once
dies
ip netns add drawer
ip -batch - <<-B
	link set eth1 name old
	link set old netns drawer
	link set spare name eth1
	link set eth1 up mtu 1380 alias "rack 8 port 1"
	address add 192.168.11.4/24 dev eth1
	route add default via 192.168.11.2 metric 70
B
host_picture before
new=$(mac)
container_start
expect 0 converged once
inside 192.168.11.4/24 || fail "the new NIC does not have its own address: $(in_frr ip address show eth1)"
[ "$(in_frr ip -br link show eth1 | awk '{ print $3 }')" = "$new" ] || fail "FRR does not have the new NIC"
dies
expect 0 "taken down in" evpnd_on_node --down
same "after the hardware was replaced"

step "the NIC comes after evpnd"
ip link set eth1 netns drawer
conf 's/name = "eth1"/&; addresses = [ "192.168.11.5\/24" ]/'
container_start
daemon_start
wait_until 120 "evpnd says what it lacks" grep -q 'eth1: no such device' "$FABRIC/daemon.log"
# Long enough that it is not the retry that helps.
wait_until 120 "the pause is 16 s" daemon_says 'retries within 16 s'
lacks -E '^<6>drift: ' "$FABRIC/daemon.log" || fail "it said so before: this test tests nothing"
ip -n drawer link set eth1 netns ev-node
wait_until 120 "the NIC is in FRR's namespace" inside 192.168.11.5/24
grep -qE '^<6>drift: ' "$FABRIC/daemon.log" || fail "not its event, but the retry brought it in"
daemon_stop
