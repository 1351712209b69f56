#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# FRR's container is started anew 55 times, 11 times of these with its pod: evpnd's descriptors and memory do not grow, and it
# keeps no dead namespace (restarts.py waits for each one's end). After 60 at this rate evpnd would pause between them, since a plugin
# might invent them (run/plugin_pace.h).
set -euo pipefail
# shellcheck source=tests/netns/lib-node.sh
. "$(dirname "$0")/lib-node.sh"

fabric_begin
namespace node
namespace leaf2
write_conf 's/ bridge = "br-lan";//' "s|frr-signal = .*|frr-signal = { address = \"unix:$FABRIC/plain.sock\"; protocol = \"plain\"; };|" \
	"s|netns-pidfile = .*|netns-pidfile = { path = \"$FABRIC/pid\"; };|"
mkdir -p "$FABRIC/frr/etc"
write_frr '!'
ip netns exec ev-node python3 "$here/../lib/restarts.py" "$FABRIC" 55 11 \
	"$BUILD/evpnd" --config "$FABRIC/evpn.conf" --state-dir "$FABRIC/state" > "$FABRIC/cycles" 2> "$FABRIC/daemon.log"

# at CYCLE: its descriptors, the fewest in 20 cycles since evpnd may be looking at the kernel just then; and its memory
at() {
	head -n "$1" "$FABRIC/cycles" | tail -n 20 |
		awk '{ if (fds == "" || $(NF - 1) < fds) fds = $(NF - 1); kib = $NF } END { print fds, kib }'
}
read -r fds kib <<< "$(at 20)"
read -r last_fds last_kib <<< "$(at 55)"
[[ $fds$kib$last_fds$last_kib =~ ^[0-9]+$ ]] || fail "there are no numbers: $(tail -3 "$FABRIC/cycles")"
echo "after 20 restarts $fds descriptors and $kib KiB, after 55 $last_fds and $last_kib"
# evpnd opens and closes some at any moment; one left by each new pod would be 7.
[ "$last_fds" -lt $((fds + 5)) ] || fail "descriptors are left open"
# What malloc does with its pages; 8 KiB for each restart would be seen.
[ "$last_kib" -lt $((kib + 256)) ] || fail "memory grows"
