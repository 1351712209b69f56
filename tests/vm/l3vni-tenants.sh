#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The tenants of a VRF and the addresses of FRR's namespace: they do not reach these, and their own machines with the same addresses
# are served; routes that a VRF imports from the default VRF work. The rules that do it are evpnd's: put back, and given back.
set -euo pipefail
# shellcheck source=tests/vm/lib.sh
. "$(dirname "$0")/lib.sh"
FABRIC_NAMESPACES+=" ev-evil"

rules() { in_frr ip "$1" rule show | grep -w local; }
moved() { [ "$(rules -4) $(rules -6)" = "32765:	from all lookup local proto 101 32765:	from all lookup local proto 101" ]; }
kernels() { [ "$(rules -4) $(rules -6)" = "0:	from all lookup local 0:	from all lookup local" ]; }
echoes() { ip netns exec ev-work "$here/../lib/tenant.py" counters | sed -n 's/^Icmp: InEchos //p'; }
ping_from() { ip netns exec "ev-$1" ping -n -c 1 -W 2 "$2"; }
# new_is_first FILE NEW OLD : the monitor shows NEW before OLD is deleted, for both families
new_is_first() {
	awk -v new="$2:" -v old="$3:" '$1 == new { n++ } $1 == "Deleted" && $2 == old && ++d > n { bad = 1 } END { exit bad || n != 2 || d != 2 }' "$1"
}

step "the fabric"
fabric_up
namespace evil
cable evil eth0 192.168.20.66/24 node evil 10.99.99.1/24
ip -n ev-evil link set eth0 address 02:ba:d0:00:00:01
ip -n ev-node -batch - <<-E
	address flush dev evil
	link add br-evil up type bridge
	link set evil master br-evil
E
ip netns exec ev-node sysctl -qw net.ipv6.conf.br-evil.disable_ipv6=1
sed -i 's/^frr = {/l2vnis = ( { vni = 110; vrf = "red"; gateways = [ "192.168.20.1\/24", "2001:db8:20::1\/64" ]; host = { interface = "lan110"; bridge = "br-evil"; }; } );\n&/' \
	"$FABRIC/evpn.conf"
kernels || fail "the rules are not the kernel's: $(rules -4) $(rules -6)"

step "evpnd --once: the rules are moved, the new one first"
nsenter -n -t "$(cat "$FABRIC/frr/pid")" ip -oneline monitor rule >> "$FABRIC/rules" &
PIDS+=($!)
hears() { in_frr ip rule add pref 77 table 77 && in_frr ip rule delete pref 77 table 77 && grep -q 77 "$FABRIC/rules"; }
wait_until 60 "ip monitor listens" hears
evpnd_on_node --once --timeout 180 2>&1 | tail -3
moved || fail "the rules: $(rules -4) $(rules -6)"
new_is_first "$FABRIC/rules" 32765 0 || fail "the order: $(cat "$FABRIC/rules")"
check_ping
evpnd_on_node --dry-run || fail "something is left to do"

step "a hostile tenant gets answers of its gateway alone"
gateway_mac=02:e6:00:00:00:6e
ip netns exec ev-evil "$here/../lib/tenant.py" attack eth0 $gateway_mac 192.168.11.3 100.65.0.2 192.168.20.1 198.51.100.1 > "$FABRIC/answers"
cat "$FABRIC/answers"
finds '^ARP of 192.168.20.1$' "$FABRIC/answers" || fail "not even its gateway answers: the test shows nothing"
lacks -vE ' of 192.168.20.1$|^ICMPv6 [0-9]* of fe80::e6:ff:fe00:6e$|^sent ' "$FABRIC/answers" || fail "others answer"
# bgpd waits for the host's session in the VRF, and takes no other.
grep -vE '^TCP 179 of (192.168.20.1|2001:db8:20::1)$' "$FABRIC/answers" > "$FABRIC/others"
lacks -E '^TCP [0-9]+ ' "$FABRIC/others" || fail "a service of the gateway is open"

