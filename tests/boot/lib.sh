# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# lib.sh - the bed of the tests of tests/boot, sourced by each: a machine of its own (tests/lib/machine.sh) at a leaf's fabric
#
#	[machine] frr0 192.169.10.2 -- VRF red, gateway 192.168.20.254 of VNI 110
#	          eth0 192.168.11.3 --- .2 [tor] 10.0.2.1 --- .2 [leaf] br110 -- 192.168.20.2 [h1]
#	AS 64514, VTEP 100.65.0.2      AS 64612             AS 64512, VTEP 100.64.0.2
#
# tor, leaf and h1 are the network namespaces ev-tor, ev-leaf and ev-h1 here, with real FRR in the first two. The machine's only NIC
# is the underlay. h1 is a machine of VNI 110, whose router is the machine: what h1 reaches is the machine's own address 192.169.10.2,
# by EVPN alone.
#
#   bed RELEASE             all of it, with the machine switched off
#   set_up_node PLUGIN      while the machine runs: evpnd-setup with that frr plugin, evpn.conf with `on_stop' from $ON_STOP ("keep"), and
#                           evpnd-wait-online; nothing starts
#   ping_start, ping_end WHAT    h1 pings the machine every 50 ms; the latter prints what was lost of it, and sets $LOST and $SILENCE (ms)
#   has_answer, first_answer     whether and when that ping had the first answer
#   answers                 one ping of h1's is answered; ping_ok waits for it
#   healthy                 by evpnctl in the machine
#   measure WHAT COMMAND... what h1 loses from before the command until evpnd is healthy after it; no_loss: nothing
#   upgrade VERSION         the packages again, as that version: no loss
#   prepared_node RELEASE [COMMAND...]   all of that, and the node has a service that pings h1 8 times before it ends, and what the
#                           command does; then its power goes
#   power_on                until h1 has an answer. Prints the boot in phases; network-online.target is not reached before evpnd is healthy
#   shut_down               after that service

REPO=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
BUILD=$(readlink -f "${BUILD:-$REPO/build}")
# shellcheck source=tests/lib/fabric.sh
. "$REPO/tests/lib/fabric.sh"
# shellcheck source=tests/lib/machine.sh
. "$REPO/tests/lib/machine.sh"
# shellcheck disable=SC2034 # fabric_down deletes them
FABRIC_NAMESPACES="ev-tor ev-leaf ev-h1"
LOST='' SILENCE='' PING_PID=''

tell() {
	machine_tell
	vtysh_in tor 'show bgp summary' 2>&1 | sed 's/^/tor: /'
	vtysh_in leaf 'show bgp l2vpn evpn' 2>&1 | sed 's/^/leaf: /'
	ip -n ev-tor -br addr 2>&1 | sed 's/^/tor: /'
}

bed() {
	local name
	need_machine "$1"
	make_folder
	FABRIC=$T
	for name in tor leaf h1; do namespace $name; done
	cable tor leaf 10.0.2.1/24 leaf tor 10.0.2.2/24
	ip -n ev-leaf address add 100.64.0.2/32 dev lo
	ip -n ev-leaf -batch - <<-E
		link add br110 type bridge
		link add vni110 master br110 type vxlan id 110 local 100.64.0.2 dstport 4789 nolearning
		link set vni110 up addrgenmode none
		link set vni110 type bridge_slave neigh_suppress on learning off
		link set br110 up addrgenmode none
		link add h1 mtu 1450 type veth peer name eth0 mtu 1450 netns ev-h1
		link set h1 master br110 up
	E
	ip -n ev-h1 address add 192.168.20.2/24 dev eth0
	ip -n ev-h1 link set eth0 up
	ip -n ev-h1 route add default via 192.168.20.254
	machine_new "$1" ev-tor:node
	ip -n ev-tor address add 192.168.11.2/24 dev node
	for name in tor leaf; do
		router $name 'zebra bgpd' ip netns exec ev-$name
		vtysh --vty_socket "$FABRIC/$name/run" -f "$REPO/tests/boot/$name.conf" > /dev/null
	done
}

