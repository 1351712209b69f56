#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Group vxlan and arp_suppression, by what is on the wire between the node and the leaf: port, TTL, TOS and DF of VXLAN packets, on a
# running node; whether broadcasts are replicated; whether a floating address moves; UDP checksum 0 at an IPv6 VTEP.
set -euo pipefail
# shellcheck source=tests/netns/lib-leaf.sh
. "$(dirname "$0")/lib-leaf.sh"
FABRIC_NAMESPACES+=" ev-client ev-former"

on_node() { ip netns exec ev-node "$@"; }
next_run() { local n; n=$(converged); "$@"; wait_until 60 "a run after: $*" has_converged $((n + 1)); }
index() { in_frr ip -oneline link show vni110 | cut -d: -f1; }
stays() { in_frr ip -oneline link show vni110 | finds "^$index: "; }
# set_vxlan KEYS [SED EXPRESSION]... : evpn.conf with these keys of group vxlan is applied
set_vxlan() {
	local keys=$1
	shift
	next_run conf "s/^health/vxlan = { $keys };\n&/" 's/^frr = {/& check = "";/' "$@"
}
reaches() { on_node ping -n -c 1 -W 1 "$@" 192.168.20.1; }

# wire_start: each VXLAN packet of the node is a line of $FABRIC/wire: UDP port, TTL, TOS, DF
wire_start() {
	ip netns exec ev-leaf2 python3 - > "$FABRIC/wire" <<-'E' &
		import socket
		s = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(0x0800))
		s.bind(("node", 0x0800))
		print("ready", flush=True)
		while True:
		    p = s.recv(2048)
		    if p[9] == 17 and p[12:16] == bytes((100, 65, 0, 2)):
		        print(int.from_bytes(p[22:24], "big"), p[8], p[1], p[6] >> 6 & 1, flush=True)
	E
	WIRE=$!
	PIDS+=("$WIRE")
	wait_until 60 "the listener on the wire" grep -q ready "$FABRIC/wire"
}

# sends LINE [OPTION OF PING]... : what the node sends, asked to by a ping that is answered, looks so on the wire
sends() {
	local line=$1
	shift
	: > "$FABRIC/seen"
	wait_until 60 "the node reaches the leaf" reaches "$@"
	tail -1 "$FABRIC/wire" > "$FABRIC/seen"
	wait_until 60 "\`$line' on the wire, not \`$(tail -1 "$FABRIC/wire")'" sent "$line" "$@"
}
sent() {
	local line=$1 before
	shift
	before=$(count . "$FABRIC/wire")
	reaches "$@" || return
	tail -n +$((before + 1)) "$FABRIC/wire" | finds -x "$line"
}

leaf_up
ip -n ev-leaf2 address add 192.168.20.1/24 dev br110
conf 's/^frr = {/& check = "";/'
daemon_start
wait_until 60 "converged" has_converged 1
ip -n ev-node address add 192.168.20.2/24 dev lan110
wire_start

step "without the group"
sends "4789 64 0 0"

step "TTL, TOS and DF of the device that is there"
index=$(index)
set_vxlan 'ttl = 8; tos = 40; df = "set";'
sends "4789 8 40 1"
next_run in_frr ip link set vni110 type vxlan ttl 9 tos 0 df unset
sends "4789 8 40 1"
stays || fail "vni110 was made anew"

step "those of the packet inside, by a new device"
set_vxlan 'ttl = "inherit"; tos = "inherit"; df = "inherit";'
sends "4789 33 72 1" -t 33 -Q 72 -M "do"
sends "4789 34 80 0" -t 34 -Q 80 -M dont
ends 1 stays || fail "vni110 is the former device"

step "another port, which the leaf has, too"
set_vxlan 'port = 8472;'
ends 1 reaches > "$FABRIC/out" || fail "the leaf has another port, and is reached"
ip -n ev-leaf2 -batch - <<-'E'
	link delete vni110
	link add vni110 master br110 type vxlan id 110 local 100.64.0.2 dstport 8472 nolearning
	link set vni110 up addrgenmode none
E
sends "8472 64 0 0"

step "no flooding: neither a Type-3 route for others, nor copies to them"
floods() { in_frr bridge fdb show dev vni110 | finds '00:00:00:00:00:00 dst 100.64.0.2'; }
wait_until 60 "the node has an entry for broadcasts" floods
wait_until 60 "the leaf hears of the node" leaf_hears
set_vxlan 'port = 8472; flooding = "disabled";'
wait_until 60 "no entry for broadcasts" ends 1 floods
wait_until 60 "the leaf hears nothing of the node" ends 1 leaf_hears
wait_until 60 "that is no fault" status_is '^STATUS=applied, healthy'
evpnd_on_node --dry-run > "$FABRIC/out" 2>&1 || fail "there is something left: $(cat "$FABRIC/out")"
set_vxlan 'port = 8472;'
wait_until 60 "the node has an entry for broadcasts" floods
wait_until 60 "the leaf hears of the node" leaf_hears

