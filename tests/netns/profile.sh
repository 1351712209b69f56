#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# FRR whose profile is not the usual one (-F datacenter): what is generated is loaded, nothing is left to do, and the neighbor has the
# timers of the profile that evpn.conf names, or else FRR's.
set -euo pipefail
# shellcheck source=tests/netns/lib-node.sh
. "$(dirname "$0")/lib-node.sh"
FRR_ALONE=1

# conf [KEYS]: of group frr; the rest of it without a warning
conf() {
	write_conf 's/ bridge = "br-lan";//' 's/name = "eth1"/&; takes_default_route = true/' \
		's|frr-signal/.libs/frr-signal|frr-vtysh/.libs/frr-vtysh|' \
		"s|^frr-signal = .*|frr-vtysh = { pidfile = \"$FABRIC/frr/pid\"; fallback = false; };|" \
		"s|source = \"[^\"]*\";|asn = 64514; hostname = \"frr\"; neighbors = ( { address = \"192.168.11.2\"; asn = 64512; } ); ${1:-}|"
}

# What an FRR has that is started with -F datacenter.
datacenter() {
	# shellcheck disable=SC2119
	container_stop
	if ! ip -n ev-node link show eth1 > /dev/null 2>&1; then
		# It ends with the namespace that it was moved into.
		wait_until 60 "the end of eth1" no_device node ip -n ev-leaf2
		cable node eth1 192.168.11.3/24 leaf2 node 192.168.11.2/24
	fi
	container_start
	vtysh_in frr 'configure terminal' 'frr defaults datacenter' > /dev/null
	vtysh_in frr 'show running-config' | finds '^frr defaults datacenter' || fail "the profile is not datacenter"
}

# is PROFILE HOLD: FRR has this one, and this hold time in seconds for the neighbor, and changes in the log
is() {
	vtysh_in frr 'show running-config' > "$FABRIC/running"
	finds -x "frr defaults $1" "$FABRIC/running" || fail "the profile is $(grep '^frr defaults' "$FABRIC/running")"
	vtysh_in frr 'show bgp neighbors 192.168.11.2 json' | finds "ConfiguredHoldTimeMsecs\":${2}000," ||
		fail "the hold time is not $2 s"
	lacks -E 'no bgp log-neighbor-changes|^ bgp ebgp-requires-policy' "$FABRIC/running" || fail "the rest depends on the profile"
}

node_up
for keys in '' 'defaults = "datacenter";'; do
	step "FRR of the profile datacenter, ${keys:-no profile in evpn.conf}"
	datacenter
	conf "$keys"
	expect 0 "FRR reloaded" once
	lacks_warnings || fail "evpnd warns"
	is datacenter 9
	expect 0 "no FRR reload needed" once
	expect 0 "" evpnd_on_node --dry-run
	# One more line: what FRR does not show is no difference.
	conf "$keys router_id = \"10.1.1.1\";"
	expect 0 "FRR reloaded" once
	lacks_warnings || fail "evpnd warns"
	is datacenter 9
done
step "FRR of the profile datacenter, traditional in evpn.conf"
datacenter
conf 'defaults = "traditional";'
expect 0 "FRR reloaded" once
lacks_warnings || fail "evpnd warns"
is traditional 180
expect 0 "no FRR reload needed" once
step "another profile for a running FRR changes nothing"
conf 'defaults = "datacenter";'
expect 0 "converged" once
is traditional 180
expect 0 "no FRR reload needed" once
step "end"
