#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Everything is taken back: by evpnd --down, and when the NIC leaves the configuration; the host and FRR's namespace are as they
# were before evpnd, and what others made there was never touched.
set -euo pipefail
# shellcheck source=tests/netns/lib-node.sh
. "$(dirname "$0")/lib-node.sh"

down() { evpnd_on_node --down "$@"; }
same() { [ "$(picture)" = "$before" ] || fail "$1: $(diff <(echo "$before") <(picture))"; }
is_on_host() { ip -n ev-node link show "$1" >/dev/null 2>&1; }

# What the NIC of a host with a past has, and what goes when it is set down.
nic_routes() {
	ip -n ev-node -batch - <<-E
		route replace default via 192.168.11.2 metric 50 mtu 1300
		route add 10.77.0.1/32 dev eth1 scope link
		route add 10.78.0.0/16 via 10.77.0.1 onlink dev eth1 proto static src 192.168.11.33
		route add 10.79.0.0/16 via 192.168.11.2 table 500
		route add default via inet6 2001:db8:11::1 dev eth1 metric 2000
	E
}

node_up
ip -n ev-node route del default
ip -n ev-node -batch - <<-E
	link set eth1 mtu 1400 alias "rack 7 port 3"
	address add 192.168.11.33/24 broadcast 192.168.11.255 label eth1:two dev eth1
	address add 172.31.0.1 peer 172.31.0.2/32 dev eth1
E
nic_routes
ip netns exec ev-node sysctl -qw net.ipv4.conf.eth1.proxy_arp=1 net.ipv6.conf.eth1.accept_ra=2
canaries
# The kernel gives lo its addresses when it first comes up, and leaves them when it goes down.
in_frr ip link set lo up
before=$(picture)

step "made, and taken back"
expect 0 converged once
made=$(picture)
[ "$made" != "$before" ] || fail "nothing was made"
expect 2 "give back: frr: link set eth1 netns host" evpnd_on_node --down --dry-run
expect 0 "taken down in" down --log-level debug
grep -qE 'frr: link set eth1 netns host .*alias "rack 7 port 3" \([0-9.]+ ms\)$' "$FABRIC/out" ||
	fail "an operation is not logged: $(cat "$FABRIC/out")"
grep -qE 'frr: link del vni110 \(2 in one message, [0-9.]+ ms\)$' "$FABRIC/out" ||
	fail "a batch is not logged: $(cat "$FABRIC/out")"
same "after --down"
[ "$(ls "$FABRIC/state")" = lock ] || fail "the state directory keeps $(ls "$FABRIC/state")"
expect 0 " 0 kernel changes" down
expect 0 "" evpnd_on_node --down --dry-run

step "killed after each change of --down"
expect 0 converged once
runs=0 status=137
while [ $status = 137 ]; do
	status=0
	(ip netns exec ev-node "$BUILD/evpnd-kill" 1 "$FABRIC/evpn.conf" "$FABRIC/state" --down; exit $?) >"$FABRIC/out" 2>&1 ||
		status=$?
	runs=$((runs + 1))
	[ $runs -lt 100 ] || fail "it does not come to an end"
done
[ $status = 0 ] || fail "the last run ended with $status: $(cat "$FABRIC/out")"
[ $runs -gt 15 ] || fail "only $runs runs: was there nothing to take back?"
echo "$runs runs"
same "after $runs killed runs of --down"

step "the NIC leaves the configuration"
expect 0 converged once
write_conf 's/interfaces = ([^)]*)/interfaces = ( )/'
expect 0 converged once
is_on_host eth1 || fail "eth1 is not back on the host"
ip -n ev-node route show default | finds "default via 192.168.11.2 dev eth1 metric 50 mtu 1300" ||
	fail "the default route is not as it was: $(ip -n ev-node route show default)"
[ ! -e "$FABRIC/state/nic-eth1.json" ] || fail "there is a record of a NIC that was given back"
expect 0 " 0 kernel changes" once
expect 0 "" down
same "after the NIC left, then --down"

step "a name that is taken: in FRR's namespace, then on the host"
in_frr ip link add eth1 type bridge
write_conf
expect 1 "underlay.interfaces.rename" once
write_conf 's/name = "eth1"/&; rename = "up0"/'
expect 0 converged once
in_frr ip address show up0 | finds 192.168.11.33 || fail "up0 lacks an address of eth1"
write_conf 's/name = "eth1"/&; rename = "up1"/'
# Each write to the kernel is an operation of the plan.
[ "$(in_frr sysctl -n net.ipv4.conf.all.promote_secondaries)" = 1 ] || fail "the kernel would delete addresses that stay"
expect 2 "build: frr: link set up0 down" evpnd_on_node --dry-run
expect 0 converged once
[ "$(in_frr sysctl -n net.ipv4.conf.up1.promote_secondaries)" = 0 ] || fail "the NIC's own value was changed"
in_frr ip address show up1 | finds 192.168.11.33 || fail "up1 lacks an address of eth1"
expect 0 " 0 kernel changes" once
ip -n ev-node link add eth1 type bridge
expect 1 "another device on the host has its name" down
in_frr ip link show up1 >/dev/null || fail "the NIC is lost"
ip -n ev-node link delete eth1
expect 0 "taken down in" down
in_frr ip link delete eth1
same "after a NIC with another name in FRR's namespace"

step "a macvlan in an FRR that would crash"
write_conf 's/name = "eth1"/name = "up0"; parent = "eth1"; macvlan = true/'
expect 1 "FRR 8." once
no_device up0 in_frr ip || fail "the macvlan was made"
same "after a macvlan that was refused"

step "a bridge of evpnd's own on the host"
write_conf 's/interface = "lan0"/&; bridge = "lan"; managed = true; addresses = [ "192.168.20.9\/24" ]/'
expect 0 converged once
ip -n ev-node -o link show master lan | finds lan0 || fail "lan0 is no port of lan"
ip -n ev-node address show lan | finds 192.168.20.9/24 || fail "the bridge lacks its address"
expect 0 " 0 kernel changes" once
write_conf 's/interface = "lan0"/&; bridge = "canary-v0"/'
expect 1 "lan0 cannot become a port of canary-v0: that device is not a bridge" once
write_conf
expect 0 "converged" once
expect 0 "" down
same "after a managed bridge"

step "FRR's namespace dies: a virtual NIC is gone with it, and that is said"
expect 0 converged once
# shellcheck disable=SC2119
container_stop
gone() { no_device lan0 ip -n ev-node; }
wait_until 60 "the veths of the dead namespace are gone" gone
expect 0 "not found on the host nor in FRR's namespace" down
[ ! -e "$FABRIC/state/nic-eth1.json" ] || fail "there is a record of a NIC that is gone"
