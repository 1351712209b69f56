#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Everything is taken back: by evpnd --down, and when the NIC leaves the configuration; the host and FRR's namespace are as they
# were before evpnd, and what others made there was never touched.
set -eu
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
[ "$(picture)" != "$before" ] || fail "nothing was made"
expect 2 "give back: frr: link set eth1 netns host" evpnd_on_node --down --dry-run
expect 0 "all is taken back" down
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
ip -n ev-node route show default | grep -q "default via 192.168.11.2 dev eth1 metric 50 mtu 1300" ||
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
in_frr ip address show up0 | grep -q 192.168.11.33 || fail "up0 lacks an address of eth1"
write_conf 's/name = "eth1"/&; rename = "up1"/'
expect 0 converged once
in_frr ip address show up1 | grep -q 192.168.11.33 || fail "up1 lacks an address of eth1"
expect 0 " 0 kernel changes" once
ip -n ev-node link add eth1 type bridge
expect 1 "the host has another device of that name now" down
in_frr ip link show up1 >/dev/null || fail "the NIC is lost"
ip -n ev-node link delete eth1
expect 0 "all is taken back" down
in_frr ip link delete eth1
same "after a NIC with another name in FRR's namespace"

step "a macvlan in an FRR that would crash"
write_conf 's/name = "eth1"/name = "up0"; parent = "eth1"; macvlan = true/'
expect 1 "FRR 8." once
! in_frr ip link show up0 2>/dev/null || fail "the macvlan was made"
same "after a macvlan that was refused"

step "a bridge of evpnd's own on the host"
write_conf 's/interface = "lan0"/&; bridge = "lan"; managed = true; addresses = [ "192.168.20.9\/24" ]/'
expect 0 converged once
ip -n ev-node -o link show master lan | grep -q lan0 || fail "lan0 is no port of lan"
ip -n ev-node address show lan | grep -q 192.168.20.9/24 || fail "the bridge lacks its address"
expect 0 " 0 kernel changes" once
write_conf 's/interface = "lan0"/&; bridge = "canary-v0"/'
expect 1 "lan0 shall be a port of canary-v0, which is no bridge" once
write_conf
expect 0 "converged" once
expect 0 "" down
same "after a managed bridge"

step "FRR's namespace dies: a virtual NIC is gone with it, and that is said"
expect 0 converged once
# shellcheck disable=SC2119
container_stop
gone() { ! is_on_host lan0; }
wait_for 60 "the veths of the dead namespace are gone" gone
expect 0 "neither on the host nor in FRR's namespace" down
[ ! -e "$FABRIC/state/nic-eth1.json" ] || fail "there is a record of a NIC that is gone"
