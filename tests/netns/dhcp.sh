#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# An underlay NIC by DHCP, whose address is the VTEP: a real server in the leaf's namespace and BusyBox's client. The session and a
# ping through the VNI stand on the leased address; it is renewed, changed and kept as DHCP says, and over a restart of evpnd.
set -euo pipefail
# shellcheck source=tests/netns/lib-leaf.sh
. "$(dirname "$0")/lib-leaf.sh"
busybox=$(command -v busybox) || skip "needs busybox"
[ "$("$busybox" --list | grep -cxE 'udhcpc|udhcpd')" = 2 ] || skip "needs a busybox with udhcpc and udhcpd"

# server ADDRESS SECONDS : gives this one address, for so long
server() {
	[ -z "${SERVER:-}" ] || end_child "$SERVER"
	rm -f "$FABRIC/leases"
	printf '%s\n' "start $1" "end $1" "interface node" "lease_file $FABRIC/leases" "pidfile $FABRIC/udhcpd.pid" \
		"option subnet 255.255.255.0" "option router 192.168.11.2" "option lease $2" "min_lease 2" "auto_time 1" > "$FABRIC/udhcpd.conf"
	: > "$FABRIC/leases"
	ip netns exec ev-leaf2 "$busybox" udhcpd -f "$FABRIC/udhcpd.conf" >> "$FABRIC/udhcpd.log" 2>&1 &
	SERVER=$!
	PIDS+=("$SERVER")
}
acks() { count "ACK to $1" "$FABRIC/udhcpd.log"; }
has_acked() { [ "$(acks "$1")" -ge "$2" ]; }
nic_has() { in_frr ip -4 address show dev eth1 | finds "inet $1/24 "; }
local_is() { in_frr ip -d link show vni110 | finds "local $1 "; }
hears() { vtysh_in leaf2 'show bgp l2vpn evpn' | finds -F "[3]:[0]:[32]:[$1]"; }
reaches() { ip netns exec ev-node ping -n -c 1 -W 1 10.11.0.2; }
status_shows() { "$BUILD/evpnctl" --socket "$FABRIC/state/control.sock" status | finds -E "VTEP +$1 on eth1"; }
clients() { pgrep -f -- "-p $FABRIC/state/dhcp-eth1.pid"; }
no_client() { ends 1 clients; }

leaf_up
ip -n ev-leaf2 address add 10.11.0.2/24 dev br110
on_leaf 'router bgp 64512' 'no neighbor 192.168.11.3' 'neighbor nodes peer-group' 'neighbor nodes remote-as external' \
	'neighbor nodes timers 1 5' 'bgp listen range 192.168.11.0/24 peer-group nodes' 'address-family ipv4 unicast' 'neighbor nodes activate' 'exit-address-family' 'address-family l2vpn evpn' 'neighbor nodes activate'
conf 's|addresses = .*; } );|dhcp = true; } );|' 's|vtep = "100.65.0.2"|vtep = "nic"|' \
	's|interface = "lan110";|& addresses = [ "10.11.0.1/24" ];|'

step "a host without a client, and a run that does not stay"
expect 78 'the host has no DHCP client for eth1' env PATH=/nowhere "$(command -v ip)" netns exec ev-node "$BUILD/evpnd" --config "$FABRIC/evpn.conf" --state-dir "$FABRIC/state" --check
expect 1 'evpnd has to stay' once
expect 2 'wait for the DHCP lease' evpnd_on_node --dry-run
finds -E '^start the DHCP client: .*busybox udhcpc on eth1 in FRR' "$FABRIC/out" || fail "the plan: $(cat "$FABRIC/out")"

step "without a server evpnd waits, and says for what"
daemon_start
wait_until 60 "evpnd waits for the lease" status_is 'NIC eth1 has no DHCP lease yet'
wait_until 60 "a client runs" clients

