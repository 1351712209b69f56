# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# The ARP packets so far that leaf1 sent to the node, and those that came from there
arp_packets() {
	{ tc -n ev-leaf1 -s filter show dev vni110 egress; tc -n ev-leaf1 -s filter show dev vni110 ingress; } |
		sed -n 's/^.*Sent .* \([0-9]*\) pkt.*/\1/p' | tr '\n' ' '
}

# knows ROUTER ADDRESS: it has that neighbour by EVPN, and so it can answer for it
knows() {
	vtysh_in "$1" 'show evpn arp-cache vni 110' | grep -E "^$2 +remote "
}

# asks MACHINE ADDRESS: by ARP, for it does not know the address yet
asks() {
	ip -n "ev-$1" neighbor flush dev eth0
	ping_to "$1" "$2"
}

# FRR's namespace answers on all of its devices for all of its addresses, if it is let: a bridged VNI is no way in there.
no_way_in() {
	ip -n "ev-$1" route add 100.65.0.2/32 dev eth0
	ends 1 ping_to "$1" 100.65.0.2 >/dev/null || fail "$1 reaches the VTEP"
	ip -n "ev-$1" neighbor show 100.65.0.2 > "$FABRIC/neighbor"
	lacks lladdr "$FABRIC/neighbor" || fail "the VTEP answers ARP of $1"
	ip -n "ev-$1" route delete 100.65.0.2/32 dev eth0
}

lab_checks() {
	local before
	first_ping host1 192.168.20.16
	# On the single bridge a VLAN without a VRF has no SVI: FRR announces MAC addresses, and ARP goes over the fabric.
	if [ "$LAB_MODE" ]; then
		no_way_in work
		return
	fi
	wait_until 60 "the node knows host1" announced host1 knows frr 192.168.20.11
	wait_until 60 "leaf1 knows work" announced work knows leaf1 192.168.20.16
	before=$(arp_packets)
	asks host1 192.168.20.16 >/dev/null || fail "host1 does not reach work"
	asks work 192.168.20.11 >/dev/null || fail "work does not reach host1"
	[ "$(arp_packets)" = "$before" ] || fail "ARP on the fabric: $before before, then $(arp_packets)"
	# Whom nobody knows is asked for on the fabric: the counters do count.
	ends 1 asks host1 192.168.20.99 >/dev/null || fail "192.168.20.99 answers"
	ends 1 asks work 192.168.20.98 >/dev/null || fail "192.168.20.98 answers"
	echo "   ARP packets on the fabric, out of leaf1 and in: $before; after questions for unknown addresses: $(arp_packets)"
	awk '{ exit !($3 > $1 && $4 > $2) }' <<< "$before $(arp_packets)" || fail "questions for unknown addresses are not counted"
	no_way_in work
}
