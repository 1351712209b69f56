#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# vtysh-profile-frr10.sh - the same as vtysh-profile.sh with FRR 10.3
set -euo pipefail
BUILD=$(realpath -m "${BUILD:-$(dirname "$0")/../../build}")
FRR_ROOT=$BUILD/frr10-root
# shellcheck source=tests/netns/lib-profile.sh
. "$(dirname "$0")/lib-profile.sh"
[ -d "$FRR_ROOT" ] || skip "$(cat "$FRR_ROOT.why" 2>/dev/null || echo "tests/lib/frr10 has not made $FRR_ROOT")"
SWITCHES+="|default software-version-capability|enforce-first-as"

for profile in datacenter traditional; do
	step "FRR with the profile $profile"
	profile_begin $profile container_frr10 'zebra bgpd staticd ospfd'
	profile_test fallback=false vtysh="$FABRIC/vtysh"
	fabric_down
	PLACE=
done
