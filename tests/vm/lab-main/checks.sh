# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# goes_by DEVICE: the host's way to the outside
goes_by() {
	ip -n ev-node route get 203.0.113.9 | grep " dev $1 "
}

lab_idle_checks() {
	goes_by eth1 || fail "the host has another way to the outside than its NIC"
	reaches node 203.0.113.9
	reaches outside 192.168.11.3
}

# The second time the host has no session, but l3vnis.host.gateway.
lab_full() {
	local edit=''
	[ -z "$LAB_DAEMON" ] || edit='s/asn = 64515; timers = { connect = 1; };/gateway = "192.169.10.1";/'
	sed "$edit" "$(lab_file evpn.conf)" > "$FABRIC/lab.conf"
	lab_conf "$FABRIC/lab.conf"
}

lab_checks() {
	first_ping node 203.0.113.9
	[ "$LAB_HOW" != later ] ||
		ip -n ev-node route show default | finds -x 'default via 192.169.10.1 dev frr0 proto 101 metric 30000 *' ||
		fail "the gateway is not the default route: $(ip -n ev-node route show default)"
	goes_by frr0 || fail "the host has another way to the outside than the VRF"
	reaches outside 192.169.10.0
	vtysh_in leaf1 'show bgp l2vpn evpn' | finds 'Route Distinguisher: .*100\.65\.0\.2:32868$' ||
		fail "leaf1 has another route distinguisher: $(vtysh_in leaf1 'show bgp l2vpn evpn' | grep Distinguisher)"
}
