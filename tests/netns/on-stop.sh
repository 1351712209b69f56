#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# What evpnd leaves when it ends, by on_stop; and evpnd --down where hardly anything is left: no FRR, no plugin, no evpn.conf.
set -euo pipefail
# shellcheck source=tests/netns/lib-node.sh
. "$(dirname "$0")/lib-node.sh"

down() { evpnd_on_node --down "$@"; }
same() { [ "$(picture)" = "$before" ] || fail "$1: $(diff <(echo "$before") <(picture))"; }
kept() { [ "$(picture)" = "$made" ] || fail "$1: $(diff <(echo "$made") <(picture))"; }
converged() { daemon_says 'STATUS=applied'; }
# start : evpnd, which converges; $made is what it leaves then
start() {
	daemon_start
	wait_until 60 "evpnd has converged" converged
	made=$(picture)
	in_frr ip address show eth1 | finds 192.168.11.3/24 || fail "eth1 is not in FRR's namespace"
}
nic_is_back() {
	ip -n ev-node address show eth1 | finds 192.168.11.3/24 || fail "$1: eth1 is not back on the host with its address"
	ip -n ev-node route show default | finds 'default via 192.168.11.2' || fail "$1: the default route is not back"
	no_device lan0 ip -n ev-node || fail "$1: lan0 is left"
	[ ! -e "$FABRIC/state/nic-eth1.json" ] || fail "$1: there is a record of a NIC that was given back"
}

# stop_gives_back : SIGTERM, and evpnd takes its time
stop_gives_back() {
	daemon_stop
	daemon_says '^STOPPING=1' || fail "systemd does not learn that evpnd stops"
	daemon_says '^EXTEND_TIMEOUT_USEC=[0-9]+$' || fail "systemd is not asked for time"
	grep -q 'taken down in' "$FABRIC/daemon.log" || fail "nothing was taken down: $(cat "$FABRIC/daemon.log")"
	lacks '^<[0-3]>' "$FABRIC/daemon.log" || fail "an error: $(cat "$FABRIC/daemon.log")"
}

node_up
in_frr ip link set lo up
before=$(picture)

step "on_stop is unset, and \"keep\""
start
[ "$made" != "$before" ] || fail "nothing was made"
daemon_stop
kept "after a stop"
sed -i '1i on_stop = "keep";' "$FABRIC/evpn.conf"
former=$made
start
[ "$made" = "$former" ] || fail "the next start changed something"
daemon_stop
kept "after a stop with \"keep\""

step "\"give-back\": a stop, and a start"
sed -i 's/^on_stop.*/on_stop = "give-back";/' "$FABRIC/evpn.conf"
former=$made
start
[ "$made" = "$former" ] || fail "the key changed something"
stop_gives_back
same "after a stop"
[ -e "$FABRIC/state/last-good.conf" ] || fail "the copy of the last good configuration is gone"
# What evpnd does then does not need evpn.conf.
mv "$FABRIC/evpn.conf" "$FABRIC/away"
start
daemon_says 'STATUS=.*is rejected' || fail "evpn.conf was there: this test tests nothing"
daemon_stop
same "after a stop without evpn.conf"
mv "$FABRIC/away" "$FABRIC/evpn.conf"

step "evpnd is killed: everything stays, and the next stop gives it back"
start
kill -KILL "$DAEMON"
ends 137 wait "$DAEMON"
kept "after a kill"
start
stop_gives_back
same "after the next stop"

step "a stop while evpnd waits for FRR"
# shellcheck disable=SC2119
container_stop
daemon_start
wait_until 60 "evpnd waits for FRR" daemon_says 'waiting in step .find netns'
began=$SECONDS
daemon_stop
[ $((SECONDS - began)) -lt 60 ] || fail "the stop took $((SECONDS - began)) s"
nic_is_back "after a stop without FRR"
container_start
in_frr ip link set lo up

step "FRR has ended, its namespace is there still: a stop, and evpnd --down"
for how in stop down; do
	start
	nsenter -n -t "$(cat "$FABRIC/frr/pid")" sleep infinity &
	HOLDER=$!
	PIDS+=("$HOLDER")
	wait_until 60 "the holder" test /proc/$HOLDER/ns/net -ef "/proc/$(cat "$FABRIC/frr/pid")/ns/net"
	# shellcheck disable=SC2119
	container_stop
	if [ $how = stop ]; then
		wait_until 60 "evpnd waits for FRR" daemon_says 'waiting in step .find netns'
		daemon_stop
	else
		kill -KILL "$DAEMON"
		ends 137 wait "$DAEMON"
		expect 0 "taken down in" down
	fi
	nic_is_back "$how, with a namespace without FRR"
	end_child "$HOLDER"
	container_start
	in_frr ip link set lo up
done

step "no plugin file"
cp "$BUILD"/plugins/{netns-pidfile/.libs/netns-pidfile,frr-signal/.libs/frr-signal}.so "$FABRIC"
sed -i -E "s#\"[^\"]*/(netns-pidfile|frr-signal)\.so\"#\"$FABRIC/\1.so\"#" "$FABRIC/evpn.conf"
expect 0 converged once
rm "$FABRIC"/*.so
expect 78 'netns-pidfile.so: No such file or directory' once
expect 0 "finds FRR's namespace by the records of the NICs" down
same "after --down without plugins"

step "no file of the frr plugin alone"
cp "$BUILD"/plugins/{netns-pidfile/.libs/netns-pidfile,frr-signal/.libs/frr-signal}.so "$FABRIC"
expect 0 converged once
rm "$FABRIC/frr-signal.so"
expect 0 "evpnd goes on without the plugin" down
same "after --down without the frr plugin"

step "no evpn.conf, and no copy of it"
write_conf
expect 0 converged once
rm "$FABRIC/evpn.conf" "$FABRIC/state/last-good.conf"
expect 0 "there is neither evpn.conf nor a copy of a good one" down
same "after --down without a configuration"
expect 0 " 0 kernel changes" down

step "the number of the node is the address of the NIC, which moves away"
write_conf 's/vtep = "100.65.0.2"/vtep_pool = "100.65.0.0\/24"/'
echo 'node = { index_from = "interface:eth1"; };' >> "$FABRIC/evpn.conf"
expect 0 converged once
in_frr ip address show lo | finds 100.65.0.3/32 || fail "the VTEP is not number 3: $(in_frr ip address show lo)"
expect 0 " 0 kernel changes" once
in_frr ip address show lo | finds 100.65.0.3/32 || fail "the number is gone with the NIC"
expect 0 "taken down in" down
same "after --down"
ip -n ev-node address flush dev eth1
expect 1 "eth1 has no IPv4 address yet" once
