#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A walk through 200 random configurations. After each, nothing is left to do; now and then what stands is compared with what
# the same configuration makes from nothing; at the end everything is taken back, and what others made was never touched.
# SEED=N walks the same way again, STEPS=N fewer or more of them. FRR is real and sees it all, but its own configuration stays
# the same: with frr-reload.py in each step this would take an hour.
set -eu
seed=${SEED:-$RANDOM} steps=${STEPS:-200}
echo "SEED=$seed STEPS=$steps"
unshare -n ip link add probe type vrf table 10 2>/dev/null || { echo "SKIP: the kernel has no VRF; run it with tests/lib/vm"; exit 77; }
# shellcheck source=tests/netns/lib-node.sh
. "$(dirname "$0")/../netns/lib-node.sh"

# The guest has no /dev/fd.
same() {
	echo "$1" > "$FABRIC/expected"
	PICTURE_MACS=no picture > "$FABRIC/actual"
	diff "$FABRIC/expected" "$FABRIC/actual" > "$FABRIC/diff" || fail "$2: $(head -20 "$FABRIC/diff")"
}
zebra() { cat "$FABRIC/frr/run/zebra.pid"; }

node_up
cable node eth2 192.168.12.3/24 leaf2 node2 192.168.12.2/24
canaries
in_frr ip link set lo up
plain_reloader
cat > "$FABRIC/rest.conf" <<-C
	plugins = { netns = "$BUILD/plugins/netns-pidfile/.libs/netns-pidfile.so";
	            frr = "$BUILD/plugins/frr-signal/.libs/frr-signal.so"; };
	netns-pidfile = { path = "$FABRIC/frr/pid"; };
	frr-signal = { address = "unix:$FABRIC/plain.sock"; protocol = "plain"; };
	frr = { config = "$FABRIC/frr/etc/frr.conf"; source = "$FABRIC/frr.conf.in"; check = ""; };
C
before=$(PICTURE_MACS=no picture) first=$(zebra)
python3 "$here/../vm/walk.py" "$seed" "$steps" "$FABRIC"

changes=0
for conf in "$FABRIC"/[0-9]*.conf; do
	number=$(basename "$conf" .conf)
	told() { fail "SEED=$seed, configuration $number: $1: $(cat "$FABRIC/out") with $(cat "$conf")"; }
	cp "$conf" "$FABRIC/evpn.conf"
	once > "$FABRIC/out" 2>&1 || told "evpnd --once"
	changes=$((changes + $(sed -n 's/.*: \([0-9]*\) kernel changes.*/\1/p' "$FABRIC/out")))
	evpnd_on_node --dry-run > "$FABRIC/out" 2>/dev/null || told "something is left to do"
	[ "$(zebra)" = "$first" ] || told "zebra is another one"
	case $number in
	*[037]9)
		walked=$(PICTURE_MACS=no picture)
		evpnd_on_node --down > "$FABRIC/out" 2>&1 || told "evpnd --down"
		same "$before" "SEED=$seed, after configuration $number was taken down"
		once > "$FABRIC/out" 2>&1 || told "evpnd --once after --down"
		same "$walked" "SEED=$seed, configuration $number from nothing"
		echo "$((10#$number + 1)) configurations, $changes kernel changes, $SECONDS s"
		;;
	esac
done
evpnd_on_node --down > "$FABRIC/out" 2>&1 || told "the last evpnd --down"
same "$before" "SEED=$seed, at the end"
vtysh_in frr 'show version' > /dev/null || fail "FRR does not answer at the end"
