# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# lib-transit.sh - sourced: a node behind two leaf switches with a spine above them
#
#            ev-spine AS 64612
#           /                 \
#   ev-tor1                     ev-tor2      both with VNI 110 and a server's address, 203.0.113.1 and .2
#   VTEP 100.64.0.1             VTEP 100.64.0.2
#           \ 192.168.11.0/24 / 192.168.12.0/24
#         eth1 ev-node (FRR beside it) eth2
#
# FRR_ROOT: the node's FRR is from there.
here=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")
# shellcheck source=tests/netns/lib-node.sh
. "$here/lib-node.sh"
FABRIC_NAMESPACES="ev-spine ev-tor1 ev-tor2 ev-node"
# The plugin: frr-vtysh wants the container's root file system as FRR's, which is not so with FRR_ROOT.
RELOAD=frr-vtysh
if [ -n "${FRR_ROOT:-}" ]; then RELOAD=frr-signal; else FRR_ALONE=1; fi

# tor NUMBER AS AS-OF-THE-NODE: its FRR has this configuration, and nothing of a former one
tor() {
	local name=tor$1 as=$2 node=$3 neighbor old
	old=$(vtysh_in "$name" 'show running-config' | sed -n 's/^router bgp/no &/p')
	{
		echo "$old"
		cat <<-E
			router bgp $as
			 bgp router-id 100.64.0.$1
			 no bgp ebgp-requires-policy
			 no bgp default ipv4-unicast
			 neighbor 10.0.$1.1 remote-as 64612
			 neighbor 192.168.1$1.3 remote-as $node
			E
		for neighbor in "10.0.$1.1" "192.168.1$1.3"; do echo " neighbor $neighbor timers connect 1"; done
		echo " address-family ipv4 unicast"
		printf '  network %s\n' "100.64.0.$1/32" "203.0.113.$1/32"
		tor_family "$1"
		echo " address-family ipv6 unicast"
		echo "  network 2001:db8:64::$1/128"
		tor_family "$1"
		echo " address-family l2vpn evpn"
		tor_family "$1" advertise-all-vni
	} > "$FABRIC/$name/etc/new.conf"
	vtysh --vty_socket "$FABRIC/$name/run" -f "$FABRIC/$name/etc/new.conf"
}

tor_family() {
	local neighbor
	for neighbor in "10.0.$1.1" "192.168.1$1.3"; do
		printf '  neighbor %s %s\n' "$neighbor" activate "$neighbor" 'allowas-in 2'
	done
	[ -z "${2:-}" ] || echo "  $2"
	echo " exit-address-family"
}

transit_up() {
	local n
	fabric_begin
	for n in spine tor1 tor2 node; do namespace $n; done
	for n in 1 2; do
		ip netns exec ev-tor$n sysctl -qw net.ipv6.conf.all.forwarding=1
		cable spine tor$n 10.0.$n.1/24 tor$n spine 10.0.$n.2/24
		cable node eth$n 192.168.1$n.3/24 tor$n node 192.168.1$n.2/24
		ip -n ev-node address add 2001:db8:1$n::3/64 dev eth$n nodad
		ip -n ev-tor$n -batch - <<-E
			address add 2001:db8:1$n::2/64 dev node nodad
			address add 100.64.0.$n/32 dev lo
			address add 203.0.113.$n/32 dev lo
			address add 2001:db8:64::$n/128 dev lo
			link add br110 mtu 1450 type bridge
			link set br110 up addrgenmode none
			link add vni110 mtu 1450 master br110 type vxlan id 110 local 100.64.0.$n dstport 4789 nolearning
			link set vni110 up addrgenmode none
		E
	done
	for n in spine tor1 tor2; do router $n 'zebra bgpd' ip netns exec ev-$n; done
	# The spine passes on what one switch has to the other, whatever AS they have.
	cat > "$FABRIC/spine/etc/new.conf" <<-'E'
		router bgp 64612
		 bgp router-id 10.0.0.1
		 no bgp ebgp-requires-policy
		 neighbor 10.0.1.2 remote-as external
		 neighbor 10.0.2.2 remote-as external
	E
	vtysh --vty_socket "$FABRIC/spine/run" -f "$FABRIC/spine/etc/new.conf"
	container_start
}

# transit_conf AS OF-TOR1 OF-TOR2 [MORE]: evpn.conf, and evpnd applies it; MORE are keys of both neighbors
transit_conf() {
	cat > "$FABRIC/evpn.conf" <<-E
	plugins = { netns = "$BUILD/plugins/netns-pidfile/.libs/netns-pidfile.so";
	            frr = "$BUILD/plugins/$RELOAD/.libs/$RELOAD.so"; };
	netns-pidfile = { path = "$FABRIC/frr/pid"; };
	frr-vtysh = { pidfile = "$FABRIC/frr/pid"; };
	frr-signal = { address = "unix:$FABRIC/frr/socket/reloader.sock"; };
	underlay = { interfaces = ( { name = "eth1"; }, { name = "eth2"; } ); vtep = "100.65.0.2"; };
	l2vnis = ( { vni = 110; host = { interface = "lan0"; }; } );
	frr = { config = "$FABRIC/frr/etc/frr.conf"; hostname = "frr"; asn = $1; check = "";
	        neighbors = (
	            { address = "192.168.11.2"; asn = $2; timers = { connect = 1; }; families = [ "ipv4", "ipv6", "evpn" ]; ${4:-} },
	            { address = "192.168.12.2"; asn = $3; timers = { connect = 1; }; families = [ "ipv4", "ipv6", "evpn" ]; ${4:-} }
	        ); };
	E
	once > "$FABRIC/out" 2>&1 || fail "evpnd: $(cat "$FABRIC/out")"
}

