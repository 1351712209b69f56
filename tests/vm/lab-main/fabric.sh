# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# 203.0.113.9, the outside, is behind leaf1 twice: by the underlay, which the host is a part of before, and by red.
lab_fabric() {
	vrf_by_hand red 1100 100 | ip -n ev-leaf1 -batch -
	machine outside leaf1 192.168.12.1/24
	ip -n ev-outside -batch - <<-E
		address add 203.0.113.9/32 dev lo
		link add eth1 mtu 1450 type veth peer name outside-red mtu 1450 netns ev-leaf1
		address add 192.168.10.1/24 dev eth1
		link set eth1 up
		link set eth0 up
		route add 192.169.10.0/31 via 192.168.10.2 src 203.0.113.9
		route add default via 192.168.12.2 src 203.0.113.9
	E
	ip -n ev-leaf1 -batch - <<-E
		link set outside up
		address add 192.168.12.2/24 dev outside
		route add 203.0.113.9/32 via 192.168.12.1
		link set outside-red master red up
		address add 192.168.10.2/24 dev outside-red
		route add 203.0.113.9/32 via 192.168.10.1 vrf red
	E
	ip -n ev-node route add default via 192.168.11.2
}
