#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A container that is not privileged has a read-only /proc/sys: evpnd writes sysctls all the same, by a procfs that nobody else sees.
set -euo pipefail
# shellcheck source=tests/netns/lib-node.sh
. "$(dirname "$0")/lib-node.sh"

# ip netns exec gives its program a mount namespace of its own. This is what runc and crun do in one.
read_only() {
	# shellcheck disable=SC2016 # the inner shell expands it
	ip netns exec ev-node sh -ec '
		mount --bind /proc/sys /proc/sys
		mount -o remount,bind,ro /proc/sys
		if echo 1 2> /dev/null > /proc/sys/net/ipv4/conf/all/promote_secondaries; then exit 99; fi
		"$@"
		status=$?
		cat /proc/self/mountinfo > "$MOUNTS"
		exit $status' sh "$BUILD/evpnd" --config "$FABRIC/evpn.conf" --state-dir "$FABRIC/state" "$@"
}

node_up
in_frr ip link set lo up
export MOUNTS=$FABRIC/mounts
before=$(picture)
[ "$(in_frr cat /proc/sys/net/ipv4/conf/all/promote_secondaries)" = 0 ] || fail "it is set already: this test tests nothing"
expect 0 converged read_only --once --timeout 60
[ "$(in_frr cat /proc/sys/net/ipv4/conf/all/promote_secondaries)" = 1 ] || fail "a sysctl of FRR's namespace is not written"
[ "$(ip netns exec ev-node cat /proc/sys/net/ipv4/conf/lan0/arp_ignore)" = 1 ] || fail "a sysctl of the host is not written"
[ "$(count ' - proc ' "$MOUNTS")" = "$(($(count ' - proc ' /proc/self/mountinfo) + 1))" ] || fail "a procfs is left: $(cat "$MOUNTS")"
expect 0 " 0 kernel changes" read_only --once --timeout 60
expect 0 "taken down in" read_only --down
[ "$(picture)" = "$before" ] || fail "after --down: $(diff <(echo "$before") <(picture))"
