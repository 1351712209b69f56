# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# shellcheck disable=SC2016 # variables of the machine are in single quotes
# lib-main.sh - sourced: a machine whose only NIC is the main interface, run by systemd-networkd, NetworkManager or ifupdown, is
# deployed by doc/deploy.md, "Main interface": handed over, restarted, booted with EVPN and without, and taken back
#
#   main_run RELEASE SECTION     SECTION of doc/deploy.md, which has the service's name
# The test says how the machine is without EVPN, by a function `plain': eth1 with 192.168.11.3/24, a gateway, a DNS server. RESCUE is
# how it boots so once more: "evpnd.off" on the kernel's command line, or "file". With WAY_BACK the NIC goes back by itself, too.

# shellcheck source=tests/boot/lib-deploy.sh
. "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/lib-deploy.sh"

# The machine is as it was without evpnd.
is_plain() {
	wait_until 300 "the machine answers at its NIC's address" reachable 192.168.11.3
	guest_run ip -4 route show default | finds '^default via 192.168.11.2 dev eth1 ' || fail "the default route is not the NIC's"
	wait_until 180 "DNS" resolves
	wait_until 180 "a login at the NIC's address" login 192.168.11.3 true
	unreachable 192.168.20.3 || fail "the machine is in the VNI, too"
}

# It is in the VNI alone, and that is all the network it has.
is_main() {
	wait_until 600 "the machine answers in the VNI" reachable 192.168.20.3
	guest_run ip -4 route show default > "$FABRIC/default"
	finds '^default via 192.168.20.1 dev lan0 ' "$FABRIC/default" || fail "no default route by the VNI: $(cat "$FABRIC/default")"
	[ "$(count . "$FABRIC/default")" = 1 ] || fail "more than one default route: $(cat "$FABRIC/default")"
	guest_run ip -n evpnd address show eth1 | finds 'inet 192.168.11.3/24 ' || fail "the NIC is not in FRR's namespace"
	ends 1 guest_run ip link show eth1 || fail "the NIC is still on the host"
	wait_until 180 "DNS" resolves
	wait_until 180 "a login by EVPN" login 192.168.20.3 true
	vtysh_in leaf 'show bgp l2vpn evpn' | finds -F '[3]:[0]:[32]:[100.65.0.2]' || fail "the leaf has no route to the machine's VTEP"
}

all_is_well() {
	wait_until 600 "the boot is over" guest_sh 'case $(systemctl is-system-running) in initializing | starting) exit 1 ;; esac'
	guest_run systemctl --failed --no-legend > "$FABRIC/failed"
	lacks . "$FABRIC/failed" || fail "units have failed: $(cat "$FABRIC/failed")"
	guest_run systemctl is-active consumer || fail "what is started after network-online.target had no network"
}

# evpnd-wait-online was the last that the boot waited for: it had 90 s for its time limit, others have 120 or more.
nothing_else_waited() {
	guest_sh 'for unit in network-online.target evpnd-wait-online.service; do systemctl show -P ActiveEnterTimestampMonotonic $unit; done' |
		xargs > "$FABRIC/online"
	awk '{ late = ($1 - $2) / 1e6; printf "network-online.target is %.1f s after EVPN\n", late; exit !(late >= 0 && late < 20) }' "$FABRIC/online"
}

# figures TITLE ADDRESS
figures() {
	echo "$1: power-on to the first answer at $2: $(first_reply "$2" "$MACHINE_ON") s"
	guest_run systemd-analyze time
	end_child "$PINGS"
}

main_run() {
	need_machine "$1"
	deploy_fabric
	deploy_machine "$1"

	step "a machine without EVPN"
	plain
	is_plain

	recipe Configure "Main interface" "$2" "Hand over the NIC"
	is_main
	if [ -n "${WAY_BACK:-}" ]; then
		step "nobody logs in: the NIC goes back by itself"
		# Its time has come.
		guest_run systemctl start evpnd-back
		# A timer that has elapsed is gone by itself.
		guest_run systemctl stop evpnd-back.timer
		is_plain
		recipe "Hand over the NIC"
		is_main
	fi
	session_begin 192.168.20.3
	recipe "Keep it"
	step "a login outlives restarts"
	guest_run systemctl restart evpnd
	session_lives
	guest_run systemctl restart frr
	wait_until 600 "healthy again" guest_run evpnctl wait --for healthy --timeout 1
	session_lives

	step "a boot with EVPN"
	machine_off
	watch_pings 192.168.20.3
	machine_on
	guest_wait
	all_is_well
	is_main
	nothing_else_waited
	figures "with EVPN" 192.168.20.3

	step "a boot without EVPN: $RESCUE"
	[ "$RESCUE" != file ] || recipe Rescue
	machine_off
	watch_pings 192.168.11.3
	[ "$RESCUE" = file ] || MACHINE_WORDS=$RESCUE
	machine_on
	guest_wait
	all_is_well
	is_plain
	ends 3 guest_run systemctl is-active --quiet evpnd || fail "evpnd runs"
	figures "without EVPN" 192.168.11.3

	if [ "$RESCUE" = file ]; then
		step "EVPN again, and the end of it"
		guest_run rm /etc/evpnd/off
		guest_run systemctl start frr evpnd
		is_main
		recipe "Give the NIC back"
		is_plain
	fi
	recipe Uninstall
	is_plain
	ends 1 guest_sh 'command -v evpnd' || fail "evpnd is still there"
	step "end"
}
