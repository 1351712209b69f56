# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# lib-vty.sh - sourced: real FRR in a container, whose daemons the plugin frr-vtysh asks through their vty sockets.
# FRR_ROOT: from another root file system; the sockets are then in it.
# shellcheck source=tests/netns/lib-vtysh.sh
. "$(dirname "$0")/lib-vtysh.sh"
FRR_ROOT=${FRR_ROOT:-}

# ask OPTION... -- DAEMON COMMAND : the answer is in $FABRIC/own and in $OUT, in $WAITED what was waited for, the exit status in $RC
ask() {
	local options=(vty_dir="$FRR_ROOT/run/frr")
	while [ "$1" != -- ]; do
		options+=("$1")
		shift
	done
	shift
	RC=0
	"$BUILD/plugin-drive" 60 "$MODULE" "$PLACE" "${options[@]}" -- ask "$@" > "$FABRIC/own" 2> "$FABRIC/ask.log" || RC=$?
	OUT=$(cat "$FABRIC/own")
	WAITED=$(cat "$FABRIC/ask.log")
}

# answers DAEMON COMMAND
answers() {
	ask -- "$@"
	[ "$RC" = 0 ] || fail "$*: exit status $RC: $WAITED"
}

# fails CODE PATTERN [OPTION...] -- DAEMON COMMAND
fails() {
	ask "${@:3}"
	[ "$RC" = 1 ] || fail "$*: exit status $RC: $OUT"
	[[ $WAITED =~ failed:\ $1:\ .*$2 ]] || fail "\`$1: $2' is not in: $WAITED"
}

# same DAEMON COMMAND : the daemon says what vtysh prints, to the byte, and that is something; it may change between the two
says_same() {
	answers "$@"
	vtysh_in frr "$2" > "$FABRIC/vtysh"
	[ "$(wc -c < "$FABRIC/vtysh")" -gt 10 ] || return 1
	cmp -s "$FABRIC/own" "$FABRIC/vtysh"
}
same() {
	wait_until 60 "vtysh prints for \`$2' what $1 says: $FABRIC/own and $FABRIC/vtysh" says_same "$@"
}

# The lines that configure the daemon: not those by which vtysh and a daemon introduce, separate and end a configuration, and not
# vtysh's own configuration.
config_lines() {
	sed -E '/^(Building configuration|Current configuration|frr (version|defaults) |hostname |service integrated-vtysh-config$|end$|[[:space:]]*!?$)/d'
}

# same_config DAEMON : its part of the running configuration
same_config() {
	answers "$1" 'show running-config'
	[[ $OUT = *"hostname frr"* ]] || fail "$1 has no configuration: $OUT"
	config_lines <<< "$OUT" > "$FABRIC/own"
	vtysh_in frr "show running-config $1 no-header" | config_lines > "$FABRIC/vtysh"
	diff -u "$FABRIC/own" "$FABRIC/vtysh" || fail "the configuration of $1: vtysh prints something else"
}

# signal_daemon SIGNAL DAEMON : by its pid in the container
signal_daemon() {
	in_container kill "-$1" "$(cat "$FABRIC/frr/run/$2.pid")"
}

# figures : what three questions to zebra cost, and one vtysh -c
figures() {
	local question='show evpn vni json' microseconds start
	microseconds=$("$BUILD/plugin-drive" 60 "$MODULE" "$PLACE" vty_dir="$FRR_ROOT/run/frr" -- asks zebra "$question" 2> /dev/null)
	start=$(date +%s%N)
	for _ in 1 2 3 4 5 6 7 8 9 10; do vtysh_in frr "$question" > /dev/null; done
	echo "three questions to zebra: $((microseconds * 3)) us; one vtysh -c: $((($(date +%s%N) - start) / 10000)) us"
}

