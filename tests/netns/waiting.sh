#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# evpnd as a service: what is not there yet is waited for, by events, and systemd is told what evpnd waits for.
set -euo pipefail
# shellcheck source=tests/netns/lib-node.sh
. "$(dirname "$0")/lib-node.sh"

node_up
converged() { [ "$(count '^<6>converged in' "$FABRIC/daemon.log")" -ge "$1" ]; }

echo "--- no container yet: ready, and waiting"
container_stop
daemon_start
wait_until 60 "STATUS names the waiting step" daemon_says "^STATUS=waiting in step \`find netns': waits for .*/frr/pid"
grep -q '^READY=1' "$FABRIC/notify" || fail "READY=1 was not sent with the first configuration: $(cat "$FABRIC/notify")"
ip -n ev-node link show eth1 >/dev/null || fail "the NIC was taken before there was a place for it"

echo "--- the container starts: converged, by the event alone"
container_start
wait_until 60 "converged" converged 1
vtysh_in frr 'show evpn vni' | finds '^110 ' || fail "FRR does not know VNI 110"

echo "--- SIGHUP: run again, nothing to do"
kill -HUP "$DAEMON"
wait_until 60 "converged again" converged 2
tail -2 "$FABRIC/daemon.log" | finds ' 0 kernel changes, no FRR reload needed' ||
	fail "the second run did something: $(tail -2 "$FABRIC/daemon.log")"
kill -USR1 "$DAEMON"
wait_until 60 "SIGUSR1 shows the state" grep -q '^<5>applied' "$FABRIC/daemon.log"

echo "--- the container is killed; its pidfile stays, stale"
container_stop KILL
wait_until 60 "evpnd waits again" daemon_says "STATUS=waiting in step \`find netns': .*process [0-9]+ has ended"
# A NIC that exists only in software died with its namespace; another one takes its place.
nic_is_gone() { no_device node ip -n ev-leaf2; }
wait_until 60 "the old namespace and its NIC go" nic_is_gone
cable node eth1 192.168.11.3/24 leaf2 node 192.168.11.2/24

echo "--- a new one, in a new namespace: everything again"
container_start
wait_until 60 "converged in the new namespace" converged 3
in_frr ip link show eth1 >/dev/null || fail "the NIC is not in the new namespace"
vtysh_in frr 'show evpn vni' | finds '^110 ' || fail "FRR does not know VNI 110"

echo "--- evpnd ends, and everything stays"
before=$(snapshot)
daemon_stop
[ "$(snapshot)" = "$before" ] || fail "ending changed something: $(diff <(echo "$before") <(snapshot))"

echo "--- evpnd in a pid namespace of its own, where the process of the pidfile is not"
status=0
ip netns exec ev-node unshare --pid --fork --kill-child --mount-proc "$BUILD/evpnd" --config "$FABRIC/evpn.conf" \
	--state-dir "$FABRIC/state" --once --timeout 3 > "$FABRIC/out" 2>&1 || status=$?
[ $status = 1 ] || fail "exit status $status: $(cat "$FABRIC/out")"
grep -q 'process [0-9]* has ended.*; evpnd is in a pid namespace of its own .*--pid=host' "$FABRIC/out" ||
	fail "evpnd does not say why: $(cat "$FABRIC/out")"
[ "$(snapshot)" = "$before" ] || fail "that changed something: $(diff <(echo "$before") <(snapshot))"

echo "--- nobody to reload FRR: the reload stays owed"
reloads=$(reloader_count)
mv "$FABRIC/frr/socket/reloader.sock" "$FABRIC/frr/socket/away"
write_frr 'ip prefix-list later seq 5 permit any'
expect 1 "waits for evpn-reloader at" evpnd_on_node --once --timeout 5
grep -q later "$FABRIC/frr/etc/frr.conf" || fail "frr.conf was not installed"
expect 1 "waits for evpn-reloader at" evpnd_on_node --once --timeout 5
mv "$FABRIC/frr/socket/away" "$FABRIC/frr/socket/reloader.sock"
expect 0 "0 kernel changes, FRR reloaded" once
after=$(reloader_count)
[ "$after" != "$reloads" ] || fail "FRR was not reloaded"
vtysh_in frr 'show running-config' | finds 'prefix-list later' || fail "FRR does not have the new frr.conf"
