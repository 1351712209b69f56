# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# lab01's, but that the spine has the underlay's subnet on VLAN 100
lab_fabric() {
	ip -n ev-spine -batch - <<-E
		address delete 192.168.11.2/24 dev node
		address add 192.168.9.2/24 dev node
		link add node.100 link node up type vlan id 100
		address add 192.168.11.2/24 dev node.100
	E
	ip -n ev-node -batch - <<-E
		address delete 192.168.11.3/24 dev eth1
		address add 192.168.9.3/24 dev eth1
	E
	lab01_fabric
}
