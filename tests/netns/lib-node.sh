# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# lib-node.sh - sourced: the node alone, on any kernel: ev-node with eth1, whose other end is in ev-leaf2 (no router there),
# FRR's container beside it with real FRR and evpn-reloader, and an evpn.conf of two L2VNIs, which need no VRF
#   L3VNI=1       an L3VNI, too, which needs a kernel with VRF
#   MODE=single   with L3VNI: one VXLAN device for all VNIs, which needs FRR 9, and two L2VNIs more, on a trunk, one of them in the VRF
here=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")
BUILD=$(realpath -m "${BUILD:-$here/../../build}")
# shellcheck source=tests/lib/fabric.sh
. "$here/../lib/fabric.sh"

[ "$(id -u)" = 0 ] || skip "needs root"
[ -z "${MODE:-}" ] || need_frr10

tell() {
	echo "--- the container's log"
	tail -20 "$FABRIC/frr/log"
	[ ! -e "$FABRIC/daemon.log" ] || { echo "--- evpnd's log"; tail -40 "$FABRIC/daemon.log"; }
}

# write_conf [SED EXPRESSION]... : $FABRIC/evpn.conf (or $CONF), edited
write_conf() {
	local file=${CONF:-$FABRIC/evpn.conf}
	cat > "$file" <<-E
	plugins = { netns = "$BUILD/plugins/netns-pidfile/.libs/netns-pidfile.so";
	            frr = "$BUILD/plugins/frr-signal/.libs/frr-signal.so"; };
	netns-pidfile = { path = "$FABRIC/frr/pid"; };
	frr-signal = { address = "unix:$FABRIC/frr/socket/reloader.sock"; };
	underlay = { interfaces = ( { name = "eth1"; } ); vtep = "100.65.0.2"; };
	l2vnis = (
		{ vni = 110; host = { interface = "lan0"; }; },
		{ vni = 120; host = { interface = "lan1"; bridge = "br-lan"; }; }
	);
	frr = { config = "$FABRIC/frr/etc/frr.conf"; source = "$FABRIC/frr.conf.in"; };
	E
	# Only a kernel with VRF can do this one. Its many runs need no check of the same frr.conf each, where fork is slow.
	[ -z "${L3VNI:-}" ] || sed -i 's/^frr = {/& check = "";/' "$file"
	[ -z "${L3VNI:-}" ] || cat >> "$file" <<-E
	l3vnis = ( { vni = 100; vrf = "red"; table = 1100;
		host = { interface = "frr0"; addresses = [ "192.169.10.0/24" ]; peer = "frr1"; peer_addresses = [ "192.169.10.1/24" ]; };
		routes = ( { prefix = "10.9.0.0/16"; via = "192.169.10.0"; } ); } );
	E
	if [ "${MODE:-}" ]; then
		sed -i 's|^l2vnis = (|&\n{ vni = 130; vlan = 30; }, { vni = 140; vlan = 40; vrf = "red"; gateways = [ "192.168.40.1/24" ]; },|' \
			"$file"
		cat >> "$file" <<-E
		vxlan = { mode = "$MODE"; };
		host = { trunk = { interface = "trunk0"; bridge = "br-trunk"; managed = true; }; };
		E
	fi
	local expression
	for expression; do sed -i "$expression" "$file"; done
}

# write_frr [LINE]... : frr.conf.in, with lines added to it
write_frr() {
	# The VRF first, as FRR writes it: behind `router bgp' frr-reload.py of 8.4 makes it a vrf-policy, and a VNI of the
	# default VRF.
	printf '%s\n' ${L3VNI:+'vrf red' ' vni 100' exit-vrf} 'router bgp 64514' \
		' no bgp default ipv4-unicast' ' neighbor 192.168.11.2 remote-as 64512' ' address-family l2vpn evpn' '  neighbor 192.168.11.2 activate' '  advertise-all-vni' \
		' exit-address-family' 'exit' "$@" > "$FABRIC/frr.conf.in"
}

# The NIC as the host had it: two addresses, and a default route. br-lan is a bridge of the host's own.
node_up() {
	fabric_begin
	write_conf
	write_frr
	namespace node
	namespace leaf2
	cable node eth1 192.168.11.3/24 leaf2 node 192.168.11.2/24
	ip -n ev-node address add 2001:db8:11::3/64 dev eth1 nodad
	ip -n ev-node route add default via 192.168.11.2
	ip -n ev-node link add br-lan up address 02:00:00:00:00:1a type bridge
	container_start
}

# expect STATUS WORDS COMMAND... : it exits so, and says so; what it printed is in $FABRIC/out
expect() {
	local want=$1 words=$2 status=0
	shift 2
	"$@" >"$FABRIC/out" 2>&1 || status=$?
	[ "$status" = "$want" ] || fail "exit status $status where $want is right: $* said: $(cat "$FABRIC/out")"
	grep -qF -- "$words" "$FABRIC/out" || fail "no \`$words' in: $(cat "$FABRIC/out")"
}

# Nothing in $FABRIC/out is a warning or an error, but that a callback took its time, as it does on a busy machine.
lacks_warnings() {
	sed '/^<4>plugin [a-z-]*: [a-z_]* took [0-9]* ms, /d' "$FABRIC/out" | lacks '<[34]>'
}

once() {
	evpnd_on_node --once --timeout 60
}

