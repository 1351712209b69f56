#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# test-run: long
# The machine's only NIC is EVPN's, on a machine with NetworkManager: doc/deploy.md, "NetworkManager". Here the NIC goes back by
# itself, too.
set -euo pipefail
# shellcheck source=tests/boot/lib-main.sh
. "$(dirname "$0")/lib-main.sh"

plain() {
	guest_write /etc/NetworkManager/system-connections/eth1.nmconnection <<-'E'
		[connection]
		id=eth1
		type=ethernet
		interface-name=eth1
		[ipv4]
		method=manual
		address1=192.168.11.3/24,192.168.11.2
		dns=192.0.2.53;
		[ipv6]
		method=disabled
	E
	# NetworkManager would give the servers to systemd-resolved, whose package has a program resolvconf.
	guest_sh 'dpkg --purge systemd-resolved && rm -f /etc/resolv.conf &&
		chmod 600 /etc/NetworkManager/system-connections/eth1.nmconnection && systemctl enable -q --now NetworkManager NetworkManager-wait-online'
}

# shellcheck disable=SC2034 # for main_run
RESCUE="file" WAY_BACK=1
main_run 13 NetworkManager
