# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# events.sh - sourced by chaos.sh: the node and what can happen to it
#
#   chaos_up                the node, FRR's container and the leaf
#   evpnd_start, evpnd_stop [SIGNAL]
#   random_event            the next event by $RANDOM, with a line about it
#   all_right               ends what was broken on purpose
#   event_log WORD...       a line with the time
CHAOS=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")
OVS=''
EVPND=''
BROKEN=''
EVENTS=(config config config broken_config sighup zebra_killed bgpd_killed frr_restarted frr_changed pod_replaced evpnd_restarted
	evpnd_killed device_deleted device_deleted device_changed device_changed address_deleted sysctl_changed volume_full
	volume_free link_flap nic_down foreign_storm foreign_storm leaf_restarted ovs_restarted)

event_log() {
	echo "$(date +%T) $SECONDS s: $*"
}

# pick WORD... : one of them is $PICKED
pick() {
	local words=("$@")
	PICKED=${words[RANDOM % $#]}
}

# perhaps COMMAND... : what it works on may not be there at this moment
perhaps() {
	# So its status is nothing.
	"$@" > /dev/null 2>&1 || :
}

# What is picked is a command.
perhaps_picked() {
	local words
	read -ra words <<< "$PICKED"
	perhaps "${words[@]}"
}

pause() {
	local end=$((SECONDS + $1))
	while [ $SECONDS -lt $end ]; do
		# It ends by its time limit, with a status that is not 0.
		read -rt 0.2 -u "$TEST_NEVER" || :
	done
}

# chaos_conf [EXTRA L2VNIS] : the leaf's VNI 110, in Open vSwitch VNI 115, and others
chaos_conf() {
	local ovs=''
	conf "s|^l2vnis = .*|l2vnis = ( { vni = 110; host = { interface = \"lan110\"; addresses = [ \"10.110.0.1/24\" ]; }; }@OVS@${1:-} );|"
	if [ -n "$OVS" ]; then
		ovs=", { vni = 115; host = { interface = \"lan115\"; ovs_bridge = \"br-int\"; }; }"
		echo "openvswitch = { socket = \"$OVS/db.sock\"; };" >> "$FABRIC/evpn.conf"
	fi
	sed -i "s|@OVS@|$ovs|" "$FABRIC/evpn.conf"
	BROKEN=''
}

chaos_up() {
	fabric_begin
	mkdir -p "$FABRIC/frr/etc"
	mount -t tmpfs -o size=64k,mode=755 volume "$FABRIC/frr/etc"
	namespace node
	namespace leaf2
	cable node eth1 192.168.11.3/24 leaf2 node 192.168.11.2/24
	leaf_vni
	ip -n ev-leaf2 address add 10.110.0.2/24 dev br110
	router leaf2 'zebra bgpd' ip netns exec ev-leaf2
	leaf_conf
	: > "$FABRIC/frr/lo-up"
	container_start
	canaries "ip -n ev-node" "in_frr ip"
	if command -v ovs-vswitchd > /dev/null; then
		# shellcheck source=tests/netns/lib-ovs.sh
		. "$CHAOS/../netns/lib-ovs.sh"
		ovs_begin
		ovs_up
	fi
	chaos_conf
	: > "$FABRIC/daemon.log"
}

evpnd_start() {
	ip netns exec ev-node "$BUILD/evpnd" --config "$FABRIC/evpn.conf" --state-dir "$FABRIC/state" 2>> "$FABRIC/daemon.log" &
	EVPND=$!
	PIDS+=("$EVPND")
	# Before that a SIGHUP ends it, as it ends any program; systemd sends none before evpnd is ready.
	wait_until 60 "evpnd takes signals" evpnd_takes_signals
}
# SIGHUP is the lowest bit; or it has ended, which is_evpnd finds.
evpnd_takes_signals() { ! is_evpnd || grep -qE '^SigBlk:.*[13579bdf]$' "/proc/$EVPND/status"; }

evpnd_stop() {
	local status=0 signal=${1:-TERM}
	kill -0 "$EVPND" 2> /dev/null || fail "evpnd has ended by itself"
	kill "-$signal" "$EVPND"
	wait "$EVPND" 2> /dev/null || status=$?
	[ "$signal" = KILL ] || [ $status = 0 ] || fail "evpnd ended with status $status on SIG$signal"
}

is_evpnd() { kill -0 "$EVPND"; }

# --- the events

event_config() {
	local vni extra=''
	for vni in 111 112 113 114; do
		case $((RANDOM % 4)) in
		0) extra+=", { vni = $vni; }" ;;
		1) extra+=", { vni = $vni; mtu = $((1300 + RANDOM % 50)); host = { interface = \"lan$vni\"; }; }" ;;
		2) extra+=", { vni = $vni; host = { interface = \"lan$vni\"; bridge = \"own$vni\"; managed = true; }; }" ;;
		esac
	done
	chaos_conf "$extra"
	event_log "evpn.conf:${extra:- VNI 110 alone}"
}

