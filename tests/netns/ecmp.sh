#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Two leaf switches of different AS lead to a VTEP, here the spine: the node uses both NICs, for VXLAN by the ports of its packets,
# and the kernel of FRR's namespace gets its own setting back.
set -euo pipefail
# shellcheck source=tests/netns/lib-transit.sh
. "$(dirname "$0")/lib-transit.sh"

policy() { in_frr sysctl -n "net.$1.fib_multipath_hash_policy"; }

# The spine is a VTEP: with VNI 110, its address in it, and routes for both families.
spine_vtep() {
	local n
	ip netns exec ev-spine sysctl -qw net.ipv6.conf.all.forwarding=1
	for n in 1 2; do
		ip -n ev-spine address add 2001:db8:a$n::1/64 dev tor$n nodad
		ip -n ev-tor$n address add 2001:db8:a$n::2/64 dev spine nodad
	done
	ip -n ev-spine -batch - <<-'E'
		address add 100.64.0.9/32 dev lo
		address add 2001:db8:64::9/128 dev lo
		link add br110 mtu 1450 type bridge
		link set br110 up addrgenmode none
		address add 192.168.20.9/24 dev br110
		link add vni110 mtu 1450 master br110 type vxlan id 110 local 100.64.0.9 dstport 4789 nolearning
		link set vni110 up addrgenmode none
	E
	cat > "$FABRIC/spine/etc/new.conf" <<-'E'
		router bgp 64612
		 address-family ipv4 unicast
		  network 100.64.0.9/32
		 exit-address-family
		 address-family ipv6 unicast
		  network 2001:db8:64::9/128
		  neighbor 10.0.1.2 activate
		  neighbor 10.0.2.2 activate
		 exit-address-family
		 address-family l2vpn evpn
		  neighbor 10.0.1.2 activate
		  neighbor 10.0.2.2 activate
		  advertise-all-vni
		 exit-address-family
	E
	vtysh --vty_socket "$FABRIC/spine/run" -f "$FABRIC/spine/etc/new.conf"
}

# both FAMILY ADDRESS: the kernel has a next hop by each NIC
both() {
	[ "$(in_frr ip "-$1" route show "$2" | count -E 'nexthop .* dev eth[12] ')" = 2 ]
}

reaches() { ip netns exec ev-node ping -n -c 1 -W 1 192.168.20.9; }

# counter_start: what leaves for the spine by VXLAN is a line of $FABRIC/sent: the NIC, or that the packet has a TOS
counter_start() {
	# Not in_frr: of a function in the background, only its shell would be killed.
	nsenter -n -t "$(cat "$FABRIC/frr/pid")" python3 - > "$FABRIC/sent" <<-'E' &
		import select, socket
		# One for each NIC: that of all devices would overflow by what passes veths and bridges.
		sockets = [socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(3)) for _ in range(2)]
		for s, nic in zip(sockets, ("eth1", "eth2")):
		    s.bind((nic, 3))
		print("ready", flush=True)
		while True:
		    for s in select.select(sockets, [], [])[0]:
		        packet, (nic, protocol, kind, *_) = s.recvfrom(2048)
		        if protocol == 0x0800 and kind == socket.PACKET_OUTGOING and packet[9] == 17 and \
		           packet[16:20] == bytes((100, 64, 0, 9)) and packet[22:24] == (4789).to_bytes(2, "big"):
		            print(nic if packet[1] == 0 else "a TOS", flush=True)
	E
	COUNTER=$!
	PIDS+=("$COUNTER")
	wait_until 60 "the counter listens" grep -q ready "$FABRIC/sent"
}

sent() { count -x "$1" "$FABRIC/sent"; }

# flows: 64 flows of one packet each from the host to the spine
flows() {
	ip netns exec ev-node python3 - <<-'E'
		import socket
		for port in range(64):
		    s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
		    s.bind(("192.168.20.2", 20000 + port))
		    s.sendto(b"x", ("192.168.20.9", 9))
	E
}

# ways FAMILY...: over which NICs the kernel would send VXLAN with 64 source ports, each NIC a line with its count
ways() {
	local port
	for port in {50000..50063}; do
		in_frr ip -6 route get 2001:db8:64::9 ipproto udp sport "$port" dport 4789
	done | grep -oE 'dev eth[12]' | sort | uniq -c
}

transit_up
[ "$(policy ipv4) $(policy ipv6)" = "0 0" ] || fail "the kernel has another default than 0"
spine_vtep
tor 1 64512 64514
tor 2 64513 64514
transit_conf 64514 64512 64513
ip -n ev-node address add 192.168.20.2/24 dev lan0

step "both switches lead to the spine"
wait_until 60 "IPv4 by both NICs" both 4 100.64.0.9
wait_until 60 "IPv6 by both NICs" both 6 2001:db8:64::9
wait_until 60 "the host reaches the spine in VNI 110" reaches

step "flows use both NICs"
[ "$(policy ipv4) $(policy ipv6)" = "1 1" ] || fail "the policy is $(policy ipv4) for IPv4, $(policy ipv6) for IPv6"
counter_start
all_sent() { [ $(($(sent eth1) + $(sent eth2))) -ge "$1" ]; }
# The device as it was made without this setting: what is lacking is seen, and set while the device stays.
index() { in_frr ip -oneline link show vni110 | cut -d: -f1; }
index=$(index)
in_frr ip link set vni110 type vxlan tos 0
flows
wait_until 60 "64 VXLAN packets" all_sent 64
[ "$(sent eth1)" = 0 ] || [ "$(sent eth2)" = 0 ] || fail "the kernel spreads the flows without evpnd"
expect 0 "1 kernel change" once
[ "$(index)" = "$index" ] || fail "vni110 was made anew"
one=$(sent eth1) two=$(sent eth2)
flows
wait_until 60 "64 VXLAN packets more" all_sent 128
one=$(($(sent eth1) - one)) two=$(($(sent eth2) - two))
echo "IPv4: eth1 $one, eth2 $two packets"
if [ $one -lt 16 ] || [ $two -lt 16 ]; then fail "the flows are not spread"; fi
end_child "$COUNTER"
ways > "$FABRIC/ways"
echo "IPv6: $(tr -s '\n ' ' ' < "$FABRIC/ways")"
[ "$(awk '$1 >= 16' "$FABRIC/ways" | wc -l)" = 2 ] || fail "IPv6 flows would not be spread"

step "evpnd --down"
evpnd_on_node --down > "$FABRIC/out" 2>&1 || fail "evpnd --down: $(cat "$FABRIC/out")"
[ "$(policy ipv4) $(policy ipv6)" = "0 0" ] || fail "the policy is not as before"
step "end"
