#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# trouble.sh - boots in which something is wrong: FRR's image is gone, evpn.conf has an error, with and without a copy of the last good
# one; and boots without evpnd, by the kernel's command line or a file. The boot ends in time, the node says what is wrong, and the
# NIC is where it is needed.
# test-run: long
set -euo pipefail
# shellcheck source=tests/boot/lib.sh
. "$(dirname "$0")/lib.sh"

boot() {
	guest_run sync
	machine_cut
	MACHINE_WORDS=${1:-} machine_on
	guest_wait
	wait_until 600 "network-online.target" guest_run systemctl is-active network-online.target
}

# set_limit SECONDS : of evpnd-wait-online
set_limit() {
	printf '[Service]\nExecStart=\nExecStart=/usr/sbin/evpnctl wait --for healthy --timeout %s\n' "$1" |
		guest_write /etc/systemd/system/evpnd-wait-online.service.d/limit.conf
}

# Without evpnd, what the host has of its NIC is what it had when it was born.
is_off() {
	local unit
	for unit in evpnd evpnd-netns frr; do
		[ "$(guest_run systemctl show -P ActiveState,SubState,ConditionResult "$unit" | xargs)" = "inactive dead no" ] ||
			fail "$unit runs, or did not get so far"
	done
	guest_run ip link show eth0 | finds 'eth0:' || fail "eth0 is not on the host"
}

error_at() {
	# The status of a unit that does not run is not 0.
	guest_run systemctl status --no-pager --full --lines 20 evpnd > "$T/status" || :
	finds "$1" "$T/status" || fail "the operator does not see: $1: $(cat "$T/status")"
}

bed 13
machine_on
guest_wait
set_up_node frr-vtysh
guest_sh 'systemctl --quiet add-wants multi-user.target network-online.target
	mkdir /etc/systemd/system/evpnd-wait-online.service.d'
set_limit 40

step "FRR's image is gone"
guest_run podman tag localhost/evpnd-frr localhost/elsewhere
guest_run podman untag localhost/evpnd-frr localhost/evpnd-frr:latest
boot
[ "$(guest_run systemctl show -P ExecMainStatus evpnd-wait-online)" = 6 ] || fail "evpnd-wait-online has not met its limit"
awk -v online="$(unit_time network-online.target)" -v start="$(unit_time evpnd-wait-online InactiveExitTimestampMonotonic)" \
	'BEGIN { print "network-online.target " online - start " s after evpnd-wait-online has begun"; exit online - start > 60 }' ||
	fail "the boot waited for longer than the limit"
logged 'frr\[.*localhost/evpnd-frr.*(not known|not found)|localhost/evpnd-frr: image not known' || fail "nobody says that the image is missing"
guest_run podman tag localhost/elsewhere localhost/evpnd-frr
ping_ok
wait_until 300 "evpnd is healthy when the image is back" healthy

step "evpn.conf has an error, and evpnd has the last good copy"
# It is not about time here.
set_limit 600
guest_sh 'sed -i "s/vtep = .*/vtep = \"nonsense\";/" /etc/evpnd/evpn.conf'
boot
ping_ok
error_at 'evpn.conf:[0-9]*:'
[ "$(guest_run systemctl show -P ExecMainStatus evpnd-wait-online)" = 0 ] || fail "evpnd-wait-online does not see that EVPN works"

step "and without that copy"
set_limit 40
guest_run rm /var/lib/evpnd/default.conf
boot
[ "$(guest_run systemctl show -P ExecMainStatus evpnd)" = 78 ] || fail "evpnd did not end with status 78"
error_at 'evpn.conf:[0-9]*:'
guest_run ip link show eth0 | finds 'eth0:' || fail "eth0 is not on the host"
node_config frr-vtysh | guest_write /etc/evpnd/evpn.conf
guest_run systemctl start evpnd
ping_ok

step "evpnd.off on the kernel's command line"
boot evpnd.off
is_off

step "the file /etc/evpnd/off"
guest_run touch /etc/evpnd/off
boot
is_off
guest_run rm /etc/evpnd/off
boot
ping_ok
