#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The underlay as a macvlan of a NIC that stays on the host, with an FRR that can take it (10.3).
set -euo pipefail
# shellcheck source=tests/netns/lib-node.sh
. "$(dirname "$0")/lib-node.sh"
need_frr10

down() { evpnd_on_node --down "$@"; }
same() { [ "$(picture)" = "$before" ] || fail "$1: $(diff <(echo "$before") <(picture))"; }
is_on_host() { ip -n ev-node link show "$1" >/dev/null 2>&1; }

node_up
canaries
in_frr ip link set lo up
before=$(picture)

step "a macvlan of a NIC that stays"
write_conf 's/name = "eth1"/name = "up0"; parent = "eth1"; macvlan = true; addresses = [ "192.168.11.4\/24" ]/'
expect 0 converged once
in_frr ip -d link show up0 | finds 'macvlan mode bridge' || fail "up0 is no macvlan"
is_on_host eth1 || fail "eth1 was taken though it is only the parent"
in_frr ping -c 1 -W 5 192.168.11.2 >/dev/null || fail "the macvlan does not carry traffic"
expect 0 " 0 kernel changes" once
ip -n ev-node link set eth1 down
in_frr ip link delete up0
expect 1 "its parent eth1 is down" once
ip -n ev-node link set eth1 up
expect 0 converged once
expect 0 "" down
# What set eth1 down took these.
ip -n ev-node route add default via 192.168.11.2
ip -n ev-node address add 2001:db8:11::3/64 dev eth1 nodad
same "after a macvlan"

step "from the NIC itself to a macvlan of it, and back"
write_conf
expect 0 converged once
write_conf 's/name = "eth1"/name = "up0"; parent = "eth1"; macvlan = true; addresses = [ "192.168.11.4\/24" ]/'
expect 0 converged once
is_on_host eth1 || fail "eth1 is not back on the host, where its macvlan needs it"
write_conf
expect 0 converged once
no_device up0 in_frr ip || fail "the macvlan is still there"
expect 0 "" down
same "after a macvlan in between"