# got TOR FAMILY: what the switch has from the node, a prefix a line
got() {
	vtysh_in "tor$1" "show bgp $2 neighbors 192.168.1$1.3 routes json" | python3 -c '
import json, re, sys
for prefix in set(re.findall(r"\"((?:\[\d+\]:|[0-9a-f.:]+/)[^\"]*)\"", sys.stdin.read())):
    print(prefix)'
}

# has TOR FAMILY WORDS: the node has announced it to the switch
has() { got "$1" "$2" | finds -F -- "$3"; }
# Nothing of the other switch.
clean() {
	local other=$((3 - $1)) all
	all=$(got "$1" 'ipv4 unicast'; got "$1" 'ipv6 unicast'; got "$1" 'l2vpn evpn')
	lacks -E "100\.64\.0\.$other\b|203\.0\.113\.$other\b|2001:db8:64::$other\b" <<< "$all"
}

# All of the other switch.
passes() {
	local other=$((3 - $1))
	has "$1" 'ipv4 unicast' "203.0.113.$other/32" && has "$1" 'ipv6 unicast' "2001:db8:64::$other/128" &&
		has "$1" 'l2vpn evpn' "[100.64.0.$other]"
}

# The node's own.
own() {
	has "$1" 'ipv4 unicast' "100.65.0.2/32" && has "$1" 'l2vpn evpn' "[100.65.0.2]"
}

# The node has both, and uses what they announce.
learned() {
	vtysh_in frr 'show bgp l2vpn evpn route type multicast' > "$FABRIC/multicast" &&
		finds -F '[100.64.0.1]' "$FABRIC/multicast" && finds -F '[100.64.0.2]' "$FABRIC/multicast" &&
		[ "$(in_frr bridge fdb show dev vni110 | count -E '^00:00:00:00:00:00 dst 100\.64\.0\.[12] ')" = 2 ]
}

across() { ip netns exec ev-tor1 ping -n -c 1 -W 1 -I 203.0.113.1 203.0.113.2; }
no_route() {
	ip -n ev-tor1 route show 203.0.113.2 > "$FABRIC/route" && [ ! -s "$FABRIC/route" ]
}
forwarded() { in_frr awk '/^Ip: [0-9]/ { print $7 }' /proc/net/snmp; }

# spine_link up|down: between the spine and tor1
spine_link() {
	ip -n ev-spine link set tor1 "$1"
}

no_transit() {
	local n before
	for n in 1 2; do
		wait_until 60 "tor$n has the node's own routes" own $n
		wait_until 60 "the node has the routes of both" learned
	done
	wait_until 60 "traffic between the switches passes the spine" across
	for n in 1 2; do clean $n || fail "tor$n has routes of the other by the node"; done
	before=$(forwarded)
	spine_link down
	wait_until 60 "tor1 has no route to the server of tor2" no_route
	ends 1 across || fail "traffic between the switches passes the node"
	[ "$(forwarded)" = "$before" ] || fail "the node has forwarded packets"
	for n in 1 2; do clean $n || fail "tor$n has routes of the other by the node, now that the spine is gone"; done
	spine_link up
	wait_until 60 "traffic between the switches passes the spine again" across
}

with_transit() {
	local n before
	for n in 1 2; do
		wait_until 60 "tor$n has the node's own routes" own $n
		wait_until 60 "tor$n has the routes of the other by the node" passes $n
	done
	spine_link down
	before=$(forwarded)
	wait_until 60 "traffic between the switches passes the node" across
	[ "$(forwarded)" -gt "$before" ] || fail "the node has forwarded nothing"
	spine_link up
	wait_until 60 "traffic between the switches passes the spine again" across
}

transit_run() {
	transit_up
	step "two switches of different AS"
	tor 1 64512 64514
	tor 2 64513 64514
	transit_conf 64514 64512 64513
	no_transit
	step "transit = true"
	transit_conf 64514 64512 64513 "transit = true;"
	with_transit
	step "back"
	transit_conf 64514 64512 64513
	wait_until 60 "the routes of the other are withdrawn from tor1" clean 1
	wait_until 60 "the routes of the other are withdrawn from tor2" clean 2
	step "two switches of one AS"
	tor 2 64512 64514
	transit_conf 64514 64512 64512
	no_transit
	step "the node is their route reflector"
	tor 1 64514 64514
	tor 2 64514 64514
	transit_conf 64514 64514 64514 "route_reflector_client = true;"
	for n in 1 2; do wait_until 60 "tor$n has the routes of the other by the node" passes $n; done
	step "end"
}
