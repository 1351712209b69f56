#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# life.sh - whatever happens to FRR's containers, at whatever step evpnd is: it ends where it would have ended without
#
# The namespace's devices stay where the namespace does. What is lost of a stream of packets meanwhile is what FRR's restart costs.
# Every third cell of the table; TABLE_PART=1 TEST_TIMEOUT=900: all of them.
set -euo pipefail
# shellcheck source=tests/podman/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/lib/hold.sh
. "$REPO/tests/lib/hold.sh"
# shellcheck disable=SC2034 # lib.sh
WATCHFRR="--min-restart-interval 1 --max-restart-interval 1 -i 1"

EVENTS=(restarted killed removed bgpd_killed pod_restarted infra_killed)
keeps() { [[ $1 != pod_restarted && $1 != infra_killed ]]; }
loses() { :; }

# The namespace goes, and eth1 with it; evpnd, which is held, may be what keeps both.
new_nic() {
	# It may have died with its peer.
	ip -n "$LEAF" link delete node 2> /dev/null || :
	make_eth1
}

# podman waits for a namespace's devices no more than for a process.
happens() {
	local infra
	case $1 in
	restarted) podman restart -t 1 frr ;;
	killed) kill -9 "$(frr_pid)" && podman wait frr && podman start frr ;;
	removed) podman rm -f -t 0 frr && make_frr && podman start frr ;;
	bgpd_killed) kill -9 "$(pgrep --ns "$(frr_pid)" --nslist pid -x bgpd)" ;;
	pod_restarted) podman pod restart frrpod && new_nic ;;
	infra_killed)
		infra=$(podman ps -a --filter pod=frrpod --filter name=-infra --format '{{.ID}}')
		kill -9 "$(podman inspect -f '{{.State.Pid}}' "$infra")"
		podman wait "$infra" frr
		podman pod start frrpod && new_nic
		;;
	esac
}

# VNI 120 is there in every other one; FRR has a prefix-list of its own in each.
configure() {
	make_config 'address = "unix:/nowhere";'
	sed -i "s#frr = \".*frr-signal.so\"#frr = \"$BUILD/plugins/frr-vtysh/.libs/frr-vtysh.so\"#
		s#^frr-signal = .*#frr-vtysh = { pidfile = \"$T/pid/frr.pid\"; };#" "$T/evpn.conf"
	echo "ip prefix-list cell$1 seq 5 permit any" >> "$T/frr.conf.in"
	[ $(($1 % 2)) = 0 ] || sed -i 's/^l2vnis = (/& { vni = 120; },/' "$T/evpn.conf"
}

in_force() {
	on_host "$BUILD/evpnd" --config "$T/evpn.conf" --state-dir "$T/state" --dry-run &&
		podman exec frr vtysh -c 'show running-config' > "$T/running" &&
		[ "$(grep '^ip prefix-list cell' "$T/running")" = "ip prefix-list cell$N seq 5 permit any" ] && one_ping
}

index_of_vni() { nsenter --net="/proc/$(frr_pid)/ns/net" ip -oneline link show vni110 | cut -d: -f1; }
one_ping() { ip netns exec "$GUEST" ping -c1 -W1 192.168.20.2; }

set_up
hold_begin "$T/hold"
configure 0
make_pod --network=none
podman pod start frrpod > /dev/null
nsenter --net="/run/netns/$HOST" "$BUILD/evpnd-hold" "$T/hold" "$T/evpn.conf" "$T/state" >> "$T/evpnd.log" 2>&1 &
EVPND_PID=$!
PIDS+=("$EVPND_PID")
wait_until 60 "the first configuration is in force" in_force
stream_begin ip netns exec "$GUEST" ping -n -i 0.01 192.168.20.2
PIDS+=("$STREAM")
TABLE_PART=${TABLE_PART:-3}
table "${EVENTS[@]}"
kill "$EVPND_PID"
wait "$EVPND_PID" || fail "evpnd's exit code is $?"
EVPND_PID=