step "an address moves from a machine behind the leaf to the node"
suppresses() { in_frr bridge -details link show dev vni110 | finds 'neigh_suppress on'; }
relays() { [ "$(in_frr tc filter show dev pe110 ingress | count 'Mirror to device vni110')" = 2 ]; }
lan110=$(on_node cat /sys/class/net/lan110/address)
for n in client former; do
	namespace $n
	# The former machine does not pass on what is no longer for it.
	ip netns exec ev-$n sysctl -qw net.ipv4.ip_forward=0 net.ipv6.conf.all.forwarding=0
	ip link add eth0 netns ev-$n type veth peer name $n netns ev-leaf2
	ip -n ev-leaf2 link set $n master br110 up
	ip -n ev-$n link set eth0 up
done
ip -n ev-client address add 192.168.20.11/24 dev eth0
ip -n ev-client address add 2001:db8:20::11/64 dev eth0 nodad
ip -n ev-former address add 192.168.20.12/24 dev eth0
ip -n ev-former address add 2001:db8:20::12/64 dev eth0 nodad
# claims NAMESPACE DEVICE ADDRESS: as keepalived does it, by gratuitous ARP or an unsolicited neighbor advertisement
claims() {
	ip netns exec "$1" python3 - "$2" "$3" <<-'E'
		import socket, struct, sys
		s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
		s.bind((sys.argv[1], 0))
		mac = s.getsockname()[4]
		if ":" in sys.argv[2]:
		    ip, all_nodes = (socket.inet_pton(socket.AF_INET6, a) for a in (sys.argv[2], "ff02::1"))
		    na = bytes((136, 0, 0, 0, 0x20, 0, 0, 0)) + ip + b"\x02\x01" + mac
		    total = sum(struct.unpack("!36H", ip + all_nodes + struct.pack("!II", len(na), 58) + na))
		    total = (total & 0xffff) + (total >> 16)
		    total = ~((total & 0xffff) + (total >> 16)) & 0xffff
		    na = na[:2] + struct.pack("!H", total) + na[4:]
		    frame = b"\x33\x33\0\0\0\1" + mac + struct.pack("!HIHBB", 0x86dd, 6 << 28, len(na), 58, 255) + ip + all_nodes + na
		else:
		    ip = socket.inet_aton(sys.argv[2])
		    frame = b"\xff" * 6 + mac + struct.pack("!HHHBBH", 0x806, 1, 0x800, 6, 4, 1) + mac + ip + bytes(6) + ip
		for _ in range(5):
		    s.send(frame)
	E
}
asks() { ip netns exec ev-client ping -n -c 1 -W 1 "$1"; }
knows() { ip -n ev-client neigh show "$1" | finds "$lan110"; }
# In FRR's namespace: what FRR has learned from the leaf.
learned() { in_frr ip neigh show "$1" dev br110 | finds "extern_learn"; }
# moves ADDRESS: the client has an entry for the former machine, and nothing but the claim changes it: nobody asks meanwhile
moves() {
	ip -n ev-former address add "$1/32" dev eth0
	claims ev-former eth0 "$1"
	wait_until 60 "the client reaches $1" asks "$1"
	wait_until 60 "FRR has $1 from the leaf" learned "$1"
	ip -n ev-former address delete "$1/32" dev eth0
	ip -n ev-node address add "$1/32" dev lan110
	claims ev-node lan110 "$1"
	wait_until 60 "the client has the new MAC of $1" knows "$1"
	wait_until 60 "the client reaches $1" asks "$1"
	wait_until 60 "FRR has $1 no longer from the leaf" ends 1 learned "$1"
}
ip -n ev-leaf2 link set vni110 type bridge_slave neigh_suppress on learning off
ip netns exec ev-leaf2 sysctl -qw net.ipv4.conf.br110.arp_accept=1
suppresses || fail "it is off without the key"
relays || fail "filters: $(in_frr tc filter show dev pe110 ingress)"
moves 192.168.20.100
# Without addresses of its own, the host's end has no IPv6.
ip -n ev-former address add 2001:db8:20::100/128 dev eth0 nodad
wait_until 60 "the client reaches it by IPv6" asks 2001:db8:20::100
ip -n ev-former address delete 2001:db8:20::100/128 dev eth0
claims ev-node lan110 2001:db8:20::100
wait_until 60 "the client has the new MAC for IPv6" knows 2001:db8:20::100

step "what relays gratuitous ARP is repaired, and follows the device"
in_frr tc qdisc delete dev pe110 ingress
wait_until 60 "the qdisc is back" relays
in_frr tc filter delete dev pe110 ingress pref 4
wait_until 60 "the filter is back" relays
in_frr ip link delete vni110
wait_until 60 "a new device" relays

