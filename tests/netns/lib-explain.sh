# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# lib-explain.sh - sourced: the node and the leaf of lib-leaf.sh with a host on each side in VNI 110, evpnctl explain, and faults that
# are planted in the kernel, in FRR or on the leaf. Each function fault_... plants one, sees what explain names, and takes it back.
# shellcheck source=tests/netns/lib-leaf.sh
. "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/lib-leaf.sh"

NEAR=02:00:00:00:11:01
NEAR_IP=10.11.0.1
FAR=02:00:00:00:11:02
FAR_IP=10.11.0.2
SOCKET=

# host_conf [SED EXPRESSION]... : the node's VNI 110 is behind a bridge of the host's own, which evpnd does not touch
# shellcheck disable=SC2120 # the tests pass some
host_conf() {
	conf 's/host = { interface = "lan110"; }/host = { interface = "lan110"; bridge = "br-lan"; }/' \
		's/hostname = "frr";/& drift = "report";/' "$@"
}

# A workload of the node behind br-lan, and one of the leaf behind its br110, each in a namespace of its own.
hosts_up() {
	local side
	namespace near
	namespace far
	ip -n ev-node link add br-lan up mtu 1450 address 02:00:00:00:00:1a type bridge forward_delay 0
	ip -n ev-node link add near mtu 1450 type veth peer name eth0 mtu 1450 address "$NEAR" netns ev-near
	ip -n ev-node link set near up master br-lan
	ip -n ev-leaf2 link add far type veth peer name eth0 mtu 1450 address "$FAR" netns ev-far
	ip -n ev-leaf2 link set far up master br110
	# As evpnd has it.
	ip netns exec ev-leaf2 sysctl -qw net.ipv4.conf.br110.arp_accept=1
	bridge -n ev-leaf2 link set dev vni110 neigh_suppress on learning off
	for side in near far; do
		ip netns exec ev-$side sysctl -qw net.ipv6.conf.all.disable_ipv6=1
		ip -n ev-$side link set eth0 up
	done
	ip -n ev-near address add "$NEAR_IP/24" dev eth0
	ip -n ev-far address add "$FAR_IP/24" dev eth0
}

# speak SIDE IP MAC : a gratuitous ARP
speak() {
	ip netns exec "ev-$1" python3 -c '
import socket, struct, sys
s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
s.bind(("eth0", 0x0806))
ip, mac = socket.inet_aton(sys.argv[1]), bytes.fromhex(sys.argv[2].replace(":", ""))
s.send(b"\xff" * 6 + mac + struct.pack("!HHHBBH", 0x806, 1, 0x800, 6, 4, 1) + mac + ip + b"\0" * 6 + ip)
' "$2" "$3"
}

# both_speak : so that both sides know their hosts
both_speak() {
	speak near "$NEAR_IP" "$NEAR"
	speak far "$FAR_IP" "$FAR"
}

# explain STATUS SUBJECT... : evpnctl ends with this status; what it says is in $FABRIC/ctl
explain() {
	local want=$1 status=0
	shift
	timeout 60 "$BUILD/evpnctl" --socket "$SOCKET" explain "$@" > "$FABRIC/ctl" 2>&1 || status=$?
	[ "$status" = "$want" ] || fail "evpnctl explain $*: exit status $status, not $want: $(cat "$FABRIC/ctl")"
}

# says WORDS SUBJECT... : the first line of the explanation ends so
says() {
	local line end=$1
	shift
	"$BUILD/evpnctl" --socket "$SOCKET" explain "$@" > "$FABRIC/ctl" 2>&1 || [ $? = 3 ] || return
	read -r line < "$FABRIC/ctl"
	[ "${line%": $end"}" != "$line" ]
}

until_says() {
	wait_until 60 "explain ${*:2} says \`$1'" says "$@"
}

# breaks LINK REASON SUBJECT... : this link is named, with this reason and what to check next
breaks() {
	until_says "broken at $1 ($2)" "${@:3}"
	finds -E '^ +check next: +[^ ]' "$FABRIC/ctl" || fail "nothing to check next: $(cat "$FABRIC/ctl")"
}

