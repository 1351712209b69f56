#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A hostile machine in a VNI, behind another leaf: what of the host and of FRR's namespace it reaches, for each way in which the host
# is connected. SECURITY.md has the results as a table. tests/vm/l3vni-tenants.sh does the same in a VRF.
set -euo pipefail
# shellcheck source=tests/netns/lib-leaf.sh
. "$(dirname "$0")/lib-leaf.sh"
HAS_OVS=
if command -v ovs-vswitchd > /dev/null; then
	HAS_OVS=1
	# shellcheck source=tests/netns/lib-ovs.sh
	. "$here/lib-ovs.sh"
fi
FABRIC_NAMESPACES+=" ev-evil"

# Of the host, of its end in the VNI where it has one, and of FRR's namespace.
HOST="198.51.100.1 2001:db8:99::1 127.0.0.1 ::1"
UNDERLAY="192.168.11.3 100.65.0.2"

# Both have learned all of each other.
floods() { ip netns exec ev-leaf2 bridge fdb show dev vni110 | finds "dst 100.65.0.2" && in_frr ip route show 100.64.0.2 | finds via; }
mac() { "${@:2}" ip -j link show "$1" | python3 -c 'import json, sys; print(json.load(sys.stdin)[0]["address"])'; }
on_node() { ip netns exec ev-node "$@"; }
# With an address, it has neighbours. Those of eth9 go by themselves.
neighbours() { [ -n "${EXTRA:-}" ] || on_node ip neigh show | sed '/ dev eth9 /d'; }
taken() {
	on_node "$here/../lib/tenant.py" counters
	in_frr "$here/../lib/tenant.py" counters
}
is_ready() { grep -q ready "$FABRIC/heard"; }

# attack KIND DEVICE MAC_OF... : from the tenant, while DEVICE and lan120 on the host are watched. $FABRIC/answers has what comes back,
# $FABRIC/heard what came to services.
attack() {
	local kind=$1 device=$2 macs='' link before listener
	shift 2
	for link; do macs+=$(mac "$link" on_node),; done
	macs+=$(mac br110 in_frr),$(mac eth1 in_frr)
	on_node "$here/../lib/tenant.py" listen ${device:+"$device"} lan120 > "$FABRIC/heard" &
	listener=$!
	PIDS+=("$listener")
	wait_until 60 "$kind: the services are there" is_ready
	wait_until 60 "$kind: the leaf floods to the node" floods
	before=$(snapshot; neighbours)
	taken > "$FABRIC/taken.before"
	# shellcheck disable=SC2086 # addresses
	ip netns exec ev-evil "$here/../lib/tenant.py" attack eth0 "$macs" $HOST $UNDERLAY ${EXTRA:-} > "$FABRIC/answers"
	end_child "$listener"
	[ -z "$device" ] || finds "arrives $device" "$FABRIC/heard" || fail "$kind: nothing of it arrives: the test shows nothing"
	lacks inner "$FABRIC/heard" || fail "$kind: a frame inside of VXLAN gets into a VNI: $(cat "$FABRIC/heard")"
	[ "$before" = "$(snapshot; neighbours)" ] ||
		fail "$kind: it has changed something: $(diff <(echo "$before") <(snapshot; neighbours))"
	taken > "$FABRIC/taken"
}

# nothing KIND... : as attack; nothing answers, and nothing is delivered
nothing() {
	attack "$@"
	lacks -vE '^sent ' "$FABRIC/answers" || fail "$1: that answers: $(cat "$FABRIC/answers")"
	grep '^taken' "$FABRIC/heard" > "$FABRIC/got" || [ $? = 1 ]
	[ "$(cat "$FABRIC/got")" = "${TAKES:-}" ] || fail "$1: that got to services: $(cat "$FABRIC/got")"
	cmp -s "$FABRIC/taken.before" "$FABRIC/taken" ||
		fail "$1: delivered: $(diff "$FABRIC/taken.before" "$FABRIC/taken")"
	echo "$1: $(cat "$FABRIC/answers"), no answer"
}

