#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Two instances of evpnd on one host, each with an FRR of its own: what is the one's is nothing to the other.
set -euo pipefail
# shellcheck source=tests/netns/lib-node.sh
. "$(dirname "$0")/lib-node.sh"

# instance NAME OPTION... : evpnd of that instance, with $FABRIC/NAME.conf
instance() {
	local name=$1
	shift
	ip netns exec ev-node "$BUILD/evpnd" --config "$FABRIC/$name.conf" --instance "$name" --state-dir "$FABRIC/state-$name" \
		--timeout 60 "$@"
}

# All that the instance made, on the host and beside its FRR, with the addresses on it.
part_of() {
	local name=$1 enter
	for enter in "ip netns exec ev-node" "nsenter -n -t $(cat "$FABRIC/$2/pid")"; do
		$enter ip -d -j address show
	done | python3 -c '
import json, sys
for line in sys.stdin:
    for link in json.loads(line):
        if link.get("ifalias") == "evpnd:" + sys.argv[1]:
            link["addr_info"] = [a["local"] for a in link["addr_info"] if a["scope"] != "link"]
            print(link["ifname"], link["ifindex"], link["addr_info"], link.get("master"), link.get("mtu"))
' "$name"
}

node_up
cable node eth2 192.168.12.3/24 leaf2 node2 192.168.12.2/24
# The second container, with a reloader.
mkdir -p "$FABRIC/frr2"
install "$BUILD/evpn-reloader" "$FABRIC/frr2/reloader"
: > "$FABRIC/frr2/root"
router frr2 'zebra bgpd staticd' unshare --net
cp "$FABRIC/evpn.conf" "$FABRIC/a.conf"
# The same VNIs: they are in another namespace.
sed "s|/frr/|/frr2/|g; s/eth1/eth2/; s/lan0/other0/; s/lan1/other1/; s/100.65.0.2/100.65.0.3/" "$FABRIC/a.conf" > "$FABRIC/b.conf"
sed -i 's/interface = "lan0"/&; addresses = [ "192.168.20.1\/24" ]/' "$FABRIC/a.conf"
sed -i 's/interface = "other0"/&; addresses = [ "192.168.20.1\/24" ]/' "$FABRIC/b.conf"
untouched() { [ "$(part_of a frr)" = "$part_a" ] || fail "$1: $part_a became $(part_of a frr)"; }
b_untouched() { [ "$(part_of b frr2)" = "$part_b" ] || fail "$1: $part_b became $(part_of b frr2)"; }

step "both converge"
expect 0 converged instance a --once
part_a=$(part_of a frr)
[ "$(wc -l <<< "$part_a")" -ge 9 ] || fail "instance a made only: $part_a"
expect 0 converged instance b --once
[ "$(part_of b frr2 | wc -l)" = "$(wc -l <<< "$part_a")" ] || fail "instance b made only: $(part_of b frr2)"
untouched "b was built"

step "b changes, is built again, goes: a stays"
sed -i 's/192.168.20.1/192.168.20.7/' "$FABRIC/b.conf"
expect 0 converged instance b --once
untouched "b changed an address"
expect 0 " 0 kernel changes" instance a --once
expect 0 "taken down in" instance b --down
untouched "b was taken down"
left=$(part_of b frr2)
[ -z "$left" ] || fail "of b is left: $left"
ip -n ev-node address show eth2 | finds 192.168.12.3/24 || fail "eth2 is not back with its address"
expect 0 " 0 kernel changes" instance a --once

step "a name that the other has"
sed -i 's/other0/lan0/' "$FABRIC/b.conf"
expect 1 "veth lan0 already exists and belongs to another instance of evpnd" instance b --once
untouched "b wanted a's lan0"
sed -i 's/lan0/other0/' "$FABRIC/b.conf"
expect 0 converged instance b --once

step "a goes and comes again: b stays"
part_b=$(part_of b frr2)
[[ $part_b = *192.168.20.7* ]] || fail "b does not have its address on the host: $part_b"
expect 0 "taken down in" instance a --down
b_untouched "a was taken down"
expect 0 " 0 kernel changes" instance b --once
expect 0 converged instance a --once
b_untouched "a was built again"
part_a=$(part_of a frr)

step "the FRR that the other has"
expect 0 "taken down in" instance b --down
sed -i "s|/frr2/|/frr/|g" "$FABRIC/b.conf"
expect 1 "run each instance with an FRR of its own" instance b --once
untouched "b went for a's FRR"
ip -n ev-node link show eth2 > /dev/null || fail "eth2 was moved all the same"

step "the same instance twice"
ip netns exec ev-node "$BUILD/evpnd" --config "$FABRIC/a.conf" --instance a --state-dir "$FABRIC/state-a" > "$FABRIC/daemon.log" 2>&1 &
DAEMON=$!
PIDS+=("$DAEMON")
# Trying the lock would keep the daemon from it.
wait_until 60 "the daemon works" grep -q '^<6>converged in' "$FABRIC/daemon.log"
expect 1 "instance \`a': another evpnd runs for it" instance a --once
expect 1 "instance \`a': another evpnd runs for it" instance a --down
daemon_stop
