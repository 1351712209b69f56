#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# plan.sh - evpnctl plan is what evpnd --dry-run says, of evpn.conf and of another file, in several states, and changes nothing
# test-run: waits
set -euo pipefail
# shellcheck source=tests/netns/lib-change.sh
. "$(dirname "$0")/lib-change.sh"

# same_plan WHAT STATUS [FILE] : evpnctl's plan is evpnd's, as text and as JSON
same_plan() {
	local what=$1 status=$2 file=${3:-} format
	for format in '' --json; do
		# shellcheck disable=SC2086 # no option is no word
		ends "$status" ip netns exec ev-node "$BUILD/evpnd" --config "${file:-$FABRIC/evpn.conf}" --state-dir "$FABRIC/state" \
			--dry-run $format ${DOWN:+--down} > "$FABRIC/dry" 2> "$FABRIC/dry.err" ||
			fail "$what: evpnd --dry-run: $(cat "$FABRIC/dry" "$FABRIC/dry.err")"
		# shellcheck disable=SC2086
		ctl "$status" plan $format ${file:+--config "$file"}
		diff "$FABRIC/dry" "$FABRIC/ctl" || fail "$what: evpnctl plan $format is not evpnd --dry-run $format"
	done
}

# What evpnd has on the disk, and how often it has run.
traces() {
	find "$FABRIC/state" "$FABRIC/kept" "$FABRIC/frr/etc" -type f ! -name history.json -printf '%p %T@ %i\n' | sort
	"$BUILD/evpnctl" --socket "$SOCKET" history
	underlay
}

change_up

step "nothing to do, and a plan leaves no trace"
traces > "$FABRIC/traces"
same_plan "nothing to do" 0
[ ! -s "$FABRIC/dry" ] || finds '"changes": false' "$FABRIC/dry" || fail "there is a plan: $(cat "$FABRIC/dry")"

step "another file: a VNI more, and another neighbor; as a text, its path is nobody's matter"
new_conf 's/^l2vnis = ( /&{ vni = 130; host = { interface = "lan130"; }; }, /' 's/asn = 64512/asn = 64999/'
same_plan "another file" 2 "$NEW"
finds 'vni130' "$FABRIC/ctl" || fail "no device of the new VNI: $(cat "$FABRIC/ctl")"
finds 'remote-as 64999' "$FABRIC/ctl" || fail "no difference of frr.conf: $(cat "$FABRIC/ctl")"

ask '{"version": 1, "command": "plan"}' | fits plan
ask '{"version": 1, "command": "plan", "args": {"json": true}}' | fits plan

step "a file that includes another"
mkdir -p "$FABRIC/part"
grep '^l2vnis' "$NEW" > "$FABRIC/part/vnis.conf"
sed -i 's|^l2vnis.*|@include "part/vnis.conf"|' "$NEW"
same_plan "with an included file" 2 "$NEW"

step "errors have the file's name and line, also in an included file"
echo 'l2vnis = ( { vni = 0; } );' > "$FABRIC/part/vnis.conf"
ctl 1 plan --config "$NEW"
complains "^$FABRIC/part/vnis.conf:1: .*vni"
new_conf 's/vtep = "100.65.0.2"/vtep = "100.65.0"/'
ctl 1 plan --config "$NEW"
complains "^$NEW:[0-9]+: .*vtep"
ctl 1 plan --config "$FABRIC/absent.conf"
complains 'absent.conf: No such file'
printf '# caf\xe9\n' > "$NEW"
ctl 1 plan --config "$NEW"
complains 'not UTF-8'

step "no trace of all these"
traces | diff "$FABRIC/traces" - || fail "a plan has left a trace"

step "many at a time, while a run is under way"
new_conf 's/^l2vnis = ( /&{ vni = 130; host = { interface = "lan130"; }; }, /'
pids=()
for ((i = 0; i < 3; i++)); do
	"$BUILD/evpnctl" --socket "$SOCKET" plan --config "$NEW" > "$FABRIC/plan.$i" 2>&1 &
	pids+=($!)
done
ctl 0 reload
for i in "${!pids[@]}"; do
	ends 2 wait "${pids[i]}" || fail "a plan beside a run: $(cat "$FABRIC/plan.$i")"
	finds vni130 "$FABRIC/plan.$i" || fail "a plan beside a run has no VNI: $(cat "$FABRIC/plan.$i")"
done

step "taken down: what it would do is nothing"
ctl 0 down --timeout 60
DOWN=1 same_plan "taken down" 0
ctl 0 up --timeout 60

step "FRR is away: it says for what it waits"
# shellcheck disable=SC2119 # the pidfile goes, too
container_stop
ctl 1 plan --timeout 1
complains 'find netns'