# host KEYS [EXPRESSION]... : VNI 110's end on the host has these keys
host() {
	local keys=$1
	shift
	conf "s|l2vnis = .*|l2vnis = ( { vni = 110; ${keys:+host = { interface = \"lan110\"; $keys \};} }, { vni = 120; host = { interface = \"lan120\"; }; } );|" \
		's/^frr = {/& check = "";/' "$@"
	expect 0 converged once
}

leaf_up
namespace evil
cable evil eth0 192.168.20.66/24 leaf2 evil 10.99.99.1/24
ip -n ev-evil link set eth0 address 02:ba:d0:00:00:01
ip -n ev-leaf2 address flush dev evil
ip -n ev-leaf2 link set evil master br110
# The host's own way out, and a program that answers there.
ip -n ev-node link add eth9 up type veth peer name eth9-peer
ip -n ev-node link set eth9-peer up
ip -n ev-node address add 198.51.100.1/24 dev eth9
ip -n ev-node address add 2001:db8:99::1/64 dev eth9 nodad
ip -n ev-node route add default via 198.51.100.254
ip -n ev-node -6 route add default via 2001:db8:99::fe
# Whatever the host has chosen for new devices.
on_node sysctl -qw net.ipv6.conf.default.accept_ra=2 net.ipv4.conf.default.rp_filter=2 net.ipv4.conf.all.rp_filter=2

step "an end without addresses: no setting of the kernel keeps a datagram from 0.0.0.0 to all from a service on all addresses"
host ' '
TAKES="taken: AF_INET SOCK_DGRAM 53" nothing "no addresses" lan110 lan110

step "a bridge that evpnd creates, without addresses"
host 'bridge = "br-lan110"; managed = true;'
nothing "managed bridge" br-lan110 lan110 br-lan110

step "a port of a bridge of the host's"
ip -n ev-node link add br-own up type bridge
on_node sysctl -qw net.ipv6.conf.br-own.disable_ipv6=1 net.ipv4.conf.br-own.rp_filter=1 net.ipv4.conf.br-own.arp_ignore=1
host 'bridge = "br-own";'
# br-own is the host's, and so is what it delivers.
TAKES="taken: AF_INET SOCK_DGRAM 53" nothing "port of a bridge" lan110 lan110

if [ -n "$HAS_OVS" ]; then
	step "a port of Open vSwitch"
	ovs_begin
	ovs_up
	host 'ovs_bridge = "br-int";' "s|^frr = {|openvswitch = { socket = \"$OVS/db.sock\"; };\n&|"
	# The userspace datapath listens beside the kernel, which goes on with what comes.
	TAKES="taken: AF_INET SOCK_DGRAM 53" nothing "port of Open vSwitch" lan110 lan110
fi

step "no end on the host"
host ''
nothing "no end" ""

step "an IPv4 address: ARP is answered for that one alone, and routers are not believed"
host 'addresses = [ "192.168.20.1/24" ];'
EXTRA=192.168.20.1 attack "IPv4 address" lan110 lan110
cat "$FABRIC/answers"
[ "$(grep '^ARP of' "$FABRIC/answers")" = "ARP of 192.168.20.1" ] || fail "ARP: $(cat "$FABRIC/answers")"
lacks ICMPv6 "$FABRIC/answers" || fail "IPv6 answers"
on_node sysctl -n net.ipv4.conf.lan110.rp_filter | finds '^2$' || fail "rp_filter is not the host's default"

step "an IPv6 address: routers are not believed"
host 'addresses = [ "2001:db8:20::1/64" ];'
EXTRA=2001:db8:20::1 attack "IPv6 address" lan110 lan110
cat "$FABRIC/answers"
finds 'ICMPv6 136 of 2001:db8:20::1' "$FABRIC/answers" || fail "no neighbour advertisement for its own address"
lacks -E '^ARP|ICMP of|ICMPv6 136 of 2001:db8:99::1' "$FABRIC/answers" || fail "others answer"

step "back to none: shut again"
host ' '
TAKES="taken: AF_INET SOCK_DGRAM 53" nothing "no addresses any more" lan110 lan110
step "end"
