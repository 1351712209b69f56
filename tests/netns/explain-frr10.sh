#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# explain-frr10.sh - evpnctl explain with FRR 10.3 and evpn-reloader: its answers mean the same
# test-run: waits
set -euo pipefail
# shellcheck source=tests/netns/lib-explain.sh
. "$(dirname "$0")/lib-explain.sh"
need_frr10
FRR_ALONE=

explain_begin
host_conf 's|frr-vtysh/.libs/frr-vtysh|frr-signal/.libs/frr-signal|' \
	"s|^frr-vtysh = .*|frr-signal = { address = \"unix:$FABRIC/frr/socket/reloader.sock\"; };|"
explain_start
step "all is well"
all_work
explain 0 mac $FAR
explain 0 ip $NEAR_IP
explain 3 mac 02:00:00:00:77:77
finds 'bridge FDB (NeverSeen)' "$FABRIC/ctl"
fault_fdb
fault_arp
fault_rt
fault_hop
fault_type3
fault_session
fault_out
fault_vni
daemon_stop
