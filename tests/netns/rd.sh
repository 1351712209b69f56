#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Route distinguishers, as a leaf switch has them: the same after bgpd, which would number them anew, has restarted. A node that had
# bgpd's own before gets the new ones without a reset of its session.
set -euo pipefail
# shellcheck source=tests/netns/lib-transit.sh
. "$(dirname "$0")/lib-transit.sh"

WANTED="100.65.0.2:32878 100.65.0.2:32888 100.65.0.2:37232"
# Of the node's routes, in the switch's table.
rds() { vtysh_in tor1 'show bgp l2vpn evpn' | grep -oE '100\.65\.0\.2:[0-9]+' | sort -u | xargs; }
rds_are() { [ "$(rds)" = "$1" ]; }
reaches() { ip netns exec ev-node ping -n -c 1 -W 1 192.168.20.1; }
session() {
	vtysh_in tor1 'show bgp neighbors 192.168.11.3 json' | python3 -c '
import json, sys
peer = json.load(sys.stdin)["192.168.11.3"]
print(peer["bgpState"], peer.get("portLocal"), peer.get("portForeign"))'
}

transit_up
ip -n ev-tor1 address add 192.168.20.1/24 dev br110
tor 1 64512 64514
transit_conf 64514 64512 64513
sed -i 's/^l2vnis = .*/l2vnis = ( { vni = 70000; }, { vni = 120; }, { vni = 110; host = { interface = "lan0"; }; } );/' "$FABRIC/evpn.conf"

step "the distinguishers that bgpd chooses"
evpnd_on_node --print-frr | sed -E '/^   rd /d' > "$FABRIC/frr.conf.in"
sed "s|asn = 64514|source = \"$FABRIC/frr.conf.in\"; &|" "$FABRIC/evpn.conf" > "$FABRIC/other.conf"
mv "$FABRIC/evpn.conf" "$FABRIC/generated.conf"
cp "$FABRIC/other.conf" "$FABRIC/evpn.conf"
expect 0 converged once
ip -n ev-node address add 192.168.20.2/24 dev lan0
wait_until 60 "the host reaches the leaf in VNI 110" reaches
# The device of transit_conf's run was the first.
three() { [ "$(rds | wc -w)" = 3 ]; }
wait_until 60 "three distinguishers" three
echo "bgpd chose $(rds)"
ends 1 rds_are "$WANTED" || fail "they are ours already: that shows nothing"

step "ours: the session stays, and traffic"
before=$(session)
ip netns exec ev-node ping -n -q -i 0.01 192.168.20.1 > "$FABRIC/ping" &
PING=$!
PIDS+=("$PING")
cp "$FABRIC/generated.conf" "$FABRIC/evpn.conf"
expect 0 "FRR reloaded" once
wait_until 60 "the switch has ours: $(rds)" rds_are "$WANTED"
kill -INT $PING
# It ends with status 1 if an answer is missing, which is what is to be seen.
wait $PING || :
grep 'packets transmitted' "$FABRIC/ping"
[ "$(session)" = "$before" ] || fail "the session was $before, and is $(session)"

step "bgpd restarts"
ip netns exec ev-node "$BUILD/evpnd" --config "$FABRIC/evpn.conf" --state-dir "$FABRIC/state" 2> "$FABRIC/daemon.log" &
PIDS+=($!)
wait_until 60 "evpnd converges" grep -q 'converged in' "$FABRIC/daemon.log"
nsenter -m -u -i -n -p -t "$(cat "$FABRIC/frr/pid")" pkill -KILL -x bgpd
bgpd_is_gone() { ends 1 nsenter -m -u -i -n -p -t "$(cat "$FABRIC/frr/pid")" pgrep -x -r D,R,S,T bgpd; }
wait_until 60 "the end of bgpd" bgpd_is_gone
wait_until 60 "the switch has lost them" rds_are ""
nsenter -m -u -i -n -p -t "$(cat "$FABRIC/frr/pid")" /usr/lib/frr/bgpd -d -A 127.0.0.1
wait_until 60 "the switch has ours again" rds_are "$WANTED"
step "end"
