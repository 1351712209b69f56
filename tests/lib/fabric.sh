# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# fabric.sh - to be sourced: a small data centre of network namespaces with real FRR in each router
#
#   ev-host1 ---- ev-leaf1 ---- ev-spine ---- ev-leaf2 ---- eth1 ev-node ---- ev-work
#   HOST1         AS 64512      AS 64612      AS 64512           the machine   10.244.0.6
#   192.168.10.1  VTEP 100.64.0.1             VTEP 100.64.0.2    evpnd is for
#                 VRF red, VNI 100
#
# ev-node is the host's namespace: eth1 is born there with 192.168.11.3/24, and a BGP speaker of the host (AS 64515) announces
# 10.244.0.0/24. FRR's container beside it (AS 64514, VTEP 100.65.0.2) is a process with namespaces of its own, of which only
# its pidfile tells, as with podman; FRR starts empty in it, and evpn-reloader runs beside FRR.
#
#   fabric_up               all of it, but for what evpnd does; all state is below $FABRIC
#   fabric_begin            the folder, evpn.conf and frr.conf.in alone: for a test that makes its own namespaces
#                           (in $TEST_PARENT, if that is set)
#   fabric_down             ends the processes and the namespaces: of a test that makes a second one; at the end it comes by itself
#   container_start, container_stop [KILL]       FRR's container alone; FRR_ROOT: from another root file system;
#                                                FRR_ALONE: no sidecar
#   need_frr10              FRR_ROOT is that of FRR 10.3 from now on, or the test is skipped
#   vtysh_in ROUTER COMMAND...                   ROUTER: spine leaf1 leaf2 host frr
#   in_frr COMMAND...       runs a command in the container's network namespace
#   evpnd_on_node OPTION... runs evpnd where it belongs, with $FABRIC/evpn.conf
#   reloader_count          how often FRR's configuration was reloaded, and how often that was tested
# Needs root, a kernel with VRF (tests/lib/vm), and $BUILD where the reloader is to run.

FABRIC_LIB=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")
# shellcheck source=tests/lib/test.sh
. "$FABRIC_LIB/test.sh"
FABRIC=
FABRIC_NAMESPACES="ev-spine ev-leaf1 ev-leaf2 ev-host1 ev-node ev-work"
at_end fabric_down

# router NAME DAEMONS ENTER... : real FRR in PID, mount and UTS namespaces of its own, where its paths are the usual ones; ENTER (a command
# that runs its arguments) says in which network namespace. Ends with its first process, whose pid is put into NAME/pid.
router() {
	local dir=$FABRIC/$1 daemons=$2
	shift 2
	mkdir -p "$dir/run" "$dir/etc"
	echo "$daemons" > "$dir/daemons"
	chown frr:frr "$dir/run" "$dir/etc"
	rm -f "$dir/pid"
	"$@" unshare --mount --uts --pid --fork --kill-child "$FABRIC_LIB/router" "$dir" </dev/null >>"$dir/log" 2>&1 &
	PIDS+=($!)
	wait_until 120 "FRR of $dir, whose log is in it" test -s "$dir/pid"
}

# The router's own vtysh, which is of its FRR's version.
vtysh_in() {
	local dir=$FABRIC/$1 command words=(vtysh) root=''
	[ ! -e "$dir/root" ] || root=$(cat "$dir/root")
	[ -z "$root" ] || words=(chroot "$root" vtysh)
	shift
	for command; do words+=(-c "$command"); done
	nsenter -m -t "$(cat "$dir/pid")" "${words[@]}"
}

namespace() {
	ip netns add "ev-$1"
	ip -n "ev-$1" link set lo up
	ip netns exec "ev-$1" sysctl -qw net.ipv4.ip_forward=1 net.ipv4.conf.all.rp_filter=0 net.ipv4.conf.default.rp_filter=0
}

# cable NAMESPACE LINK ADDRESS NAMESPACE LINK ADDRESS
cable() {
	ip link add "$2" netns "ev-$1" type veth peer name "$5" netns "ev-$4"
	ip -n "ev-$1" address add "$3" dev "$2"
	ip -n "ev-$1" link set "$2" up
	ip -n "ev-$4" address add "$6" dev "$5"
	ip -n "ev-$4" link set "$5" up
}