step "a server: address, default route, VXLAN, session and the wire"
server 192.168.11.50 3600
wait_until 60 "converged" has_converged 1
nic_has 192.168.11.50 || fail "eth1: $(in_frr ip address show dev eth1)"
local_is 192.168.11.50 || fail "the VXLAN: $(in_frr ip -d link show vni110)"
in_frr ip -4 route show default | finds 'via 192.168.11.2 dev eth1 proto 101 metric 4261412864' || fail "routes: $(in_frr ip route)"
in_frr ip address show dev lo | lacks '192.168.11' || fail "the VTEP is on lo"
wait_until 60 "the leaf has the VNI of the leased VTEP" hears 192.168.11.50
wait_until 60 "a ping through the VNI" reaches
wait_until 60 "the status shows the VTEP" status_shows 192.168.11.50
wait_until 60 "nothing to do" evpnd_on_node --dry-run
lacks '100.65' "$FABRIC/frr/etc/frr.conf" || fail "another VTEP in frr.conf"

step "killed and started again: the client asks for the same address, and nothing is lost"
server 192.168.11.50 3600
n=$(acks 192.168.11.50) old=$(clients)
ip netns exec ev-node ping -n -q -i 0.05 -c 6000 -W 1 10.11.0.2 > "$FABRIC/ping" &
PING=$!
PIDS+=("$PING")
kill -KILL "$DAEMON"
ends 137 wait "$DAEMON"
daemon_start
wait_until 60 "the new client has the lease" has_acked 192.168.11.50 $((n + 1))
wait_until 60 "converged" has_converged 1
clients | lacks -x "$old" || fail "the former client still runs"
[ "$(clients | wc -l)" = 1 ] || fail "clients: $(clients)"
nic_has 192.168.11.50 || fail "eth1: $(in_frr ip address show dev eth1)"
kill -INT "$PING"
# Status 1 if an answer is missing, which is what is to be seen.
wait "$PING" || :
grep 'packets transmitted' "$FABRIC/ping"
finds ' 0% packet loss' "$FABRIC/ping" || fail "packets were lost"

step "the client is killed: another one"
n=$(acks 192.168.11.50)
kill -KILL "$(clients)"
wait_until 60 "another client has the lease" has_acked 192.168.11.50 $((n + 1))
logged '^<4>NIC eth1: the DHCP client has ended \(signal 9' || fail "nothing says that it ended"

step "another address, after renewals of a short lease: the VTEP follows"
server 192.168.11.50 8
kill -KILL "$(clients)"
n=$(acks 192.168.11.50)
wait_until 60 "two renewals" has_acked 192.168.11.50 $((n + 3))
server 192.168.11.60 3600
wait_until 90 "the NIC has the other address" nic_has 192.168.11.60
wait_until 60 "the VXLAN too" local_is 192.168.11.60
in_frr ip -4 address show dev eth1 | lacks 192.168.11.50 || fail "the former address stays"
wait_until 60 "the leaf has the VNI of the other VTEP" hears 192.168.11.60
wait_until 60 "a ping through the VNI" reaches
wait_until 60 "nothing to do" evpnd_on_node --dry-run

step "the NIC goes back, and the client with it"
daemon_stop
wait_until 60 "evpnd's end ends the client" no_client
nic_has 192.168.11.60 || fail "the lease does not stay"
expect 0 'taken down' evpnd_on_node --down
ip -n ev-node address show dev eth1 | finds 'inet 192.168.11.3/24' || fail "eth1: $(ip -n ev-node address show dev eth1)"
[ ! -e "$FABRIC/state/lease-eth1" ] || fail "the lease is left"

step "the VTEP on a NIC with an address of evpn.conf"
conf 's|vtep = "100.65.0.2"|vtep = "nic"|' 's|interface = "lan110";|& addresses = [ "10.11.0.1/24" ];|'
expect 0 converged once
local_is 192.168.11.3 || fail "the VXLAN: $(in_frr ip -d link show vni110)"
in_frr ip address show dev lo | lacks '192.168.11' || fail "the VTEP is on lo"
wait_until 60 "the leaf has the VNI" hears 192.168.11.3
wait_until 60 "a ping through the VNI" reaches
