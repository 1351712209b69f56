#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Not a packet of other VNIs is lost while VNIs come, change and go: a bridged stream in VNI 110 and a routed one from 110 to 111
# by VNI 100, both between leaf1 and the node, each packet counted.
set -euo pipefail
# shellcheck source=tests/vm/lib-lab.sh
. "$(dirname "$0")/lib-lab.sh"
# shellcheck source=tests/vm/lib-stream.sh
. "$here/lib-stream.sh"
LAB_DIR=$here/lab03

streams_flow() {
	local name
	for name in bridged routed; do
		stream_flows $name
		echo "   $name: $ANSWERS answers so far; missing: $(missing $name)"
	done
}

# while_streaming WHAT evpn.conf
while_streaming() {
	step "$1"
	lab_converges "$1" lab_conf "$2"
	streams_flow
}

# shellcheck source=tests/vm/lab03/fabric.sh
. "$LAB_DIR/fabric.sh"
# shellcheck source=tests/vm/lab03/checks.sh
. "$LAB_DIR/checks.sh"
step "the fabric, and evpnd"
lab_up
lab_conf "$LAB_DIR/evpn.conf"
lab_converges start lab_daemon
first_ping host1 192.168.20.16
wait_until 60 "leaf1 has a route to work2" announced work2 has_route leaf1 192.168.21.17
reaches host1 192.168.21.17

stream bridged 192.168.20.16
stream routed 192.168.21.17
streams_flow
while_streaming "VNIs 120, 121 and 200 come" "$here/loss/added.conf"
while_streaming "gateway and MTU change" "$here/loss/changed.conf"
while_streaming "VNIs 120, 121 and 200 go" "$LAB_DIR/evpn.conf"
streams_end
for name in bridged routed; do
	read -r sent received <<< "$(sed -n 's/^\([0-9]*\) packets transmitted, \([0-9]*\) received.*/\1 \2/p' "$FABRIC/$name.stream")"
	echo "$name: $sent sent, $received received; $(tail -1 "$FABRIC/$name.stream")"
	numbers=$(missing $name)
	[ -z "$numbers" ] || fail "$name: no answers to $numbers"
	# The last one may have been under way still.
	[ $((sent - received)) -le 1 ] || fail "$name: $sent sent, $received received"
	[ "$received" -gt 200 ] || fail "$name: only $received packets: that is no stream"
done
step "end"
