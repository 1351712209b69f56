# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# type5 VRF PREFIX: leaf1 has a route to it by the node
type5() {
	vtysh_in leaf1 "show ip route vrf $1 $2" | grep '100.65.0.2.*br'
}

lab_checks() {
	first_ping host1 192.168.31.9
	reaches host2 192.168.31.9
	reaches host1 203.0.113.9
	reaches host2 203.0.113.9
	reaches store 192.168.10.1 192.168.30.1 203.0.113.9
	reaches outside 192.168.10.1 192.168.30.1
	# What the node leaks is announced in the VRFs that it comes into.
	wait_for 60 "leaf1 has storage's route in red" type5 red 192.168.31.0/24
	wait_for 60 "leaf1 has the default route in red" type5 red 0.0.0.0/0
	wait_for 60 "leaf1 has the default route in blue" type5 blue 0.0.0.0/0
	# The one has no route to the other on the node; by the default route it comes to outside, which does not forward.
	! ping_to host1 192.168.30.1 >/dev/null || fail "red reaches blue"
	! ping_to host2 192.168.10.1 >/dev/null || fail "blue reaches red"
	! vtysh_in frr 'show ip route vrf red' | grep -F 192.168.30.0/24 || fail "the node has a route from red to blue"
}
