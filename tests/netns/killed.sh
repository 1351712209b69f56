#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# evpnd is killed right after each of its changes of the kernel; the next run goes on from there, and the end is the same.
set -euo pipefail
# shellcheck source=tests/netns/lib-node.sh
. "$(dirname "$0")/lib-node.sh"

node_up

echo "--- each run does one thing and dies"
runs=0
status=137
while [ $status = 137 ]; do
	status=0
	# In a subshell, which keeps what bash says of the signal.
	(ip netns exec ev-node "$BUILD/evpnd-kill" 1 "$FABRIC/evpn.conf" "$FABRIC/state"; exit $?) >"$FABRIC/out" 2>&1 ||
		status=$?
	runs=$((runs + 1))
	[ $runs -lt 200 ] || fail "it does not come to an end: $(evpnd_on_node --dry-run)"
done
[ $status = 0 ] || fail "the last run ended with $status: $(cat "$FABRIC/out")"
[ $runs -gt 20 ] || fail "only $runs runs: were there no changes?"
echo "$runs runs"
evpnd_on_node --dry-run >"$FABRIC/out" || fail "there is something left to do: $(cat "$FABRIC/out")"
# Without what the order of making decides, or chance.
shape() {
	snapshot | sed -E 's/^[0-9]+: //; s/@[^:]*:/:/; s/link-netns(id)? [^ ]* ?//; s/([0-9a-f]{2}:){5}[0-9a-f]{2}//g; /fe80:/d
		s/ (bridge_id|designated_bridge|designated_root) [^ ]*//g; s/ (port_id|port_no|designated_port) [^ ]*//g' | sort
	{ vlans ip netns exec ev-node && vlans in_frr; } | python3 "$here/../lib/picture.py"
}
killed=$(shape)

echo "--- a run that is not killed makes the same"
fabric_down
node_up
expect 0 converged once
whole=$(shape)
[ "$killed" = "$whole" ] || fail "not the same: $(diff <(echo "$whole") <(echo "$killed"))"