step "arp_suppression = false"
set_vxlan 'port = 8472; arp_suppression = false;'
ends 1 suppresses || fail "it is still on"
in_frr tc qdisc show dev pe110 > "$FABRIC/qdisc"
lacks -E 'clsact|ingress' "$FABRIC/qdisc" || fail "filters: $(in_frr tc filter show dev pe110 ingress)"
next_run in_frr ip link set vni110 type bridge_slave neigh_suppress on
ends 1 suppresses || fail "what another program set stays"
moves 192.168.20.101
daemon_stop
end_child "$WIRE"

step "a bridge is sealed as well by the clsact that evpnd had before"
block=$(in_frr tc qdisc show dev br110 | sed -n 's/^qdisc ingress .* ingress_block \([0-9]*\).*/\1/p')
[ "$block" ] || fail "br110 is not sealed: $(in_frr tc qdisc show dev br110)"
# It keeps the block while br110 is out of it.
in_frr ip link add keeper type veth peer name keeper2
in_frr tc qdisc add dev keeper ingress_block "$block" ingress
in_frr tc qdisc delete dev br110 ingress
expect 2 'tc qdisc add dev br110 ingress, which drops IPv4' evpnd_on_node --dry-run
in_frr tc qdisc add dev br110 ingress_block "$block" clsact
evpnd_on_node --dry-run || fail "something is left to do"
in_frr ip link delete keeper

step "UDP checksum 0 at an IPv6 VTEP"
# FRR 8.4 knows no IPv6 VTEP, and is said to be another one: the packets do not need it.
name_is_gone() { [ ! -e /run/netns/ev-frr ] || ip netns delete ev-frr; }
at_end name_is_gone
ip netns attach ev-frr "$(cat "$FABRIC/frr/pid")"
sed "s|^netns=.*|netns=/run/netns/ev-frr run=$FABRIC/frr/run|" "$here/../../plugins/sh/examples/frr-netns" > "$FABRIC/real"
cat > "$FABRIC/script" <<-E
	#!/bin/bash
	set -o pipefail
	case \$1 in
	query|ask) "$FABRIC/real" "\$@" | sed 's/^FRRouting [0-9.]*/FRRouting 10.6.0/' ;;
	*) exec "$FABRIC/real" "\$@" ;;
	esac
E
chmod 755 "$FABRIC/real" "$FABRIC/script"
# conf6 [SED EXPRESSION]...
conf6() {
	conf 's|^plugins = .*|plugins = { netns = "@SH@";|; s|^ *frr = ".*frr-vtysh.so"; };|  frr = "@SH@"; };|' '/^netns-pidfile = /d' \
		"s|^frr-vtysh = .*|sh = { script = \"$FABRIC/script\"; };|" "s|@SH@|$BUILD/plugins/sh/.libs/sh.so|" \
		's|"192.168.11.3/24"|&, "2001:db8:11::3/64"|; s|vtep = "100.65.0.2"|vtep = "2001:db8:65::2"|' \
		's/^frr = {/& check = ""; router_id = "100.65.0.2";/' "$@"
}
# tells WORD CHECKSUM: a VXLAN packet from the leaf with a broadcast of this word inside, with or without a checksum
tells() {
	ip netns exec ev-leaf2 python3 - "$1" "$2" <<-'E'
		import socket, struct, sys
		frame = b"\xff" * 6 + b"\x02\0\0\0\0\x11" + b"\x88\xb5" + sys.argv[1].encode().ljust(46, b"\0")
		data = struct.pack("!II", 0x08000000, 110 << 8) + frame
		s = socket.socket(socket.AF_INET6, socket.SOCK_RAW, socket.IPPROTO_UDP)
		if sys.argv[2] == "sum":
		    s.setsockopt(socket.IPPROTO_IPV6, 7, 6)  # IPV6_CHECKSUM, at this offset
		s.sendto(struct.pack("!HHHH", 50000, 4789, 8 + len(data), 0) + data, ("2001:db8:65::2", 0))
	E
}
# hears WORD / told WORD CHECKSUM
hears() { grep -qx "$1" "$FABRIC/words"; }
told() { tells "$@" && hears "$1"; }
ip netns exec ev-node python3 - > "$FABRIC/words" <<-'E' &
	import socket
	s = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(0x88b5))
	while True:
	    print(s.recv(2048).rstrip(b"\0").decode(), flush=True)
E
PIDS+=($!)
ip -n ev-leaf2 address add 2001:db8:11::2/64 dev node nodad
ip -n ev-leaf2 route add 2001:db8:65::2/128 via 2001:db8:11::3
conf6
daemon_start
wait_until 90 "a packet with a checksum" told with sum
wait_until 60 "a packet without one" told without zero
conf6 's/^health/vxlan = { zero_checksum = false; };\n&/'
zero_csum() { in_frr ip -details link show vni110 | finds 'udp6zerocsumrx'; }
off() { in_frr ip -details link show vni110 | finds -E '\bnoudp6zerocsumrx' || ends 1 zero_csum; }
wait_until 60 "the device is another one" off
both() { tells dropped zero && told taken sum; }
wait_until 60 "a packet with a checksum" both
lacks -x dropped "$FABRIC/words" || fail "a packet without one is taken, too"
step "end"
