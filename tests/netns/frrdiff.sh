#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# tests/netns/frrdiff.sh : what frrdiff makes of two configurations, done by real FRR, leads from the one to the other, and ends where
# a fresh FRR ends; frr-reload.py beside it. And sessions of neighbours that are not touched stay.
set -euo pipefail
# shellcheck source=tests/netns/lib-frrdiff.sh
. "$(dirname "$0")/lib-frrdiff.sh"
[ -x /usr/lib/frr/frr-reload.py ] || skip "frr-reload.py is not installed (frr-pythontools)"
fabric_begin

step "pairs of configurations"
frrdiff_pairs '~2'

step "two routers, two sessions between them"
namespace spine
namespace leaf1
cable spine leaf1 10.0.1.1/24 leaf1 spine 10.0.1.2/24
ip -n ev-spine address add 10.0.3.1/24 dev leaf1
ip -n ev-leaf1 address add 10.0.3.2/24 dev spine
router spine 'zebra bgpd' ip netns exec ev-spine
router leaf1 'zebra bgpd staticd bfdd' ip netns exec ev-leaf1
cat > "$FABRIC/spine/etc/text" <<-'E'
	router bgp 64612
	 no bgp ebgp-requires-policy
	 neighbor 10.0.1.2 remote-as 64512
	 neighbor 10.0.1.2 timers connect 1
	 neighbor 10.0.3.2 remote-as 64512
	 neighbor 10.0.3.2 timers connect 1
	 address-family l2vpn evpn
	  neighbor 10.0.1.2 activate
	 exit-address-family
	exit
E
nsenter -m -t "$(cat "$FABRIC/spine/pid")" vtysh -f /etc/frr/text

stays() {
	[ "$(session 10.0.1.1)" = "$first" ] || fail "$*: the session of 10.0.1.1 did not stay: its ports were $first, now '$(session 10.0.1.1)'"
}

become <<-'E'
	router bgp 64512
	 no bgp ebgp-requires-policy
	 neighbor fabric peer-group
	 neighbor fabric remote-as 64612
	 neighbor fabric timers connect 1
	 neighbor 10.0.1.1 peer-group fabric
	 neighbor 10.0.3.1 remote-as 64612
	 neighbor 10.0.3.1 timers connect 1
	 address-family l2vpn evpn
	  neighbor 10.0.1.1 activate
	 exit-address-family
	exit
E
wait_until 60 "10.0.1.1" is_up 10.0.1.1
wait_until 60 "10.0.3.1" is_up 10.0.3.1
first=$(session 10.0.1.1) second=$(session 10.0.3.1)

step "much else comes: both sessions stay, and what changes of them is set"
more() {
	cat <<-E
		vrf red
		 vni 100
		exit-vrf
		router bgp 64512
		 bgp bestpath as-path multipath-relax
		 no bgp ebgp-requires-policy
		 neighbor fabric peer-group
		 neighbor fabric remote-as 64612
		 neighbor fabric description all of the spines
		 neighbor fabric timers connect 1
		 neighbor other peer-group
		 neighbor other remote-as external
		 neighbor 10.0.1.1 peer-group fabric
		 neighbor 10.0.1.1 description $1
		 neighbor 10.0.3.1 remote-as 64612
		 neighbor 10.0.3.1 timers $2
		 neighbor 10.0.3.1 timers connect 2
		 neighbor 10.0.9.1 peer-group other
		 bgp listen range 10.77.0.0/16 peer-group other
		 address-family ipv4 unicast
		  network 10.$3.0.0/16
		  neighbor 10.0.1.1 route-map OUT$3 out
		 exit-address-family
		 address-family l2vpn evpn
		  neighbor 10.0.1.1 activate
		  advertise-all-vni
		 exit-address-family
		exit
		router bgp 64512 vrf red
		 neighbor 10.5.5.5 remote-as 64515
		 address-family l2vpn evpn
		  advertise ipv4 unicast
		 exit-address-family
		exit
		ip prefix-list P seq 5 permit 10.$3.0.0/16
		route-map OUT$3 permit 10
		 match ip address prefix-list P
		exit
	E
}
more 'spine one' '3 9' 1 | become
more 'spine 1' '10 30' 2 | become
stays "additions and changes"
[ "$(session 10.0.3.1)" = "$second" ] || fail "the session of 10.0.3.1 did not stay while its timers were set"

step "the other neighbour and the VRF change and go: the first session stays"
more 'spine 1' '10 30' 2 | sed 's/^ neighbor 10.0.3.1 remote-as.*/&\n neighbor 10.0.3.1 password secret/; s/10.5.5.5/10.5.5.6/' |
	become
stays "a password for another neighbour"
ports=$(session 10.0.3.1)
[ -z "$ports" ] || fail "a password that the spine has not was set, and 10.0.3.1 is still up"
more 'spine 1' '10 30' 2 | sed '/^ neighbor 10.0.3.1/d; /^ neighbor .*other/d; /listen range/d; s/10.0.9.1/10.0.1.1/' |
	become
stays "neighbours go"
become <<-'E'
	router bgp 64512
	 no bgp ebgp-requires-policy
	 neighbor fabric peer-group
	 neighbor fabric remote-as 64612
	 neighbor fabric timers connect 1
	 neighbor 10.0.1.1 peer-group fabric
	 address-family l2vpn evpn
	  neighbor 10.0.1.1 activate
	 exit-address-family
	exit
E
stays "all else goes"
