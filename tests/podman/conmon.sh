#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# conmon.sh - the file of podman's --conmon-pidfile, given by mistake, is refused in words that say what to do
set -euo pipefail
# shellcheck source=tests/podman/lib.sh
. "$(dirname "$0")/lib.sh"

set_up
make_config "address = \"unix:$T/reloader/reloader.sock\";"
sed -i "s#$T/pid/frr.pid#$T/pid/conmon.pid#" "$T/evpn.conf"
make_pod --network=none
podman pod start frrpod > /dev/null
pid=$(cat "$T/pid/conmon.pid")

step "evpnd --once with conmon's pid"
ends 1 evpnd --once --timeout 20 || fail "conmon's pid is taken for FRR's"
grep -qF "process $pid is conmon" "$T/evpnd.log" || fail "the message does not say that it is conmon's pid"
grep -q -- '--pidfile' "$T/evpnd.log" || fail "the message does not name the option to use"
ip -n "$HOST" link show eth1 > /dev/null || fail "eth1 is no longer on the host"