# works SUBJECT... : each link is fine
works() {
	until_says ok "$@"
	lacks -E '^  (broken|unknown)' "$FABRIC/ctl" || fail "a link is not ok: $(cat "$FABRIC/ctl")"
}

all_work() {
	both_speak
	works mac "$NEAR" vni 110
	works ip "$NEAR_IP" vni 110
	heard
	works vni 110
}

# The far host is known, all the way.
heard() {
	works mac "$FAR" vni 110
	works ip "$FAR_IP" vni 110
}

# explain_begin, then explain_start: all but evpnd; evpnd, with the evpn.conf that is there then
explain_begin() {
	FABRIC_NAMESPACES="$FABRIC_NAMESPACES ev-near ev-far"
	leaf_up
	# shellcheck disable=SC2119 # without edits
	host_conf
	hosts_up
}

explain_start() {
	SOCKET=$FABRIC/state/control.sock
	daemon_start
	wait_until 60 "converged" has_converged 1
	wait_until 60 "the socket" test -S "$SOCKET"
	"$BUILD/evpnctl" --socket "$SOCKET" wait --timeout 60
}

tell() {
	echo "--- what evpnctl has said last"
	cat "$FABRIC/ctl"
	echo "--- evpnd's log"
	tail -20 "$FABRIC/daemon.log"
}

leaf_evpn() { on_leaf 'router bgp 64512' 'address-family l2vpn evpn' "$@"; }

fault_fdb() {
	step "no FDB entry: of the MAC; of the address, whose neighbor is stale; no neighbor either"
	in_frr bridge fdb del "$NEAR" dev pe110 master
	in_frr bridge fdb show br br110 > "$FABRIC/fdb"
	lacks "$NEAR" "$FABRIC/fdb"
	breaks "bridge FDB" NoFdbEntry mac "$NEAR" vni 110
	breaks neighbor NeighborStale ip "$NEAR_IP" vni 110
	cat "$FABRIC/ctl"
	in_frr ip neighbor del "$NEAR_IP" dev br110
	breaks neighbor NeverSeen ip "$NEAR_IP" vni 110
	both_speak
	works ip "$NEAR_IP" vni 110
}

fault_host() {
	step "host side down"
	ip -n ev-node link set br-lan down
	breaks "host bridge" DeviceDown mac "$NEAR" vni 110
	breaks "host bridge" DeviceDown ip "$NEAR_IP" vni 110
	breaks "host bridge" DeviceDown vni 110
	ip -n ev-node link set br-lan up
	works vni 110
	ip -n ev-node link set lan110 nomaster
	# evpnd's own device and its place: repaired while one looks.
	works vni 110
	both_speak
	works mac "$NEAR" vni 110
}

fault_vtep() {
	step "the FDB sends to another VTEP than the route says"
	in_frr bridge fdb replace "$FAR" dev vni110 dst 100.64.0.9 self extern_learn
	breaks "bridge FDB" VtepMismatch mac "$FAR" vni 110
	cat "$FABRIC/ctl"
	in_frr bridge fdb replace "$FAR" dev vni110 dst 100.64.0.2 self extern_learn
	works mac "$FAR" vni 110
}

fault_arp() {
	step "ARP suppression answers with another MAC than FRR has"
	in_frr ip neighbor replace "$FAR_IP" lladdr 02:00:00:00:99:99 dev br110 nud noarp extern_learn
	breaks "ARP suppression" SuppressedArp ip "$FAR_IP" vni 110
	cat "$FABRIC/ctl"
	in_frr ip neighbor replace "$FAR_IP" lladdr "$FAR" dev br110 nud noarp extern_learn
	works ip "$FAR_IP" vni 110
}

fault_rt() {
	step "the leaf exports another route target"
	leaf_evpn 'vni 110' 'route-target export 64512:999'
	breaks import RouteTargetMismatch mac "$FAR" vni 110
	cat "$FABRIC/ctl"
	breaks import RouteTargetMismatch mac "$FAR"
	breaks import RouteTargetMismatch vni 110
	breaks import RouteTargetMismatch ip "$FAR_IP" vni 110
	leaf_evpn 'vni 110' 'no route-target export 64512:999'
	heard
}

