#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# explain-frr.sh - evpnctl explain names the link that a fault in FRR, in the session or in the fabric breaks
# test-run: waits
set -euo pipefail
# shellcheck source=tests/netns/lib-explain.sh
. "$(dirname "$0")/lib-explain.sh"

explain_begin
explain_start
all_work
fault_rt
fault_hop
fault_type3
fault_session
fault_out
fault_vni
step "the underlay is too small for the VNI"
host_conf 's/vni = 110;/& mtu = 1500;/'
breaks MTU MtuTooSmall vni 110
cat "$FABRIC/ctl"
host_conf
# evpnd leaves lan110 as it is: br-lan, which is not evpnd's, would get a smaller MTU.
until_says "unknown at MTU (MtuMismatch)" vni 110
ip -n ev-node link set lan110 mtu 1450
works vni 110
fault_bgpd
daemon_stop
