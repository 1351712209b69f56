#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# life.sh - whatever happens to FRR's containers, at whatever step evpnd is: it ends where it would have ended without
#
# Each cell of the table is a run for a new configuration, held before a step while something happens. Then evpnd goes on, and
# the configuration is in force: in the kernel (nothing is left to do), in FRR, and by a ping. Where the namespace has stayed,
# so have its devices. A stream of packets runs across the fabric all the while; what of it is lost is the cell's number.
set -eu
# shellcheck source=tests/podman/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/lib/hold.sh
. "$REPO/tests/lib/hold.sh"
WATCHFRR="--min-restart-interval 1 --max-restart-interval 1 -i 1"

# --- What happens

restarted() { podman restart -t 1 frr; }
killed() { kill -9 "$(frr_pid)" && podman wait frr && podman start frr; }
removed() { podman rm -f -t 0 frr && make_frr && podman start frr; }
# The namespace goes, and eth1 with it; evpnd, which is held, may be what keeps both.
new_nic() { ip -n "$LEAF" link delete node 2> /dev/null || :; make_eth1; }
pod_restarted() { podman pod restart frrpod && new_nic; }
infra_killed() {
	local infra
	infra=$(podman ps -a --filter pod=frrpod --filter name=-infra --format '{{.ID}}')
	kill -9 "$(podman inspect -f '{{.State.Pid}}' "$infra")"
	podman wait "$infra" frr
	podman pod start frrpod && new_nic
}
bgpd_killed() { kill -9 "$(pgrep --ns "$(frr_pid)" --nslist pid -x bgpd)"; }
sidecar_restarted() { podman restart -t 0 reloader; }

EVENTS=(restarted killed removed pod_restarted infra_killed bgpd_killed sidecar_restarted)
# These change the namespace.
is_new_netns() { [[ $1 = pod_restarted || $1 = infra_killed ]]; }

# --- What must be then

# configure N: the configuration number N: VNI 120 is there in every other one, FRR has a prefix-list of its own in each
configure() {
	make_config "address = \"unix:$T/reloader/reloader.sock\";"
	echo "ip prefix-list cell$1 seq 5 permit any" >> "$T/frr.conf.in"
	[ $(($1 % 2)) = 0 ] || sed -i 's/^l2vnis = (/& { vni = 120; },/' "$T/evpn.conf"
}

index_of() { nsenter --net="/proc/$(frr_pid)/ns/net" ip -oneline link show "$1" | cut -d: -f1; }

in_force() {
	on_host "$BUILD/evpnd" --config "$T/evpn.conf" --state-dir "$T/state" --dry-run &&
		podman exec frr vtysh -c 'show running-config' > "$T/running" &&
		grep -q "^ip prefix-list cell$1 " "$T/running" && [ "$(grep -c '^ip prefix-list cell' "$T/running")" = 1 ] &&
		ip netns exec "$GUEST" ping -c1 -W1 192.168.20.2
}

last_seq() { sed -n '$s/.*icmp_seq=\([0-9]*\) .*/\1/p' "$T/stream"; }

# lost FROM TO: of the packets between these two
lost() {
	awk -F'icmp_seq=' -v from="$1" -v to="$2" '/bytes from/ { n = $2 + 0; if (n > from && n <= to) got++ }
		END { print to - from - got }' "$T/stream"
}

# cell EVENT STEP
cell() {
	local event=$1 index from
	N=$((N + 1))
	index=$(index_of vni110)
	from=$(last_seq)
	hold_at "$2"
	configure $N
	held
	$event > "$T/event.log" 2>&1 || fail "$event: $(cat "$T/event.log")"
	hold_end
	until_ok 60 "$event at \`$2': configuration $N is in force" in_force $N
	kill -0 "$EVPND_PID" || fail "$event at \`$2': evpnd is gone"
	is_new_netns "$event" || [ "$(index_of vni110)" = "$index" ] || fail "$event at \`$2': vni110 was made anew"
	until_ok 10 "the stream goes on" flows
	LOST=$(lost "$from" "$(last_seq)")
}

# An answer to a packet that is sent from now on.
flows() {
	local now
	now=$(last_seq)
	ip netns exec "$GUEST" ping -c1 -W1 192.168.20.2 && [ "$(last_seq)" -gt "$now" ]
}

N=0
set_up
hold_begin "$T/hold"
configure $N
make_pod --network=none
add_evpn_reloader
podman pod start frrpod > /dev/null
nsenter --net="/run/netns/$HOST" "$BUILD/evpnd-hold" "$T/hold" "$T/evpn.conf" "$T/state" >> "$T/evpnd.log" 2>&1 &
EVPND_PID=$!
until_ok 60 "the first configuration is in force" in_force $N
ip netns exec "$GUEST" ping -n -i 0.01 192.168.20.2 > "$T/stream" &
PIDS+=($!)
until_ok 10 "the stream flows" flows

printf '%-18s' 'packets lost'
printf ' %6.6s' "${HOLD_STEPS[@]}"
echo
for event in "${EVENTS[@]}"; do
	printf '%-18s' "$event"
	for at in "${HOLD_STEPS[@]}"; do
		cell "$event" "$at"
		printf ' %6d' "$LOST"
	done
	echo
done
kill "$EVPND_PID"
wait "$EVPND_PID" || fail "evpnd's exit code is $?"
EVPND_PID=
