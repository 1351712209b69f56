#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# What hangs on the underlay NIC comes back with it, in the kernel's order: addresses of every form, routes of every protocol and
# type, also those that NetworkManager or systemd-networkd add in the kernel's place, neighbors, nexthop objects; what does not come
# back is named, and tried again
set -euo pipefail
# shellcheck source=tests/netns/lib-nic.sh
. "$(dirname "$0")/lib-nic.sh"

node_up
in_frr ip link set lo up
plain_reloader
# shellcheck disable=SC2119 # nothing is edited
conf
clean

step "prefix routes that a program has made in the kernel's place"
host address flush dev eth1
host -batch - <<-B
	address add 192.168.11.3/24 dev eth1 noprefixroute
	route add 192.168.11.0/24 dev eth1 proto kernel scope link src 192.168.11.3 metric 100
	route add default via 192.168.11.2 dev eth1 proto dhcp src 192.168.11.3 metric 100
	address add 2001:db8:11::3/64 dev eth1 noprefixroute nodad
	route add 2001:db8:11::/64 dev eth1 proto ra metric 100 expires 3000
	route add default via 2001:db8:11::1 dev eth1 proto ra metric 100 expires 1800
	route add default via fe80::1 dev eth1 proto ra metric 1024
B
there_and_back "routes of a program"
expect 0 "the host's only IPv4 default route leads through it, via 192.168.11.2; the host loses it" once
in_frr ip route show dev eth1 | finds "192.168.11.0/24 proto kernel scope link src 192.168.11.3" ||
	fail "FRR's namespace has no route to the neighbors"
expect 0 "taken down in" down
clean

step "addresses: order, peers, scopes, labels, lifetimes, metrics"
host -batch - <<-B
	address flush dev eth1
	address add 192.168.11.30/24 broadcast + dev eth1 label eth1:one
	address add 192.168.11.3/24 dev eth1
	address add 192.168.11.10/24 dev eth1 label eth1:two
	address add 172.31.0.1 peer 172.31.0.2/32 dev eth1
	address add 169.254.7.7/16 dev eth1 scope link
	address add 10.66.0.1/24 dev eth1 metric 77
	address add 10.67.0.1/24 dev eth1 preferred_lft 0
	address add 2001:db8:11::3/64 dev eth1 nodad preferred_lft 0
	address add 2001:db8:12::3/64 dev eth1 nodad metric 99
	address add 2001:db8:13::1 peer 2001:db8:13::2/128 dev eth1 nodad
	address add fe80::53/64 dev eth1 nodad
B
there_and_back "addresses"
expect 0 converged once
in_frr ip route get 172.31.0.2 | finds "172.31.0.2 dev eth1 src 172.31.0.1" || fail "the peer is not reached"
in_frr ip route get 192.168.11.99 | finds "src 192.168.11.30 " || fail "another address is the primary one"
expect 0 "taken down in" down
clean

step "routes: types, tables, gateways of another family, several next hops, rules"
cable node eth2 192.168.12.3/24 leaf2 node2 192.168.12.2/24
host -batch - <<-B
	route add 10.1.0.0/16 via 192.168.11.2 dev eth1
	route add 10.1.0.0/16 via 192.168.11.2 dev eth1 tos 0x10
	route append 10.1.0.0/16 via 192.168.11.7 dev eth1
	route add 10.2.0.0/16 via 203.0.113.1 dev eth1 onlink proto static metric 7
	route add 10.3.0.0/16 nexthop via 192.168.11.2 dev eth1 weight 3 nexthop via 192.168.11.8 dev eth1
	route add 10.4.0.0/16 nexthop via 192.168.11.2 dev eth1 nexthop via 192.168.12.2 dev eth2 weight 2
	route add 10.5.0.0/16 via inet6 fe80::7 dev eth1
	route add 10.6.0.0/16 via 192.168.11.2 dev eth1 mtu lock 1400 advmss 1300 initcwnd 20 table 66
	route add local 10.7.0.0/16 dev eth1 table local
	route add multicast 224.0.0.0/4 dev eth1
	route add 10.8.0.1/32 dev eth1 scope link
	route add 10.9.0.0/16 via 10.8.0.1 dev eth1
	rule add iif eth1 lookup 66
	rule add from 192.168.11.3 lookup 66
	route add 2001:db8:21::/48 via 2001:db8:11::1 dev eth1 metric 5 pref high
	route add 2001:db8:22::/48 nexthop via fe80::8 dev eth1 nexthop via fe80::9 dev eth1 weight 2
	route add 2001:db8:23::/48 via fe80::8 dev eth1 onlink table 66
	rule add oif eth1 lookup 66
B
there_and_back "routes"
clean

step "neighbors, nexthop objects, sysctls"
host -batch - <<-B
	neigh add 192.168.11.77 lladdr 02:00:00:00:00:77 dev eth1
	neigh add 192.168.11.78 lladdr 02:00:00:00:00:78 dev eth1 nud noarp
	neigh add proxy 192.168.11.79 dev eth1
	neigh add 2001:db8:11::77 lladdr 02:00:00:00:00:77 dev eth1 router
	neigh add proxy 2001:db8:11::79 dev eth1
	nexthop add id 10 via 192.168.11.2 dev eth1
	nexthop add id 11 via 192.168.11.7 dev eth1 onlink proto static
	nexthop add id 12 via 192.168.12.2 dev eth2
	nexthop add id 13 via fe80::7 dev eth1
	nexthop add id 14 dev eth1
	nexthop add id 20 group 10,3/11/12
	nexthop add id 21 group 10
	route add 10.1.0.0/16 nhid 10
	route add 10.2.0.0/16 nhid 20 metric 7
	route add 2001:db8:24::/48 nhid 13
	token set ::77 dev eth1
B
bridge -n ev-node fdb add 02:00:00:00:00:99 dev eth1 self
ip netns exec ev-node sysctl -qw net.ipv4.neigh.eth1.gc_stale_time=77 net.ipv6.neigh.eth1.app_solicit=3
there_and_back "neighbors and nexthops"
[ "$(ip netns exec ev-node sysctl -n net.ipv4.neigh.eth1.gc_stale_time net.ipv6.neigh.eth1.app_solicit | xargs)" = "77 3" ] ||
	fail "the sysctls of the neighbor tables are others"
expect 0 converged once
host nexthop add id 10 blackhole
expect 1 "nexthop add id 10 via 192.168.11.2 dev eth1: File exists" down
host neigh show proxy | finds 192.168.11.79 || fail "a thing behind the nexthop that failed is missing"
host nexthop del id 10
expect 0 "taken down in" down
same "the second attempt with nexthops"
host nexthop flush
host token set :: dev eth1
clean

step "what cannot be restored does not keep the host from the rest, and is tried again"
host -batch - <<-B
	route add 10.4.0.0/16 nexthop via 192.168.11.2 dev eth1 nexthop via 192.168.12.2 dev eth2
	route add 10.1.0.0/16 via 192.168.11.2 dev eth1
	route add 10.2.0.0/16 via 192.168.11.2 dev eth1
B
state > "$FABRIC/before"
expect 0 converged once
host link delete eth2
expect 1 "route add 10.4.0.0/16 nexthop via 192.168.11.2 dev eth1 weight 1 nexthop via 192.168.12.2 dev eth2 weight 1: No such device: the device of one of its next hops no longer exists" down
host route show | finds "^10.2.0.0/16 via 192.168.11.2 dev eth1" || fail "a route behind the one that failed is missing"
cable node eth2 192.168.12.3/24 leaf2 node2 192.168.12.2/24
expect 0 "taken down in" down
same "the second attempt"
clean
