# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
type5() {
	vtysh_in leaf1 'show bgp l2vpn evpn route type prefix' | grep -F "[5]:[0]:[$1]:[$2]"
}

# advertised NAME: it has a default route by router advertisements
advertised() { ip -n "ev-$1" -6 route show default | grep 'via fe80::e6:ff:fe00:6e dev eth0 proto ra'; }
slaac() { ip -n ev-auto -6 address show dev eth0 scope global dynamic | grep 'inet6 2001:db8:20:'; }

solicited() { ip netns exec ev-guest nstat -asz Icmp6InNeighborSolicits | awk '/Solicits/ { print $2 }'; }
kept_back() { in_frr tc -s qdisc show dev br110 clsact | grep 'dropped [1-9]'; }
is_asked() { [ "$(solicited)" -ge $((LAB_ASKED + 2)) ]; }

# Whatever becomes of the node, leaf1 has the gateway, and nothing says that it has gone. Before the node was ever there, leaf1 is told.
lab_idle_checks() {
	wait_until 60 "other has a default route by leaf1's advertisement" advertised other
	reaches other 2001:db8:20::1
	lacks '^0 ' "$FABRIC/lifetimes" || fail "a router advertisement has taken the default route from the hosts behind leaf1"
	finds . "$FABRIC/lifetimes"
}

lab_checks() {
	first_ping host1 2001:db8:244::6
	reaches host1 10.244.0.6 2001:db8:20::16 192.168.20.16
	reaches guest 2001:db8:20::1 2001:db8:244::6 10.244.0.6
	reaches work 2001:db8:20::11 2001:db8:20::16
	# Whom the node does not know, it asks for: from the link-local address of its gateway.
	# The kernel may have forgotten it by itself.
	in_frr ip neigh delete 2001:db8:20::16 dev br110 || :
	reaches work 2001:db8:20::16
	step "router advertisements"
	# It asks for them when its link comes up.
	ip -n ev-auto link set eth0 down
	ip -n ev-auto link set eth0 up
	wait_until 60 "auto has a default route by the gateway's link-local address" advertised auto
	wait_until 60 "auto has an address in the gateway's subnet" slaac
	reaches auto 2001:db8:20::1 2001:db8:244::6
	step "zebra says that it is a router no more, as it does when it ends: no host hears it"
	vtysh_in frr 'configure terminal' 'interface br110' 'ipv6 nd suppress-ra'
	wait_until 60 "the bridge keeps it back" kept_back
	vtysh_in frr 'configure terminal' 'interface br110' 'no ipv6 nd suppress-ra'
	# If evpnd has seen the former, it reloads FRR.
	wait_until 300 "nothing is left to do" evpnd_on_node --dry-run
	advertised auto || fail "auto has lost its default route"
	advertised other || fail "other has lost its default route"
	step "a host that does not talk is asked for"
	in_frr sysctl -qw net.ipv6.neigh.br110.base_reachable_time_ms=2000 net.ipv6.neigh.br110.delay_first_probe_time=1
	LAB_ASKED=$(solicited)
	wait_until 60 "guest is asked for by neighbor solicitation" is_asked
	type5 64 2001:db8:244:: || fail "leaf1 has no Type-5 route of the host's IPv6 prefix"
	ping_to host1 2001:db8:244::6 | grep 'ttl=61 ' || fail "not by three routers: leaf1, the node's FRR, the node"
}
