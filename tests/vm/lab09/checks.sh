# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# type5 LEAF VRF PREFIX: the leaf has a route to it by the node
type5() {
	vtysh_in "$1" "show ip route vrf $2 $3" | grep '100.65.0.2.*br'
}

# apart ROUTER VRF SUBNET...: no route from the one to 192.168.SUBNET.0/24 of the other
apart() {
	local router=$1 vrf=$2 subnet
	vtysh_in "$router" "show ip route vrf $vrf" > "$FABRIC/routes"
	for subnet in "${@:3}"; do
		lacks -F "192.168.$subnet.0/24" "$FABRIC/routes" || fail "$router: a route from $vrf to 192.168.$subnet.0/24"
	done
}

lab_checks() {
	local router
	first_ping host1 192.168.31.9
	reaches host2 192.168.31.9
	reaches host1 203.0.113.9
	reaches host2 203.0.113.9
	reaches store 192.168.10.1 192.168.30.1 203.0.113.9
	reaches outside 192.168.10.1 192.168.30.1
	# What the node leaks is announced in the VRFs that it comes into.
	wait_until 60 "leaf1 has storage's route in red" type5 leaf1 red 192.168.31.0/24
	wait_until 60 "leaf1 has the default route in red" type5 leaf1 red 0.0.0.0/0
	wait_until 60 "leaf2 has the default route in blue" type5 leaf2 blue 0.0.0.0/0
	# From leaf2, and from the other node, which leaks as well: the storage of both, within red, the world.
	reaches host3 192.168.31.9 192.168.32.9 192.168.10.1 203.0.113.9
	reaches host4 192.168.31.9 192.168.32.9 192.168.30.1 203.0.113.9
	reaches host5 192.168.31.9 192.168.32.9 192.168.10.1 192.168.15.1 203.0.113.9
	reaches host6 192.168.31.9 192.168.32.9 192.168.30.1 192.168.35.1 203.0.113.9
	reaches store2 192.168.10.1 192.168.35.1 192.168.13.9 192.168.33.9
	# Red's are 10, 15, 13, blue's 30, 35, 33. By the default route it comes to outside, which does not forward.
	for router in frr frr2 leaf1 leaf2; do
		apart $router red 30 35 33
		apart $router blue 10 15 13
	done
	ends 1 ping_to host1 192.168.30.1 >/dev/null || fail "red reaches blue"
	ends 1 ping_to host2 192.168.13.9 >/dev/null || fail "blue reaches red"
	ends 1 ping_to host5 192.168.35.1 >/dev/null || fail "red reaches blue from the other node"
	ends 1 ping_to host6 192.168.13.9 >/dev/null || fail "blue reaches red on the other node"
}
