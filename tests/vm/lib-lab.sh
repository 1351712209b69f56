# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# lib-lab.sh - sourced: a scenario, run the two ways in which a configuration comes, and taken back to nothing
#
#   ev-host1 ---- ev-leaf1 ---- ev-spine ---- eth1 ev-node
#                 AS 64512      AS 64612           the machine evpnd is for; FRR beside it: AS 64514, VTEP 100.65.0.2
#                 VTEP 100.64.0.1
#
# The folder of tests/vm/NAME.sh, tests/vm/NAME, has these files; lab01's are taken for what it lacks.
#   fabric.sh    lab_fabric: what else there is; on leaf1 somebody has done by hand what evpnd does on the node;
#                lab_more_routers: what else routes, started after the others
#   leaf1.conf   leaf1's FRR
#   host.conf    that of the host's own BGP speaker, if the host has a session
#   evpn.conf    the node's, of which its frr.conf is generated; node.conf, which it includes, is what all have: plugins
#                and frr
#   checks.sh    lab_checks: what must work then; the first is a first_ping
#                lab_idle_checks: what must work without evpnd's doing: before, and when all of it is gone
# In both namespaces stand canaries: devices of each kind that are not this evpnd's, which nothing of all this may change.
# shellcheck source=tests/vm/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
LAB=$(basename "$0" .sh)
# NAME-single.sh runs the scenario of NAME with one VXLAN device for all VNIs, which needs FRR 9.
LAB_MODE=
[ "$LAB" = "${LAB%-single}" ] || LAB_MODE=single
LAB=${LAB%-single}
LAB_COMMON=$here/lab
LAB_DIR=$here/$LAB
FABRIC_NAMESPACES="ev-spine ev-leaf1 ev-node"
# frr-reload.py takes its time in a guest, so lab01 has it reload FRR, and what is in tests/vm without a lab's name.
LAB_FRR=${LAB_FRR:-frr-vtysh}
if [ "$LAB_MODE" ]; then
	LAB_FRR=frr-signal
	need_frr10
fi
LAB_DAEMON=
LAB_LOG=()
declare -A LAB_MAC=()

# --- The fabric

# vrf_by_hand NAME TABLE VNI [LEAF]: the lines for ip -batch on leaf1, or that leaf
vrf_by_hand() {
	local leaf=${4:-1}
	cat <<-E
		link add $1 up type vrf table $2
		route add unreachable default table $2 metric 4278198272
		route add unreachable ::/0 table $2 metric 4278198272
		link add br$3 mtu 1450 address aa:bb:cc:00:00:0$leaf master $1 type bridge
		link set br$3 up addrgenmode none
		link add vni$3 mtu 1450 master br$3 type vxlan id $3 local 100.64.0.$leaf dstport 4789 nolearning
		link set vni$3 up addrgenmode none
		link set vni$3 type bridge_slave neigh_suppress on learning off
	E
}

# l2vni_by_hand VNI [VRF GATEWAY...]: the same; the gateways' MAC is the one that evpnd gives them on the node, and so is the
# link-local address that it gives to those of IPv6
l2vni_by_hand() {
	local vni=$1 vrf=${2:-} mac='' gateway
	[ -z "$vrf" ] || printf -v mac 'address 02:e6:00:%02x:%02x:%02x' $((vni >> 16)) $((vni >> 8 & 255)) $((vni & 255))
	cat <<-E
		link add br$vni mtu 1450 $mac ${vrf:+master $vrf} type bridge
		link set br$vni up addrgenmode none
		link add vni$vni mtu 1450 master br$vni type vxlan id $vni local 100.64.0.1 dstport 4789 nolearning
		link set vni$vni up addrgenmode none
		link set vni$vni type bridge_slave neigh_suppress on learning off
	E
	for gateway in "${@:3}"; do
		echo "address add $gateway dev br$vni$([[ $gateway != *:* ]] || echo ' nodad')"
		[[ $gateway != *:* ]] || printf 'address add fe80::e6:ff:fe%02x:%x/64 dev br%s nodad\n' \
			$((vni >> 16)) $((vni & 65535)) "$vni"
	done
}