node_config() {
	cat <<-E
		plugins = { netns = "netns-path"; frr = "$1"; };
		netns-path = { path = "/run/netns/evpnd"; };
		on_stop = "${ON_STOP:-keep}";
		frr-signal = { address = "unix:/run/evpnd/frr/reloader.sock"; };
		frr-vtysh = { pidfile = "/run/evpnd/frr.pid"; };
		underlay = {
			interfaces = ( { name = "eth0"; addresses = [ "192.168.11.3/24" ]; takes_default_route = true; } );
			vtep = "100.65.0.2";
		};
		l3vnis = ( {
			vni = 100; vrf = "red";
			host = { interface = "frr0"; addresses = [ "192.169.10.2/24" ]; gateway = "192.169.10.1";
				 peer_addresses = [ "192.169.10.1/24" ]; };
			redistribute = [ "connected" ];
		} );
		l2vnis = ( { vni = 110; vrf = "red"; gateways = [ "192.168.20.254/24" ]; } );
		frr = {
			config = "/etc/evpnd/frr/frr.conf"; asn = 64514;
			neighbors = ( { address = "192.168.11.2"; asn = 64612; timers = { keepalive = 3; hold = 9; connect = 1; }; } );
		};
	E
}

set_up_node() {
	guest_run evpnd-setup --plugin "$1"
	node_config "$1" | guest_write /etc/evpnd/evpn.conf
	guest_run evpnd --check
	guest_run systemctl enable --quiet evpnd-wait-online
}

add_consumer() {
	guest_write /etc/systemd/system/consumer.service <<-E
		[Unit]
		Wants=network-online.target
		After=network-online.target
		[Service]
		Type=oneshot
		RemainAfterExit=yes
		ExecStart=true
		ExecStop=ping -n -c 8 -i 0.5 -W 1 192.168.20.2
		SyslogIdentifier=consumer
		[Install]
		WantedBy=multi-user.target
	E
	guest_run systemctl enable --quiet consumer
}

answers() {
	ip netns exec ev-h1 ping -c1 -W1 192.169.10.2 > /dev/null
}

ping_ok() {
	wait_until 600 "h1 pings the machine through EVPN" answers
}

healthy() {
	guest_run evpnctl wait --for healthy --timeout 1
}

ping_start() {
	ip netns exec ev-h1 ping -D -O -n -i 0.05 192.169.10.2 > "$T/ping" 2>&1 &
	PING_PID=$!
	PIDS+=("$PING_PID")
}

has_answer() {
	finds ' bytes from ' "$T/ping"
}

first_answer() {
	sed -n '/ bytes from /{s/^\[\([0-9.]*\)\].*/\1/p;q}' "$T/ping"
}

# The last one may be on its way, so it does not count.
ping_end() {
	kill -INT "$PING_PID"
	# Status 1 if an answer is missing, which is what is to be seen.
	wait "$PING_PID" || :
	awk '
		match($0, /icmp_seq=[0-9]+/) { seq = substr($0, RSTART + 9, RLENGTH - 9) + 0; if (seq > last) last = seq }
		/ bytes from / { time = substr($1, 2) + 0; if (count++ && time - before > longest) longest = time - before; before = time
			if (seq > top) top = seq; if (!seen[seq]++) got++ }
		END { printf "%d %d %d\n", top, top - got, longest * 1000 }' "$T/ping" > "$T/ping.counts"
	read -r SENT LOST SILENCE < "$T/ping.counts"
	echo "${1:-}: lost $LOST of $SENT, longest silence $SILENCE ms"
}

has_answered_since() {
	awk -v time="$1" '/ bytes from / && substr($1, 2) + 0 > time { count++ } END { exit count < enough }' enough="${ANSWERS:-20}" "$T/ping"
}

measure() {
	local what=$1 since
	shift
	ping_start
	wait_until 60 "h1 has an answer before: $what" has_answer
	"$@"
	wait_until 300 "evpnd is healthy after: $what" healthy
	since=$EPOCHREALTIME
	wait_until 300 "h1 has answers after: $what" has_answered_since "$since"
	ping_end "$what"
}