fault_hop() {
	step "the fabric does not announce the way to the remote VTEP"
	on_leaf 'router bgp 64512' 'address-family ipv4 unicast' 'no network 100.64.0.2/32'
	breaks "next hop" NextHopUnresolved mac "$FAR" vni 110
	breaks "next hop" NextHopUnresolved vni 110
	on_leaf 'router bgp 64512' 'address-family ipv4 unicast' 'network 100.64.0.2/32'
	heard
}

fault_type3() {
	step "the leaf sends no route of type 3"
	on_leaf 'route-map no3 deny 10' 'match evpn route-type multicast' 'exit' 'route-map no3 permit 20' 'exit' \
		'router bgp 64512' 'address-family l2vpn evpn' 'neighbor 192.168.11.3 route-map no3 out'
	breaks "remote VTEP" NoMulticastRoute vni 110
	leaf_evpn 'no neighbor 192.168.11.3 route-map no3 out'
	works vni 110
}

fault_session() {
	step "no session; a session without EVPN"
	on_leaf 'router bgp 64512' 'neighbor 192.168.11.3 shutdown'
	breaks session SessionDown mac "$FAR" vni 110
	breaks session SessionDown ip "$FAR_IP"
	breaks session SessionDown vni 110
	on_leaf 'router bgp 64512' 'no neighbor 192.168.11.3 shutdown'
	heard
	leaf_evpn 'no neighbor 192.168.11.3 activate'
	breaks session FamilyMissing mac "$FAR" vni 110
	leaf_evpn 'neighbor 192.168.11.3 activate'
	heard
}

fault_out() {
	step "a route-map of the node holds its routes back"
	typed 'route-map none deny 1' 'exit' 'router bgp 64514' 'address-family l2vpn evpn' \
		'neighbor 192.168.11.2 route-map none out'
	breaks "own route" NothingAnnounced mac "$NEAR" vni 110
	breaks "own route" NothingAnnounced vni 110
	typed 'router bgp 64514' 'address-family l2vpn evpn' 'neighbor 192.168.11.2 route-map evpnd-fabric-out out' 'exit' 'exit' \
		'no route-map none'
	works mac "$NEAR" vni 110
}

fault_vni() {
	step "FRR does not announce its VNIs"
	typed 'router bgp 64514' 'address-family l2vpn evpn' 'no advertise-all-vni'
	breaks "VNI in zebra" VniUnknown vni 110
	breaks "VNI in zebra" VniUnknown mac "$NEAR" vni 110
	typed 'router bgp 64514' 'address-family l2vpn evpn' 'advertise-all-vni'
	works mac "$NEAR" vni 110
}

# Each side claims it in turn until zebra has seen it move often enough. A side whose claim crosses the other's announcement can lose it
# in FRR: the next claim makes up for it.
fault_duplicate() {
	step "a MAC that both sides claim"
	wait_until 90 "zebra marks it" claimed_until_marked
	breaks "MAC in zebra" DuplicateMac mac $CONTESTED vni 110
	cat "$FABRIC/ctl"
}
CONTESTED=02:00:00:00:11:07
claimed_until_marked() {
	speak near 10.11.0.7 $CONTESTED
	may_become is_at pe110
	speak far 10.11.0.7 $CONTESTED
	may_become moved_or_marked
	is_marked
}
# may_become CONDITION... : waits up to 5 s for it
may_become() {
	local end=$((SECONDS + 5))
	until "$@" || [ "$SECONDS" -ge "$end" ]; do read -rt 0.05 -u "$TEST_NEVER" || :; done
}
is_marked() { vtysh_in frr "show evpn mac vni 110 mac $CONTESTED json" | finds '"isDuplicate":true'; }
is_at() { in_frr bridge fdb get $CONTESTED br br110 | finds "dev $1 "; }
moved_or_marked() { is_marked || is_at vni110; }

fault_bgpd() {
	step "bgpd does not run"
	daemon_kill bgpd
	breaks "FRR's daemons" DaemonMissing mac "$NEAR" vni 110
}
