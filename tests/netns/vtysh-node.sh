#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# vtysh-node.sh - the whole of evpnd with frr-vtysh, and nothing beside FRR in its container: to an endpoint, nothing to do, a
# daemon of FRR that is restarted, a container that is, a file that FRR refuses
set -euo pipefail
# shellcheck source=tests/netns/lib-node.sh
. "$(dirname "$0")/lib-node.sh"

FRR_ALONE=1

has_loaded() {
	vtysh_in frr 'show running-config' | finds advertise-all-vni
}

has_not_loaded() {
	vtysh_in frr 'show running-config' > "$FABRIC/running"
	lacks advertise-all-vni "$FABRIC/running"
}

knows_vnis() {
	[ "$(vtysh_in frr 'show evpn vni json' | count -E '"vni":(110|120)')" = 2 ]
}

has_converged_again() {
	[ "$(count converged "$FABRIC/daemon.log")" -gt "$1" ]
}

logged() {
	grep -qE -- "$1" "$FABRIC/daemon.log"
}

node_up
[ ! -e "$FABRIC/frr/socket" ] || fail "there is a sidecar"
write_conf 's|frr-signal/.libs/frr-signal|frr-vtysh/.libs/frr-vtysh|' \
	"s|^frr-signal = .*|frr-vtysh = { pidfile = \"$FABRIC/frr/pid\"; };|"

step "one run, and a second one with nothing to do"
expect 0 "FRR reloaded" once
knows_vnis || fail "FRR does not know both VNIs"
expect 0 "0 kernel changes, no FRR reload needed" once

step "a daemon of FRR is restarted, empty: its configuration is loaded again"
daemon_start
wait_until 60 "evpnd has converged" daemon_says READY=1
nsenter -m -u -i -n -p -t "$(cat "$FABRIC/frr/pid")" pkill -KILL -x bgpd
wait_until 60 "the end of bgpd" has_not_loaded
nsenter -m -u -i -n -p -t "$(cat "$FABRIC/frr/pid")" /usr/lib/frr/bgpd -d -A 127.0.0.1
wait_until 60 "bgpd has its configuration" has_loaded
wait_until 60 "bgpd knows the VNIs" knows_vnis

step "the container is restarted"
container_stop KILL
wait_until 60 "eth1 has gone with it" no_device node ip -n ev-leaf2
# Before the container: evpnd takes it as soon as there is a place for it.
cable node eth1 192.168.11.3/24 leaf2 node 192.168.11.2/24
container_start
wait_until 60 "the new FRR has its configuration" has_loaded

step "a file that FRR refuses: told in FRR's words, the former one stays in force"
write_frr ' neighbor 192.168.11.9 peer-group nosuch'
kill -HUP "$DAEMON"
wait_until 60 "the refusal is logged" logged 'Configure the peer-group first|Unknown command'
has_loaded || fail "FRR has lost its configuration"
before=$(count converged "$FABRIC/daemon.log")
write_frr
kill -HUP "$DAEMON"
wait_until 60 "evpnd has converged again" has_converged_again "$before"
knows_vnis || fail "FRR does not know both VNIs"
daemon_stop

# refused_twice MESSAGE LINE... : two runs of evpnd refuse the file with the same message, and FRR runs what it ran
refused_twice() {
	local message=$1 first=''
	shift
	write_frr "$@"
	for _ in 1 2; do
		expect 1 "$message" once
		[ "$(vtysh_in frr 'show running-config no-header')" = "$running" ] || fail "FRR runs something else"
		: "${first:=$(grep -F -- "$message" "$FABRIC/out")}"
		[ "$(grep -F -- "$message" "$FABRIC/out")" = "$first" ] || fail "the second run says: $(cat "$FABRIC/out")"
	done
}

step "evpnd --once refuses the same file the same way each time, and FRR keeps its configuration"
running=$(vtysh_in frr 'show running-config no-header')
refused_twice "'router bgp 65009': line 1 has already defined this instance with AS 64514" \
	'router bgp 65009' ' neighbor 203.0.113.1 remote-as 1' exit
refused_twice "FRR's former configuration is in force again" 'router bgp 64514' ' neighbor 203.0.113.1 remote-as 1' \
	' neighbor 192.168.11.9 peer-group nosuch' exit
