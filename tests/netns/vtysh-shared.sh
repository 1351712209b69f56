#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# vtysh-shared.sh - frr-vtysh without a pidfile: the host's vtysh, and real FRR's sockets in a directory that is shared with the
# container (vty_dir). FRR comes late and piece by piece, gets its configuration, refuses a line, and comes anew.
set -eu
# shellcheck source=tests/netns/lib-vtysh.sh
. "$(dirname "$0")/lib-vtysh.sh"

# conf [LINE...] : the file, with lines in the middle of router bgp
conf() {
	printf '%s\n' 'frr defaults traditional' 'hostname frr' '!' 'ip route 10.9.0.0/16 blackhole' '!' 'router bgp 65001' \
		' bgp router-id 10.0.0.1' ' no bgp ebgp-requires-policy' ' neighbor 10.0.0.2 remote-as 65002' "$@" 'exit' '!' 'end' \
		> "$FABRIC/frr.conf"
}

# FRR as somebody else sees it: by the container's own vtysh.
seen() {
	nsenter -m -u -i -n -p -t "$(cat "$FABRIC/frr/pid")" vtysh -c 'show running-config no-header'
}

runs() {
	seen | grep -q -- "$1" || fail "FRR does not run: $1"
}

# The plugin gets no pidfile; the container has one, by which its processes are found here.
in_there() {
	PIDFILE=$FABRIC/frr/pid "$@"
}

fabric_begin
SHARED=vty_dir=$FABRIC/frr/run
conf

step "neither directory nor daemons: not ready, and the same demand is fulfilled when they have come one by one"
drive_begin "$SHARED"
wait_for 10 "the daemons are waited for" drive_says "waiting: none of FRR's daemons answers vtysh"
container ''
PIDFILE=
for name in zebra bgpd staticd; do in_there daemon $name; done
drive_end
[ "$RC" = 0 ] || fail "exit status $RC: $OUT"
runs 'neighbor 10.0.0.2 remote-as 65002'
runs 'ip route 10.9.0.0/16 blackhole'
before=$(seen)

step "nothing to do: nothing is said but what is read"
reload 0 "$SHARED"
[ "$OUT" = "waiting: FRR's running configuration is being read" ] || fail "$OUT"

step "a difference is applied, and taken away again"
conf ' neighbor 10.0.0.3 remote-as 65003' ' !' ' address-family ipv4 unicast' '  network 10.1.0.0/16' ' exit-address-family'
reload 0 "$SHARED"
runs 'neighbor 10.0.0.3 remote-as 65003'
runs 'network 10.1.0.0/16'
conf
reload 0 "$SHARED"
[ "$(seen)" = "$before" ] || fail "not all is back: $(diff <(seen) - <<< "$before")"

step "a refused line is told in FRR's words, and what came before it is taken back"
conf ' neighbor 10.0.0.5 remote-as 65005' ' neighbor 10.0.0.6 peer-group nosuch'
reload 3 "$SHARED"
expect "Configure the peer-group first"
[ "$(seen)" = "$before" ] || fail "not all is back: $(diff <(seen) - <<< "$before")"

step "shows"
drive 20 "$SHARED" -- query 'show bgp summary json'
expect '"10.0.0.2"'

step "with a daemon missing nothing is done"
conf
in_there daemon_kill staticd
drive 1 "$SHARED" -- reload "$FABRIC/frr.conf" 1
[ "$RC" = 4 ] || fail "exit status $RC: $OUT"
expect "FRR's staticd does not answer"

step "a new FRR with the same directory gets all of it"
container_stop KILL
drive_begin "$SHARED"
wait_for 10 "the daemons are waited for" drive_says "waiting: none of FRR's daemons answers vtysh"
container 'zebra bgpd staticd'
PIDFILE=
drive_end
[ "$RC" = 0 ] || fail "exit status $RC: $OUT"
[ "$(seen)" = "$before" ] || fail "not all is there: $(diff <(seen) - <<< "$before")"
