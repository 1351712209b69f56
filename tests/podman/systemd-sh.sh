#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# systemd-sh.sh - the plugin sh in both roles under evpnd.service as it is installed, by the example script frr-netns: evpnd waits for
# the namespace, converges, is healthy, and notices a foreign change of FRR
#
# A real systemd is the first process of a container over the host's /usr. FRR is a service beside evpnd, in the named network
# namespace frr, as the example has it.
set -euo pipefail
# shellcheck source=tests/podman/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/podman/lib-systemd.sh
. "$(dirname "$0")/lib-systemd.sh"

in_network() {
	inside nsenter --net=/run/netns/frr "$@"
}

announces() {
	inside vtysh -c 'show running-config' | grep advertise-all-vni
}

need_systemd
set_up
make_config ''
sed -i -e 's#^plugins = .*#plugins = { netns = "@SH@";#' -e 's#frr = ".*frr-signal.so"; };#frr = "@SH@"; };#' \
	-e "s#@SH@#$BUILD/plugins/sh/.libs/sh.so#" -e '/^netns-pidfile = /d' \
	-e 's#^frr-signal = .*#sh = { script = "/etc/evpnd/frr-netns"; };\nhealth = { interval = 5; };#' \
	-e 's#config = "[^"]*"#config = "/etc/frr/frr.conf"#' "$T/evpn.conf"
make_os
cp -a "$T/frr/." "$T/os/etc/frr"
chown -R frr:frr "$T/os/etc/frr"
install -m 755 "$REPO/plugins/sh/examples/frr-netns" "$ETC/frr-netns"
cat > "$T/units/frr.service" <<'E'
[Service]
Type=forking
ExecStartPre=install -d -o frr -g frr /run/frr
ExecStartPre=ip netns add frr
ExecStart=nsenter --net=/run/netns/frr sh -c 'ip link set lo up; for daemon in zebra bgpd staticd; do /usr/lib/frr/$$daemon -d -A 127.0.0.1; done'
E
# shellcheck disable=SC2119 # its words are for the first process of another system
systemd_up

step "there is no namespace: evpnd waits for it"
: > "$T/evpnd.log"
inside systemctl start evpnd
wait_until 60 "evpnd waits for the script" status_is 'waiting.*frr-netns find'
no_ping

step "FRR starts: its namespace appears in the unit's file system, and the script does its work within the unit"
inside systemctl start frr
wait_until 60 "evpnd has converged" converged
works in_network 'inside vtysh' 'neighbor 192.168.11.2 timers 1 3'
wait_until 60 "the verbs ask and daemons work" status_is '^applied, healthy: 0 L3VNIs, 1 L2VNIs, 1 of 1 sessions established'
[ "$(stat -c %U:%G:%a "$T/os/etc/frr/frr.conf")" = frr:frr:640 ] || fail "frr.conf: $(stat -c %U:%G:%a "$T/os/etc/frr/frr.conf")"

step "what another program takes out of FRR comes back"
inside vtysh -c 'configure terminal' -c 'router bgp 64514' -c 'address-family l2vpn evpn' -c 'no advertise-all-vni'
wait_until 60 "it is noticed" grep "another program has changed FRR's configuration" "$T/evpnd.log"
wait_until 60 "it is back" announces
wait_until 60 "evpnd has converged" converged
works in_network 'inside vtysh' 'neighbor 192.168.11.2 timers 1 3'

step "systemctl restart changes nothing"
inside systemctl restart evpnd
wait_until 60 "evpnd has converged" grep 'converged in .*: 0 kernel changes, no FRR reload needed' "$T/evpnd.log"
works in_network 'inside vtysh' 'neighbor 192.168.11.2 timers 1 3'
lacks '^<[0-3]>' "$T/evpnd.log" || fail "evpnd met an error"
inside systemctl stop evpnd
[ "$(inside systemctl show -P Result evpnd)" = success ] || fail "evpnd ended with an error"
