#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# test-run: long
# The machine's only NIC is EVPN's, on a machine with systemd-networkd and systemd-resolved: doc/deploy.md, "systemd-networkd".
set -euo pipefail
# shellcheck source=tests/boot/lib-main.sh
. "$(dirname "$0")/lib-main.sh"

plain() {
	guest_write /etc/systemd/network/10-eth1.network <<-'E'
		[Match]
		Name=eth1
		[Network]
		Address=192.168.11.3/24
		Gateway=192.168.11.2
		DNS=192.0.2.53
	E
	guest_sh 'ln -sf /run/systemd/resolve/stub-resolv.conf /etc/resolv.conf &&
		systemctl enable -q --now systemd-networkd systemd-networkd-wait-online systemd-resolved'
}

# shellcheck disable=SC2034 # for main_run
RESCUE=evpnd.off
main_run "${RELEASE:-13}" systemd-networkd
