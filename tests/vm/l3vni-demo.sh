#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# From an empty FRR to a ping through EVPN, by evpnd alone; then a second run has nothing to do, and does nothing.
set -euo pipefail
# shellcheck source=tests/vm/lib.sh
. "$(dirname "$0")/lib.sh"

step "the fabric"
fabric_up
step "evpnd --check"
evpnd_on_node --check
step "evpnd --dry-run: everything is to be made"
status=0
evpnd_on_node --dry-run || status=$?
[ $status = 2 ] || fail "--dry-run says $status, where 2 (changes) is right"
step "evpnd --once"
evpnd_on_node --once --timeout 180
step "Type-5 routes, though FRR started empty"
type5() { vtysh_in leaf1 'show bgp l2vpn evpn route type prefix' | grep -F "[5]:[0]:[24]:[10.244.0.0]"; }
wait_until 120 "leaf1 has the node's Type-5 route" type5
check_ping
vtysh_in frr 'show version' 'show evpn vni' | grep -E '^FRR|^VNI|^100 '

step "evpnd --dry-run: nothing to do"
check_quiet evpnd_on_node --dry-run
step "evpnd --once again"
again() { evpnd_on_node --once --timeout 180 2>&1 | tee "$FABRIC/again.log"; }
check_quiet again
grep -q ' 0 kernel changes, no FRR reload needed' "$FABRIC/again.log" || fail "evpnd says that it did something"
ping_workload >/dev/null || fail "no ping after the second run"
step "end"
