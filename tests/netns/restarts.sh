#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# FRR's container is started anew 1,000 times, 100 times of these with its pod: evpnd's descriptors and memory do not grow, and it
# keeps no dead namespace (restarts.py waits for each one's end).
set -eu
# shellcheck source=tests/netns/lib-node.sh
. "$(dirname "$0")/lib-node.sh"

fabric_begin
namespace node
namespace leaf2
write_conf 's/ bridge = "br-lan";//' "s|frr-signal = .*|frr-signal = { address = \"unix:$FABRIC/plain.sock\"; protocol = \"plain\"; };|" \
	"s|netns-pidfile = .*|netns-pidfile = { path = \"$FABRIC/pid\"; };|"
mkdir -p "$FABRIC/frr/etc"
write_frr '!'
ip netns exec ev-node python3 "$here/../lib/restarts.py" "$FABRIC" 1000 100 \
	"$BUILD/evpnd" --config "$FABRIC/evpn.conf" --state-dir "$FABRIC/state" > "$FABRIC/cycles" 2> "$FABRIC/daemon.log"

# at CYCLE: its descriptors and memory
at() { sed -n "$1s/.* \([0-9]* [0-9]*\)$/\1/p" "$FABRIC/cycles"; }
read -r fds kib < <(at 100)
read -r last_fds last_kib < <(at 1000)
echo "after 100 restarts $fds descriptors and $kib KiB, after 1,000 $last_fds and $last_kib"
[ "$last_fds" = "$fds" ] || fail "descriptors are left open"
# What malloc does with its pages; 0.3 KiB for each restart would be seen.
[ "$last_kib" -lt $((kib + 256)) ] || fail "memory grows"
