# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# host1 is in red, host2 in blue, behind leaf1, which leaks nothing. store is in storage, outside in external, behind the node;
# outside has 203.0.113.9 of the world, and forwards nothing.
lab_fabric() {
	{
		vrf_by_hand red 1100 100
		vrf_by_hand blue 1200 200
	} | ip -n ev-leaf1 -batch -
	machine host1 leaf1 192.168.10.1/24
	machine host2 leaf1 192.168.30.1/24
	ip -n ev-leaf1 -batch - <<-E
		link set host1 master red up
		address add 192.168.10.2/24 dev host1
		link set host2 master blue up
		address add 192.168.30.2/24 dev host2
	E
	machine_up host1 192.168.10.2
	machine_up host2 192.168.30.2
	ip -n ev-node -batch - <<-E
		link add br-lan310 up mtu 1450 type bridge
		link add br-lan410 up mtu 1450 type bridge
	E
	machine store node 192.168.31.9/24
	machine outside node 192.168.41.9/24
	ip -n ev-outside address add 203.0.113.9/32 dev eth0
	ip -n ev-node link set store master br-lan310 up
	ip -n ev-node link set outside master br-lan410 up
	machine_up store 192.168.31.1
	machine_up outside 192.168.41.1
}
