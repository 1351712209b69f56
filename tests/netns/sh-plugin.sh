#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# sh-plugin.sh - evpnd with the plugin sh alone, in both roles, by the example script frr-netns as it is installed: it converges,
# is healthy, and the leaf hears of the VNI; it notices another configuration of FRR, another FRR, and another namespace. A script
# that hangs, is somebody else's or has gone does not stop evpnd, and is named.
set -euo pipefail
# shellcheck source=tests/netns/lib-leaf.sh
. "$(dirname "$0")/lib-leaf.sh"

SCRIPT=

# FRR's namespace gets a name, as `ip netns add' would have given it.
name_namespace() {
	[ ! -e /run/netns/ev-frr ] || ip netns delete ev-frr
	ip netns attach ev-frr "$(cat "$FABRIC/frr/pid")"
}
at_end name_is_gone
name_is_gone() { [ ! -e /run/netns/ev-frr ] || ip netns delete ev-frr; }

# The example, with the paths of the test.
script() {
	sed "s|^netns=.*|netns=/run/netns/ev-frr run=$FABRIC/frr/run|" "$here/../../plugins/sh/examples/frr-netns" > "$FABRIC/script.new"
	chmod 755 "$FABRIC/script.new"
	mv "$FABRIC/script.new" "$SCRIPT"
}

# broken LINE... : another script in its place
broken() {
	printf '%s\n' '#!/bin/sh' "$@" > "$FABRIC/script.new"
	chmod 755 "$FABRIC/script.new"
	mv "$FABRIC/script.new" "$SCRIPT"
}

converges() {
	wait_until 60 "converged: $1" has_converged "$2"
	wait_until 60 "the leaf hears of VNI 110: $1" leaf_hears
}

run_again() { kill -HUP "$DAEMON"; }

leaf_up
SCRIPT=$FABRIC/script
conf 's|^plugins = .*|plugins = { netns = "@SH@";|; s|^ *frr = ".*frr-vtysh.so"; };|  frr = "@SH@"; };|' '/^netns-pidfile = /d' \
	"s|^frr-vtysh = .*|sh = { script = \"$SCRIPT\"; timeout = 10; };|" "s|@SH@|$BUILD/plugins/sh/.libs/sh.so|"

step "a script that is missing is an error of the configuration"
expect 78 "script $SCRIPT: No such file or directory" evpnd_on_node --check
script
evpnd_on_node --check

step "there is no namespace: evpnd waits, and says for what"
daemon_start
wait_until 60 "it waits" status_is 'waiting.*script find'

step "the namespace appears"
name_namespace
converges first 1
wait_until 60 "healthy" status_is '^STATUS=applied, healthy: 0 L3VNIs, 1 L2VNIs, 1 of 1 sessions established, 1 remote VTEPs'
in_frr ip -oneline link show vni110 | finds 'vxlan\|master br110'

step "what another program takes out of FRR is noticed by the verb ask, and comes back"
typed 'router bgp 64514' 'address-family l2vpn evpn' 'no advertise-all-vni'
wait_until 60 "it is noticed" logged "another program has changed FRR's configuration"
wait_until 60 "it is back" runs 'advertise-all-vni'
converges "after the drift" 2

step "FRR starts anew in another namespace"
container_stop KILL
name_is_gone
wait_until 60 "its end is noticed" status_is 'waiting'
# The virtual NIC has ended with it.
wait_until 60 "the NIC has ended" no_device node ip -n ev-leaf2
cable node eth1 192.168.11.3/24 leaf2 node 192.168.11.2/24
container_start
name_namespace
converges "another namespace" 3

step "a script that hangs: the time limit ends it, evpnd goes on"
broken "[ \$1 = watch ] || exec cat $FABRIC/fifo"
mkfifo "$FABRIC/fifo"
run_again
wait_until 60 "the time limit" logged '^<3>.*script find did not end within 10 s and was killed'
kill -USR1 "$DAEMON"
script
# The pause after a failure is not waited for.
run_again
converges "after it has hung" 4

step "one that says nothing of use, and one that others can write"
broken 'printf "\033[2J\377\n"'
run_again
wait_until 60 "the answer is refused" logged '^<3>.*script: find prints `\?\[2J\?.: must be a pid'
broken 'exit 75'
chmod 777 "$SCRIPT"
run_again
wait_until 60 "it is not run" logged "^<3>.*script $SCRIPT: .* can be written by others than root"
rm "$SCRIPT"
run_again
wait_until 60 "it is missing" logged "^<3>.*script $SCRIPT: No such file or directory"
script
run_again
converges "after all of these" 5

step "evpnd takes away what it has made"
daemon_stop
evpnd_on_node --down
no_device vni110 in_frr ip
ip -n ev-node link show eth1 > /dev/null