# What stands in both namespaces, without what changes by itself: clocks, a carrier that the kernel notices a while after the
# link, and link-local addresses, which come then.
snapshot() {
	local enter
	for enter in "ip netns exec ev-node" in_frr; do
		$enter ip -d link show
		$enter ip address show
		$enter ip route show table all
	done | sed -E 's/ (valid|preferred)_lft [^ ]*//g; s/ [a-z_]*timer +[0-9.]+//g; / (fe80:|ff00:)/d
		s/NO-CARRIER,|,LOWER_UP//; s/ state [A-Z]+ / /'
}

# vlans COMMAND... : the VLANs and VNIs of bridges and VXLAN devices in the namespace in which COMMAND runs another one
vlans() {
	"$@" bridge -j vlan show
	"$@" bridge -j vlan tunnelshow
	"$@" bridge -j vni show
}

# picture: the same for comparing what was taken away with what was there before: without indices, and without the order and the
# numbers that depend on when a thing was made
picture() {
	local enter
	for enter in "ip netns exec ev-node" in_frr; do
		$enter ip -d -j link show
		$enter ip -j address show
		$enter ip -j -4 route show table all
		$enter ip -j -6 route show table all
		$enter sysctl -a --pattern '^net\.(ipv4\.(ip_forward|fib_multipath_hash_policy|conf)|ipv6\.(fib_multipath_hash_policy|conf))' 2>/dev/null |
			grep -vE '\.mc_forwarding |ipv6\.conf\..*\.mtu '
		# shellcheck disable=SC2086 # these are several words
		vlans $enter
	done | python3 "$here/../lib/picture.py"
}

# canaries [COMMAND]... : foreign devices of each kind that the kernel has, with addresses and routes, in both namespaces, or by
# these commands
canaries() {
	local enter name
	[ $# -gt 0 ] || set -- "ip -n ev-node" "in_frr ip"
	for enter; do
		$enter link add canary-br type bridge
		$enter link add canary-v0 type veth peer name canary-v1
		$enter link add canary-mv link canary-v0 type macvlan
		$enter link add canary-vx type vxlan id 4711 dstport 4790 local 127.0.0.1
		$enter link set canary-v1 master canary-br alias "evpnd is not its owner"
		for name in br v0 v1 mv vx; do $enter link set "canary-$name" up; done
		# Kinds that not every kernel has.
		if $enter link add canary-vrf type vrf table 4711 2>/dev/null; then
			$enter link set canary-vrf up
			$enter link add canary-d up master canary-vrf type dummy
			$enter link add canary-vl up link canary-v0 type vlan id 9
			$enter address add 198.51.100.17/28 dev canary-d
			$enter route add 203.0.113.128/25 via 198.51.100.18 table 4711
			$enter address add 198.51.100.33/28 dev canary-vl
		fi
		$enter address add 198.51.100.1/28 dev canary-br
		$enter -6 address add 2001:db8:ca::1/64 dev canary-mv nodad
		$enter route add 203.0.113.0/24 via 198.51.100.2 metric 7
		$enter route add 203.0.113.0/24 via 198.51.100.3 table 77
		$enter -6 route add 2001:db8:cb::/48 via 2001:db8:ca::2
	done
}

# plain_reloader: what takes the plain signal to reload, at $FABRIC/plain.sock, and does nothing: FRR has its configuration
# already. For tests with many runs where a reload takes long.
plain_reloader() {
	python3 - "$FABRIC/plain.sock" <<-'P' &
		import socket, sys
		s = socket.socket(socket.AF_UNIX)
		s.bind(sys.argv[1])
		s.listen()
		while True:
		    s.accept()[0].close()
		P
	PIDS+=($!)
	wait_until 60 "the plain reloader" test -S "$FABRIC/plain.sock"
	cp "$FABRIC/frr.conf.in" "$FABRIC/frr/run/plain.conf"
	vtysh_in frr 'copy /run/frr/plain.conf running-config'
}

# daemon_start: evpnd as a service, or $EVPND in its place; its log is $FABRIC/daemon.log, what it tells systemd $FABRIC/notify
daemon_start() {
	# What a former one said would be taken for this one's until its shell has opened the files.
	: > "$FABRIC/daemon.log"
	: > "$FABRIC/notify"
	rm -f "$FABRIC/notify.sock"
	python3 - "$FABRIC/notify.sock" > "$FABRIC/notify" <<-'E' &
	import socket, sys
	s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
	s.bind(sys.argv[1])
	while True:
	    print(s.recv(65536).decode(), flush=True)
	E
	PIDS+=($!)
	wait_until 60 "the socket for notifications" test -S "$FABRIC/notify.sock"
	NOTIFY_SOCKET=$FABRIC/notify.sock ip netns exec ev-node "${EVPND:-$BUILD/evpnd}" \
		--config "$FABRIC/evpn.conf" --state-dir "$FABRIC/state" 2>"$FABRIC/daemon.log" &
	DAEMON=$!
	PIDS+=("$DAEMON")
}

daemon_says() {
	grep -qE -- "$1" "$FABRIC/notify"
}

daemon_stop() {
	local status=0
	kill "$DAEMON"
	wait "$DAEMON" || status=$?
	DAEMON=
	[ $status = 0 ] || fail "evpnd ended with status $status on SIGTERM: $(tail -5 "$FABRIC/daemon.log")"
}