# vty_tests ALL_DAEMONS STATIC_ROUTES_ARE_IN : what holds for every version of FRR
vty_tests() {
	fabric_begin
	mkdir "$FABRIC/frr"
	echo "$FRR_ROOT" > "$FABRIC/frr/root"
	PIDFILE=$FABRIC/frr/pid PLACE=pidfile=$FABRIC/frr/pid

	step "no container: no daemon runs"
	fails ENOENT "waits for $PIDFILE" -- zebra 'show version'
	answers - 'show daemons'
	[ "$OUT" = "" ] || fail "daemons that do not run: $OUT"

	step "the daemons that run, each with its own answers"
	container 'zebra bgpd staticd bfdd'
	answers - 'show daemons'
	[ "$OUT" = "$1" ] || fail "other daemons: $OUT"
	vtysh_in frr 'configure' 'ip route 10.9.0.0/16 blackhole' 'router bgp 65001' 'no bgp ebgp-requires-policy' \
		'neighbor 10.0.0.2 remote-as 65002' 'address-family l2vpn evpn' 'advertise-all-vni' 'end'
	in_container ip link add br100 up type bridge
	in_container ip link add vni100 up master br100 type vxlan id 100 local 10.0.0.1 dstport 4789 nolearning
	knows_vni() { vtysh_in frr 'show evpn vni json' | finds '"vni":100'; }
	wait_until 60 "zebra knows the VNI" knows_vni
	for daemon in $1; do
		answers "$daemon" 'show version'
		[[ $OUT = FRRouting\ * ]] || fail "$daemon: $OUT"
	done
	same zebra 'show evpn vni json'
	same zebra 'show evpn vni 100 json'
	same zebra 'show interface json'
	same bgpd 'show bgp summary json'
	same bgpd 'show bgp l2vpn evpn vni json'
	for daemon in $1; do same_config "$daemon"; done
	answers "$2" 'show running-config'
	[[ $OUT = *"ip route 10.9.0.0/16 blackhole"* ]] || fail "the static route is not in the configuration of $2: $OUT"
	[[ $WAITED = "waiting: waits for FRR's $2 to answer \`show running-config'" ]] || fail "$WAITED"

	step "what a daemon refuses; what is not asked; a daemon that does not run"
	fails EIO "FRR's zebra refuses \`show nonsense' with status 2: % .*Unknown command: show nonsense" -- zebra 'show nonsense'
	fails EIO "refuses \`show bgp vrf nosuch summary'" -- bgpd 'show bgp vrf nosuch summary'
	fails ENOENT "FRR's ospfd does not run: .*/run/frr/ospfd.vty: No such file or directory" -- ospfd 'show version'
	for command in 'configure terminal' 'clear bgp *' 'write' $'show version\nclear bgp *' ''; do
		fails EINVAL "must be one line of printable ASCII" -- bgpd "$command"
	done
	fails EINVAL "must be the name of a daemon" -- ../zebra 'show version'
	fails EINVAL "only .show daemons. is possible" -- - 'show version'

	step "a daemon that was killed has left its socket"
	signal_daemon KILL bfdd
	not_listed() {
		answers - 'show daemons'
		[ "$OUT" = "${1:-}" ]
	}
	wait_until 60 "bfdd is not listed" not_listed "${1% bfdd}"
	fails ENOENT "FRR's bfdd does not run: its vty socket: Connection refused" -- bfdd 'show version'

	step "a daemon that does not answer: a time limit, and the others answer"
	signal_daemon STOP bgpd
	fails ETIMEDOUT "FRR's bgpd does not answer within the time limit" timeout=1 -- bgpd 'show version'
	answers zebra 'show version'
	# Until the queue of its connections, which has room for 6, is full: it is listed all the same.
	for _ in 1 2 3 4 5 6 7; do answers - 'show daemons'; done
	[[ " $OUT " = *" bgpd "* ]] || fail "bgpd is not listed: $OUT"
	fails ETIMEDOUT "FRR's bgpd does not accept a connection within the time limit" timeout=1 -- bgpd 'show version'
	signal_daemon CONT bgpd
	answers bgpd 'show version'

	step "the same without a pidfile"
	PLACE=vty_dir=$FABRIC/frr/run
	ask_dir() {
		OUT=$("$BUILD/plugin-drive" 60 "$MODULE" "$PLACE" -- ask "$@" 2> "$FABRIC/ask.log") || fail "$(cat "$FABRIC/ask.log")"
	}
	ask_dir - 'show daemons'
	[ "$OUT" = "${1% bfdd}" ] || fail "$OUT"
	ask_dir zebra 'show evpn vni 100 json'
	[[ $OUT = *'"vni":100'* ]] || fail "$OUT"
	PLACE=pidfile=$PIDFILE

	step "figures"
	figures
}
