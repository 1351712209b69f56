#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# vtysh-profile.sh - FRR that was started with a profile (frr_profile in /etc/frr/daemons), whose defaults it does not print
set -euo pipefail
# shellcheck source=tests/netns/lib-profile.sh
. "$(dirname "$0")/lib-profile.sh"

for profile in datacenter traditional; do
	step "FRR with the profile $profile"
	profile_begin $profile container 'zebra bgpd staticd ospfd'
	profile_test fallback=false
	fabric_down
	PLACE=
done
