#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# vtysh-frr10.sh - frr-vtysh and FRR 10.3, whose mgmtd keeps a part of the configuration: missing daemons, a refused line
set -euo pipefail
BUILD=$(realpath -m "${BUILD:-$(dirname "$0")/../../build}")
FRR_ROOT=$BUILD/frr10-root
# shellcheck source=tests/netns/lib-vtysh.sh
. "$(dirname "$0")/lib-vtysh.sh"
[ -d "$FRR_ROOT" ] || skip "$(cat "$FRR_ROOT.why" 2>/dev/null || echo "tests/lib/frr10 has not made $FRR_ROOT")"

fabric_begin
container_frr10 'zebra bgpd'
conf ' neighbor 10.0.0.2 bfd'

step "staticd and bfdd do not run: the rest is applied, and theirs when they start"
drive_begin vtysh="$FABRIC/vtysh" daemons=zebra,bgpd
wait_until 60 "the missing daemons" drive_says 'waiting: staticd, bfdd do not run, but'
runs 'neighbor 10.0.0.2 bfd'
running > "$FABRIC/running"
lacks 'ip route' "$FABRIC/running" || fail "a route without staticd"
daemon staticd
wait_until 60 "the missing daemon" drive_says 'waiting: bfdd does not run, but'
runs 'ip route 10.9.0.0/16 blackhole'
daemon bfdd
drive_end
[ "$RC" = 0 ] || fail "exit status $RC: $OUT"
reload 0 vtysh="$FABRIC/vtysh"
[ "$OUT" = "waiting: reading FRR's running configuration" ] || fail "a difference remains: $OUT"

step "its vtysh under the filter of system calls: by the pid of a process whose root is FRR's root file system"
nsenter -m -u -i -n -p -t "$(cat "$PIDFILE")" chroot "$FRR_ROOT" sleep infinity &
outer=$!
PIDS+=("$outer")
inner() { pgrep -P "$outer" -x sleep; }
wait_until 60 "that process" inner
inner > "$FABRIC/inner.pid"
by_vty_dir=$PLACE PLACE=pidfile=$FABRIC/inner.pid
conf ' neighbor 10.0.0.2 bfd' ' neighbor 10.0.0.7 remote-as 65007'
reload 0
runs 'neighbor 10.0.0.7 remote-as 65007'
drive 60 -- query 'show evpn vni json'
[ "$RC" = 0 ] || fail "exit status $RC: $OUT"
conf ' neighbor 10.0.0.2 bfd'
reload 0
PLACE=$by_vty_dir

step "a refused line: FRR's former configuration is in force again"
before=$(running)
conf ' neighbor 10.0.0.2 bfd' ' neighbor 10.0.0.5 remote-as 65005' ' neighbor 10.0.0.6 peer-group nosuch'
sed -i 's/^ip route.*/ip route 10.8.0.0\/16 blackhole/; s/^router bgp.*/router bgp 65009/' "$FABRIC/frr.conf"
for _ in 1 2; do
	reload 3 vtysh="$FABRIC/vtysh"
	expect "Configure the peer-group first"
	expect "FRR's former configuration is in force again"
	[ "$(running)" = "$before" ] || fail "FRR runs something else: $(diff <(running) - <<< "$before")"
done

step "bgpd is not connected to zebra yet: graceful restart waits for that, and is no refused line"
mv "$FABRIC/frr/run/zserv.api" "$FABRIC/frr/run/zserv.api.away"
# The /proc of the container is not that of its pid namespace.
in_container kill -KILL "$(cat "$FABRIC/frr/run/bgpd.pid")"
# Its pidfile is locked until it is gone.
wait_until 60 "another bgpd" daemon bgpd
conf ' neighbor 10.0.0.2 bfd' ' neighbor 10.0.0.2 graceful-restart'
drive_begin vtysh="$FABRIC/vtysh"
wait_until 60 "bgpd's connection is waited for" drive_says "waiting: FRR's bgpd is not connected to zebra yet"
mv "$FABRIC/frr/run/zserv.api.away" "$FABRIC/frr/run/zserv.api"
drive_end
[ "$RC" = 0 ] || fail "exit status $RC: $OUT"
runs 'neighbor 10.0.0.2 graceful-restart'

step "without mgmtd nothing is done"
in_container kill -KILL "$(cat "$FABRIC/frr/run/mgmtd.pid")"
drive 5 vtysh="$FABRIC/vtysh" -- reload "$FABRIC/frr.conf" 1
[ "$RC" = 4 ] || fail "exit status $RC: $OUT"
expect "FRR's mgmtd does not answer"