event_broken_config() {
	pick 'l2vnis = ( {' 'vtpe = 1;' 'underlay = { vtep = "300.1.1.1"; };' '@include "nowhere.conf"'
	chaos_conf
	echo "$PICKED" >> "$FABRIC/evpn.conf"
	BROKEN=1
	event_log "evpn.conf is broken: $PICKED"
}

event_sighup() {
	kill -HUP "$EVPND"
	event_log "SIGHUP"
}

# The daemons of FRR that do not run are started, empty.
start_daemons() {
	local name
	for name in zebra bgpd staticd; do
		in_container pgrep -r R,S,D -x "$name" > /dev/null || perhaps daemon_restart "$name"
	done
}
daemons_run() {
	local name
	for name in zebra bgpd staticd; do in_container pgrep -r R,S,D -x "$name" > /dev/null || return; done
}

kill_daemons() {
	local name
	for name; do perhaps daemon_kill "$name"; done
	pause $((RANDOM % 3))
	start_daemons
	event_log "killed and started anew: $*"
}
# watchfrr starts all daemons anew when zebra ends (watchfrr(8)): bgpd 8.4 does not tell a second new zebra its next hops.
event_zebra_killed() { kill_daemons zebra bgpd staticd; }
event_bgpd_killed() { kill_daemons bgpd; }
event_frr_restarted() { kill_daemons staticd bgpd zebra; }

event_frr_changed() {
	pick 'no router bgp 64514' 'no route-map evpnd-fabric-out' 'ip prefix-list stranger seq 5 permit any' 'ip route 203.0.113.0/24 blackhole'
	perhaps typed "$PICKED"
	event_log "typed into FRR: $PICKED"
}

# The virtual NIC dies with its namespace; the host gets another one.
event_pod_replaced() {
	pick '' KILL
	container_stop "$PICKED"
	pause $((RANDOM % 3))
	new_nic
	container_start
	new_canaries
	event_log "the container is another one, in a namespace of its own; its pidfile was ${PICKED:+not }removed"
}
no_old_nic() { no_device node ip -n ev-leaf2; }
new_nic() {
	# It may be gone with its peer, which the kernel deletes in the background.
	perhaps ip -n ev-leaf2 link delete node
	wait_until 60 "the former NIC is gone" no_old_nic
	wait_until 60 "a new NIC" cable_again
}
cable_again() {
	ip -n ev-node link show eth1 > /dev/null 2>&1 || cable node eth1 192.168.11.3/24 leaf2 node 192.168.11.2/24
}
new_canaries() {
	canaries "in_frr ip"
	note_canaries
}

event_evpnd_restarted() {
	evpnd_stop
	pick no no once down
	# What it cannot do, the daemon does.
	[ "$PICKED" = no ] || evpnd_on_node "--$PICKED" --timeout 10 >> "$FABRIC/daemon.log" 2>&1 || :
	pause $((RANDOM % 2))
	# --down forgets the last good configuration, and without one evpnd refuses to start with a wrong one.
	[ "$PICKED" != down ] || [ -z "$BROKEN" ] || chaos_conf
	evpnd_start
	event_log "evpnd is stopped, and started; between: $PICKED"
}

