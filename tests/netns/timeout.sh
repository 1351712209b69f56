#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# timeout.sh - every mode ends by its time limit, whatever it waits for: FRR's daemons that are stopped, sockets that take a
# connection and say nothing, a vtysh that hangs
# test-run: waits
set -euo pipefail
# shellcheck source=tests/netns/lib-node.sh
. "$(dirname "$0")/lib-node.sh"

FRR_ALONE=1

# in_time STATUS WORDS OPTION... : evpnd ends so, says so, and has not waited for long: the rest of the 30 s is for a slow machine.
# What it waits for here has no end.
in_time() {
	local want=$1 text=$2 begin=$SECONDS
	shift 2
	expect "$want" "$text" timeout -k 1 60 ip netns exec ev-node "$BUILD/evpnd" --config "$FABRIC/evpn.conf" \
		--state-dir "$FABRIC/state" "$@"
	[ $((SECONDS - begin)) -le 30 ] || fail "$*: it took $((SECONDS - begin)) s"
}

# daemons SIGNAL : to all of FRR
daemons() {
	local name
	for name in zebra bgpd staticd; do
		nsenter -m -p -t "$(cat "$FABRIC/frr/pid")" pkill "-$1" -x "$name"
	done
}

# silent SOCKET : it takes connections and says nothing
silent() {
	python3 - "$1" <<-'P' &
		import socket, sys
		s = socket.socket(socket.AF_UNIX)
		s.bind(sys.argv[1])
		s.listen()
		taken = []
		while True:
		    taken.append(s.accept()[0])
		P
	PIDS+=($!)
	wait_until 60 "the silent socket $1" test -S "$1"
}

vtysh_conf() {
	write_conf 's|frr-signal/.libs/frr-signal|frr-vtysh/.libs/frr-vtysh|' \
		"s|^frr-signal = .*|frr-vtysh = { pidfile = \"$FABRIC/frr/pid\"; };|" "$@"
}

macvlan='s/name = "eth1"/name = "up0"; parent = "eth1"; macvlan = true; addresses = [ "192.168.11.4\/24" ]/'

node_up

step "FRR's daemons are stopped"
daemons STOP
vtysh_conf "$macvlan"
in_time 1 "not converged within the time limit; waiting in step \`check FRR'" --dry-run --timeout 5
in_time 1 "not converged within the time limit; waiting in step \`check FRR'" --dry-run
in_time 1 "not converged within the time limit; waiting in step \`check FRR'" --once --timeout 5
vtysh_conf
in_time 1 "not converged within the time limit; waiting in step \`reload FRR'" --once --timeout 5
# --check asks FRR for its version, and goes on without it after 2 s.
in_time 0 "evpn.conf: good" --check --timeout 60
in_time 1 "not converged within the time limit" --check --timeout 1
in_time 0 "taken down in" --down --timeout 60
daemons CONT
expect 0 converged once

step "vty sockets that say nothing"
for name in zebra bgpd staticd; do
	mv "$FABRIC/frr/run/$name.vty" "$FABRIC/frr/run/$name.away"
	silent "$FABRIC/frr/run/$name.vty"
done
vtysh_conf "$macvlan"
in_time 1 "not converged within the time limit; waiting in step \`check FRR'" --dry-run --timeout 5
vtysh_conf
rm "$FABRIC/state/loaded"
in_time 1 "not converged within the time limit; waiting in step \`reload FRR'" --once --timeout 5
for name in zebra bgpd staticd; do mv "$FABRIC/frr/run/$name.away" "$FABRIC/frr/run/$name.vty"; done
expect 0 converged once

step "a reloader that says nothing"
silent "$FABRIC/silent.sock"
write_conf "s|unix:[^\"]*|unix:$FABRIC/silent.sock|"
rm "$FABRIC/state/loaded"
in_time 1 "not converged within the time limit; waiting in step" --once --timeout 5
in_time 2 "reload FRR" --dry-run --timeout 60

step "a vtysh that hangs in the syntax check"
printf '#!/bin/sh\nexec sleep infinity\n' > "$FABRIC/vtysh"
chmod 755 "$FABRIC/vtysh"
vtysh_conf "s|^frr = {|& check = \"$FABRIC/vtysh\";|"
write_frr 'ip prefix-list other seq 5 permit any'
in_time 1 "not converged within the time limit" --check --timeout 5
in_time 1 "not converged within the time limit; waiting in step \`check syntax'" --dry-run --timeout 5
in_time 1 "not converged within the time limit; waiting in step \`check syntax'" --once --timeout 5

step "FRR's container is gone, and Open vSwitch says nothing"
silent "$FABRIC/ovs.sock"
vtysh_conf 's|bridge = "br-lan"|ovs_bridge = "br-int"|'
echo "openvswitch = { socket = \"$FABRIC/ovs.sock\"; };" >> "$FABRIC/evpn.conf"
write_frr
rm -f "$FABRIC/state/no-ovs-ports"
in_time 1 "not converged within the time limit; waiting in step \`read kernel'" --dry-run --timeout 1
in_time 1 "not converged within the time limit; waiting in step \`read kernel'" --once --timeout 1
container_stop TERM
in_time 1 "not converged within the time limit; waiting in step \`read kernel'" --down --timeout 1
