#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The host's routes by the end of a VNI: its own default route goes first, the outside is reached through the VNI when that is gone;
# they are put back, replaced, never take a place of another program's, and go with --down.
set -euo pipefail
# shellcheck source=tests/netns/lib-leaf.sh
. "$(dirname "$0")/lib-leaf.sh"
FABRIC_NAMESPACES+=" ev-out"

next_run() { local n; n=$(converged); "$@"; wait_until 60 "a run after: $*" has_converged $((n + 1)); }
# config KEYS : VNI 110's end on the host has these keys, beside its addresses
config() {
	conf "s|l2vnis = .*|l2vnis = ( { vni = 110; host = { interface = \"lan110\"; addresses = [ \"192.168.20.2/24\", \"2001:db8:20::2/64\" ]; $1 }; } );|" \
		's/^frr = {/& check = "";/'
}
quiet() { evpnd_on_node --dry-run > "$FABRIC/out" 2>&1 || fail "there is something left: $(cat "$FABRIC/out")"; }
goes_by() { ip -n ev-node route get "$2" | finds " dev $1 "; }
reaches() { ip netns exec ev-node ping -n -c 1 -W 1 "$1"; }
has_route() { ip -n ev-node "$1" route show proto 101 | finds -x "$2 *"; }
# All that is not evpnd's
others() { ip -n ev-node route show; ip -n ev-node -6 route show | sed '/fe80/d'; }

leaf_up
namespace out
cable out out0 198.51.100.9/24 node port0 198.51.100.8/24
# The outside is behind the leaf.
ip -n ev-leaf2 -batch - <<-E
	address add 192.168.20.1/24 dev br110
	address add 2001:db8:20::1/64 dev br110 nodad
	address add fe80::20:1/64 dev br110 nodad
	address add 203.0.113.9/32 dev lo
	address add 2001:db8:99::9/128 dev lo nodad
E
ip -n ev-node route add default via 198.51.100.9
before=$(others)
[ -n "$before" ] || fail "no routes"

step "the host's own default route stays the first"
config 'gateway = [ "192.168.20.1", "fe80::20:1" ]; routes = ( { prefix = "203.0.114.0/24"; via = "192.168.20.1"; } );'
daemon_start
wait_until 60 "converged" has_converged 1
has_route -4 'default via 192.168.20.1 dev lan110 metric 30000' || fail "no default route: $(ip -n ev-node route)"
has_route -4 '203.0.114.0/24 via 192.168.20.1 dev lan110' || fail "no route: $(ip -n ev-node route)"
has_route -6 'default via fe80::20:1 dev lan110 metric 30000.*' || fail "no IPv6 default route: $(ip -n ev-node -6 route)"
goes_by port0 203.0.113.9 || fail "evpnd stole the host's default route"
quiet

step "without it the host reaches the outside through the VNI"
wait_until 60 "by IPv6" reaches 2001:db8:99::9
next=$(converged)
ip -n ev-node route delete default via 198.51.100.9
wait_until 60 "by IPv4" reaches 203.0.113.9
goes_by lan110 203.0.113.9 || fail "another way: $(ip -n ev-node route get 203.0.113.9)"
# Routes of others do not concern evpnd.
[ "$(converged)" = "$next" ] || fail "evpnd runs again"

step "routes that are deleted come back, and with a new pair"
next_run ip -n ev-node route delete default dev lan110 proto 101
has_route -4 'default via 192.168.20.1 dev lan110 metric 30000' || fail "not put back"
next_run ip -n ev-node -6 route delete default dev lan110 proto 101
has_route -6 'default via fe80::20:1 dev lan110 metric 30000.*' || fail "not put back"
next_run ip -n ev-node link set lan110 down
has_route -4 'default via 192.168.20.1 dev lan110 metric 30000' || fail "not put back after the device was down"
next_run in_frr ip link delete pe110
wait_until 60 "by the new pair" reaches 203.0.113.9
wait_until 60 "by IPv6" reaches 2001:db8:99::9
quiet

step "another gateway and metric, and the bridge of evpnd's"
config 'gateway = "192.168.20.3"; metric = 50; bridge = "br-own"; managed = true;'
next_run kill -HUP "$DAEMON"
[ "$(ip -n ev-node route show proto 101 | sed 's/ *$//')" = "default via 192.168.20.3 dev br-own metric 50" ] ||
	fail "the routes are: $(ip -n ev-node route show proto 101)"
ip -n ev-node -6 route show proto 101 | lacks . || fail "IPv6 routes are left"
quiet

step "a place that another program's route has"
ip -n ev-node route add default via 198.51.100.9 metric 70
config 'gateway = "192.168.20.1"; metric = 70;'
kill -HUP "$DAEMON"
wait_until 60 "the error" logged 'route add default via 192.168.20.1 dev lan110 metric 70.*File exists'
ip -n ev-node route show default | finds -x 'default via 198.51.100.9 dev port0 metric 70 *' || fail "its route is gone: $(ip -n ev-node route)"
next_run ip -n ev-node route delete default via 198.51.100.9 metric 70

step "evpnd --down"
daemon_stop
evpnd_on_node --down
ip -n ev-node route add default via 198.51.100.9
# What is evpnd's NIC's is back as before.
[ "$(others)" = "$before" ] || fail "the routes were $before, and are $(others)"
step "end"
