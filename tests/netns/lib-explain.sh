# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# lib-explain.sh - sourced: the node and the leaf of lib-leaf.sh with a host on each side in VNI 110, and evpnctl explain. What it says is
# about faults that the test has planted in the kernel, in FRR or on the leaf; that the fault is there is seen there, not in evpnctl.
# shellcheck source=tests/netns/lib-leaf.sh
. "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/lib-leaf.sh"

NEAR=02:00:00:00:11:01
NEAR_IP=10.11.0.1
FAR=02:00:00:00:11:02
FAR_IP=10.11.0.2
SOCKET=

# host_conf [SED EXPRESSION]... : the node's VNI 110 is behind a bridge of the host's own, which evpnd does not touch
host_conf() {
	conf 's/host = { interface = "lan110"; }/host = { interface = "lan110"; bridge = "br-lan"; }/' "$@"
}

# A workload of the node behind br-lan, and one of the leaf behind its br110, each in a namespace of its own.
hosts_up() {
	local side
	namespace near
	namespace far
	ip -n ev-node link add br-lan up address 02:00:00:00:00:1a type bridge forward_delay 0
	ip -n ev-node link add near type veth peer name eth0 address $NEAR netns ev-near
	ip -n ev-node link set near up master br-lan
	ip -n ev-leaf2 link add far type veth peer name eth0 address $FAR netns ev-far
	ip -n ev-leaf2 link set far up master br110
	# As evpnd has it.
	ip netns exec ev-leaf2 sysctl -qw net.ipv4.conf.br110.arp_accept=1
	bridge -n ev-leaf2 link set dev vni110 neigh_suppress on learning off
	for side in near far; do
		ip netns exec ev-$side sysctl -qw net.ipv6.conf.all.disable_ipv6=1 net.ipv4.conf.all.arp_notify=1
		ip -n ev-$side link set eth0 up
	done
	ip -n ev-near address add $NEAR_IP/24 dev eth0
	ip -n ev-far address add $FAR_IP/24 dev eth0
}

# speak SIDE [ADDRESS [MAC]] : a gratuitous ARP, from the host's own MAC or another
speak() {
	ip netns exec "ev-$1" python3 - "${2:-}" "${3:-}" <<-'P'
	import fcntl, socket, struct, sys
	s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
	s.bind(("eth0", 0x0806))
	mac = bytes.fromhex(sys.argv[2].replace(":", "")) if sys.argv[2] else s.getsockname()[4]
	if sys.argv[1]:
	    ip = socket.inet_aton(sys.argv[1])
	else:
	    u = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
	    ip = fcntl.ioctl(u, 0x8915, struct.pack("256s", b"eth0"))[20:24]
	s.send(b"\xff" * 6 + mac + struct.pack("!HHHBBH", 0x806, 1, 0x800, 6, 4, 1) + mac + ip + b"\0" * 6 + ip)
	P
}

# ctl STATUS ARGUMENT... : evpnctl ends with this status; its output is in $FABRIC/ctl, errors in $FABRIC/ctl.err
ctl() {
	local want=$1 status=0
	shift
	timeout 60 "$BUILD/evpnctl" --socket "$SOCKET" "$@" > "$FABRIC/ctl" 2> "$FABRIC/ctl.err" || status=$?
	[ "$status" = "$want" ] || fail "evpnctl $*: exit status $status, not $want: $(cat "$FABRIC/ctl" "$FABRIC/ctl.err")"
}

# named LINK REASON SUBJECT... : the explanation names this link first, with this reason
named() {
	local link=$1 reason=$2
	shift 2
	"$BUILD/evpnctl" --socket "$SOCKET" --json explain "$@" > "$FABRIC/ctl.json" 2> "$FABRIC/ctl.err" || [ $? = 3 ] || return
	[ "$(first)" = "$link $reason" ]
}

# "LINK REASON" of the explanation in $FABRIC/ctl.json, or "ok"
first() {
	python3 - "$FABRIC/ctl.json" <<-'P'
	import json, sys
	a = json.load(open(sys.argv[1]))
	l = a["links"][a["first"]] if "first" in a else {"link": "ok", "reason": ""}
	print((l["link"] + " " + l["reason"]).strip())
	P
}

# breaks LINK REASON SUBJECT... : so it is within some seconds, and what a person sees is printed
breaks() {
	local link=$1 reason=$2
	shift 2
	until_named "$link" "$reason" "$@"
	ctl 3 explain "$@"
	cat "$FABRIC/ctl"
	finds "check next:" "$FABRIC/ctl" || fail "nothing to check next"
}

until_named() {
	local end=$((SECONDS + 30))
	until named "$@"; do
		[ $SECONDS -lt $end ] ||
			fail "explain ${*:3} names $(first), not $1 $2: $(cat "$FABRIC/ctl.err"; "$BUILD/evpnctl" --socket "$SOCKET" explain "${@:3}")"
		read -rt 0.05 -u "$TEST_NEVER" || :
	done
}

# works SUBJECT... : each link is fine
works() {
	local end=$((SECONDS + 30))
	until named ok "" "$@" || [ "$(first)" = ok ]; do
		[ $SECONDS -lt $end ] || fail "explain $*: $("$BUILD/evpnctl" --socket "$SOCKET" explain "$@")"
		read -rt 0.05 -u "$TEST_NEVER" || :
	done
	ctl 0 explain "$@"
}

all_work() {
	speak near
	speak far
	works mac $NEAR vni 110
	works mac $FAR vni 110
	works ip $NEAR_IP vni 110
	works ip $FAR_IP vni 110
	works vni 110
}

explain_up() {
	FABRIC_NAMESPACES="$FABRIC_NAMESPACES ev-near ev-far"
	leaf_up
	host_conf "$@"
	hosts_up
	SOCKET=$FABRIC/state/control.sock
	daemon_start
	wait_until 60 "converged" has_converged 1
	wait_until 30 "the socket" test -S "$SOCKET"
	ctl 0 wait --timeout 60
}
