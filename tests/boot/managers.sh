#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# managers.sh - systemd-networkd, and then NetworkManager, run the host's network and match every device: EVPN works from the boot on,
# and evpnd's devices keep their addresses.
# test-run: long
set -euo pipefail
# shellcheck source=tests/boot/lib.sh
. "$(dirname "$0")/lib.sh"

boot() {
	guest_run sync
	machine_cut
	machine_on
	ping_ok
	guest_wait
	wait_until 300 "evpnd is healthy" healthy
	guest_run ip -br address show frr0 | finds '192.169.10.2/24' || fail "frr0 is without its address"
}

bed 13
machine_on
guest_wait
set_up_node frr-vtysh

step "systemd-networkd, with DHCP on all devices"
guest_write /etc/systemd/network/50-all.network <<-'E'
	[Match]
	Name=*
	[Network]
	DHCP=yes
	[DHCPv4]
	UseDNS=no
E
guest_run systemctl enable --quiet systemd-networkd
boot
guest_run networkctl --no-pager --no-legend list | tee "$T/devices"
finds -E ' frr0 +ether +routable +unmanaged' "$T/devices" || fail "networkd has taken frr0"

step "NetworkManager, which manages all devices"
guest_run systemctl disable --quiet systemd-networkd systemd-networkd.socket
guest_run systemctl enable --quiet NetworkManager
boot
guest_run systemctl is-active NetworkManager
guest_run nmcli --terse --fields device,state device | tee "$T/devices"
finds '^frr0:unmanaged' "$T/devices" || fail "NetworkManager has taken frr0"
