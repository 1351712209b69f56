# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# host1 is in red, host2 in green, behind leaf1. work is behind the host.
lab_fabric() {
	{
		vrf_by_hand red 1100 100
		vrf_by_hand green 1200 200
	} | ip -n ev-leaf1 -batch -
	machine host1 leaf1 192.168.10.1/24
	machine host2 leaf1 192.168.30.1/24
	ip -n ev-leaf1 -batch - <<-E
		link set host1 master red up
		address add 192.168.10.2/24 dev host1
		link set host2 master green up
		address add 192.168.30.2/24 dev host2
	E
	machine_up host1 192.168.10.2
	machine_up host2 192.168.30.2
	machine work node 10.244.0.6/24
	ip -n ev-node -batch - <<-E
		link set work up
		address add 10.244.0.1/24 dev work
	E
	machine_up work 10.244.0.1
}
