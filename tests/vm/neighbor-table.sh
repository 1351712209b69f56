#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The limits of the kernel's table of neighbors, which is the machine's: with more than gc_thresh1 neighbors the routes of silent hosts go,
# with a warning; with neighbor_table they stay. Limits are raised, not lowered, and given back.
# vm-nics: 1
set -euo pipefail
# shellcheck source=tests/netns/lib-leaf.sh
. "$(dirname "$0")/../netns/lib-leaf.sh"
unshare -n ip link add probe type vrf table 10 2>/dev/null || skip "the kernel has no VRF; run it with tests/lib/vm"
LIMITS=/proc/sys/net/ipv4/neigh/default
[ -e /sys/class/net/eth0 ] || skip "no NICs of its own: only in a guest these limits are the test's to change"
# They are those of the first network namespace, so here that one is the node's.
eval "other_$(declare -f namespace)"
namespace() {
	[ "$1" = node ] || { other_namespace "$1"; return; }
	mkdir -p /run/netns
	ip netns attach ev-node $$
}
HOSTS=190

next_run() { local n; n=$(converged); "$@"; wait_until 120 "a run after: $*" has_converged $((n + 1)); }
config() {
	conf 's|l2vnis = .*|l3vnis = ( { vni = 100; vrf = "red"; } );\n	l2vnis = ( { vni = 110; vrf = "red"; gateways = [ "192.168.20.1/24" ]; keep_neighbors = false; host = { interface = "lan110"; }; } );|' \
		's/^frr = {/& check = "";/' "$@"
}
limits() { cat $LIMITS/gc_thresh1 $LIMITS/gc_thresh2 $LIMITS/gc_thresh3 /proc/sys/net/ipv6/neigh/default/gc_thresh1 | paste -sd' '; }
# The leaf's routes to hosts of VNI 110
routes() { vtysh_in leaf2 'show bgp l2vpn evpn route type 2' | count '\[32\]:\[192\.168\.20\.'; }
has_all() { [ "$(routes)" -ge $HOSTS ]; }
lost_some() { [ "$(routes)" -lt 128 ]; }
# Hosts that have spoken once
speak() {
	seq -f 'fdb replace 02:00:00:00:01:%g dev pe110 master dynamic' 10 $((HOSTS + 9)) | sed -E 's/:([0-9]+) dev/ \1 dev/' |
		awk '{ printf "fdb replace %s:%02x dev pe110 master dynamic\n", $3, $4 }' > "$FABRIC/macs"
	awk '{ printf "neigh replace 192.168.20.%d lladdr %s dev br110 nud stale\n", NR + 9, $3 }' "$FABRIC/macs" > "$FABRIC/neighbors"
	in_frr bridge -batch "$FABRIC/macs"
	in_frr ip -batch "$FABRIC/neighbors"
}
# All CPUs' counts
gc_runs() { python3 -c 'r = [l.split() for l in open("/proc/net/stat/arp_cache")]; c = r[0].index("periodic_gc_runs"); print(sum(int(l[c], 16) for l in r[1:]))'; }
gc_ran() { [ "$(gc_runs)" -ge "$1" ]; }

leaf_up
[ "$(limits)" = "128 512 1024 128" ] || fail "other limits than the kernel's own: $(limits)"
# It looks every half a second, for what was not used for 3 s.
echo 1000 > $LIMITS/base_reachable_time_ms

step "without the key, silent hosts lose their routes, and evpnd says so"
config
daemon_start
wait_until 120 "converged" has_converged 1
in_frr sysctl -qw net.ipv4.neigh.br110.gc_stale_time=60
speak
wait_until 120 "the leaf has all routes" has_all
wait_until 60 "the warning" logged '^<4>IPv4 neighbors: this machine has [0-9]+, and gc_thresh1 is 128'
in_frr sysctl -qw net.ipv4.neigh.br110.gc_stale_time=3
wait_until 120 "routes go" lost_some

step "with it, they stay"
config 's/^frr = {/neighbor_table = { gc_thresh1 = 4096; gc_thresh2 = 8192; gc_thresh3 = 16384; };\n&/'
next_run kill -HUP "$DAEMON"
[ "$(limits)" = "4096 8192 16384 4096" ] || fail "the limits are $(limits)"
evpnd_on_node --dry-run || fail "something is left to do"
speak
wait_until 120 "the leaf has all routes" has_all
wait_until 120 "the kernel has looked often enough" gc_ran $(($(gc_runs) + 20))
has_all || fail "the leaf has only $(routes) routes"

step "a higher limit of another program stays; the others are given back"
echo 20000 > $LIMITS/gc_thresh3
next_run kill -HUP "$DAEMON"
[ "$(limits)" = "4096 8192 20000 4096" ] || fail "the limits are $(limits)"
daemon_stop
evpnd_on_node --down
[ "$(limits)" = "128 512 20000 128" ] || fail "the limits are $(limits)"
step "end"
