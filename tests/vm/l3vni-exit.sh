#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Default routes into a VRF: one that is always announced leads into the VRF and no further; one by the default VRF leads a tenant
# behind leaf1 to the outside and back, but not to the underlay. Of two such exits, the one with the shorter AS path is used, and
# the other one when it is gone.
set -euo pipefail
# shellcheck source=tests/vm/lib.sh
. "$(dirname "$0")/lib.sh"
FABRIC_NAMESPACES+=" ev-out1 ev-out2"
OUTSIDE=203.0.113.9

# Instead of lib.sh's: where the default route gets lost
tell() {
	local name
	for name in leaf1 leaf2 frr; do
		echo "--- $name"
		vtysh_in $name 'show bgp l2vpn evpn route type 5' 'show ip route vrf all' 'show bgp vrf all ipv4 unicast'
	done
	in_frr ip route show table all | grep -v '^\(local\|broadcast\) '
	in_frr ip neigh
	ip -n ev-leaf1 route show vrf red
}

# config KEYS : VRF red has these keys
config() {
	cat > "$FABRIC/evpn.conf" <<-E
	plugins = { netns = "$BUILD/plugins/netns-pidfile/.libs/netns-pidfile.so";
	            frr = "$BUILD/plugins/frr-vtysh/.libs/frr-vtysh.so"; };
	netns-pidfile = { path = "$FABRIC/frr/pid"; };
	frr-vtysh = { pidfile = "$FABRIC/frr/pid"; };
	underlay = { interfaces = ( { name = "eth1"; addresses = [ "192.168.11.3/24" ]; } ); vtep = "100.65.0.2"; };
	l3vnis = ( { vni = 100; vrf = "red"; table = 1100; $1 } );
	frr = { config = "$FABRIC/frr/etc/frr.conf"; hostname = "node"; asn = 64514; check = "";
	        neighbors = ( { address = "192.168.11.2"; asn = 64512; timers = { connect = 1; }; } ); };
	E
	evpnd_on_node --once --timeout 180 > "$FABRIC/log" 2>&1 || fail "evpnd: $(tail -5 "$FABRIC/log")"
}
exit_keys() {
	echo "exit = { prefixes = ( { prefix = \"0.0.0.0/0\"; } ); announce = ( { prefix = \"192.168.10.0/24\"; } );
		deny = [ \"100.64.0.0/15\" ]; $1 }; redistribute = [ \"kernel\" ];"
}
# The default route that leaf1 has by EVPN of this VTEP
leaf1_has() { vtysh_in leaf1 'show bgp l2vpn evpn route type 5' > "$FABRIC/routes" && grep -F -A3 '[5]:[0]:[0]:[0.0.0.0]' "$FABRIC/routes" | finds -w "$1"; }
node_has_default() { in_frr ip route show default | finds 'via 192.168.11.2 dev eth1'; }
leaf2_returns() { ip -n ev-leaf2 route show | finds '^192.168.10.0/24 .*via 192.168.11.3'; }
leaf1_uses() { ip -n ev-leaf1 route show vrf red default | finds -w "via $1"; }
# leaves_by TTL : HOST1 reaches the outside; of the answer of out1 the node is one router more than of that of out2
leaves_by() { ip netns exec ev-host1 ping -n -c 1 -W 2 $OUTSIDE | finds " ttl=$1 "; }
echoes() { ip netns exec "ev-$1" "$here/../lib/tenant.py" counters | sed -n 's/^Icmp: InEchos //p'; }
NODE=61 LEAF2=62

step "the fabric"
fabric_up
namespace out1
namespace out2
# The outside is behind leaf2, in its default VRF and in red.
cable out1 eth0 198.51.100.9/24 leaf2 out1 198.51.100.2/24
cable out2 eth0 198.51.101.9/24 leaf2 out2 198.51.101.2/24
for name in out1 out2; do ip -n ev-$name address add $OUTSIDE/32 dev lo; done
ip -n ev-out1 route add default via 198.51.100.2
ip -n ev-out2 route add default via 198.51.101.2
# What leaf1 has in red beside HOST1's subnet is not announced to the outside.
ip -n ev-leaf1 address add 192.168.30.1/24 dev host1
ip -n ev-leaf2 route add default via 198.51.100.9
leaf_vrf 2 out2
ip -n ev-leaf2 route add default via 198.51.101.9 vrf red
vtysh_in leaf2 'configure terminal' 'router bgp 64512' 'address-family ipv4 unicast' 'network 0.0.0.0/0'

step "a default route that is always announced leads into the VRF alone"
config 'default_originate = [ "ipv4" ];'
wait_until 90 "leaf1 has the default route" leaf1_has 100.65.0.2
grep -F -A4 '[5]:[0]:[0]:[0.0.0.0]' "$FABRIC/routes" | finds -F 'RT:64514:100' || fail "another route target: $(cat "$FABRIC/routes")"
wait_until 60 "leaf1 uses it" leaf1_uses 100.65.0.2
wait_until 60 "the default VRF has one" node_has_default
n=$(echoes out1)
unanswered() { ip netns exec ev-host1 ping -n -c 3 -i 0.3 -W 2 "$OUTSIDE" > "$FABRIC/ping"; }
ends 1 unanswered || fail "something answers: $(cat "$FABRIC/ping")"
finds 'Unreachable' "$FABRIC/ping" || fail "not unreachable: $(cat "$FABRIC/ping")"
[ "$(echoes out1)" = "$n" ] || fail "packets of the VRF leave by the default VRF"

step "an exit leads to the outside and back"
config "$(exit_keys '')"
wait_until 90 "HOST1 reaches the outside by the node" leaves_by $NODE
leaf1_has 100.65.0.2 || fail "leaf1 has no default route: $(cat "$FABRIC/routes")"
evpnd_on_node --dry-run > "$FABRIC/out" 2>&1 || fail "something is left to do: $(cat "$FABRIC/out")"

step "nothing else passes"
wait_until 60 "leaf2 has a way back" leaf2_returns
ip -n ev-leaf2 route show | lacks 192.168.30.0 || fail "a prefix that is not to be announced is"
in_frr ip route show | lacks 192.168.30.0 || fail "the default VRF imports another prefix"
vtysh_in leaf1 'show bgp l2vpn evpn route type 5' | lacks -E '\[(100\.64|192\.168\.11|100\.65)\.' || fail "what is denied is announced"
[ "$(in_frr ip route show table 1100 proto bgp | grep -c '^default')" = 1 ] || fail "the default route is not there"
in_frr ip route show table 1100 | lacks -E '^(100\.6[45]\.0\.[12]|198\.51\.|10\.0\.)' || fail "VRF red imports other routes: $(in_frr ip route show table 1100)"

step "tenants do not reach the underlay"
leaf=$(echoes leaf2) node=$(in_frr "$here/../lib/tenant.py" counters | sed -n 's/^Icmp: InEchos //p')
for address in 100.64.0.2 100.65.0.2 192.168.11.2 192.168.11.3; do
	ends 1 ip netns exec ev-host1 ping -n -c 2 -i 0.3 -W 2 $address || fail "HOST1 reaches $address"
done
[ "$(echoes leaf2)" = "$leaf" ] || fail "leaf2 gets packets of a tenant"
[ "$(in_frr "$here/../lib/tenant.py" counters | sed -n 's/^Icmp: InEchos //p')" = "$node" ] || fail "the node gets packets of a tenant"
# What keeps them out is put back.
in_frr ip route delete unreachable 100.64.0.0/15 table 1100 metric 4278198272
config "$(exit_keys '')"
in_frr ip route show table 1100 | finds -F 'unreachable 100.64.0.0/15 proto 101 metric 4278198272' || fail "not put back: $(in_frr ip route show table 1100)"

step "another exit, with a longer AS path"
vtysh_in leaf2 'configure terminal' 'route-map far permit 1' 'set as-path prepend 65001 65001 65001' exit \
	'vrf red' 'vni 100' exit-vrf 'router bgp 64512' 'address-family l2vpn evpn' advertise-all-vni exit exit \
	'router bgp 64512 vrf red' 'address-family ipv4 unicast' 'redistribute kernel route-map far' exit \
	'address-family l2vpn evpn' 'advertise ipv4 unicast'
wait_until 90 "leaf1 hears of it" leaf1_has 100.64.0.2
leaves_by $NODE || fail "HOST1 leaves by leaf2"

step "when the node's default route goes, the other exit is used"
vtysh_in leaf2 'configure terminal' 'router bgp 64512' 'address-family ipv4 unicast' 'no network 0.0.0.0/0'
wait_until 90 "HOST1 reaches the outside by leaf2" leaves_by $LEAF2
wait_until 60 "the node has withdrawn it" ends 1 leaf1_has 100.65.0.2
vtysh_in leaf2 'configure terminal' 'router bgp 64512' 'address-family ipv4 unicast' 'network 0.0.0.0/0'
wait_until 90 "HOST1 reaches the outside by the node again" leaves_by $NODE

step "prepend makes the node the second choice, until leaf2 is gone"
config "$(exit_keys 'prepend = 5;')"
wait_until 90 "HOST1 reaches the outside by leaf2" leaves_by $LEAF2
vtysh_in leaf2 'configure terminal' 'router bgp 64512 vrf red' 'address-family ipv4 unicast' 'no redistribute kernel'
wait_until 90 "HOST1 reaches the outside by the node" leaves_by $NODE

step "without the exit, all of it goes"
config ''
wait_until 60 "leaf1 has no default route" ends 1 leaf1_has 100.65.0.2
in_frr ip route show table 1100 | lacks -E '^default.*eth1|100.64.0.0/15' || fail "left: $(in_frr ip route show table 1100)"
wait_until 60 "leaf2 has no way back" ends 1 leaf2_returns
evpnd_on_node --down
step "end"