event_evpnd_killed() {
	evpnd_stop KILL
	evpnd_start
	event_log "evpnd is killed, and started"
}

# What another program does to evpnd's devices may fail: they are not all there at all times.
event_device_deleted() {
	pick "in_frr ip link delete br110" "in_frr ip link delete vni110" "ip -n ev-node link delete lan110" "in_frr ip link delete br111"
	perhaps_picked
	event_log "$PICKED"
}

event_device_changed() {
	pick "in_frr ip link set vni110 down" "in_frr ip link set vni110 nomaster" "in_frr ip link set br110 mtu 1280" \
		"in_frr ip link set br110 down" "ip -n ev-node link set lan110 down" "in_frr ip link set vni110 type bridge_slave learning on" \
		"in_frr ip link set eth1 mtu 1400"
	perhaps_picked
	event_log "$PICKED"
}

event_address_deleted() {
	pick "in_frr ip address flush dev eth1" "in_frr ip address delete 100.65.0.2/32 dev lo" "ip -n ev-node address flush dev lan110"
	perhaps_picked
	event_log "$PICKED"
}

event_sysctl_changed() {
	pick net.ipv4.ip_forward=0 net.ipv4.conf.all.rp_filter=1 net.ipv6.conf.all.forwarding=0 net.ipv4.conf.br110.arp_accept=0
	perhaps in_frr sysctl -qw "$PICKED"
	event_log "$PICKED in FRR's namespace"
}

event_volume_full() {
	# It ends when there is no space left.
	dd if=/dev/zero of="$FABRIC/frr/etc/filler" bs=512 2> /dev/null || :
	event_log "the volume is full"
}
event_volume_free() {
	rm -f "$FABRIC/frr/etc/filler"
	event_log "the volume has space"
}

event_link_flap() {
	local i times=$((1 + RANDOM % 4))
	for ((i = 0; i < times; i++)); do
		ip -n ev-leaf2 link set node down
		ip -n ev-leaf2 link set node up
	done
	event_log "the underlay's link has gone down and up $times times"
}

event_nic_down() {
	perhaps in_frr ip link set eth1 down
	event_log "eth1 down"
}

# More notifications at once than the queue of a socket takes.
event_foreign_storm() {
	local i words
	pick "ip -n ev-node" "in_frr ip"
	read -ra words <<< "$PICKED"
	{
		echo "link add storm type bridge"
		for ((i = 0; i < 4000; i++)); do echo "link set storm alias number-$i"; done
		echo "link delete storm"
	} > "$FABRIC/storm"
	"${words[@]}" -batch "$FABRIC/storm" > /dev/null
	event_log "4000 changes of a foreign device by $PICKED"
}

event_leaf_restarted() {
	local name pid
	pid=$(cat "$FABRIC/leaf2/run/bgpd.pid")
	nsenter -m -p -t "$(cat "$FABRIC/leaf2/pid")" kill -KILL "$pid"
	nsenter -m -u -i -n -p -t "$(cat "$FABRIC/leaf2/pid")" /usr/lib/frr/bgpd -d -A 127.0.0.1 >> "$FABRIC/leaf2/log" 2>&1
	wait_until 60 "the leaf's bgpd" vtysh_in leaf2 'show bgp summary'
	vtysh --vty_socket "$FABRIC/leaf2/run" -f "$FABRIC/leaf.conf" > /dev/null
	event_log "the leaf's bgpd is another one"
}

event_ovs_restarted() {
	[ -n "$OVS" ] || return 0
	pick TERM KILL
	ovsdb_stop "$PICKED"
	pause $((RANDOM % 3))
	rm -f "$OVS/db.sock"
	ovsdb_start
	event_log "Open vSwitch's database is restarted ($PICKED)"
}

random_event() {
	pick "${EVENTS[@]}"
	"event_$PICKED"
}

all_right() {
	event_volume_free > /dev/null
	is_evpnd 2> /dev/null || fail "evpnd has ended by itself: $(tail -3 "$FABRIC/daemon.log")"
	wait_until 60 "FRR's daemons run" eval 'start_daemons; daemons_run'
	chaos_conf
}
