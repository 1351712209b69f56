# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# host1_goes FROM TO BRIDGE ROUTER PORT: its cable is pulled and plugged in elsewhere; it announces itself there, and ROUTER
# finds it at PORT
host1_goes() {
	ip -n "ev-$1" link set host1 netns "ev-$2"
	ip -n "ev-$2" link set host1 master "$3" up
	wait_until 60 "host1 has gone from $1 to $2" announced host1 is_at "$4" "$5"
	reaches host2 192.168.20.11
	reaches work1 192.168.20.11
	reaches work2 192.168.20.11
	lab_time "host1 has gone from $1 to $2, and all reach it"
}

is_at() {
	vtysh_in "$1" "show evpn mac vni 110 mac $(mac_of host1)" | grep "Intf: $2("
}

has_route() {
	vtysh_in "$1" "show ip route vrf red $2/32" | grep br100
}

# What must work again after a change, by announcements as in lab_checks.
all_reach() {
	reaches host1 192.168.20.16
	wait_until 60 "leaf1 has a route to work2" announced work2 has_route leaf1 192.168.21.17
	wait_until 60 "the node has a route to host2" announced host2 has_route frr 192.168.21.12
	reaches host1 192.168.21.17
	reaches host2 192.168.20.16 192.168.21.17
}

lab_checks() {
	first_ping host1 192.168.20.16
	# By announcements leaf1 and the node know who is where, else their gateways would ask, and the answer would go to the other.
	wait_until 60 "leaf1 has a route to work2" announced work2 has_route leaf1 192.168.21.17
	wait_until 60 "the node has a route to host2" announced host2 has_route frr 192.168.21.12
	reaches host1 192.168.21.17 192.168.21.12
	reaches host2 192.168.20.16 192.168.21.17
	reaches work1 192.168.21.12 192.168.21.17
	# Routed by two: the VTEP where it comes in, and the one where it goes out (symmetric IRB).
	ping_to host1 192.168.21.17 | grep 'ttl=62 ' || fail "not by two routers: leaf1 and the node's FRR"
	host1_goes leaf1 node br-lan110 frr pe110
	host1_goes node leaf1 br110 leaf1 host1
}
