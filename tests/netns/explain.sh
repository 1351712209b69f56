#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# explain.sh - evpnctl explain says that all is well when it is, what was never seen, and names the link that a fault breaks which is
# planted into the kernel or into zebra. Who may ask; and what several clients at once get. Real FRR on both sides.
# test-run: waits
set -euo pipefail
# shellcheck source=tests/netns/lib-explain.sh
. "$(dirname "$0")/lib-explain.sh"

explain_begin
explain_start
step "all is well, on both sides, with and without the VNI"
all_work
explain 0 mac $FAR
finds -F "MAC $FAR in VNI 110, remote: ok" "$FABRIC/ctl" || fail "the VNI was not found: $(cat "$FABRIC/ctl")"
explain 0 ip $NEAR_IP
finds -F "$NEAR_IP (MAC $NEAR) in VNI 110, local: ok" "$FABRIC/ctl" || fail "the MAC was not found: $(cat "$FABRIC/ctl")"
cat "$FABRIC/ctl"
explain 0 mac 0200.0000.1101
"$BUILD/evpnctl" --socket "$SOCKET" --json explain ip $FAR_IP > "$FABRIC/json"
"$here/../lib/schema.py" explain < "$FABRIC/json"

step "never seen: what, and where it would appear"
explain 3 mac 02:00:00:00:77:77 vni 110
cat "$FABRIC/ctl"
finds 'bridge FDB (NeverSeen)' "$FABRIC/ctl"
explain 3 mac 02:00:00:00:77:77
finds 'bridge FDB (NeverSeen)' "$FABRIC/ctl"
explain 3 ip 10.11.0.77 vni 110
finds 'neighbor (NeverSeen)' "$FABRIC/ctl"
explain 3 ip 10.99.0.77
finds 'neighbor (NeverSeen)' "$FABRIC/ctl"
"$BUILD/evpnctl" --socket "$SOCKET" --json explain mac 02:00:00:00:77:77 > "$FABRIC/json" || [ $? = 3 ]
"$here/../lib/schema.py" explain < "$FABRIC/json"
for subject in "vni 999" "mac $NEAR vni 999" "ip $NEAR_IP vni 999" "ip $NEAR_IP vrf red"; do
	# shellcheck disable=SC2086
	explain 3 $subject
	finds 'configuration (NotConfigured)' "$FABRIC/ctl"
done
for subject in "mac 02:00:00" "ip 10.1" "ip $NEAR_IP vrf a/b" "vni 0" "vni x" "mac $NEAR vrf red" "mac $NEAR vni" "lan 1"; do
	# shellcheck disable=SC2086
	explain 64 $subject
done

fault_fdb
fault_host
fault_vtep
fault_arp
fault_duplicate

step "a member of control.group may ask, and nobody else"
as_user() { setpriv --reuid 65534 --regid "$1" --clear-groups "$BUILD/evpnctl" --socket "$SOCKET" explain vni 110; }
ends 7 as_user 4 > "$FABRIC/user" 2>&1
host_conf 's/^health/control = { group = "adm"; };\n&/'
wait_until 60 "the group is let in" as_user 4
ends 7 as_user 65534 > "$FABRIC/user" 2>&1

step "many at once, some of which go away: each gets its answer, and health is checked meanwhile"
checked() { "$BUILD/evpnctl" --socket "$SOCKET" --json status | sed -n 's/.*"checked": \([0-9]*\).*/\1/p'; }
before=$(checked)
pids=()
for ((i = 0; i < 20; i++)); do
	"$BUILD/evpnctl" --socket "$SOCKET" explain ip $FAR_IP > "$FABRIC/many.$i" 2>&1 &
	pids+=($!)
	# It goes away before its answer, or gets it.
	timeout 0.02 "$BUILD/evpnctl" --socket "$SOCKET" explain mac $FAR > /dev/null 2>&1 || :
done
for i in "${pids[@]}"; do wait "$i"; done
[ "$(cat "$FABRIC"/many.* | count ': ok$')" = 20 ] || fail "not 20 answers: $(cat "$FABRIC"/many.*)"
checked_since() { [ "$(checked)" -gt "$before" ]; }
wait_until 60 "a health check after them" checked_since

step "FRR is away: the answer says for what evpnd waits"
# shellcheck disable=SC2119 # the pidfile goes, too
container_stop
breaks configuration NotApplied vni 110
cat "$FABRIC/ctl"
daemon_stop
