# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# lib-nic.sh - sourced: lib-node.sh, and what hangs on the underlay NIC eth1 of the node as a text, before its move and after its return
# shellcheck source=tests/netns/lib-node.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib-node.sh"

host() { ip -n ev-node "$@"; }
down() { evpnd_on_node --down "$@"; }
# FRR's configuration does not change, and it is not what this test is about.
conf() { write_conf 's|address = "unix:[^"]*"|address = "unix:'"$FABRIC"'/plain.sock"; protocol = "plain"|' 's/^frr = {/& check = "";/' "$@"; }
# The order counts: it decides which address and which of two routes the kernel uses. What runs out does so. The scope of a nexthop
# object follows from the routes that stand when it is made.
state() { raw_state | sed -E 's/^[0-9]+: //; s/(valid_lft|preferred_lft|expires) [0-9]+sec/\1 N/g; s/mtu [0-9]+ .* qlen [0-9]+//
	/ff:fe|^fe80::\/64|^multicast ff00|^anycast/d; s/ linkdown//; s/^(id [0-9]+ via .*) scope [a-z]+/\1/; /^2?: eth1.*mtu/d'; }
raw_state() {
	host -4 -o address show dev eth1
	host -6 -o address show dev eth1
	host -4 route show table all
	host -6 route show table all
	host rule
	host -6 rule
	host neigh show nud permanent
	host neigh show nud noarp | sed '/ lladdr \(01:00:5e\|33:33\|00:00:00:00:00:00\)/d'
	host neigh show proxy
	host -6 neigh show proxy
	host nexthop
	host token get dev eth1
	bridge -n ev-node fdb show dev eth1 | sed '/^\(01:00:5e\|33:33\)/d'
}
same() {
	state > "$FABRIC/after"
	diff "$FABRIC/before" "$FABRIC/after" > "$FABRIC/diff" || fail "$1: $(cat "$FABRIC/diff")"
}
there_and_back() {
	state > "$FABRIC/before"
	expect 0 converged once
	expect 0 "taken down in" down
	same "$1"
}
clean() {
	host address flush dev eth1
	host route flush root 10.0.0.0/8
	host address add 192.168.11.3/24 dev eth1
	host address add 2001:db8:11::3/64 dev eth1 nodad
}
