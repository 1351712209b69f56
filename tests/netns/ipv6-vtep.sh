#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# ipv6-vtep.sh - an FRR without IPv6 VTEPs is asked for its version before anything is changed: evpnd refuses, and both namespaces
# stay as they are
set -euo pipefail
# shellcheck source=tests/netns/lib-leaf.sh
. "$(dirname "$0")/lib-leaf.sh"

refused() {
	expect "$@"
	[ "$(snapshot)" = "$before" ] || fail "something has changed: $(diff <(echo "$before") <(snapshot))"
	[ ! -e "$FABRIC/frr/etc/frr.conf" ] || fail "frr.conf is installed"
	not_runs 'router bgp' || fail "FRR has a configuration"
}

leaf_up
version=$(vtysh_in frr 'show version' | sed -n 's/^FRRouting \([0-9]*\.[0-9]*\).*/\1/p')
awk "BEGIN { exit !($version < 10.6) }" || skip "FRR $version has IPv6 VTEPs"
conf 's/vtep = "100.65.0.2"/vtep = "2001:db8:65::2"/' 's/asn = 64514;/& router_id = "100.65.0.2";/'
before=$(snapshot)
WHY="FRR $version.* has no IPv6 VTEP and would announce its router ID as next hop: use FRR 10.6 or later, or an IPv4 VTEP"

step "--once"
refused 1 "has no IPv6 VTEP" evpnd_on_node --once --timeout 20
grep -qE "^<3>check FRR: $WHY" "$FABRIC/out" || fail "not in these words: $(cat "$FABRIC/out")"

step "--dry-run"
refused 1 "has no IPv6 VTEP" evpnd_on_node --dry-run

step "--check, as FRR can be asked"
refused 78 "has no IPv6 VTEP" evpnd_on_node --check

step "the daemon tells systemd, and goes on trying"
daemon_start
wait_until 60 "the status" status_is "failed in step .check FRR.: $WHY"
[ "$(snapshot)" = "$before" ] || fail "something has changed: $(diff <(echo "$before") <(snapshot))"
daemon_stop

step "FRR does not run: nothing is changed before its version is known"
in_container pkill -KILL -x zebra
refused_wait() {
	expect 1 "FRR's version decides what evpnd may do" evpnd_on_node --once --timeout 10
}
refused_wait
[ "$(snapshot)" = "$before" ] || fail "something has changed: $(diff <(echo "$before") <(snapshot))"
daemon_restart zebra
conf

step "an IPv4 VTEP with the same FRR"
expect 0 converged once
wait_until 60 "the leaf hears of VNI 110" leaf_hears
