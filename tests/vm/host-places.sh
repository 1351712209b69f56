#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Where a VNI's end on the host can be, on a kernel that has all of it: a VLAN of a bridge that filters, a VRF of the host.
set -euo pipefail
# shellcheck source=tests/netns/lib-leaf.sh
. "$(dirname "$0")/../netns/lib-leaf.sh"
unshare -n ip link add probe type vrf table 10 2>/dev/null || skip "the kernel has no VRF; run it with tests/lib/vm"
FABRIC_NAMESPACES+=" ev-work1 ev-work2 ev-evil"

master_of() { ip -n ev-node -j link show "$1" | python3 -c 'import json, sys; print(json.load(sys.stdin)[0].get("master", ""))'; }
vlans() { ip netns exec ev-node bridge -j vlan show dev "$1" | python3 -c 'import json, sys; print(*("%s %s" % (v["vlan"], ",".join(v.get("flags", []))) for v in json.load(sys.stdin)[0]["vlans"]), sep="; ")'; }
next_run() { local n; n=$(converged); "$@"; wait_until 90 "a run after: $*" has_converged $((n + 1)); }
# config KEYS : VNI 110's end on the host has these keys, VNI 111's is its user's
config() {
	conf "s|l2vnis = .*|l2vnis = ( { vni = 110; host = { interface = \"lan110\"; $1 }; }, { vni = 111; host = { interface = \"lan111\"; }; } );|" \
		's/^frr = {/& check = "";/' "${@:2}"
}
reaches() { ip netns exec "ev-$1" ping -n -c 1 -W 1 192.168.20.1; }
in_vlan() { [ "$(vlans lan110)" = "$1 PVID,Egress Untagged" ]; }

leaf_up
ip -n ev-leaf2 address add 192.168.20.1/24 dev br110
ip -n ev-node link add br-lan up mtu 1450 address 02:00:00:00:00:1a type bridge vlan_filtering 1
for i in 1 2; do
	namespace work$i
	cable work$i eth0 192.168.20.1$i/24 node work$i 10.99.99.$i/24
	ip -n ev-node address flush dev work$i
	ip -n ev-node link set work$i master br-lan
done
# work1 is in VLAN 10, work2 in the default one, which is 1.
ip netns exec ev-node bridge vlan add dev work1 vid 10 pvid untagged
ip netns exec ev-node bridge vlan delete dev work1 vid 1

step "without the key, a bridge that filters is warned of"
config 'bridge = "br-lan";'
daemon_start
wait_until 90 "converged" has_converged 1
logged '^<4>vni 110: br-lan filters VLANs, and lan110 joins it in VLAN 1, as every new port' || fail "no warning"
in_vlan 1 || fail "lan110 is in: $(vlans lan110)"

step "with it, the machine in that VLAN is in the VNI, and no other"
config 'bridge = "br-lan"; vlan = 10;'
next_run kill -HUP "$DAEMON"
in_vlan 10 || fail "lan110 is in: $(vlans lan110)"
evpnd_on_node --dry-run || fail "something is left to do"
wait_until 60 "work1 reaches the leaf" reaches work1
ends 1 reaches work2 || fail "work2, in VLAN 1, reaches the leaf"

step "it survives a new pair, and another program"
next_run in_frr ip link delete pe110
in_vlan 10 || fail "the new lan110 is in: $(vlans lan110)"
wait_until 60 "work1 reaches the leaf by the new pair" reaches work1
next_run ip netns exec ev-node bridge vlan add dev lan110 vid 1 pvid untagged
in_vlan 10 || fail "lan110 is in: $(vlans lan110)"
next_run ip netns exec ev-node bridge vlan delete dev lan110 vid 10
in_vlan 10 || fail "lan110 is in: $(vlans lan110)"
next_run ip -n ev-node link set lan110 nomaster
in_vlan 10 || fail "lan110, put back, is in: $(vlans lan110)"
# What evpnd does itself is no drift.
before=$(converged)
ip -n ev-node link set br-lan alias "nothing of evpnd's"
[ "$(converged)" = "$before" ] || fail "evpnd runs again"

step "a VRF of the host: that of another program stays"
ip -n ev-node link add vrf-x up type vrf table 77
ip -n ev-node link set lan111 master vrf-x
next_run kill -HUP "$DAEMON"
[ "$(master_of lan111)" = vrf-x ] || fail "evpnd took lan111 out of vrf-x"
evpnd_on_node --dry-run || fail "something is left to do"

step "the key: not there yet, then there"
ip -n ev-leaf2 -batch - <<-E
	address add 10.1.10.1/24 dev br110
	address add 2001:db8:1::1/64 dev br110 nodad
	address add 203.0.113.9/32 dev lo
	address add 2001:db8:99::9/128 dev lo nodad
