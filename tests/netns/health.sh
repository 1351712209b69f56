#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# health.sh - "applied" is not "healthy": what does not work between FRR and the fabric is in STATUS= and in the log, with its
# reason and its time, once; and so is its end. --once --healthy waits for it. Real FRR on both sides.
# test-run: waits
set -euo pipefail
# shellcheck source=tests/netns/lib-leaf.sh
. "$(dirname "$0")/lib-leaf.sh"

HEALTHY='^STATUS=applied, healthy: 0 L3VNIs, 1 L2VNIs, 1 of 1 sessions established, 1 remote VTEPs$'

# degraded WHAT STATUS-PATTERN BREAK : after BREAK systemd is told of it, and the log has it once; heal MEND undoes it
degraded() {
	local what=$1
	lines=$(wc -l < "$FABRIC/daemon.log")
	pattern=$2
	"$3"
	wait_until 60 "$what: degraded" status_is "^STATUS=applied, degraded: $pattern"
	# Some checks later it is in the log once.
	wait_until 60 "$what: three checks later" status_is 'since ([3-9]|[1-9][0-9]) s\)'
	[ "$(new_lines | count -E "^<4>applied, degraded: $pattern")" = 1 ] || fail "$what: not once in the log: $(new_lines)"
}

heal() {
	"$1"
	wait_until 90 "healthy again" status_is "$HEALTHY"
	new_lines | finds -E '^<6>healthy: 1 of 1 sessions established, [01] remote VTEPs; it was degraded for [0-9]+ s$' ||
		fail "its end is not in the log: $(new_lines)"
}

new_lines() {
	tail -n "+$((lines + 1))" "$FABRIC/daemon.log"
}

link_down() { ip -n ev-leaf2 link set node down; }
link_up() { ip -n ev-leaf2 link set node up; }

wrong_as() { on_leaf 'router bgp 64512' 'neighbor 192.168.11.3 remote-as 64599'; }
right_as() { on_leaf 'router bgp 64512' 'neighbor 192.168.11.3 remote-as 64514'; }

wrong_password() { on_leaf 'router bgp 64512' 'neighbor 192.168.11.3 password other' && reset; }
no_password() { on_leaf 'router bgp 64512' 'no neighbor 192.168.11.3 password' && reset; }

# Both ends begin anew at once.
reset() {
	vtysh_in leaf2 'clear bgp *'
}

lacks_session() {
	vtysh_in frr "show bgp l2vpn evpn summary json" > "$FABRIC/summary" || return
	lacks '"state":"Established"' "$FABRIC/summary"
}

no_evpn() { on_leaf 'router bgp 64512' 'address-family l2vpn evpn' 'no neighbor 192.168.11.3 activate'; }
evpn() { on_leaf 'router bgp 64512' 'address-family l2vpn evpn' 'neighbor 192.168.11.3 activate'; }

no_vtep_route() { on_leaf 'router bgp 64512' 'address-family ipv4 unicast' 'no network 100.64.0.2/32'; }
vtep_route() { on_leaf 'router bgp 64512' 'address-family ipv4 unicast' 'network 100.64.0.2/32'; }

# Filters in the place of evpnd's own.
nothing_out() {
	local family lines='route-map none deny 1\\nexit\\nrouter bgp 64514'
	for family in 'ipv4 unicast' 'l2vpn evpn'; do
		lines+="\\\\naddress-family $family\\\\nneighbor 192.168.11.2 route-map none out\\\\nexit-address-family"
	done
	conf "s/asn = 64514;/& extra = \"$lines\";/"
}
all_out() { conf; }

no_staticd() { daemon_kill staticd; }
staticd() { daemon_restart staticd; }

no_vteps() { ip -n ev-leaf2 link set vni110 down; }
vteps() { ip -n ev-leaf2 link set vni110 up; }

leaf_up
daemon_start
step "healthy, once the session is established"
wait_until 60 "converged" has_converged 1
wait_until 60 "healthy" status_is "$HEALTHY"
[ "$(count '^<6>healthy: 1 of 1 sessions established, [01] remote VTEPs$' "$FABRIC/daemon.log")" = 1 ] ||
	fail "not once in the log: $(cat "$FABRIC/daemon.log")"
