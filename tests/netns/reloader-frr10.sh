#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# reloader-frr10.sh - evpn-reloader beside FRR 10.3, in whose mgmtd a part of the configuration stands: questions to its daemons, and
# a reload that is undone
set -euo pipefail
BUILD=$(realpath -m "${BUILD:-$(dirname "$0")/../../build}")
export FRR_ROOT=$BUILD/frr10-root
# shellcheck source=tests/netns/lib-vtysh.sh
. "$(dirname "$0")/lib-vtysh.sh"
need_frr10
MODULE=$BUILD/plugins/frr-signal/.libs/frr-signal.so

# conf LINE... : with these lines in the middle of router bgp
conf() {
	printf '%s\n' 'frr defaults traditional' 'hostname frr' '!' 'ip route 10.9.0.0/16 blackhole' '!' 'vrf red' ' vni 100' 'exit-vrf' \
		'!' 'router bgp 65001' ' no bgp ebgp-requires-policy' ' neighbor 10.0.0.2 remote-as 65002' "$@" 'exit' '!' 'end' \
		> "$FABRIC/frr/etc/frr.conf.new"
	mv "$FABRIC/frr/etc/frr.conf.new" "$FABRIC/frr/etc/frr.conf"
}

# reloads STATUS
reloads() {
	drive 60 -- reload "$FABRIC/frr/etc/frr.conf" 1
	[ "$RC" = "$1" ] || fail "exit status $RC: $OUT"
}

# What FRR runs, whatever the order in which it shows that.
shown() {
	vtysh_in frr 'show running-config' | sort
}

asks() {
	drive 60 -- ask "$@"
	[ "$RC" = 0 ] || fail "$*: exit status $RC: $OUT"
}

fabric_begin
container_start
PLACE=address=unix:$FABRIC/frr/socket/reloader.sock
wait_until 60 "evpn-reloader" test -S "$FABRIC/frr/socket/reloader.sock"
conf

step "a reload, and questions to the daemons"
reloads 0
asks - 'show daemons'
expect $'\nmgmtd zebra bgpd staticd$'
asks mgmtd 'show running-config'
expect 'ip route 10.9.0.0/16 blackhole'
asks bgpd 'show running-config'
expect 'router bgp 65001'
asks zebra 'show version'
expect 'FRRouting 10'

step "the settings of a device go, which itself stays"
lo_has() { vtysh_in frr 'show running-config' | grep -A2 '^interface lo$' | finds " $1\$"; }
sed -i 's|^router bgp|interface lo\n ipv6 nd ra-interval 20\n no ipv6 nd suppress-ra\nexit\n!\n&|' "$FABRIC/frr/etc/frr.conf"
reloads 0
lo_has 'ipv6 nd ra-interval 20' || fail "lo has no settings: $(shown)"
conf
reloads 0
shown | lacks '^interface lo'
step "the settings of a device come, and are undone"
conf ' neighbor 10.0.0.5 peer-group nosuch'
sed -i 's|^router bgp|interface lo\n ipv6 nd ra-interval 20\nexit\n!\n&|' "$FABRIC/frr/etc/frr.conf"
reloads 3
expect "FRR's former configuration is in force again$"
shown | lacks '^interface lo'
conf

step "a reload that FRR refuses is undone, mgmtd's part too"
shown > "$FABRIC/before"
finds 'ip route 10.9.0.0/16 blackhole' "$FABRIC/before" || fail "$(cat "$FABRIC/before")"
conf ' neighbor 10.0.0.3 remote-as 65003' ' neighbor 10.0.0.5 peer-group nosuch'
sed -i '/^ip route/d; s/^vrf red/ip route 10.8.0.0\/16 blackhole\n&/; s/ vni 100/ vni 101/' "$FABRIC/frr/etc/frr.conf"
reloads 3
expect 'Configure the peer-group first'
expect "FRR's former configuration is in force again$"
shown > "$FABRIC/after"
diff -u "$FABRIC/before" "$FABRIC/after" || fail "FRR does not run its former configuration"
grep -q '10.8.0.0' "$FABRIC/frr/etc/frr.conf" || fail "frr.conf was overwritten"
left=$(find "$FABRIC/frr/run" "$FABRIC/frr/etc" -name 'reload-*' -o -name '*.sav' -o -name 'evpn-reloader*')
[ -z "$left" ] || fail "left behind: $left"

step "bgpd is not connected to zebra yet: graceful restart waits for that, and is no refused line"
beside_frr() { nsenter -m -u -i -n -p -t "$(cat "$FABRIC/frr/pid")" "$@"; }
mv "$FABRIC/frr/run/zserv.api" "$FABRIC/frr/run/zserv.api.away"
beside_frr kill -KILL "$(cat "$FABRIC/frr/run/bgpd.pid")"
# Its pidfile is locked until it is gone.
wait_until 60 "another bgpd" beside_frr chroot "$FRR_ROOT" /usr/lib/frr/bgpd -d -A 127.0.0.1
conf ' neighbor 10.0.0.3 remote-as 65003' ' neighbor 10.0.0.3 graceful-restart'
# FRR has kept the line: the next attempt finds no difference.
reloads 0
expect "FRR's bgpd is not connected to zebra yet"
mv "$FABRIC/frr/run/zserv.api.away" "$FABRIC/frr/run/zserv.api"
shown | finds 'neighbor 10.0.0.3 graceful-restart' || fail "FRR does not have the line"
