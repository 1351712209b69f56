# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# lib.sh - sourced by the tests that need a kernel with VRF: the fabric stands while they run, and is told about if they fail
here=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")
BUILD=$(realpath -m "${BUILD:-$here/../../build}")
# shellcheck source=tests/lib/fabric.sh
. "$here/../lib/fabric.sh"

# $1 and the time since the machine booted
step() {
	echo "--- $1 ($(cut -d' ' -f1 /proc/uptime) s)"
}

tell() {
	echo "--- what FRR on the node says"
	vtysh_in frr 'show evpn vni' 'show bgp summary' 'show bgp vrf red summary' 'show bgp l2vpn evpn' \
		'show running-config'
	in_frr ip -d -br link
	in_frr ip -br address
	tail -20 "$FABRIC"/frr/log
	if [ -s "$FABRIC/daemon.log" ]; then
		echo "--- evpnd's log"
		tail -40 "$FABRIC/daemon.log"
	fi
	if [ -s "$FABRIC/difference" ]; then
		echo "--- what is not as it was before"
		head -c 3000 "$FABRIC/difference"
	fi
}

[ "$(id -u)" = 0 ] || skip "needs root"
unshare -n ip link add probe type vrf table 10 2>/dev/null || skip "the kernel has no VRF; run it with tests/lib/vm"

# The answers come back through EVPN: 64 less leaf1, FRR on the node and the node itself.
ping_workload() {
	ip netns exec ev-host1 ping -c 1 -W 1 10.244.0.6
}

check_ping() {
	wait_until 120 "HOST1 reaches 10.244.0.6" ping_workload
	ping_workload > "$FABRIC/ping"
	grep 'bytes from' "$FABRIC/ping"
	grep -q ' ttl=61 ' "$FABRIC/ping" || fail "the ttl is not 61"
}

both_beat() {
	wait_until 60 "ip monitor on the node" beat "$1" ip -n ev-node node
	wait_until 60 "ip monitor beside FRR" beat "$1" in_frr ip frr
}

# check_quiet COMMAND... : while it runs, no link, address or route changes in either namespace, and FRR is not reloaded
check_quiet() {
	local before pids=() name ports
	before=$(reloader_count)
	ip netns exec ev-node ip -details -oneline monitor link address route > "$FABRIC/node.monitor" &
	pids+=($!)
	# Not in_frr: of a function in the background, only its shell would be killed.
	nsenter -n -t "$(cat "$FABRIC/frr/pid")" ip -details -oneline monitor link address route > "$FABRIC/frr.monitor" &
	pids+=($!)
	# Each monitor listens from when it shows a change that we make, and has shown all when it shows another.
	both_beat ready
	ports=$(delayed_ports in_frr ip)
	wait_until 60 "the bridge ports' forward delay ends" delay_is_over "$FABRIC/frr.monitor" "$ports" in_frr ip
	both_beat begin
	"$@"
	both_beat end
	kill "${pids[@]}"
	# By the signal.
	wait "${pids[@]}" 2>/dev/null || :
	for name in node frr; do
		sed '1,/alias evpnd-test-begin/d' "$FABRIC/$name.monitor" > "$FABRIC/$name.since"
		finds 'alias evpnd-test-end' "$FABRIC/$name.since" || fail "the monitor of $name has not seen the end"
		lacks -v 'alias evpnd-test-' "$FABRIC/$name.since" ||
			fail "that changed in the namespace of $name"
	done
	[ "$before" = "$(reloader_count)" ] || fail "FRR was asked to reload: $before, then $(reloader_count)"
}

# beat WORD NAME COMMAND... : makes a change in a namespace, and sees whether its monitor shows it
beat() {
	local word=$1 name=${*: -1}
	set -- "${@:2:$#-2}"
	"$@" link set lo alias "evpnd-test-$word"
	grep -q "alias evpnd-test-$word" "$FABRIC/$name.monitor"
}