lacks degraded "$FABRIC/daemon.log" || fail "degraded within the time of grace"

step "the link is down: the neighbor, its state, and since when"
degraded "link down" 'no fabric session is established \(192\.168\.11\.2: (Active|Connect|Idle) since [0-9]+ s\)' link_down
new_lines | finds -E 'it was healthy for [0-9]+ s$' || fail "how long it was healthy is missing: $(new_lines)"
kill -USR1 "$DAEMON"
wait_until 60 "SIGUSR1 shows it" logged '^<5>applied, degraded: no fabric session is established \(192\.168\.11\.2: '
heal link_up

step "the neighbor expects another AS"
degraded "wrong AS" 'no fabric session is established \(192\.168\.11\.2: ' wrong_as
heal right_as

step "the neighbor has another password"
degraded "wrong password" 'no fabric session is established \(192\.168\.11\.2: ' wrong_password
heal no_password

step "the session is established without EVPN"
degraded "no EVPN" 'the fabric session with 192\.168\.11\.2 is established without EVPN; .* \(FamilyMissing since ' no_evpn
heal evpn

step "the fabric does not announce the way to a remote VTEP"
degraded "no route to the VTEP" 'next hop 100\.64\.0\.2 is unresolved: .* \(NextHopUnresolved since ' no_vtep_route
heal vtep_route

step "a daemon of FRR ends"
degraded "staticd" 'staticd .*not run.* \(DaemonMissing since ' no_staticd
heal staticd

step "nothing of the node gets to the leaf, though the session is established"
degraded "nothing is announced" 'FRR announces no EVPN route to any neighbor.*FRR announces the VTEP 100\.65\.0\.2 to no neighbor.* \(NothingAnnounced since ' nothing_out
if leaf_hears; then fail "the leaf hears of the node"; fi
heal all_out
leaf_hears || fail "the leaf does not hear of the node"

step "all remote VTEPs are withdrawn"
degraded "no remote VTEP" 'no other node announces a VNI any more, there were 1 remote VTEPs; .* \(RemoteVtepsGone since ' no_vteps
heal vteps
step "that is right: SIGHUP says so"
degraded "no remote VTEP" 'no other node announces a VNI any more' no_vteps
kill -HUP "$DAEMON"
wait_until 60 "healthy without any" status_is '^STATUS=applied, healthy: 0 L3VNIs, 1 L2VNIs, 1 of 1 sessions established, 0 remote VTEPs$'
vteps
wait_until 60 "one again" status_is "$HEALTHY"

step "drift of the kernel, its repair and its run leave nothing behind"
before=$(converged)
in_frr ip link set vni110 down
wait_until 60 "converged again" has_converged $((before + 1))
wait_until 60 "healthy" status_is "$HEALTHY"
daemon_stop

step "--once --healthy waits for health"
# once_healthy STATUS WORDS OPTION...
once_healthy() {
	local want=$1 says=$2
	shift 2
	expect "$want" "$says" evpnd_on_node --once --healthy "$@"
}
once_healthy 0 "healthy: 1 of 1 sessions established" --timeout 60
wrong_as
reset
conf 's/grace = 30/grace = 2/'
# A change, so that there is a time of grace.
in_frr ip link set vni110 down
once_healthy 3 "applied, degraded: no fabric session is established (192.168.11.2: " --timeout 60
conf 's/grace = 30/grace = 600/'
in_frr ip link set vni110 down
once_healthy 3 "not healthy within the time limit; applied, health pending: no fabric session is established" --timeout 10
in_frr ip link set vni110 down
right_as
once_healthy 0 "healthy: 1 of 1 sessions established" --timeout 120

step "interval = 0: a check after each run, and no other"
conf 's/interval = 1/interval = 0/'
daemon_start
wait_until 60 "healthy" status_is '^STATUS=applied, healthy: .*, 1 of 1 sessions established'
wrong_as
reset
wait_until 60 "the session is down" lacks_session
status_is 'applied, healthy' || fail "a check without a run: $(tail -3 "$FABRIC/notify")"
in_frr ip link set vni110 down
wait_until 60 "the next run's check sees it" status_is 'health pending|degraded'
daemon_stop
