#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# neighbors.sh - a host that does not talk keeps its Type-2 route, one that has gone loses it, and FRR's restart costs neither:
# evpnd has the kernel ask. The times of the kernel and of the bridge are shortened; the address on the bridge is put there by
# hand, since gateways need a kernel with VRF (tests/vm/lab-ipv6.sh). With FRR_ROOT, as neighbors-frr10.sh sets it, only FRR's part.
set -euo pipefail
# shellcheck source=tests/netns/lib-leaf.sh
. "$(dirname "$0")/lib-leaf.sh"
FABRIC_NAMESPACES+=" ev-silent"
MAC=02:00:00:00:00:99
AGEING=8

# frr-vtysh wants the container's root file system as FRR's.
if [ -n "${FRR_ROOT:-}" ]; then FRR_ALONE=; fi
keep() {
	conf "s/l2vnis = .*/l2vnis = ( { vni = 110; keep_neighbors = $1; host = { interface = \"lan110\"; }; } );/" \
		${FRR_ROOT:+'s|frr-vtysh/.libs/frr-vtysh|frr-signal/.libs/frr-signal|'} \
		${FRR_ROOT:+"s|^frr-vtysh = .*|frr-signal = { address = \"unix:$FABRIC/frr/socket/reloader.sock\"; };|"}
}

# The host's end is the silent machine's own interface, as that of a pod. It says no word of its own accord.
silent_up() {
	namespace silent
	ip netns exec ev-silent sysctl -qw net.ipv6.conf.all.disable_ipv6=1 net.ipv6.conf.default.disable_ipv6=1
	ip -n ev-node link set lan110 netns ev-silent
	ip -n ev-silent link set lan110 name eth0 address $MAC
	ip -n ev-silent address add 10.11.0.9/24 dev eth0
	ip -n ev-silent link set eth0 up
}

# Times as short as a busy machine allows.
hurry() {
	in_frr ip address replace 10.11.0.1/24 dev br110
	in_frr sysctl -qw net.ipv4.neigh.br110.base_reachable_time_ms=2000 \
		net.ipv4.neigh.br110.delay_first_probe_time=1 net.ipv4.neigh.br110.retrans_time_ms=500
	in_frr ip link set br110 type bridge ageing_time ${AGEING}00
}

# The only time that the host says who it is.
speaks() {
	ip netns exec ev-silent python3 - "$MAC" 10.11.0.9 <<-'P'
		import socket, sys
		mac, ip = bytes.fromhex(sys.argv[1].replace(":", "")), socket.inet_aton(sys.argv[2])
		s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
		s.bind(("eth0", 0x806))
		s.send(b"\xff" * 6 + mac + b"\x08\x06\0\1\x08\0\6\4\0\1" + mac + ip + b"\0" * 6 + ip)
		P
}

leaf_knows() {
	vtysh_in leaf2 'show bgp l2vpn evpn route type macip' | finds -F "[32]:[10.11.0.9]"
}

leaf_forgets() {
	vtysh_in leaf2 'show bgp l2vpn evpn route type macip' > "$FABRIC/routes"
	finds 'RT:64514:110\|No EVPN prefixes\|Displayed' "$FABRIC/routes"
	lacks -F "[32]:[10.11.0.9]" "$FABRIC/routes"
}

is_stale() {
	in_frr ip neigh show dev br110 | finds -F "10.11.0.9 lladdr $MAC STALE"
}

speaks_and_is_known() {
	speaks
	leaf_knows
}

# zebra itself has the host as a local one, and says so.
zebra_knows() {
	vtysh_in frr 'show evpn arp-cache vni 110 ip 10.11.0.9 json' | finds -F '"type":"local"'
}

# While something is degraded or pending, evpnctl ends with status 3.
status_number() {
	"$BUILD/evpnctl" --socket "$FABRIC/state/control.sock" --json status > "$FABRIC/status" || [ $? = 3 ]
	python3 -c 'import json, sys; print(json.load(sys.stdin)["neighbors"][sys.argv[1]])' "$1" < "$FABRIC/status"
}

asked() {
	[ "$(status_number asked)" -ge "$1" ]
}

# The route is there at each look, until the kernel has asked so often, and the bridge would have forgotten the MAC twice.
stays() {
	leaf_knows || fail "the route of a host that does not talk was withdrawn"
	if [ "$SECONDS" -lt "$1" ]; then return 1; fi
	asked "$2"
}

step "a host speaks once"
leaf_up
keep true
daemon_start
wait_until 60 "evpnd converges" has_converged 1
wait_until 60 "a session" leaf_hears
silent_up
hurry
wait_until 60 "the leaf knows the host" speaks_and_is_known

step "and then no more: its route stays"
wait_until 90 "the kernel asks" stays $((SECONDS + 2 * AGEING)) 3
in_frr ip neigh show dev br110 > "$FABRIC/neighbors"
finds -F 10.11.0.9 "$FABRIC/neighbors"

step "zebra alone is killed, and bgpd"
for name in zebra bgpd; do
	in_container kill -KILL "$(cat "$FABRIC/frr/run/$name.pid")"
	in_container ${FRR_ROOT:+chroot "$FRR_ROOT"} "/usr/lib/frr/$name" -d -A 127.0.0.1
	wait_until 90 "zebra knows the host after the end of $name" zebra_knows
	wait_until 60 "the leaf knows it, too" leaf_knows
done

step "FRR's container restarts in the same namespace"
exec {netns}< "/proc/$(cat "$FABRIC/frr/pid")/ns/net"
n=$(converged)
kill -KILL "$(cat "$FABRIC/frr/pid")"
rm "$FABRIC/frr/pid"
FRR_NETNS=/proc/$BASHPID/fd/$netns
router frr 'zebra bgpd staticd' nsenter --net="$FRR_NETNS"
exec {netns}<&-
wait_until 90 "evpnd converges" has_converged $((n + 1))
wait_until 90 "zebra knows the host" zebra_knows
wait_until 60 "the leaf knows it, too" leaf_knows
n=$(status_number asked)
wait_until 60 "the kernel goes on asking" asked $((n + 2))

[ -z "${FRR_ROOT:-}" ] || { daemon_stop; exit 0; }

step "without keep_neighbors the route goes"
in_frr ip link set br110 type bridge ageing_time 100
keep false
wait_until 60 "the route is withdrawn" leaf_forgets
wait_until 60 "the kernel keeps it as stale" is_stale

step "an evpnd that starts with it has those asked that are stale already"
daemon_stop
keep true
hurry
daemon_start
wait_until 60 "the leaf knows the host again" leaf_knows

step "what another program has put there is left alone"
in_frr ip neigh replace 10.11.0.77 lladdr 02:00:00:00:00:77 dev br110 nud stale extern_learn
n=$(status_number asked)
wait_until 60 "the kernel asks for the other" asked $((n + 3))
in_frr ip neigh show 10.11.0.77 dev br110 > "$FABRIC/neighbors"
finds -F "10.11.0.77 lladdr 02:00:00:00:00:77 extern_learn STALE" "$FABRIC/neighbors"

step "the host goes"
in_frr ip link set br110 type bridge ageing_time 30000
ip -n ev-silent link set eth0 down
wait_until 60 "its route is withdrawn" leaf_forgets
daemon_stop
