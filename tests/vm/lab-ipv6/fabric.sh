# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# host1, guest, auto and other are in VNI 110, behind leaf1 and the node; work is behind the host. leaf1 has the same gateway as
# the node, and advertises it, too.
lab_fabric() {
	{
		vrf_by_hand red 1100 100
		l2vni_by_hand 110 red 192.168.20.1/24 2001:db8:20::1/64
	} | ip -n ev-leaf1 -batch -
	ip netns exec ev-leaf1 sysctl -qw net.ipv6.conf.all.forwarding=1 net.ipv4.conf.br110.arp_accept=1 \
		net.ipv6.conf.br110.accept_untracked_na=1
	ip netns exec ev-node sysctl -qw net.ipv6.conf.all.forwarding=1
	machine host1 leaf1 192.168.20.11/24 2001:db8:20::11/64
	ip -n ev-leaf1 link set host1 master br110 up
	machine guest node 192.168.20.16/24 2001:db8:20::16/64
	# Without an address: these get one, and their way out, by router advertisements.
	machine auto node
	machine other leaf1
	ip -n ev-leaf1 link set other master br110 up
	machine work node 10.244.0.6/24 2001:db8:244::6/64
	ip -n ev-node -batch - <<-E
		link add br-lan up mtu 1450 type bridge
		link set guest master br-lan up
		link set auto master br-lan up
		link set work up
		address add 10.244.0.1/24 dev work
		address add 2001:db8:244::1/64 dev work nodad
	E
	machine_up host1 192.168.20.1 2001:db8:20::1
	machine_up guest 192.168.20.1 2001:db8:20::1
	machine_up auto
	machine_up other
	# The lifetime of each router advertisement that other sees, in seconds, a line each.
	ip netns exec ev-other python3 "$LAB_DIR/lifetimes.py" eth0 > "$FABRIC/lifetimes" &
	PIDS+=($!)
	machine_up work 10.244.0.1 2001:db8:244::1
}
