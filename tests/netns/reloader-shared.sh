#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# reloader-shared.sh - a daemon of FRR that was started anew alone has lost the route-maps and lists that others still have, and vtysh
# shows as FRR's: evpn-reloader gives them back, as each daemon shows by itself
set -euo pipefail
# shellcheck source=tests/netns/lib-reloader.sh
. "$(dirname "$0")/lib-reloader.sh"

conf() {
	cat > "$T/frr/frr.conf.new" <<-END
		frr defaults traditional
		hostname $(hostname)
		!
		ip route 10.9.0.0/16 blackhole
		!
		router bgp 65001
		 no bgp ebgp-requires-policy
		 neighbor 10.0.0.2 remote-as 65002
		 !
		 address-family ipv4 unicast
		  neighbor 10.0.0.2 route-map OUT out
		 exit-address-family
		exit
		!
		ip prefix-list OWN seq 5 permit 10.0.0.0/8 le 32
		ip prefix-list OWN seq 10 deny any
		ipv6 prefix-list OWN6 seq 5 permit 2001:db8::/32
		access-list ACL seq 5 permit 10.1.0.0/16
		!
		route-map OUT permit 10
		 match ip address prefix-list OWN
		 set metric 5
		 set community 65001:1
		exit
		!
		route-map OUT deny 20
		exit
		!
		$*
		end
	END
	mv "$T/frr/frr.conf.new" "$T/frr/frr.conf"
}

# shows DAEMON : its own part of FRR's configuration, without the order of lines
shows() {
	vtysh_frr -d "$1" -c 'show running-config' | grep -vE '^(Building|!)' | sort
}

# loads STATUS : a new demand
loads() {
	reload_conf
	[ "$RC" = 0 ] || fail "exit status $RC: $OUT"
}

# same DAEMON : it shows what it showed after the first reload
same() {
	shows "$1" > "$T/now"
	diff -u "$T/$1.first" "$T/now" || fail "$1 does not run its configuration"
}

logged() { grep -F "$1" "$T/real.log"; }

set_up_frr
frr_start "$DAEMONS"
reloader real --listen "unix:$SOCK"
conf
loads
for daemon in $DAEMONS; do shows "$daemon" > "$T/$daemon.first"; done
grep -q 'route-map OUT permit 10' "$T/bgpd.first" || fail "bgpd has no route-map: $(cat "$T/bgpd.first")"
grep -q 'route-map OUT permit 10' "$T/zebra.first" || fail "zebra has no route-map: $(cat "$T/zebra.first")"

step "bgpd is started anew alone: it has lost all"
frr_stop bgpd
frr_start bgpd
wait_until 60 "bgpd answers" shows bgpd
shows bgpd > "$T/now"
lacks OWN "$T/now" || fail "bgpd has kept its lists"
vtysh_frr -c 'show running-config' | finds 'route-map OUT permit 10' || fail "vtysh does not show what zebra has"
loads
same bgpd
same zebra
logged "FRR's bgpd has ended: the daemon has lost route-maps or lists" > /dev/null || fail "it is not logged"

step "zebra is: bgpd has what it lacks"
frr_stop zebra
frr_start zebra
wait_until 60 "zebra answers" shows zebra
loads
same zebra
same bgpd
same staticd

step "bgpd is, and frr.conf is another one meanwhile: what it no longer has is gone"
frr_stop bgpd
frr_start bgpd
wait_until 60 "bgpd answers" shows bgpd
conf 'ip prefix-list MORE seq 5 permit any'
sed -i '/^ip prefix-list OWN seq 10/d; s/set metric 5/set metric 6/; /^access-list/d' "$T/frr/frr.conf"
loads
for daemon in bgpd zebra; do
	shows "$daemon" > "$T/now"
	for line in 'ip prefix-list OWN seq 5' 'ip prefix-list MORE' ' set metric 6' 'route-map OUT deny 20'; do
		grep -q "^$line" "$T/now" || fail "$daemon lacks $line: $(cat "$T/now")"
	done
	lacks -E '^ip prefix-list OWN seq 10|^access-list|set metric 5' "$T/now" || fail "$daemon has kept what frr.conf has no more"
done
grep -q '^ set community 65001:1' "$T/now" || shows bgpd | finds '^ set community 65001:1' || fail "bgpd lacks its own line"

step "nothing has ended: nothing is applied again, and nothing is left behind"
: > "$T/real.log"
loads
lacks 'applied again' "$T/real.log" || fail "route-maps were applied without need"
left=$(find "$T/frr" -name 'evpn-reloader*')
[ -z "$left" ] || fail "left behind: $left"
reloader_end