step "a tenant's own machine with the addresses of the NIC and the VTEP is served"
for address in 192.168.11.3 100.65.0.2; do
	ip -n ev-work address add $address/32 dev lo
	ip -n ev-node route add $address/32 via 10.244.0.6
	vtysh_in host 'configure terminal' 'router bgp 64515' 'address-family ipv4 unicast' "network $address/32"
	wait_until 60 "host1 reaches $address" ping_from host1 $address
	n=$(echoes)
	ping_from host1 $address | finds 'ttl=61 ' || fail "$address is another machine's"
	[ "$(echoes)" -gt "$n" ] || fail "$address: the tenant's machine has not got it"
done
# And the underlay goes on.
check_ping

step "routes that the VRF imports from the default VRF, and the other way round"
vtysh_in frr 'configure terminal' 'router bgp 64514' 'address-family ipv4 unicast' 'import vrf red' \
	exit exit 'router bgp 64514 vrf red' 'address-family ipv4 unicast' 'import vrf default'
ip -n ev-leaf2 route add 10.244.0.0/24 via 192.168.11.3
leaks() { ip netns exec ev-leaf2 ping -n -c 1 -W 2 -I 100.64.0.2 10.244.0.6; }
wait_until 60 "leaf2, in the default VRF, reaches a machine in VRF red" leaks

step "what others do to the rules is put back"
vtysh_in frr 'configure terminal' 'router bgp 64514' 'address-family ipv4 unicast' 'no import vrf red' \
	exit exit 'router bgp 64514 vrf red' 'address-family ipv4 unicast' 'no import vrf default'
ip netns exec ev-node "$BUILD/evpnd" --config "$FABRIC/evpn.conf" --state-dir "$FABRIC/state" 2> "$FABRIC/daemon.log" &
DAEMON=$!
PIDS+=("$DAEMON")
wait_until 120 "converged" grep -q 'converged in' "$FABRIC/daemon.log"
in_frr ip rule add pref 0 table local
in_frr ip -6 rule delete pref 32765 table local
wait_until 60 "the rules are as before" moved

step "other MAC addresses of gateway and router, on the running node"
rmacs() { vtysh_in leaf1 'show bgp l2vpn evpn' | sed -n '/\[5\]:.*\[10\.244\.0\.0\]/,/Rmac/s/.*Rmac:\([0-9a-f:]*\).*/\1/p' | sort -u; }
routes_to() { [ "$(rmacs)" = "$1" ] && ip -n ev-leaf1 neigh show 100.65.0.2 dev br100 | finds "$1"; }
# The machine asks anew, and takes what it is told.
answers_with() {
	ip -n ev-evil neigh flush all
	ping_from evil 192.168.20.1
	ip -n ev-evil neigh show 192.168.20.1 | finds "lladdr $1"
}
wait_until 60 "leaf1 sends to the router MAC" routes_to 02:e5:64:41:00:02
wait_until 60 "the gateway answers with its MAC" answers_with $gateway_mac
sed -i 's/^frr = {/vxlan = { gateway_mac = "00:00:5e:00:01:01"; router_mac = "02:00:5e:10:00:02"; };\n&/' "$FABRIC/evpn.conf"
wait_until 60 "leaf1 sends to the other router MAC" routes_to 02:00:5e:10:00:02
wait_until 60 "the gateway answers with the other MAC" answers_with 00:00:5e:00:01:01
check_ping
wait_until 60 "nothing is left to do" evpnd_on_node --dry-run
kill "$DAEMON"
wait "$DAEMON"

step "evpnd --down gives the kernel's back, the new one first"
: > "$FABRIC/rules"
evpnd_on_node --down
kernels || fail "the rules: $(rules -4) $(rules -6)"
new_is_first "$FABRIC/rules" 0 32765 || fail "the order: $(cat "$FABRIC/rules")"
step "end"
