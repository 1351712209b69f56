#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# test-run: long
# stop.sh - where the NIC is after evpnd's end: `on_stop = "give-back"' returns it at `systemctl stop' and not at a restart or a shutdown;
# "keep" leaves everything as it is, also if evpnd.service is disabled; the next boot has the NIC on the host.
# shellcheck disable=SC2016 # variables of the machine are in single quotes
set -euo pipefail
# shellcheck source=tests/boot/lib.sh
. "$(dirname "$0")/lib.sh"

has_nic() {
	guest_run ip -br address show eth0 | finds '192.168.11.77/24'
}

is_running() {
	ping_ok
	wait_until 300 "evpnd is healthy" healthy
	ends 1 has_nic || fail "eth0 is on the host, too"
}

bed 13
machine_on
guest_wait
ON_STOP=give-back set_up_node frr-vtysh
add_consumer
guest_sh 'ip address add 192.168.11.77/24 dev eth0 && ip link set eth0 up'
guest_run systemctl start frr evpnd
is_running

step "give-back"
no_loss "systemctl restart evpnd" guest_run systemctl restart evpnd
guest_run systemctl stop evpnd
has_nic || fail "eth0 is not back with what it had"
ends 1 answers || fail "h1 still has answers"
guest_run systemctl start evpnd
is_running
guest_run systemctl start consumer
shut_down

step "the next boot: keep, and evpnd is disabled"
machine_on
guest_wait
is_running
node_config frr-vtysh | guest_write /etc/evpnd/evpn.conf
guest_run systemctl reload evpnd
wait_until 300 "evpnd is healthy" healthy
no_loss "a disabled evpnd changes nothing" guest_sh 'systemctl disable --now evpnd && systemctl start evpnd'
guest_run systemctl stop evpnd
answers || fail "EVPN ended with evpnd"
guest_run sync
machine_cut

step "the boot after that"
machine_on
guest_wait
wait_until 600 "the boot is over" guest_sh 'case $(systemctl is-system-running) in initializing | starting) exit 1 ;; esac'
guest_run ip link show eth0 | finds 'eth0:' || fail "eth0 is not on the host"
ends 3 guest_run systemctl is-active --quiet evpnd || fail "evpnd runs"
guest_run systemctl enable --now evpnd
is_running
