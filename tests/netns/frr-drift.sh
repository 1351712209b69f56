#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# frr-drift.sh - what another program changes in FRR's running configuration is found and taken back: by the daemon by itself,
# by SIGHUP, --once and a start; --dry-run shows it. Real FRR on both sides; FRR and the leaf say what became of it.
# test-run: waits
set -euo pipefail
# shellcheck source=tests/netns/lib-leaf.sh
. "$(dirname "$0")/lib-leaf.sh"

# drift NAME GONE-PATTERN COMMAND... : COMMAND changes FRR's configuration, so that it lacks a line like the pattern, and it
# comes back by itself, with one reload
drift() {
	local name=$1 pattern=$2 before
	before=$(converged)
	shift 2
	"$@"
	wait_until 60 "$name: it is back" runs "$pattern"
	wait_until 60 "$name: converged" has_converged $((before + 1))
	wait_until 60 "$name: the leaf hears of VNI 110" leaf_hears
	lacks 'even after its reload' "$FABRIC/daemon.log" || fail "$name: all is back, and it is called unchanged"
}

bgpd_anew() {
	daemon_kill bgpd
	wait_until 60 "the end of bgpd" not_runs 'router bgp'
	daemon_restart bgpd
}

bgpd_shows() {
	vtysh --vty_socket "$FABRIC/frr/run" -d bgpd -c 'show running-config' | grep -v '^Current'
}

bgpd_shows_the_same() {
	bgpd_shows > "$FABRIC/bgpd-now"
	cmp -s "$FABRIC/bgpd-before" "$FABRIC/bgpd-now"
}

# --dry-run compares, too.
nothing_to_do() {
	expect 0 "" evpnd_on_node --dry-run
	lacks -E 'reload FRR|take back' "$FABRIC/out" || fail "something to do: $(cat "$FABRIC/out")"
}

reloads() {
	count '^<6>converged in.*FRR reloaded' "$FABRIC/daemon.log"
}

leaf_up
conf 's/hostname = "frr";/& extra = "ip route 198.51.100.0\/24 Null0\\nroute-map THEIRS permit 10\\nexit\\n";/'
step "the first run"
daemon_start
wait_until 60 "converged" has_converged 1
wait_until 60 "the leaf hears of VNI 110" leaf_hears
wait_until 60 "healthy" status_is '^STATUS=applied, healthy: 0 L3VNIs, 1 L2VNIs, 1 of 1 sessions established, 1 remote VTEPs'

step "each kind of drift is taken back by itself"
drift "no neighbor" 'neighbor 192.168.11.2 remote-as' typed 'router bgp 64514' 'no neighbor 192.168.11.2'
logged '^<4>another program has changed FRR.s configuration, evpnd applies its own again:' || fail "it is not in the log"
finds -F -- '- neighbor 192.168.11.2 remote-as 64512' "$FABRIC/daemon.log" || fail "the log lacks the difference"
daemon_stop
daemon_start
wait_until 60 "converged, started anew" has_converged 1
drift "no advertise-all-vni" advertise-all-vni typed 'router bgp 64514' 'address-family l2vpn evpn' 'no advertise-all-vni'
drift "the whole instance" 'router bgp 64514' typed 'no router bgp 64514'
daemon_stop

daemon_start
wait_until 60 "converged, started anew" has_converged 1
step "bgpd is restarted alone, without its part"
bgpd_shows > "$FABRIC/bgpd-before"
drift "bgpd" 'neighbor 192.168.11.2 remote-as' bgpd_anew
# zebra still has the route-maps, so that vtysh shows them all the time.
wait_until 60 "bgpd has all of its part" bgpd_shows_the_same
step "a line too many is removed"
typed 'ip route 203.0.113.0/24 Null0'
wait_until 60 "the static route is gone" not_runs 'ip route 203.0.113.0/24'
typed 'route-map FOREIGN permit 10' 'set metric 5'
wait_until 60 "the route-map is gone" not_runs FOREIGN
runs 'ip route 198.51.100.0/24' || fail "evpnd's own static route is gone"

step "one more daemon, which has no part of the configuration, is no warning"
before=$(converged)
warnings=$(count '^<4>another program' "$FABRIC/daemon.log")
daemon_restart pimd
wait_until 60 "a run" has_converged $((before + 1))
wait_until 60 "healthy" status_is 'applied, healthy'
[ "$(count '^<4>another program' "$FABRIC/daemon.log")" = "$warnings" ] || fail "a warning: $(tail -20 "$FABRIC/daemon.log")"
lacks 'even after its reload' "$FABRIC/daemon.log" || fail "a warning: $(tail -20 "$FABRIC/daemon.log")"
daemon_stop

