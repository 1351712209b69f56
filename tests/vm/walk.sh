#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# test-run: long
# A walk through 200 random configurations. After each, nothing is left to do; now and then what stands is compared with what
# the same configuration makes from nothing; at the end everything is taken back, and what others made was never touched.
# SEED=N walks another way (with what is new here, walk a few; SEED=$RANDOM), STEPS=N fewer or more of them, MODE=single through
# both values of vxlan.mode, with FRR 10.3. FRR is real and sees it all, but its own configuration stays the same: with frr-reload.py
# in each step this would take an hour.
set -euo pipefail
seed=${SEED:-1116} steps=${STEPS:-200}
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
python3 "$here/../vm/walk.py" "$seed" "$steps" "$FABRIC" ${MODE:+single}

told() { fail "SEED=$seed: $1: $(tail -20 "$FABRIC/out") with $(cat "$FABRIC/evpn.conf")"; }
walk() {
	ip netns exec ev-node "$BUILD/evpnd-walk" "$FABRIC/state" "$@" > "$FABRIC/out" 2>&1 && return
	# A crash does not say at which one.
	cp "$(sed -n '$s/:.*//p' "$FABRIC/out")" "$FABRIC/evpn.conf" || :
	told "a step of the walk"
}

confs=("$FABRIC"/[0-9]*.conf)
for ((i = 0; i < steps; i += 50)); do
	walk "${confs[@]:i:50}"
	last=$((i + 49 < steps ? i + 49 : steps - 1))
	cp "${confs[last]}" "$FABRIC/evpn.conf"
	[ "$(zebra)" = "$first" ] || told "zebra is another one"
	walked=$(PICTURE_MACS=no picture)
	evpnd_on_node --down > "$FABRIC/out" 2>&1 || told "evpnd --down"
	same "$before" "SEED=$seed, after configuration $last was taken down"
	once > "$FABRIC/out" 2>&1 || told "evpnd --once after --down"
	same "$walked" "SEED=$seed, configuration $last from nothing"
	echo "$((last + 1)) configurations, $SECONDS s"
done
evpnd_on_node --down > "$FABRIC/out" 2>&1 || told "the last evpnd --down"
same "$before" "SEED=$seed, at the end"
vtysh_in frr 'show version' > /dev/null || fail "FRR does not answer at the end"
