#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# test-run: long
# The machine's only NIC is EVPN's, on a machine with ifupdown: doc/deploy.md, "ifupdown".
set -euo pipefail
# shellcheck source=tests/boot/lib-main.sh
. "$(dirname "$0")/lib-main.sh"

plain() {
	guest_write /etc/network/interfaces <<-'E'
		auto lo eth1
		iface lo inet loopback
		iface eth1 inet static
			address 192.168.11.3/24
			gateway 192.168.11.2
	E
	# It is a link to a file of systemd-resolved.
	guest_sh 'rm -f /etc/resolv.conf && echo nameserver 192.0.2.53 > /etc/resolv.conf && systemctl enable -q networking && systemctl restart networking'
}

# shellcheck disable=SC2034 # for main_run
RESCUE="file"
main_run 13 ifupdown
