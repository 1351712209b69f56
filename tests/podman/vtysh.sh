#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# vtysh.sh - a pod with FRR and nothing else in it: frr-vtysh makes the node an EVPN endpoint, once more after podman restart
set -euo pipefail
# shellcheck source=tests/podman/lib.sh
. "$(dirname "$0")/lib.sh"

[ -e "$BUILD/plugins/frr-vtysh/.libs/frr-vtysh.so" ] || fail "frr-vtysh is not built"
set_up
make_config ''
sed -i "s|frr-signal/.libs/frr-signal|frr-vtysh/.libs/frr-vtysh|; s|^frr-signal = .*|frr-vtysh = { pidfile = \"$T/pid/frr.pid\"; };|" \
	"$T/evpn.conf"
make_pod --network=none
podman pod start frrpod > /dev/null
no_ping

step "evpnd --once on the fresh pod"
evpnd --once --timeout 60 || fail "evpnd --once: exit code $?"
ping_ok

step "evpnd --once again"
evpnd --once --timeout 60 > "$T/second" || fail "the second evpnd --once: exit code $?"
cat "$T/second"
grep -q 'converged in .*: 0 kernel changes, no FRR reload needed' "$T/second" || fail "the second run is not empty"

step "podman restart frr"
podman restart -t 1 frr > /dev/null
evpnd --once --timeout 60 > "$T/third" || fail "the third evpnd --once: exit code $?"
cat "$T/third"
grep -q 'converged in .*, FRR reloaded' "$T/third" || fail "the new FRR was not given its configuration"
ping_ok

step "nothing is left in the container"
# The image has no find(1). The vtysh of this test's own `podman exec` has /root as its home; evpnd's has /.
left=$(find "/proc/$(cat "$T/pid/frr.pid")/root/" -xdev \( -name '.history_frr*' -o -name 'reload-*' \) \
	! -path '*/root/root/.history_frr')
[ -z "$left" ] || fail "files are left behind: $left"
