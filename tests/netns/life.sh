#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Whatever happens to evpnd, its files, FRR's process and the kernel, at whatever step evpnd is: it ends where it would have ended
# without, and nothing that is evpnd's own costs a packet. tests/podman/life.sh has what happens to a real pod.
# Every third cell of the table; TABLE_PART=1 TEST_TIMEOUT=900: all of them.
set -euo pipefail
# shellcheck source=tests/netns/lib-node.sh
. "$(dirname "$0")/lib-node.sh"
# shellcheck source=tests/lib/hold.sh
. "$here/../lib/hold.sh"

evpnd_starts() {
	ip netns exec ev-node "$BUILD/evpnd-hold" "$FABRIC/hold" "$FABRIC/evpn.conf" "$FABRIC/state" 2>> "$FABRIC/daemon.log" &
	DAEMON=$!
	PIDS+=("$DAEMON")
}

EVENTS=(reconfigured SIGHUP SIGUSR1 evpnd_killed evpnd_stopped pidfile_rewritten drifted container_replaced)
keeps() { [[ $1 != drifted && $1 != container_replaced ]]; }
loses() { [[ $1 = drifted || $1 = container_replaced ]]; }
# The stream's way is mended by hand afterwards.
UNCOUNTED=-

happens() {
	case $1 in
	reconfigured)
		N=$((N + 1))
		configure $N
		;;
	SIGHUP) kill -HUP "$DAEMON" ;;
	SIGUSR1) kill -USR1 "$DAEMON" ;;
	evpnd_killed)
		kill -KILL "$DAEMON"
		ends 137 wait "$DAEMON"
		HELD=
		evpnd_starts
		;;
	evpnd_stopped)
		kill -TERM "$DAEMON"
		hold_end
		wait "$DAEMON" || return
		evpnd_starts
		;;
	pidfile_rewritten)
		cp "$FABRIC/frr/pid" "$FABRIC/frr/pid.new"
		mv "$FABRIC/frr/pid.new" "$FABRIC/frr/pid"
		;;
	drifted) in_frr ip link delete vni110 ;;
	container_replaced)
		container_stop KILL
		# The NIC that died with its namespace is put in again.
		ip -n ev-leaf2 link delete node 2> /dev/null || :
		container_start
		cable node eth1 192.168.11.3/24 leaf2 node 192.168.11.2/24
		ip -n ev-leaf2 route replace 100.65.0.2 via 192.168.11.3
		;;
	esac
}

configure() {
	local without_120=()
	[ $(($1 % 2)) = 1 ] || without_120=('/vni = 120/d' 's/\(interface = "lan0".*\),$/\1/')
	mkdir -p "$FABRIC/new"
	CONF=$FABRIC/new/evpn.conf write_conf "${without_120[@]}" 's|interface = "lan0"|&; addresses = [ "192.168.20.1/24" ]|' \
		's|frr-signal/.libs/frr-signal|frr-vtysh/.libs/frr-vtysh|' \
		"s|^frr-signal = .*|frr-vtysh = { pidfile = \"$FABRIC/frr/pid\"; };|"
	write_frr "ip prefix-list cell$1 seq 5 permit any"
	mv "$FABRIC/new/evpn.conf" "$FABRIC"
}

# No router is in ev-leaf2, so what FRR would know of it by EVPN stands there by hand.
leaf2_by_hand() {
	# A second time it is an error.
	in_frr bridge fdb append 00:00:00:00:00:00 dev vni110 dst 192.168.11.2 self permanent 2> /dev/null || :
}

in_force() {
	evpnd_on_node --dry-run && vtysh_in frr 'show running-config' > "$FABRIC/running" &&
		[ "$(grep '^ip prefix-list cell' "$FABRIC/running")" = "ip prefix-list cell$N seq 5 permit any" ] &&
		leaf2_by_hand
}

index_of_vni() { in_frr ip -oneline link show vni110 | cut -d: -f1; }
one_ping() { ip netns exec ev-node ping -c1 -W1 192.168.20.2; }

node_up
ip -n ev-leaf2 -batch - <<-E
	link add vx110 up type vxlan id 110 local 192.168.11.2 remote 100.65.0.2 dstport 4789
	address add 192.168.20.2/24 dev vx110
	route add 100.65.0.2 via 192.168.11.3
E
hold_begin "$FABRIC/hold"
configure 0
evpnd_starts
wait_until 60 "the first configuration is in force" in_force
stream_begin ip netns exec ev-node ping -n -i 0.01 192.168.20.2
PIDS+=("$STREAM")
TABLE_PART=${TABLE_PART:-3}
table "${EVENTS[@]}"
daemon_stop
