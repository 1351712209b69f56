# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# host1 (VNI 110) and host2 (111) are behind leaf1, work1 (110) and work2 (111) behind the node.
lab_fabric() {
	{
		vrf_by_hand red 1100 100
		l2vni_by_hand 110 red 192.168.20.1/24
		l2vni_by_hand 111 red 192.168.21.1/24
	} | ip -n ev-leaf1 -batch -
	ip netns exec ev-leaf1 sysctl -qw net.ipv4.conf.br110.arp_accept=1 net.ipv4.conf.br111.arp_accept=1
	machine host1 leaf1 192.168.20.11/24
	machine host2 leaf1 192.168.21.12/24
	ip -n ev-leaf1 -batch - <<-E
		link set host1 master br110 up
		link set host2 master br111 up
	E
	machine work1 node 192.168.20.16/24
	machine work2 node 192.168.21.17/24
	ip -n ev-node -batch - <<-E
		link add br-lan110 up mtu 1450 type bridge
		link add br-lan111 up mtu 1450 type bridge
		link set work1 master br-lan110 up
		link set work2 master br-lan111 up
	E
	machine_up host1 192.168.20.1
	machine_up host2 192.168.21.1
	machine_up work1 192.168.20.1
	machine_up work2 192.168.21.1
}
