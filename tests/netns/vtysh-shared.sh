#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# vtysh-shared.sh - frr-vtysh without a pidfile: the host's vtysh, and real FRR's sockets in a directory that is shared with the
# container (vty_dir). FRR comes late and piece by piece, gets its configuration, refuses a line, and comes anew.
# drive_begin takes options, and is given none here.
# shellcheck disable=SC2119
set -euo pipefail
# shellcheck source=tests/netns/lib-vtysh.sh
. "$(dirname "$0")/lib-vtysh.sh"

fabric_begin
PLACE=vty_dir=$FABRIC/frr/run
conf

step "neither directory nor daemons: not ready, and the same demand is fulfilled when they have come one by one"
drive_begin
wait_until 60 "the daemons are waited for" drive_says "waiting: none of FRR's daemons answers vtysh"
container ''
for name in zebra bgpd staticd; do daemon $name; done
drive_end
[ "$RC" = 0 ] || fail "exit status $RC: $OUT"
runs 'neighbor 10.0.0.2 remote-as 65002'
runs 'ip route 10.9.0.0/16 blackhole'
before=$(running)

step "nothing to do: nothing is said but what is read"
reload 0
[ "$OUT" = "waiting: reading FRR's running configuration" ] || fail "$OUT"

step "a difference is applied, and taken away again"
conf ' neighbor 10.0.0.3 remote-as 65003' ' !' ' address-family ipv4 unicast' '  network 10.1.0.0/16' ' exit-address-family'
reload 0
runs 'neighbor 10.0.0.3 remote-as 65003'
runs 'network 10.1.0.0/16'
conf
reload 0
[ "$(running)" = "$before" ] || fail "not all is back: $(diff <(running) - <<< "$before")"

step "a refused line is told in FRR's words, and what came before it is taken back"
conf ' neighbor 10.0.0.5 remote-as 65005' ' neighbor 10.0.0.6 peer-group nosuch'
reload 3
expect "Configure the peer-group first"
[ "$(running)" = "$before" ] || fail "not all is back: $(diff <(running) - <<< "$before")"

step "shows"
drive 60 -- query 'show bgp summary json'
expect '"10.0.0.2"'

step "with a daemon missing nothing is done"
conf
daemon_kill staticd
drive 3 -- reload "$FABRIC/frr.conf" 1
[ "$RC" = 4 ] || fail "exit status $RC: $OUT"
expect "FRR's staticd does not answer"

step "a new FRR with the same directory gets all of it"
container_stop KILL
drive_begin
wait_until 60 "the daemons are waited for" drive_says "waiting: none of FRR's daemons answers vtysh"
container 'zebra bgpd staticd'
drive_end
[ "$RC" = 0 ] || fail "exit status $RC: $OUT"
[ "$(running)" = "$before" ] || fail "not all is there: $(diff <(running) - <<< "$before")"
