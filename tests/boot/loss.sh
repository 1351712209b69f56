#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# loss.sh - what a host behind a leaf loses of its packets to a node when a part of the node restarts or is killed, with each frr
# plugin. After each event evpnd is healthy again. What concerns evpnd alone loses none; what FRR's restart costs is printed.
# test-run: long
set -euo pipefail
# shellcheck source=tests/boot/lib.sh
. "$(dirname "$0")/lib.sh"

events() {
	no_loss "$1: systemctl restart evpnd" guest_run systemctl restart evpnd
	no_loss "$1: kill -9 evpnd" guest_run systemctl kill -s KILL evpnd
	no_loss "$1: systemctl reload evpnd" guest_run systemctl reload evpnd
	no_loss "$1: systemctl stop evpnd; systemctl start evpnd" guest_sh 'systemctl stop evpnd; systemctl start evpnd'
	no_loss "$1: systemctl daemon-reexec" guest_run systemctl daemon-reexec
	no_loss "$1: kill -9 systemd-journald" guest_run systemctl kill -s KILL systemd-journald
	# FRR's end is found by a health check at the latest: 30 s of answers are not those of before.
	ANSWERS=600
	measure "$1: kill -9 bgpd" guest_run podman exec frr pkill -KILL bgpd
	measure "$1: kill -9 zebra" guest_run podman exec frr pkill -KILL zebra
	measure "$1: podman kill frr" guest_run podman kill frr
	# shellcheck disable=SC2016 # the guest's shell expands it
	measure "$1: kill -9 conmon of frr" guest_sh 'kill -9 "$(systemctl show -P MainPID frr)"'
	measure "$1: systemctl restart frr" guest_run systemctl restart frr
	measure "$1: systemctl restart evpnd-netns" guest_run systemctl restart evpnd-netns
	ANSWERS=20
}

bed 13
machine_on
guest_wait
step "frr-vtysh"
set_up_node frr-vtysh
guest_run systemctl start frr evpnd
ping_ok
events frr-vtysh

step "zebra without -K, so that it removes the routes of the former zebra at its start"
guest_run sed -i 's/ -K 30//' /etc/evpnd/frr/daemons
guest_run systemctl restart frr
wait_until 300 "evpnd is healthy" healthy
ANSWERS=600
measure "zebra without -K: systemctl restart frr" guest_run systemctl restart frr
ANSWERS=20
guest_run sed -i 's/ -s 90000000/& -K 30/' /etc/evpnd/frr/daemons

step "frr-signal, on the same node"
guest_run evpnd-setup --plugin frr-signal
node_config frr-signal | guest_write /etc/evpnd/evpn.conf
guest_run systemctl start reloader
guest_run systemctl restart evpnd
wait_until 300 "evpnd is healthy" healthy
events frr-signal
no_loss "frr-signal: podman kill reloader" guest_run podman kill reloader
no_loss "frr-signal: systemctl restart reloader" guest_run systemctl restart reloader