E
config 'vrf = "vrf-y"; addresses = [ "10.1.10.2/24", "192.168.20.2/24", "2001:db8:1::2/64" ]; gateway = [ "10.1.10.1", "2001:db8:1::1" ];'
kill -HUP "$DAEMON"
wait_until 60 "no vrf-y" logged "lan110 cannot become a port of vrf-y: no such device; create it, or correct .vrf'"
next_run ip -n ev-node link add vrf-y up type vrf table 78
placed() {
	[ "$(master_of lan110)" = vrf-y ] && ip -n ev-node -6 address show dev lan110 | finds 2001:db8:1::2 &&
		ip -n ev-node route show table 78 | finds '^10.1.10.0/24 dev lan110' &&
		ip -n ev-node route show table 78 proto 101 | finds '^default via 10.1.10.1 dev lan110 metric 30000' &&
		ip -n ev-node -6 route show table 78 proto 101 | finds '^default via 2001:db8:1::1 dev lan110 metric 30000'
}
outside() { ip netns exec ev-node ping -n -c 1 -W 1 -I vrf-y "$1"; }
placed || fail "lan110 is in $(master_of lan110): $(ip -n ev-node address show dev lan110)"
evpnd_on_node --dry-run || fail "something is left to do"
next_run ip -n ev-node link set lan110 nomaster
wait_until 60 "put back, with its addresses" placed
step "the gateway is that of the VRF, and of no other table"
for address in 203.0.113.9 2001:db8:99::9; do
	wait_until 60 "$address from vrf-y" outside $address
	ends 2 ip -n ev-node route get $address || fail "a way out without the VRF: $(ip -n ev-node route get $address)"
done
next_run ip -n ev-node route delete default table 78 proto 101
placed || fail "the default route is not put back: $(ip -n ev-node route show table 78)"

step "a hostile tenant reaches the addresses in the VRF, and no service outside of it"
namespace evil
cable evil eth0 192.168.20.66/24 leaf2 evil 10.99.99.3/24
ip -n ev-evil link set eth0 address 02:ba:d0:00:00:01
ip -n ev-leaf2 address flush dev evil
ip -n ev-leaf2 link set evil master br110
ip -n ev-node link add eth9 up type veth peer name eth9-peer
ip -n ev-node address add 198.51.100.1/24 dev eth9
ip netns exec ev-node "$here/../lib/tenant.py" listen lan110 > "$FABRIC/heard" &
LISTENER=$!
PIDS+=("$LISTENER")
wait_until 60 "the services are there" grep -q ready "$FABRIC/heard"
answers() { ip netns exec ev-evil ping -n -c 1 -W 1 192.168.20.2; }
wait_until 60 "the address in the VRF answers" answers
end_mac=$(ip -n ev-node -j link show lan110 | python3 -c 'import json, sys; print(json.load(sys.stdin)[0]["address"])')
ip netns exec ev-evil "$here/../lib/tenant.py" attack eth0 "$end_mac" 192.168.20.2 2001:db8:1::2 198.51.100.1 192.168.11.3 100.65.0.2 127.0.0.1 > "$FABRIC/answers"
end_child "$LISTENER"
cat "$FABRIC/answers"
finds 'arrives lan110' "$FABRIC/heard" || fail "nothing of it arrives: the test shows nothing"
finds '^ICMP of 192.168.20.2$' "$FABRIC/answers" || fail "not even the address in the VRF answers: the test shows nothing"
# The host's rule for its local table stands before that for VRFs, so its other addresses answer, without any service.
lacks -vE ' of (192.168.20.2|10.1.10.2|198.51.100.1|2001:db8:1::2|fe80:[0-9a-f:]*)$|^sent ' "$FABRIC/answers" || fail "others answer"
lacks -E '^TCP [0-9]' "$FABRIC/answers" || fail "a service outside of the VRF is open"
lacks taken "$FABRIC/heard" || fail "services outside of the VRF got something: $(cat "$FABRIC/heard")"

step "a new pair has the same VRF"
next_run in_frr ip link delete pe110
wait_until 60 "in a new pair" placed
wait_until 60 "203.0.113.9 by the new pair" outside 203.0.113.9

step "a managed bridge in it, and back to none"
config 'bridge = "br110"; managed = true; vrf = "vrf-y"; addresses = [ "10.1.10.2/24" ];'
next_run kill -HUP "$DAEMON"
[ "$(master_of br110) $(master_of lan110)" = "vrf-y br110" ] || fail "br110 is in $(master_of br110), lan110 in $(master_of lan110)"
config ''
next_run kill -HUP "$DAEMON"
[ "$(master_of lan110)" = "" ] || fail "lan110 is still in $(master_of lan110)"
[ "$(master_of lan111)" = vrf-x ] || fail "evpnd took lan111 out of vrf-x"
ip -n ev-node route show table 78 proto 101 | lacks . || fail "routes are left: $(ip -n ev-node route show table 78)"
daemon_stop
step "end"
