#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# change-confirm.sh - evpnctl apply --confirm: what is kept, what is undone, by health, by a command, by the operator, and by nobody
# test-run: waits
set -euo pipefail
# shellcheck source=tests/netns/lib-change.sh
. "$(dirname "$0")/lib-change.sh"

is_new() {
	cmp -s "$NEW" "$FABRIC/evpn.conf"
}

change_up

step "--confirm: a good change is kept when it has proven good, not at the end of the time"
new_conf 's/^l2vnis = ( /&{ vni = 130; host = { interface = "lan130"; }; }, /'
ctl 0 apply --confirm 5m "$NEW"
says 'done: the change is kept'
is_new || fail "it is not kept"
no_change_left

step "--check decides in place of health, and runs as often as it fails; nothing asked, nothing runs"
new_conf 's/"lan130"/"lan131"/'
# shellcheck disable=SC2016 # the command's own variables
ctl 0 apply --confirm 60s --check 'n=$(cat '"$FABRIC"'/tries 2>/dev/null); echo x$n > '"$FABRIC"'/tries; [ x$n = xxx ]' "$NEW"
[ "$(cat "$FABRIC/tries")" = xxx ] || fail "the command has run otherwise: $(cat "$FABRIC/tries")"
new_conf 's/"lan131"/"lan132"/'
ctl 5 apply --confirm 8s --check 'echo it is bad; tail -f /dev/null & exit 1' "$NEW"
says 'it is bad'
says '^rolled back: .*--check did not succeed'
ip -n ev-node link show lan131 > /dev/null
no_change_left

step "--ask: the operator confirms, or says no, or nothing"
ctl 1 confirm
complains 'no change waits'
ctl 1 revert
asked() {
	"$BUILD/evpnctl" --socket "$SOCKET" status > "$FABRIC/ctl"
	finds -E 'change .*waiting for .evpnctl confirm' "$FABRIC/ctl"
}
begin() {
	timeout 90 "$BUILD/evpnctl" --socket "$SOCKET" apply "$@" > "$FABRIC/apply" 2>&1 &
	APPLY=$!
	PIDS+=("$APPLY")
}
new_conf 's/"lan131"/"lan132"/'
begin --confirm 60s --ask "$NEW"
wait_until 60 "it asks" asked
says '[0-9]+ s left'
ctl 1 apply "$NEW"
complains 'a change is not over yet'
ctl 1 down
complains 'a change is not over yet'
ctl 0 confirm
ends 0 wait "$APPLY" || fail "after confirm: $(cat "$FABRIC/apply")"
is_new || fail "a confirmed change is not kept"
new_conf 's/"lan132"/"lan133"/'
begin --confirm 60s --ask "$NEW"
wait_until 60 "it asks" asked
ctl 5 revert
says '^rolled back: .*the operator has demanded it.*works as before'
ends 5 wait "$APPLY" || fail "after revert: $(cat "$FABRIC/apply")"
ip -n ev-node link show lan132 > /dev/null
new_conf 's/"lan132"/"lan133"/'
ctl 5 apply --confirm 10s --ask "$NEW"
says '^rolled back: .*nobody has confirmed'
no_change_left

step "another program edits evpn.conf meanwhile: that stays"
new_conf 's/"lan132"/"lan133"/'
begin --confirm 60s --ask "$NEW"
wait_until 60 "it asks" asked
sed 's/"lan133"/"lan134"/' "$NEW" > "$FABRIC/edited"
cp "$FABRIC/edited" "$FABRIC/evpn.conf"
ends 1 wait "$APPLY" || fail "after another program's change: $(cat "$FABRIC/apply")"
finds 'edited: another program' "$FABRIC/apply" || fail "it does not say so: $(cat "$FABRIC/apply")"
wait_until 60 "the edited one is in force" ip -n ev-node link show lan134
cmp "$FABRIC/edited" "$FABRIC/evpn.conf"
no_change_left

step "the client may go: the change goes on without it"
new_conf "$WRONG"
cp "$FABRIC/evpn.conf" "$FABRIC/former.conf"
begin --confirm 8s "$NEW"
wait_until 60 "evpn.conf is the new one" is_new
kill -KILL "$APPLY"
is_former() { cmp -s "$FABRIC/former.conf" "$FABRIC/evpn.conf"; }
wait_until 60 "the former one is back" is_former
wait_until 60 "it works again" reached
wait_until 60 "it is over" logged 'the former configuration is in force again .*works as before'
daemon_stop
