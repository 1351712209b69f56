#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# vtysh.sh - what frr-vtysh makes of real FRR in a container: up, half up, gone in the middle; a difference, a refusal that is
# taken back, nothing to do; sessions that do not notice
set -euo pipefail
# shellcheck source=tests/netns/lib-vtysh.sh
. "$(dirname "$0")/lib-vtysh.sh"

# Whether the session is up, and how often it has come and gone, by the neighbour's count.
session() {
	vtysh_in peer 'show bgp neighbors 10.0.0.1 json' | grep -oE '"(bgpState|connections[A-Z][a-z]*)":[^,]*' | tr '"\n' ' '
}

is_up() {
	[[ $(session) = *"bgpState : Established"* ]]
}

# It stands since SINCE was taken.
undisturbed() {
	[ "$(session)" = "$SINCE" ] || fail "the session has changed: $(session), not $SINCE"
}

nothing_hangs() {
	ends 1 pgrep -x -f "tail -f $FABRIC/hang"
}

fabric_begin
namespace leaf1
conf

step "no pidfile, no container, no daemons, one by one: not ready, and the same demand is fulfilled then"
PIDFILE=$FABRIC/frr/pid PLACE=pidfile=$FABRIC/frr/pid
mkdir "$FABRIC/frr"
drive_begin
wait_until 60 "the pidfile is waited for" drive_says "waiting: waits for $PIDFILE"
container ''
wait_until 60 "the daemons are waited for" drive_says "waiting: none of FRR's daemons answers vtysh"
daemon zebra
wait_until 60 "bgpd is waited for" drive_says "waiting: FRR's bgpd does not answer"
daemon bgpd
wait_until 60 "staticd is waited for" drive_says "waiting: FRR's staticd does not answer"
daemon staticd
drive_end
[ "$RC" = 0 ] || fail "exit status $RC: $OUT"
runs 'neighbor 10.0.0.2 remote-as 65002'
runs 'ip route 10.9.0.0/16 blackhole'

step "a session comes up"
router peer 'zebra bgpd' ip netns exec ev-leaf1
ip link add eth0 netns "$(cat "$PIDFILE")" type veth peer name eth0 netns ev-leaf1
in_container ip addr add 10.0.0.1/24 dev eth0
in_container ip link set eth0 up
ip -n ev-leaf1 addr add 10.0.0.2/24 dev eth0
ip -n ev-leaf1 link set eth0 up
printf '%s\n' 'router bgp 65002' 'bgp router-id 10.0.0.2' 'no bgp ebgp-requires-policy' 'neighbor 10.0.0.1 remote-as 65001' \
	'neighbor 10.0.0.1 timers connect 1' > "$FABRIC/peer.conf"
vtysh --vty_socket "$FABRIC/peer/run" -f "$FABRIC/peer.conf"
wait_until 60 "the session" is_up
SINCE=$(session)
before=$(running)

step "nothing to do: nothing is said but what is read"
reload 0
[ "$OUT" = "waiting: reading FRR's running configuration" ] || fail "$OUT"
[ "$(running)" = "$before" ] || fail "the running configuration has changed"

step "a difference is applied, and taken away again"
conf ' neighbor 10.0.0.3 remote-as 65003' ' !' ' address-family ipv4 unicast' '  network 10.1.0.0/16' ' exit-address-family'
sed -i 's/^router bgp/vrf red\n vni 100\nexit-vrf\n!\n&/' "$FABRIC/frr.conf"
reload 0
runs 'neighbor 10.0.0.3 remote-as 65003'
runs 'network 10.1.0.0/16'
runs 'vni 100'
conf
reload 0
[ "$(running)" = "$before" ] || fail "not all is back: $(diff <(running) - <<< "$before")"
undisturbed

step "an unknown command: vtysh -C has the word, nothing is touched"
conf ' neighbor 10.0.0.4 remote-as 65004' ' nonsense here'
reload 3
expect "failed: line 12: % Unknown command.*nonsense here"
[[ $OUT != *configured* ]] || fail "something was applied: $OUT"
[ "$(running)" = "$before" ] || fail "the running configuration has changed"

