#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# remove.sh - evpnd's package is removed: the NIC is the host's again, with what it had, and at the next boot as well
# test-run: long
set -euo pipefail
# shellcheck source=tests/boot/lib.sh
. "$(dirname "$0")/lib.sh"

has_nic() {
	guest_run ip -br address show eth0 | finds '192.168.11.77/24'
}

bed 13
machine_on
guest_wait
set_up_node frr-vtysh
guest_sh 'ip address add 192.168.11.77/24 dev eth0 && ip link set eth0 up'
guest_run systemctl start frr evpnd
ping_ok
ends 1 has_nic || fail "eth0 is still on the host"

step "the package is removed"
guest_run dpkg -r evpnd
wait_until 120 "eth0 is back, with what it had" has_nic
ends 4 guest_run systemctl status evpnd > /dev/null || fail "evpnd.service is still there"


step "the next boot"
machine_off
machine_on
guest_wait
guest_run ip link show eth0 | finds 'eth0:' || fail "eth0 is not on the host"
ends 3 guest_run systemctl is-active frr > /dev/null || fail "FRR runs without its namespaces"
