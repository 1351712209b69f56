#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# vtysh-daemons.sh - a file whose lines need daemons of FRR that do not run: frr-vtysh applies and verifies all others, says which
# daemon is missing, is not done, and applies the rest when the daemon starts
set -euo pipefail
# shellcheck source=tests/netns/lib-vtysh.sh
. "$(dirname "$0")/lib-vtysh.sh"

says_missing() {
	drive_says "waiting: $1 not run, but $FABRIC/frr.conf needs .*: enable (it|them) in /etc/frr/daemons\$"
}

starts() {
	daemon "$1"
	[ -z "${2:-}" ] || wait_until 60 "$2 in FRR's configuration" runs_now "$2"
}

runs_now() {
	running | finds -- "$1"
}

fabric_begin
container 'zebra bgpd staticd'

step "bfdd, ospfd, isisd and pimd do not run: all else is applied"
conf ' neighbor 10.0.0.2 bfd'
sed -i '/^end$/d' "$FABRIC/frr.conf"
cat >> "$FABRIC/frr.conf" <<-'END'
	bfd
	 profile fast
	  transmit-interval 100
	 exit
	exit
	interface lo
	 ip ospf area 0
	 ip router isis one
	 ip pim
	 description kept by zebra
	exit
	router ospf
	 ospf router-id 10.0.0.1
	 passive-interface default
	exit
	router isis one
	 net 49.0000.0000.0001.00
	exit
	end
END
drive_begin
wait_until 60 "the missing daemons" says_missing 'ospfd, isisd, bfdd, pimd do'
drive_says '(router ospf; router isis one; bfd; ip pim)' || fail "the lines are not named"
runs 'neighbor 10.0.0.2 remote-as 65002'
runs 'neighbor 10.0.0.2 bfd'
runs 'ip route 10.9.0.0/16 blackhole'
runs 'description kept by zebra'
running > "$FABRIC/running"
lacks ospf "$FABRIC/running" || fail "FRR runs OSPF without ospfd"

step "each gets its part when it starts"
starts ospfd 'router ospf'
wait_until 60 "the remaining ones" says_missing 'isisd, bfdd, pimd do'
runs 'ospf router-id 10.0.0.1'
starts bfdd 'transmit-interval 100'
wait_until 60 "the remaining ones" says_missing 'isisd, pimd do'
starts isisd 'net 49.0000.0000.0001.00'
wait_until 60 "the remaining one" says_missing 'pimd does'
starts pimd
drive_end
[ "$RC" = 0 ] || fail "exit status $RC: $OUT"
[[ $OUT != *"does not show"* ]] || fail "FRR's configuration could not be verified: $OUT"
runs 'ip pim'
reload 0
[ "$OUT" = "waiting: reading FRR's running configuration" ] || fail "a difference remains: $OUT"

step "daemons that go are noticed by the next reload, and what they keep is not regarded as deleted"
for name in ospfd isisd pimd; do daemon_kill $name; done
drive 5 -- reload "$FABRIC/frr.conf" 1
[ "$RC" = 4 ] || fail "exit status $RC: $OUT"
expect "waiting: ospfd, isisd, pimd do not run"
[[ $OUT != *"changing FRR"* ]] || fail "lines of missing daemons were applied: $OUT"

step "staticd and bgpd are not among the required daemons, but the file needs them"
for name in bgpd staticd bfdd; do daemon_kill $name; done
conf
drive_begin daemons=zebra
wait_until 60 "the missing daemons" says_missing 'bgpd, staticd do'
starts staticd 'ip route 10.9.0.0/16 blackhole'
wait_until 60 "the missing daemon" says_missing 'bgpd does'
starts bgpd
drive_end
[ "$RC" = 0 ] || fail "exit status $RC: $OUT"
runs 'neighbor 10.0.0.2 remote-as 65002'

step "a refused line: FRR's former configuration is in force again, also with a daemon missing"
before=$(running)
conf ' neighbor 10.0.0.2 bfd' ' neighbor 10.0.0.6 peer-group nosuch'
reload 3
expect "Configure the peer-group first"
expect "FRR's former configuration is in force again"
[ "$(running)" = "$before" ] || fail "FRR runs something else: $(diff <(running) - <<< "$before")"

step "the missing daemon costs no more than a look a minute"
conf ' neighbor 10.0.0.2 bfd'
printf '%s\n' '#!/bin/sh' "echo x >> $FABRIC/looks" 'exec vtysh "$@"' > "$FABRIC/vtysh"
chmod +x "$FABRIC/vtysh"
PLACE=vty_dir=$FABRIC/frr/run
drive 20 vtysh="$FABRIC/vtysh" -- reload "$FABRIC/frr.conf" 1
[ "$RC" = 4 ] || fail "exit status $RC: $OUT"
looks=$(wc -l < "$FABRIC/looks")
[ "$looks" -lt 14 ] || fail "$looks runs of vtysh in 20 s"