step "what a daemon refuses is told in its words, and what came before is taken back"
conf ' neighbor 10.0.0.5 remote-as 65005' ' neighbor 10.0.0.6 peer-group nosuch' ' neighbor 10.0.0.7 remote-as 65007'
sed -i 's/^ip route.*/&\nip route 10.8.0.0\/16 blackhole/' "$FABRIC/frr.conf"
reload 3
expect "Configure the peer-group first"
expect "neighbor 10.0.0.6 peer-group nosuch"
[[ $OUT != *"could not be restored"* ]] || fail "$OUT"
[ "$(running)" = "$before" ] || fail "not all is back: $(diff <(running) - <<< "$before")"
undisturbed

step "FRR accepts a line and does not show it: the rest is in force, and one warning names the line"
conf ' bgp graceful-restart stalepath-time 360' ' neighbor 10.0.0.8 remote-as 65008'
drive 60 -- reload "$FABRIC/frr.conf" 1 reload "$FABRIC/frr.conf" 2
[ "$RC" = 0 ] || fail "exit status $RC: $OUT"
expect "4: FRR accepts, but does not show; evpnd cannot verify these lines of $FABRIC/frr.conf:"
expect " bgp graceful-restart stalepath-time 360"
[ "$(count 'FRR accepts' <<< "$OUT")" = 1 ] || fail "not one warning: $OUT"
runs 'neighbor 10.0.0.8 remote-as 65008'
conf
reload 0
[ "$(running)" = "$before" ] || fail "not all is back: $(diff <(running) - <<< "$before")"
undisturbed

step "shows"
drive 60 -- query 'show bgp summary json'
expect '"10.0.0.2"'
drive 60 -- query 'show nonsense'
[ "$RC" = 1 ] || fail "exit status $RC: $OUT"
expect "% Unknown command: show nonsense"
for command in 'configure terminal' 'clear bgp *' 'write' $'show version\nclear bgp *'; do
	drive 60 -- query "$command"
	[ "$RC" = 1 ] || fail "exit status $RC: $OUT"
	expect "must be one line of less than 512 characters that begins with"
done
undisturbed

step "with a daemon missing nothing is done"
conf
before=$(running)
daemon_kill staticd
drive 3 -- reload "$FABRIC/frr.conf" 1
[ "$RC" = 4 ] || fail "exit status $RC: $OUT"
expect "FRR's staticd does not answer"
daemon staticd
reload 0
runs 'ip route 10.9.0.0/16 blackhole'

step "the container ends in the middle, and comes again: the new FRR gets all of it"
# A vtysh that applies nothing, and does not end.
printf '%s\n' '#!/bin/sh' "[ ! -e $FABRIC/hang ] || [ \"\${2#copy}\" = \"\$2\" ] || exec tail -f $FABRIC/hang" 'exec vtysh "$@"' > "$FABRIC/vtysh"
chmod +x "$FABRIC/vtysh"
touch "$FABRIC/hang"
conf ' neighbor 10.0.0.9 remote-as 65009'
drive_begin vtysh="$FABRIC/vtysh"
wait_until 60 "the difference is applied" drive_says "changing FRR.s configuration"
wait_until 60 "vtysh hangs" pgrep -x -f "tail -f $FABRIC/hang"
container_stop KILL
wait_until 60 "its end is noticed" drive_says "process [0-9]+ has ended"
wait_until 60 "vtysh has gone with it" nothing_hangs
rm "$FABRIC/hang"
container 'zebra bgpd staticd'
drive_end
[ "$RC" = 0 ] || fail "exit status $RC: $OUT"
runs 'neighbor 10.0.0.9 remote-as 65009'
runs 'ip route 10.9.0.0/16 blackhole'

step "a vtysh that hangs is killed with all that it has started, and that is told"
conf ' neighbor 10.0.0.8 remote-as 65008'
touch "$FABRIC/hang"
printf '%s\n' '#!/bin/sh' "setsid --fork tail -f $FABRIC/hang" "exec tail -f $FABRIC/hang" > "$FABRIC/vtysh"
reload 1 vtysh="$FABRIC/vtysh" timeout=1
expect "failed: vtysh .* did not end within 1 s and was killed"
wait_until 60 "nothing of it is left" nothing_hangs