# machine NAME NAMESPACE ADDRESS... : ev-NAME with eth0, whose other end is NAME in NAMESPACE
machine() {
	local name=$1 at=$2 address
	shift 2
	FABRIC_NAMESPACES+=" ev-$name"
	printf -v "LAB_MAC[$name]" '02:00:5e:00:00:%02x' $((${#LAB_MAC[*]} + 1))
	ip netns add "ev-$name"
	ip netns exec "ev-$name" sysctl -qw net.ipv4.conf.default.arp_notify=1 net.ipv6.conf.default.ndisc_notify=1 \
		net.ipv6.conf.default.accept_dad=0
	ip -n "ev-$name" -batch - <<-E
		link set lo up
		link add eth0 address ${LAB_MAC[$name]} mtu 1450 type veth peer name $name mtu 1450 netns ev-$at
		$(for address; do echo "address add $address dev eth0"; done)
	E
}

mac_of() {
	echo "${LAB_MAC[$1]}"
}

# machine_up NAME GATEWAY...
machine_up() {
	local name=$1 gateway
	shift
	ip -n "ev-$name" -batch - <<-E
		link set eth0 up
		$(for gateway; do echo "route add default via $gateway"; done)
	E
}

# announced NAME COMMAND... : NAME announces itself (gratuitous ARP, unsolicited NA), as machines do when they have come up and
# again later; then COMMAND. To be waited for: what is sent right when a link comes up, a bridge may not pass on yet.
announced() {
	local name=$1
	shift
	ip -n "ev-$name" link set eth0 address "${LAB_MAC[$name]}"
	"$@"
}

# lab_router NAME CONFIGURATION
lab_router() {
	router "$1" 'zebra bgpd' ip netns exec "ev-${1/host/node}"
	vtysh --vty_socket "$FABRIC/$1/run" -f "$2"
}

# lab_file NAME: where this lab has it
lab_file() {
	if [ -f "$LAB_DIR/$1" ]; then echo "$LAB_DIR/$1"; else echo "$here/lab01/$1"; fi
}

canaries() {
	"$@" ip -batch "$LAB_COMMON/canaries"
}

lab_up() {
	local name conf
	fabric_begin
	sed "/^frr-/ { /^$LAB_FRR /!d }; s|@FABRIC@|$FABRIC|; s|@BUILD@|$BUILD|; s|@FRR@|$LAB_FRR|g" \
		"$LAB_COMMON/node.conf.in" > "$FABRIC/node.conf"
	[ "$LAB_FRR" = frr-signal ] || FRR_ALONE=1
	for name in spine leaf1 node; do namespace $name; done
	ip -n ev-leaf1 address add 100.64.0.1/32 dev lo
	cable spine leaf1 10.0.1.1/24 leaf1 spine 10.0.1.2/24
	cable node eth1 192.168.11.3/24 spine node 192.168.11.2/24
	lab_fabric
	step "its routers"
	lab_router spine "$LAB_COMMON/spine.conf"
	lab_router leaf1 "$(lab_file leaf1.conf)"
	conf=$(lab_file evpn.conf)
	lacks -q peer_addresses "$conf" || lab_router host "$(lab_file host.conf)"
	lab_more_routers
	container_start
	step "the canaries"
	# As podman leaves it.
	in_frr ip link set lo up
	canaries ip netns exec ev-node
	canaries in_frr
	# On the host, there may be another evpnd.
	ip -n ev-node link set can-instance alias evpnd:other
}

# --- What stands in the kernel

# Everything of both namespaces, a line each, without what changes by itself and what the order of making decides. A device with carrier
# is in state UNKNOWN until the kernel comes to tell of it, if ever, and UP then.
lab_state() {
	local enter
	for enter in "ip netns exec ev-node" in_frr; do
		{
			$enter ip -details -oneline -batch "$LAB_COMMON/state"
			# Some of the files cannot be read, which is status 2.
			$enter grep -rs . /proc/sys/net/ipv4/ip_forward /proc/sys/net/ipv4/conf /proc/sys/net/ipv6/conf || [ $? = 2 ]
		} | sed "s/^/${enter##*[-_]}: /"
	done | sed -E '/ (fe80:|ff00:)/d; s/: [0-9]+: /: /; s/@if[0-9]+//; s/ state UNKNOWN / state UP /; s/ link-netns(id)? [^ ]*//
		s/ (valid|preferred)_lft [^ ]*//g; s/ [a-z_]*timer +[0-9.]+//g; s/ +/ /g' | sort
}

# These take their part of it. The canaries, without what comes of the namespace's forwarding:
canaries_of() {
	grep -E 'can-|br9999|vni9999' | grep -vE ': anycast |/(mc_)?forwarding:'
}

# What an empty configuration leaves alone: all but the VTEP on lo, and the sysctls of FRR's namespace
idle_of() {
	grep -vE ' lo[ :]|: anycast |forward|conf/all/(rp_filter|accept_redirects|promote_secondaries)'
}

# lab_same WHAT FILTER: what FILTER takes of the present state is what it was before evpnd
lab_same() {
	"$2" < "$FABRIC/before" > "$FABRIC/former"
	[ -s "$FABRIC/former" ] || fail "$1: nothing was there before"
	same() { lab_state | "$1" | diff "$FABRIC/former" - > "$FABRIC/difference"; }
	wait_until 60 "$1: as before" same "$2"
}

# lab_settled: writes what stands to $FABRIC/before, and succeeds once the kernel has told its last of links that came up: it does
# so up to a second later (LINKWATCH, net/core/link_watch.c), and until then they and their routes are without carrier
lab_settled() {
	lab_state > "$FABRIC/before"
	lacks -E 'NO-CARRIER|LOWERLAYERDOWN| (linkdown|tentative)( |$)' "$FABRIC/before" && lab_state | cmp - "$FABRIC/before"
}

# --- evpnd

# lab_conf evpn.conf: this one from now on. An evpnd that runs sees it come.
lab_conf() {
	cp "$1" "$FABRIC/evpn.conf.new"
	[ -z "$LAB_MODE" ] || echo 'vxlan = { mode = "single"; };' >> "$FABRIC/evpn.conf.new"
	mv "$FABRIC/evpn.conf.new" "$FABRIC/evpn.conf"
}

# Reads the daemon's log: how often it has converged, and the first error. No fork, so that asking often costs nothing.
lab_read_log() {
	local line
	COUNT=0 ERROR=
	mapfile -t LAB_LOG < "$FABRIC/daemon.log"
	for line in "${LAB_LOG[@]}"; do
		case $line in
		*converged\ in*) CONVERGED=${line#*converged in } ;;
		*steps\ in\ ms*) COUNT=$((COUNT + 1)) STEPS=${line#<6>} ;;
		'<3>'*) ERROR=${ERROR:-$line} ;;
		esac
	done
}

# It has converged more than $1 times, or never will.
lab_is_over() {
	lab_read_log
	[ $COUNT -gt "$1" ] || [ -n "$ERROR" ] || ! kill -0 "$LAB_DAEMON"
}

# lab_converges HOW COMMAND... : COMMAND makes the daemon run; it converges. LAB_SINCE is when that began
lab_converges() {
	local how=$1 count
	shift
	touch "$FABRIC/daemon.log"
	lab_read_log
	count=$COUNT
	LAB_SINCE=$EPOCHREALTIME
	LAB_HOW=$how
	"$@"
	wait_until 400 "$how: evpnd converges" lab_is_over "$count"
	[ $COUNT -gt "$count" ] || fail "$how: evpnd: ${ERROR:-has ended}"
	lab_time "converged ($CONVERGED)"
	echo "   $STEPS"
}

# lab_time WHAT: the time since the configuration was there
lab_time() {
	local ms=$(((${EPOCHREALTIME/./} - ${LAB_SINCE/./}) / 1000))
	printf '%s: %s: after %d.%03d s: %s\n' "$LAB" "$LAB_HOW" $((ms / 1000)) $((ms % 1000)) "$1"
}

lab_daemon() {
	ip netns exec ev-node "$BUILD/evpnd" --config "$FABRIC/evpn.conf" --state-dir "$FABRIC/state" \
		2>>"$FABRIC/daemon.log" &
	LAB_DAEMON=$!
	PIDS+=("$LAB_DAEMON")
}

lab_stop() {
	kill "$LAB_DAEMON"
	wait "$LAB_DAEMON" || fail "evpnd ended with status $? on SIGTERM"
}

lab_full() {
	lab_conf "$(lab_file evpn.conf)"
}

lab_empty() {
	lab_conf "$LAB_COMMON/empty.conf"
}

# Takes all back, and the kernel is as it was.
lab_down() {
	step "evpnd --down"
	evpnd_on_node --down
	lab_same "the kernel's state" cat
	lab_idle_checks
}

# --- What checks ask

# ping_to NAMESPACE ADDRESS
ping_to() {
	ip netns exec "ev-$1" ping -n -c 1 -W 1 "$2"
}

# reaches NAMESPACE ADDRESS...
reaches() {
	local from=$1 address
	shift
	for address; do wait_until 60 "$from reaches $address" ping_to "$from" "$address"; done
}

first_ping() {
	reaches "$@"
	lab_time "first ping"
}

# The kernel shows what was made just as it was meant.
nothing_is_left_to_do() {
	evpnd_on_node --dry-run > "$FABRIC/out" 2>&1 || fail "something is left to do: $(cat "$FABRIC/out")"
}

# --- All of it

lab_idle_checks() {
	:
}

lab_more_routers() {
	:
}

lab_run() {
	# shellcheck source=/dev/null
	. "$here/lab01/fabric.sh"
	# shellcheck source=/dev/null
	. "$(lab_file fabric.sh)"
	# shellcheck source=/dev/null
	. "$(lab_file checks.sh)"
	step "the fabric"
	lab_up
	lab_idle_checks
	wait_until 60 "the links are up" lab_settled
	canaries_of < "$FABRIC/before" | finds can-macvlan || fail "no canaries"
	step "evpnd starts with its configuration there"
	lab_full
	lab_converges "at start" lab_daemon
	lab_checks
	nothing_is_left_to_do
	lab_same "the canaries" canaries_of
	step "it goes"
	lab_converges "back to nothing" lab_empty
	lab_same "all but the VTEP" idle_of
	lab_idle_checks
	step "and comes, later"
	lab_converges later lab_full
	lab_checks
	nothing_is_left_to_do
	lab_same "the canaries" canaries_of
	lab_stop
	lab_down
	step "end"
}