# What evpnd does on the node, somebody has done by hand on leaf N, whose PORT is in the VRF.
leaf_vrf() { # N PORT
	ip -n "ev-leaf$1" -batch - <<-E
		link add red up type vrf table 1100
		link add br100 address aa:bb:cc:00:00:0$1 master red type bridge
		link set br100 up addrgenmode none
		link add vni100 master br100 type vxlan id 100 local 100.64.0.$1 dstport 4789 nolearning
		link set vni100 up addrgenmode none
		link set vni100 type bridge_slave neigh_suppress on learning off
		link set $2 master red
	E
}

container_start() {
	mkdir -p "$FABRIC/frr"
	[ -z "${BUILD:-}" ] || [ -n "${FRR_ALONE:-}" ] || install "$BUILD/evpn-reloader" "$FABRIC/frr/reloader"
	echo "${FRR_ROOT:-}" > "$FABRIC/frr/root"
	router frr 'zebra bgpd staticd' unshare --net
}

need_frr10() {
	export FRR_ROOT=$BUILD/frr10-root
	[ -d "$FRR_ROOT" ] || skip "$(cat "$FRR_ROOT.why" 2>/dev/null || echo "tests/lib/frr10 has not made $FRR_ROOT")"
}

# With KILL the pidfile stays, stale, as podman leaves it.
container_stop() {
	kill -KILL "$(cat "$FABRIC/frr/pid")"
	[ "${1:-}" = KILL ] || rm -f "$FABRIC/frr/pid"
}

in_frr() {
	nsenter -n -t "$(cat "$FABRIC/frr/pid")" "$@"
}

evpnd_on_node() {
	ip netns exec ev-node "$BUILD/evpnd" --config "$FABRIC/evpn.conf" --state-dir "$FABRIC/state" "$@"
}

reloader_count() {
	reload_counts "$FABRIC/frr/socket/reloader.sock"
}

# The folder that holds all state, and what is not routers.
fabric_begin() {
	make_folder
	FABRIC=$T
	sed "s|@FABRIC@|$FABRIC|; s|@BUILD@|${BUILD:-}|" "$FABRIC_LIB/fabric/evpn.conf.in" > "$FABRIC/evpn.conf"
	cp "$FABRIC_LIB/fabric/frr.conf.in" "$FABRIC"
}

fabric_up() {
	fabric_begin
	local name
	for name in spine leaf1 leaf2 host1 node work; do namespace $name; done
	ip -n ev-leaf1 address add 100.64.0.1/32 dev lo
	ip -n ev-leaf2 address add 100.64.0.2/32 dev lo
	cable spine leaf1 10.0.1.1/24 leaf1 spine 10.0.1.2/24
	cable spine leaf2 10.0.2.1/24 leaf2 spine 10.0.2.2/24
	cable host1 eth0 192.168.10.1/24 leaf1 host1 192.168.10.2/24
	cable node eth1 192.168.11.3/24 leaf2 node 192.168.11.2/24
	cable work eth0 10.244.0.6/24 node work 10.244.0.1/24
	leaf_vrf 1 host1
	ip -n ev-host1 route add default via 192.168.10.2
	ip -n ev-work route add default via 10.244.0.1
	for name in spine leaf1 leaf2; do
		router $name 'zebra bgpd' ip netns exec ev-$name
		vtysh --vty_socket "$FABRIC/$name/run" -f "$FABRIC_LIB/fabric/$name.conf"
	done
	router host 'zebra bgpd' ip netns exec ev-node
	vtysh --vty_socket "$FABRIC/host/run" -f "$FABRIC_LIB/fabric/host.conf"
	container_start
}

fabric_down() {
	local pid name
	for pid in "${PIDS[@]}"; do end_child "$pid"; done
	PIDS=()
	for name in $FABRIC_NAMESPACES; do
		[ ! -e "/run/netns/$name" ] || ip netns delete "$name"
	done
}
