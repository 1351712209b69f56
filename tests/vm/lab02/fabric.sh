# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# br-lan is the host's own bridge. leaf1 learns neighbours from what machines announce, as evpnd has the node do.
lab_fabric() {
	l2vni_by_hand 110 | ip -n ev-leaf1 -batch -
	ip netns exec ev-leaf1 sysctl -qw net.ipv4.conf.br110.arp_accept=1
	machine host1 leaf1 192.168.20.11/24
	ip -n ev-leaf1 link set host1 master br110 up
	ip -n ev-node link add br-lan up mtu 1450 type bridge
	machine work node 192.168.20.16/24
	ip -n ev-node link set work master br-lan up
	machine_up host1
	machine_up work
	# All ARP between the two VTEPs comes by here.
	tc -n ev-leaf1 -batch - <<-E
		qdisc add dev vni110 clsact
		filter add dev vni110 egress protocol arp matchall action pass
		filter add dev vni110 ingress protocol arp matchall action pass
	E
}