step "a start without any drift demands no reload"
daemon_start
wait_until 60 "converged, started anew" has_converged 1
wait_until 60 "healthy" status_is 'applied, healthy'
[ "$(reloads)" = 0 ] || fail "FRR was reloaded: $(grep converged "$FABRIC/daemon.log")"
daemon_stop
expect 0 "0 kernel changes, no FRR reload needed" once
nothing_to_do

step "--dry-run shows the drift and changes nothing, --once takes it back"
typed 'router bgp 64514' 'no neighbor 192.168.11.2'
expect 2 "- neighbor 192.168.11.2 remote-as 64512" evpnd_on_node --dry-run
finds -F 'reload FRR' "$FABRIC/out" || fail "no reload in: $(cat "$FABRIC/out")"
not_runs 'neighbor 192.168.11.2' || fail "--dry-run has changed FRR"
ends 2 evpnd_on_node --dry-run --json > "$FABRIC/json"
python3 -c 'import json, sys; d = json.load(open(sys.argv[1])); assert d["changes"] and "192.168.11.2" in d["frr"]["drift"], d' "$FABRIC/json"
expect 0 "FRR reloaded" once
runs 'neighbor 192.168.11.2 remote-as' || fail "--once has not taken it back"
nothing_to_do

step "a start takes it back"
typed 'router bgp 64514' 'address-family l2vpn evpn' 'no advertise-all-vni'
daemon_start
wait_until 60 "converged, started anew" has_converged 1
runs advertise-all-vni || fail "the start has not taken it back"
wait_until 60 "the leaf hears of VNI 110" leaf_hears
daemon_stop

step "passwords are not shown"
printf 'secret-1\n' > "$FABRIC/password"
chmod 600 "$FABRIC/password"
conf "s|asn = 64512;|& password_file = \"$FABRIC/password\";|"
on_leaf 'router bgp 64512' 'neighbor 192.168.11.3 password secret-1'
expect 0 "FRR reloaded" once
runs 'password secret-1' || fail "FRR has no password"
typed 'router bgp 64514' 'neighbor 192.168.11.2 password other-2'
expect 2 "neighbor 192.168.11.2 password <hidden" evpnd_on_node --dry-run
lacks -E 'secret-1|other-2' "$FABRIC/out" || fail "a password is shown"
daemon_start
wait_until 60 "converged" has_converged 1
runs 'password secret-1' || fail "FRR has still the other password"
lacks -E 'secret-1|other-2' "$FABRIC/daemon.log" "$FABRIC/notify" || fail "a password is in the log"
daemon_stop

step 'frr.drift = "report": told once, left, and taken back on SIGHUP'
conf 's/hostname = "frr";/& drift = "report";/'
on_leaf 'router bgp 64512' 'no neighbor 192.168.11.3 password'
daemon_start
wait_until 60 "converged" has_converged 1
wait_until 60 "healthy" status_is 'applied, healthy'
reloads=$(reloads)
typed 'ip route 203.0.113.0/24 Null0'
wait_until 60 "it is told" logged '^<4>another program has changed FRR.s configuration, and evpnd leaves it'
wait_until 60 "degraded" status_is 'degraded: .*\(ConfigDrift since'
# A second change, by which a check is known to have come after the first.
wait_until 60 "three checks later" status_is '\(ConfigDrift since [3-9] s'
[ "$(count 'and evpnd leaves it' "$FABRIC/daemon.log")" = 1 ] || fail "told more than once: $(cat "$FABRIC/daemon.log")"
runs 'ip route 203.0.113.0/24' || fail "it was taken back"
# Drift of the kernel begins a run, which leaves FRR's alone.
in_frr ip link set vni110 down
wait_until 60 "a run" has_converged 2
runs 'ip route 203.0.113.0/24' || fail "it was taken back by a run for another reason"
[ "$(reloads)" = "$reloads" ] || fail "FRR was reloaded"
kill -HUP "$DAEMON"
wait_until 60 "SIGHUP takes it back" not_runs 'ip route 203.0.113.0/24'
wait_until 60 "healthy again" status_is 'applied, healthy'
daemon_stop

step "a line that FRR shows in other words causes no loop"
conf 's/hostname = "frr";/& extra = "access-list L permit 10.1.2.3 255.0.0.0\\nrouter bgp 64514\\n neighbor 192.168.11.2 timers 60 180\\nexit\\n";/'
daemon_start
wait_until 60 "converged" has_converged 1
wait_until 60 "healthy" status_is 'applied, healthy'
before=$(converged)
wait_until 60 "three more checks" status_is 'applied, healthy'
in_frr ip link set vni110 down
wait_until 60 "a run" has_converged $((before + 1))
[ "$(reloads)" = 1 ] || fail "$(reloads) reloads: $(grep converged "$FABRIC/daemon.log")"
daemon_stop
nothing_to_do
