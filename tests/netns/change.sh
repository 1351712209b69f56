#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# change.sh - evpnctl apply: a file with errors, a good change, one that makes things worse, one that has to be asked about
# test-run: waits
set -euo pipefail
# shellcheck source=tests/netns/lib-change.sh
. "$(dirname "$0")/lib-change.sh"

runs_of() {
	"$BUILD/evpnctl" --socket "$SOCKET" history | count -E "^[^ ]+ [^ ]+ $1 "
}

is_new() {
	cmp -s "$NEW" "$FABRIC/evpn.conf"
}

change_up
# At once: two changes may be one run or two.
install -m 604 -o 1 -g 2 "$FABRIC/evpn.conf" "$FABRIC/evpn.conf.owned"
mv "$FABRIC/evpn.conf.owned" "$FABRIC/evpn.conf"

step "a file with errors: nothing changes, each error has the file's name and line"
new_conf 's/vtep = "100.65.0.2"/vtep = "100.65.0"/'
cp "$FABRIC/evpn.conf" "$FABRIC/former.conf"
ctl 1 apply "$NEW"
complains "^$NEW:[0-9]+: .*vtep"
complains 'is rejected, and nothing was changed'
cmp "$FABRIC/evpn.conf" "$FABRIC/former.conf"
new_conf 's/"lan110"/"lan111"/'
sed -i "s|^frr-vtysh = .*|frr-vtysh = { pidfiles = \"$FABRIC/frr/pid\"; };|" "$NEW"
ctl 1 apply "$NEW"
complains "^$NEW:[0-9]+: .*pidfiles"
[ "$(runs_of apply)" = 0 ] || fail "a file with errors has led to a run"
# Of the owner and the mode.
earlier() { [ "$(runs_of configuration)" = 1 ]; }
wait_until 60 "the run for the new owner and mode" earlier

step "a good change: its progress, one run, and owner and mode stay"
new_conf 's/^l2vnis = ( /&{ vni = 130; host = { interface = "lan130"; }; }, /'
ctl 0 apply "$NEW"
says '^checking '
says '^trial +build$'
says '^trial +reload FRR: ([0-9]+) of \1 operations$'
says '^done: the change is kept'
in_frr ip link show vni130 > /dev/null
is_new || fail "evpn.conf is not the new one"
[ "$(stat -c '%a %u %g' "$FABRIC/evpn.conf")" = '604 1 2' ] || fail "owner and mode: $(stat "$FABRIC/evpn.conf")"
wait_until 60 "the session lives on" reached
# What evpnd wrote itself is no change by another: its notification has come by now.
ctl 0 retry
[ "$(runs_of apply)" = 1 ] || fail "not one run for one change"
[ "$(runs_of configuration)" = 1 ] || fail "evpnd has run for what it wrote itself: $("$BUILD/evpnctl" --socket "$SOCKET" history)"
"$BUILD/evpnctl" --socket "$SOCKET" history | finds 'apply .*the change is kept' || fail "the history does not say it"

step "what programs get is what the schema says"
ask '{"version": 1, "command": "apply"}' > "$FABRIC/lines"
python3 "$here/../lib/schema.py" answer --lines < "$FABRIC/lines"
fits apply < "$FABRIC/lines"
for command in status history; do
	"$BUILD/evpnctl" --socket "$SOCKET" $command --json | python3 "$here/../lib/schema.py" $command
done

step "from stdin, and evpn.conf as it lies there"
sed 's/"lan130"/"lan131"/' "$FABRIC/evpn.conf" > "$NEW"
timeout 60 "$BUILD/evpnctl" --socket "$SOCKET" apply - < "$NEW" > "$FABRIC/ctl" || fail "apply -: $(cat "$FABRIC/ctl")"
ip -n ev-node link show lan131 > /dev/null
ctl 0 apply
ctl 1 apply --confirm 5s
complains 'in force already'
ctl 64 apply --check true "$NEW"
ctl 64 apply --confirm 0s "$NEW"
ctl 64 apply --confirm=x "$NEW"
no_change_left

step "what is worse than before is named, and the exit code says so"
new_conf "$WRONG" 's/grace = 30/grace = 3/'
ctl 4 apply "$NEW"
says '^degraded: '
says 'worse +session 192.168.11.2: Established before, (Idle|Active|Connect) now$'
is_new || fail "a change without a limit is not kept"
# shellcheck disable=SC2119 # nothing is edited
change_conf
cp "$FABRIC/evpn.conf" "$NEW"
ctl 0 apply "$NEW"
wait_until 60 "it works again" reached

step "a change that deletes more than half of the VNIs, or the last NIC, needs a word"
new_conf 's/^l2vnis = .*/l2vnis = ( { vni = 140; } );/'
ctl 1 apply "$NEW"
complains 'deletes 1 of 1 VNIs; with --yes'
no_device vni140 in_frr ip || fail "it was applied"
new_conf 's/interfaces = ( [^)]*)/interfaces = ( )/'
ctl 1 apply --confirm 5s "$NEW"
complains 'returns eth1, the last NIC'
# On a terminal evpnctl asks.
new_conf 's/^l2vnis = .*/l2vnis = ( { vni = 140; host = { interface = "lan140"; }; } );/'
answer() {
	printf '%s\n' "$1" | timeout 60 script -qec "'$BUILD/evpnctl' --socket '$SOCKET' apply '$NEW'" /dev/null > "$FABRIC/tty"
}
ends 1 answer n || fail "the answer is no: $(cat "$FABRIC/tty")"
finds 'Apply the change' "$FABRIC/tty" || fail "it does not ask: $(cat "$FABRIC/tty")"
no_device vni140 in_frr ip || fail "it was applied though the answer was no"
ends 0 answer y || fail "the answer is yes: $(cat "$FABRIC/tty")"
in_frr ip link show vni140 > /dev/null
# shellcheck disable=SC2119 # nothing is edited
change_conf
cp "$FABRIC/evpn.conf" "$NEW"
ctl 0 apply --yes "$NEW"
in_frr ip link show vni110 > /dev/null

step "a change without a time limit waits for FRR, and gives way to the next one"
# shellcheck disable=SC2119 # the pidfile goes, too
container_stop
begin() {
	timeout 90 "$BUILD/evpnctl" --socket "$SOCKET" apply "$NEW" > "$FABRIC/apply.$1" 2>&1 &
	APPLY=$!
	PIDS+=("$APPLY")
	wait_until 60 "it waits for FRR" grep -q 'waiting in step .find netns' "$FABRIC/apply.$1"
}
new_conf 's/"lan110"/"lan111"/'
begin 1
first=$APPLY
new_conf 's/"lan111"/"lan112"/'
begin 2
ends 1 wait "$first" || fail "the first one: $(cat "$FABRIC/apply.1")"
finds 'another change has begun' "$FABRIC/apply.1" || fail "it does not say why: $(cat "$FABRIC/apply.1")"
cmp "$FABRIC/evpn.conf" "$NEW"
daemon_stop
ends 7 wait "$APPLY" || fail "without its evpnd: $(cat "$FABRIC/apply.2")"
