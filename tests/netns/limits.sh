#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# What a VNI takes from the host at most: frames that are flooded (host.limit), MAC addresses (max_macs). What the leaf gets of a
# flood, and what it learns, says whether it works. A kernel that lacks one of them is an error that says so: this machine's may lack
# the first, and that of tests/vm/limits.sh the second.
set -euo pipefail
# shellcheck source=tests/netns/lib-leaf.sh
. "$(dirname "$0")/lib-leaf.sh"

# Frames of a flood from N source addresses.
flood() { # MAC NUMBER [N]
	ip netns exec ev-node python3 - "$@" <<-'P'
		import socket, sys
		mac, number, n = bytes.fromhex(sys.argv[1].replace(':', '')), int(sys.argv[2]), int((*sys.argv, 1)[3])
		s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
		s.bind(('lan110', 0))
		for i in range(number):
		    s.send(mac + bytes((2, 0xfe, 0xed, 0, i % n >> 8, i % n & 255)) + b'\x88\xb5' + bytes(100))
	P
}
# The frames that the machine behind the leaf has got.
got() { ip -n ev-work -s -j link show eth0 | python3 -c 'import json, sys; print(json.load(sys.stdin)[0]["stats64"]["rx"]["packets"])'; }
# arrives MAC NUMBER LEAST MOST : of NUMBER frames to MAC, so many arrive
arrives() {
	local before n
	before=$(got)
	flood "$1" "$2"
	# What is sent later arrives later.
	wait_until 60 "the machine behind the leaf answers" reaches
	n=$(($(got) - before))
	echo "to $1: $n of $2"
	if [ "$n" -lt "$3" ] || [ "$n" -gt "$4" ]; then fail "$n of $2 frames to $1 arrive"; fi
}
reaches() { ip netns exec ev-node ping -n -c 1 -W 1 192.168.20.1; }
# It claims its address by gratuitous ARP, and the machine behind the leaf hears it.
claim_is_heard() {
	ip netns exec ev-node python3 - <<-'P'
		import socket, struct
		s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
		s.bind(('lan110', 0))
		mac, ip = s.getsockname()[4], bytes((192, 168, 20, 2))
		s.send(b'\xff' * 6 + mac + struct.pack('!HHHBBH', 0x806, 1, 0x800, 6, 4, 1) + mac + ip + bytes(6) + ip)
	P
	finds heard "$FABRIC/claims"
}
learned() { in_frr bridge fdb show br br110 dev pe110 | count 02:fe:ed; }
announced() { vtysh_in leaf2 'show bgp l2vpn evpn route type 2' | count -E '^ *\*>.*\[02:fe:ed'; }
has_announced() { [ "$(announced)" = "$1" ]; }
police() { in_frr tc filter show dev pe110 ingress | count police; }
has_police() { [ "$(police)" = "$1" ]; }
ask() { "$BUILD/evpnctl" --socket "$FABRIC/state/control.sock" status --json 110 > "$FABRIC/status" && finds -E "$1" "$FABRIC/status"; }
# next KEYS HOST_KEYS : the VNI has these keys, and a run has applied them
next() {
	local n
	n=$(converged)
	write "$@"
	kill -HUP "$DAEMON"
	wait_until 60 "a run with $1 $2" has_converged $((n + 1))
}
write() {
	conf "s|l2vnis = .*|l2vnis = ( { vni = 110; $1 host = { interface = \"lan110\"; addresses = [ \"192.168.20.2/24\" ]; $2 }; } );|" \
		's/^frr = {/& check = "";/'
}
kernel_has() { ip netns exec ev-leaf2 "$@" 2> "$FABRIC/why"; }

leaf_up
namespace work
cable work eth0 192.168.20.1/24 leaf2 work 10.99.99.1/24
ip -n ev-leaf2 address flush dev work
ip -n ev-leaf2 link set work master br110
write '' ''
daemon_start
wait_until 90 "converged" has_converged 1
wait_until 60 "the machine behind the leaf answers" reaches
machine=$(ip -n ev-work -j link show eth0 | python3 -c 'import json, sys; print(json.load(sys.stdin)[0]["address"])')

step "without a limit, all of a flood arrives"
arrives ff:ff:ff:ff:ff:ff 2000 1900 2500

