#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# change-undo.sh - changes that break the underlay undo themselves: afterwards the leaf reaches the machine behind the node, and the
# NIC is as it was. Prints for each for how long it was not reached, and when it was again.
# test-run: waits
set -euo pipefail
# shellcheck source=tests/netns/lib-change.sh
. "$(dirname "$0")/lib-change.sh"

LIMIT=5

# undoes NAME WHY SED... : this change is undone for this reason; all is as before
undoes() {
	local name=$1 why=$2 since
	shift 2
	step "$name"
	new_conf "$@"
	cp "$FABRIC/evpn.conf" "$FABRIC/former.conf"
	wait_until 60 "it works before" reached
	is_settled
	start_ping
	since=$EPOCHREALTIME
	ctl 5 apply --confirm ${LIMIT}s "$NEW"
	says "^rolled back: .*$why"
	cmp "$FABRIC/evpn.conf" "$FABRIC/former.conf" || fail "$name: evpn.conf is not the former one"
	wait_until 60 "$name: the machine behind the node is reached again" reached
	wait_until 60 "$name: the NIC is as before" same_underlay
	stop_ping
	no_change_left
	# shellcheck disable=SC2046,SC2183 # two words
	printf 'fault: %-22s limit %s s: no answer for %s s, back after %s s\n' "$name" $LIMIT $(lost_for "$since")
}

change_up
# A NIC that leads nowhere.
ip link add eth2 netns ev-node type veth peer name nowhere netns ev-leaf2
ip -n ev-node link set eth2 up

undoes "wrong address" 'fabric was not as before' 's|"192.168.11.3/24"|"192.168.11.33/24"|'
undoes "wrong AS" 'fabric was not as before' 's/asn = 64512/asn = 64999/'
undoes "wrong NIC" 'fabric was not as before' 's/name = "eth1"/name = "eth2"/'
undoes "no such NIC" 'cannot be applied' 's/name = "eth1"/name = "eth7"/'
undoes "password" 'fabric was not as before' "$WRONG"
undoes "filter" 'fabric was not as before' \
	's/^frr = {/& extra = "route-map NOTHING deny 1\\nrouter bgp 64514\\n address-family l2vpn evpn\\n  neighbor 192.168.11.2 route-map NOTHING in\\n  neighbor 192.168.11.2 route-map NOTHING out\\n exit-address-family\\n";/'
daemon_stop