no_loss() {
	measure "$@"
	[ "$LOST" = 0 ] || fail "packets were lost: $1"
}

upgrade() {
	local deb
	deb=$(echo "$BUILD/debs/$(cat "$T/$MACHINE/release")"/evpnd_*.deb)
	dpkg-deb -R "$deb" "$T/again"
	sed -i "s/^Version: .*/Version: $1/" "$T/again/DEBIAN/control"
	dpkg-deb -b "$T/again" "$T/$MACHINE/share/evpnd.deb" > /dev/null
	rm -r "$T/again"
	no_loss "dpkg -i evpnd_$1.deb" guest_run dpkg -i /srv/evpnd.deb
	# shellcheck disable=SC2016 # dpkg-query expands it
	[ "$(guest_run dpkg-query -W -f '${Version}' evpnd)" = "$1" ] || fail "not upgraded"
}

# The first line of the journal that matches, in seconds since the kernel's start. The prompt to log in may stand before them.
time_of() {
	awk -v pattern="$1" '$0 ~ pattern && match($0, /\[ *[0-9]+\.[0-9]+\] /) { $0 = substr($0, RSTART + 1); sub(/\].*/, ""); print $1; exit }' \
		"$T/$MACHINE/journal.$(cat "$T/$MACHINE/boots")"
}

unit_time() {
	guest_run systemctl show -P "${2:-ActiveEnterTimestampMonotonic}" ${1:+"$1"} | awk '{ print $1 / 1000000 }'
}

timeline() {
	local start
	# The clocks are the same: what the guest calls 0 is so many seconds after power on.
	# shellcheck disable=SC2016 # the guest's shell expands it
	start=$(guest_sh 'read -r up _ < /proc/uptime; echo "$EPOCHREALTIME $up"' | awk -v on="$MACHINE_ON" '{ print $1 - $2 - on }')
	{
		echo "0 the kernel starts"
		echo "$(unit_time '' UserspaceTimestampMonotonic) systemd"
		echo "$(unit_time evpnd-netns) FRR's namespaces are made"
		echo "$(unit_time frr InactiveExitTimestampMonotonic) podman starts FRR's container"
		echo "$(unit_time frr) FRR's container runs"
		echo "$(unit_time evpnd) evpnd is ready"
		echo "$(time_of 'evpnd\\[.*converged in') applied"
		echo "$(time_of 'evpnd\\[.*healthy: ') healthy"
		echo "$(unit_time network-online.target) network-online.target"
		echo "$(first_answer) $start $MACHINE_ON" | awk '{ print $1 - $2 - $3, "h1 has the first answer" }'
	} | sort -n | awk -v start="$start" 'BEGIN { print "power on: 0.0 s" } {
		at = $1 + start; $1 = ""; printf "%8.1f s  %+6.1f s %s\n", at, at - before, $0; before = at }'
}

# The target needs EVPN.
online_after_healthy() {
	awk -v healthy="$(time_of 'evpnd\\[.*healthy: ')" -v online="$(unit_time network-online.target)" \
		'BEGIN { exit !(healthy > 0 && online >= healthy) }' || fail "network-online.target came before evpnd was healthy"
}

prepared_node() {
	step "the node is prepared, and its power goes"
	bed "$1"
	machine_on
	guest_wait
	set_up_node frr-vtysh
	add_consumer
	"${@:2}"
	guest_run sync
	machine_cut
}

power_on() {
	step "power on, until h1 has an answer"
	ping_start
	machine_on
	wait_until 600 "h1 has an answer" has_answer
	ping_end "power on"
	guest_wait
	wait_until 300 "network-online.target" guest_run systemctl is-active network-online.target
	timeline
	online_after_healthy
}

shut_down() {
	step "it shuts down after what needs the network"
	machine_off
	logged 'consumer.*8 received' || fail "the network went before the service that needed it"
}
