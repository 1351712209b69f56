#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The volume that FRR's configuration is on is full: the former frr.conf stays whole and in force, the error says so, and when there
# is space again the new one is installed by itself.
set -euo pipefail
# shellcheck source=tests/netns/lib-node.sh
. "$(dirname "$0")/lib-node.sh"

installed() { cat "$FABRIC/frr/etc/frr.conf"; }
frr_has() { vtysh_in frr 'show running-config' | grep "^$1"; }
status_is() { grep '^STATUS=' "$FABRIC/notify" | tail -1 | finds -E -- "$1"; }

node_up
container_stop
mount -t tmpfs -o size=16k,mode=755 small "$FABRIC/frr/etc"
container_start
write_frr 'ip prefix-list first seq 5 permit any'
daemon_start
wait_until 60 "converged" status_is '^STATUS=applied'
good=$(installed)

step "full"
# It ends when there is no space left.
dd if=/dev/zero of="$FABRIC/frr/etc/filler" bs=512 2> /dev/null || :
write_frr 'ip prefix-list second seq 5 permit any'
wait_until 60 "it is told" status_is 'No space left on device; the former file is untouched'
[ "$(installed)" = "$good" ] || fail "the former frr.conf is damaged: $(installed)"
hidden=$(find "$FABRIC/frr/etc" -name '.*' -type f)
[ -z "$hidden" ] || fail "left behind: $(ls -A "$FABRIC/frr/etc")"
frr_has 'ip prefix-list first' > /dev/null || fail "FRR has lost the former configuration"

step "FRR's container is started anew meanwhile: by the former one, and all stands"
container_stop KILL
# It may have died with its peer.
ip -n ev-leaf2 link delete node 2> /dev/null || :
cable node eth1 192.168.11.3/24 leaf2 node 192.168.11.2/24
container_start
wait_until 60 "FRR has the former configuration" frr_has 'ip prefix-list first'
stands() { in_frr ip link show br110 && vtysh_in frr 'show evpn vni' | finds '^110 '; }
wait_until 60 "FRR knows VNI 110" stands

step "space again"
rm "$FABRIC/frr/etc/filler"
wait_until 90 "FRR has the new configuration" frr_has 'ip prefix-list second'
wait_until 60 "converged" status_is '^STATUS=applied'
daemon_stop
