# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# lib-default-route.sh - sourced: the leaf switch announces a default route and no other; VTEPs are reached by it
here=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")
# shellcheck source=tests/netns/lib-transit.sh
. "$here/lib-transit.sh"

default_only() {
	cat > "$FABRIC/tor1/etc/more.conf" <<-'E'
		ip prefix-list default seq 5 permit 0.0.0.0/0
		router bgp 64512
		 address-family ipv4 unicast
		  neighbor 192.168.11.3 default-originate
		  neighbor 192.168.11.3 prefix-list default out
		 exit-address-family
	E
	vtysh --vty_socket "$FABRIC/tor1/run" -f "$FABRIC/tor1/etc/more.conf"
}

by_default() { in_frr ip route show default | finds 'via 192\.168\.11\.2 '; }
reaches() { ip netns exec ev-node ping -n -c 1 -W 1 192.168.20.1; }

default_route_run() {
	transit_up
	ip -n ev-tor1 address add 192.168.20.1/24 dev br110
	tor 1 64512 64514
	default_only
	transit_conf 64514 64512 64513
	ip -n ev-node address add 192.168.20.2/24 dev lan0
	wait_until 60 "the default route" by_default
	in_frr ip route show proto bgp > "$FABRIC/routes"
	[ "$(count . "$FABRIC/routes")" = 1 ] || fail "the node has more than a default route: $(cat "$FABRIC/routes")"
	wait_until 60 "the host reaches the leaf in VNI 110" reaches
	step "nothing is left to do"
	expect 0 "no FRR reload needed" once
	step "something else changes"
	transit_conf 64514 64512 64513 "allowas_in = 1;"
	finds "FRR reloaded" "$FABRIC/out" || fail "FRR was not reloaded: $(cat "$FABRIC/out")"
	lacks_warnings || fail "evpnd warns"
	expect 0 "no FRR reload needed" once
	wait_until 60 "the host reaches the leaf in VNI 110" reaches
	step "end"
}
