# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
type5() {
	vtysh_in leaf1 'show bgp l2vpn evpn route type prefix' | grep -F "[5]:[0]:[$1]:[$2]"
}

lab_checks() {
	first_ping host1 2001:db8:244::6
	reaches host1 10.244.0.6 2001:db8:20::16 192.168.20.16
	reaches guest 2001:db8:20::1 2001:db8:244::6 10.244.0.6
	reaches work 2001:db8:20::11 2001:db8:20::16
	# Whom the node does not know, it asks for: from the link-local address of its gateway.
	in_frr ip neigh delete 2001:db8:20::16 dev br110 || :
	reaches work 2001:db8:20::16
	type5 64 2001:db8:244:: || fail "leaf1 has no Type-5 route of the host's IPv6 prefix"
	ping_to host1 2001:db8:244::6 | grep 'ttl=61 ' || fail "not by three routers: leaf1, the node's FRR, the node"
}
