#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The demo's L3VNI with netns-cri in place of netns-pidfile: the namespace of FRR's container is what a runtime's reply says. The
# runtime is tests/cri/fake.py: the guest's kernel has no room for containerd and its images. With a real one: tests/cri/l2vni.sh.
set -euo pipefail
# shellcheck source=tests/vm/lib.sh
. "$(dirname "$0")/lib.sh"

cri=$here/../cri
[ -e "$BUILD/plugins/netns-cri/.libs/netns-cri.so" ] || skip "netns-cri is not built (configure says what it lacks)"
/usr/bin/python3 -c 'import h2' 2>/dev/null || skip "needs python3-h2"

step "the fabric"
fabric_up

step "a runtime that knows FRR's pod as containerd does"
export CRI_PY=$FABRIC/py
mkdir "$CRI_PY"
protoc --proto_path "$cri" --python_out "$CRI_PY" runtime.proto
mkfifo "$FABRIC/cri.in" "$FABRIC/cri.out"
/usr/bin/python3 "$cri/fake.py" "$FABRIC/cri.sock" <"$FABRIC/cri.in" >"$FABRIC/cri.out" &
PIDS+=($!)
exec {to}>"$FABRIC/cri.in" {from}<"$FABRIC/cri.out"
pid=$(cat "$FABRIC/frr/pid")
echo "{ \"runtime\": [\"containerd\", \"v2.0.0\"], \"sandboxes\": [ { \"id\": \"one\", \"namespace\": \"evpn-system\", \"name\": \"frr-x7k2p\",
	\"pid\": $pid, \"path\": \"/proc/$pid/ns/net\" } ] }" | tr -d '\n' >&"$to"
echo >&"$to"
read -rt 60 -u "$from" said
[ "$said" != "${said#ok}" ] || fail "fake.py says: $said"
sed -i -e 's#plugins/netns-pidfile/.libs/netns-pidfile.so#plugins/netns-cri/.libs/netns-cri.so#' \
	-e "s#^netns-pidfile = .*#netns-cri = { socket = \"$FABRIC/cri.sock\"; namespace = \"evpn-system\"; labels = { app = \"frr\"; }; };#" \
	"$FABRIC/evpn.conf"

step "evpnd --once"
evpnd_on_node --once --timeout 180 2>&1 | tee "$FABRIC/once.log"
grep -q "FRR's pod is evpn-system/frr-x7k2p, sandbox one, process $pid" "$FABRIC/once.log" || fail "not found by the runtime"
check_ping

step "evpnd --once again"
again() { evpnd_on_node --once --timeout 180 2>&1 | tee "$FABRIC/again.log"; }
check_quiet again
grep -q ' 0 kernel changes, no FRR reload needed' "$FABRIC/again.log" || fail "evpnd says that it did something"
ping_workload >/dev/null || fail "no ping after the second run"
step "end"
