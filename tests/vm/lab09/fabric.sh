# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
#   ev-leaf1, ev-leaf2     by hand, AS 64512 and 64513; leak nothing: red and blue, with a host each
#   ev-node                leaks, and announces in red and blue what it leaks: storage with store, external with outside
#   ev-node2               AS 64516, VTEP 100.65.0.3, has an evpnd too; leaks for itself: red, blue, and storage with store2
# outside has 203.0.113.9 of the world, and forwards nothing.
#
# leaf_hosts LEAF SUBNET RED BLUE: its hosts are .1 of 192.168.SUBNET.0/24 in red, of 192.168.(SUBNET + 20).0/24 in blue
leaf_hosts() {
	local leaf=$1 subnet=$2 red=$3 blue=$4
	machine "$red" "leaf$leaf" "192.168.$subnet.1/24"
	machine "$blue" "leaf$leaf" "192.168.$((subnet + 20)).1/24"
	{
		vrf_by_hand red 1100 100 "$leaf"
		vrf_by_hand blue 1200 200 "$leaf"
		cat <<-E
			link set $red master red up
			address add 192.168.$subnet.2/24 dev $red
			link set $blue master blue up
			address add 192.168.$((subnet + 20)).2/24 dev $blue
		E
	} | ip -n "ev-leaf$leaf" -batch -
	machine_up "$red" "192.168.$subnet.2"
	machine_up "$blue" "192.168.$((subnet + 20)).2"
}

# bridged_host NAME NODE VNI SUBNET: .9 of 192.168.SUBNET.0/24, a port of the node's br-lanVNI; the gateway is .1
bridged_host() {
	local name=$1 node=$2 vni=$3 subnet=$4
	ip -n "ev-$node" link add "br-lan$vni" up mtu 1450 type bridge
	machine "$name" "$node" "192.168.$subnet.9/24"
	ip -n "ev-$node" link set "$name" master "br-lan$vni" up
	machine_up "$name" "192.168.$subnet.1"
}

lab_fabric() {
	local name
	for name in leaf2 node2; do
		namespace $name
		FABRIC_NAMESPACES+=" ev-$name"
	done
	ip -n ev-leaf2 address add 100.64.0.2/32 dev lo
	cable spine leaf2 10.0.2.1/24 leaf2 spine 10.0.2.2/24
	cable node2 eth1 192.168.12.3/24 spine node2 192.168.12.2/24
	leaf_hosts 1 10 host1 host2
	leaf_hosts 2 15 host3 host4
	bridged_host store node 310 31
	bridged_host outside node 410 41
	ip -n ev-outside address add 203.0.113.9/32 dev eth0
	bridged_host host5 node2 130 13
	bridged_host host6 node2 230 33
	bridged_host store2 node2 320 32
}

lab_more_routers() {
	vtysh --vty_socket "$FABRIC/spine/run" -f "$LAB_DIR/spine-more.conf"
	sed "s/64512/64513/; s/100\\.64\\.0\\.1/100.64.0.2/; s/10\\.0\\.1\\.1/10.0.2.1/" "$LAB_DIR/leaf1.conf" > "$FABRIC/leaf2.conf"
	lab_router leaf2 "$FABRIC/leaf2.conf"
	step "the other node's FRR and evpnd"
	sed 's|/frr/|/frr2/|; s|"frr"|"frr2"|; s|64514|64516|; s|192.168.11.2|192.168.12.2|' "$FABRIC/node.conf" > "$FABRIC/node2.conf"
	cp "$LAB_DIR/evpn2.conf" "$FABRIC"
	router frr2 'zebra bgpd staticd' unshare --net
	ip netns exec ev-node2 "$BUILD/evpnd" --config "$FABRIC/evpn2.conf" --state-dir "$FABRIC/state2" --once
}