step "host.limit"
ip -n ev-leaf2 link add probe type veth peer name probe2
kernel_has tc qdisc add dev probe ingress || skip "the kernel has no qdisc ingress: $(cat "$FABRIC/why")"
if kernel_has tc filter add dev probe ingress bpf bytecode '1,6 0 0 1' action police pkts_rate 1 pkts_burst 1 conform-exceed drop; then
	next '' 'limit = { broadcast = "100pps"; multicast = "1mbit"; };'
	evpnd_on_node --dry-run || fail "something is left to do"
	has_police 2 || fail "filters: $(in_frr tc filter show dev pe110 ingress)"
	arrives ff:ff:ff:ff:ff:ff 10000 1 5000
	arrives 01:00:5e:01:01:01 10000 1 5000
	arrives "$machine" 2000 1900 2500
	ip netns exec ev-work python3 - >> "$FABRIC/claims" <<-'P' &
		import socket
		s = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(0x806))
		s.bind(('eth0', 0x806))
		while True:
		    p = s.recv(128)
		    if p[14:18] == p[24:28]:
		        print('heard', flush=True)
	P
	PIDS+=($!)
	wait_until 60 "what passes a limit is relayed with arp_suppression" claim_is_heard
	wait_until 60 "evpnctl counts what was dropped" ask '"limit_drops": ?[1-9][0-9]{3}'

	step "it is repaired and removed"
	in_frr tc filter delete dev pe110 ingress pref 1
	wait_until 60 "both are back" has_police 2
	next '' ''
	has_police 0 || fail "filters: $(in_frr tc filter show dev pe110 ingress)"
	: > "$FABRIC/claims"
	wait_until 60 "gratuitous ARP is relayed without a limit" claim_is_heard
	arrives 01:00:5e:01:01:01 2000 1900 2500
else
	write '' 'limit = { broadcast = "100pps"; };'
	kill -HUP "$DAEMON"
	wait_until 60 "the error" logged "^<3>vni 110: .*this kernel lacks what limits a port: its modules"
	next '' ''
fi

step "max_macs"
# The addresses of the floods before are forgotten.
in_frr ip link set br110 type bridge fdb_flush
if in_frr python3 - br110 <<-'P'
	# Whether the bridge's own message has IFLA_BR_FDB_MAX_LEARNED, which iproute2 before 6.7 does not show.
	import socket, struct, sys
	s = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0)
	s.send(struct.pack('=IHHIIBBHiII', 32, 18, 1, 1, 0, 0, 0, 0, socket.if_nametoindex(sys.argv[1]), 0, 0))
	sys.exit(struct.pack('=HH', 8, 49) not in s.recv(65536))
P
then
	next 'max_macs = 8;' ''
	flood ff:ff:ff:ff:ff:ff 200 50
	wait_until 60 "it is logged" logged '^<4>vni 110: br110 has learned 8 MAC addresses, as many as max_macs allows'
	# The host's own address is one of them.
	case $(learned) in
	7 | 8) ;;
	*) fail "learned: $(in_frr bridge fdb show br br110 dev pe110)" ;;
	esac
	wait_until 60 "the leaf has as many" has_announced "$(learned)"
	wait_until 60 "evpnctl has the number" ask '"learned": ?8'
	ask '"max_macs": ?8' || fail "status: $(cat "$FABRIC/status")"
	"$BUILD/evpnctl" --socket "$FABRIC/state/control.sock" status | finds 'healthy' || fail "no longer healthy"
	# Still full: not once more.
	flood ff:ff:ff:ff:ff:ff 200 50
	next 'max_macs = 20;' ''
	flood ff:ff:ff:ff:ff:ff 200 50
	wait_until 60 "it is logged" logged '^<4>vni 110: br110 has learned 20 MAC addresses'
	[ "$(count 'has learned 8 MAC' "$FABRIC/daemon.log")" = 1 ] || fail "more than once in the log"
	next '' ''
	flood ff:ff:ff:ff:ff:ff 200 50
	[ "$(learned)" = 50 ] || fail "learned without a limit: $(learned)"
else
	write 'max_macs = 8;' ''
	kill -HUP "$DAEMON"
	wait_until 60 "the error" logged "^<3>vni 110: .*this kernel cannot limit the MAC addresses of a bridge"
fi
daemon_stop
