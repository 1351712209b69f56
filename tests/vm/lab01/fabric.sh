# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
lab01_fabric() {
	vrf_by_hand red 1100 100 | ip -n ev-leaf1 -batch -
	machine host1 leaf1 192.168.10.1/24
	ip -n ev-leaf1 -batch - <<-E
		link set host1 master red up
		address add 192.168.10.2/24 dev host1
	E
	machine_up host1 192.168.10.2
	machine work node 10.244.0.6/24
	ip -n ev-node -batch - <<-E
		link set work up
		address add 10.244.0.1/24 dev work
	E
	machine_up work 10.244.0.1
}

lab_fabric() {
	lab01_fabric
}
