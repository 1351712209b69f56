#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The configuration is watched: each way in which its files change is a run, what is wrong or gone changes nothing, and the last
# good one is there for a start.
set -euo pipefail
# shellcheck source=tests/netns/lib-node.sh
. "$(dirname "$0")/lib-node.sh"

runs() { count 'steps in ms' "$FABRIC/daemon.log"; }
has_link() { in_frr ip link show "$1"; }
has_no_link() { no_device "$1" in_frr ip; }
# The last thing that systemd was told.
status_is() { grep '^STATUS=' "$FABRIC/notify" | tail -1 | finds -E -- "$1"; }
# replace [SED EXPRESSION]... : the file by another one, as editors do
replace() {
	CONF=$FABRIC/real/.new write_conf "$@"
	mv "$FABRIC/real/.new" "$FABRIC/real/evpn.conf"
}
# All of it: no file is rejected.
is_applied() {
	local status
	status=$(grep '^STATUS=' "$FABRIC/notify" | tail -1)
	[[ $status = STATUS=applied* ]] || return
	lacks rejected <<< "$status"
}
ready_again() { [ "$(count '^READY=1' "$FABRIC/notify")" -ge 2 ]; }
frr_has() { vtysh_in frr 'show running-config' | grep "^$1"; }
ran_more_than() { [ "$(runs)" -gt "$1" ]; }

WITHOUT_120='/vni = 120/d; s/\(interface = "lan0".*\),$/\1/'

node_up
# evpnd reads it by a link, from a directory that is mounted.
mkdir "$FABRIC/real" "$FABRIC/conf"
CONF=$FABRIC/real/evpn.conf write_conf
mount --bind "$FABRIC/real" "$FABRIC/conf"
ln -sf conf/evpn.conf "$FABRIC/evpn.conf"
daemon_start
wait_until 60 "converged" daemon_says '^STATUS=applied'
has_link br120 > /dev/null || fail "VNI 120 is not there"

step "a file in its place, by rename"
replace "$WITHOUT_120"
wait_until 60 "VNI 120 goes" has_no_link br120
wait_until 60 "systemd knows of the reload, and of its end" grep -q '^RELOADING=1' "$FABRIC/notify"
wait_until 60 "ready again" ready_again

step "frr.source"
write_frr 'ip prefix-list new seq 5 permit 192.0.2.0/24'
wait_until 60 "FRR has it" frr_has 'ip prefix-list new '

step "a file that is included"
echo 'l2vnis = ( { vni = 140; } );' > "$FABRIC/real/vnis.conf"
replace '/^l2vnis/,/^);/d' 's/^frr = /@include "conf\/vnis.conf"\n&/'
wait_until 60 "VNI 140 comes" has_link br140
echo 'l2vnis = ( { vni = 141; } );' > "$FABRIC/real/vnis.conf"
wait_until 60 "VNI 141 comes" has_link br141
wait_until 60 "VNI 140 goes" has_no_link br140

step "wrong: nothing changes, and the error is told"
good=$(snapshot)
echo 'l2vnis = ( { vni = 0; } );' > "$FABRIC/real/vnis.conf"
wait_until 60 "the error" status_is 'is rejected, the former configuration is in force: .*vnis\.conf:1: .*'
grep -q '^<3>.*vnis\.conf:1:' "$FABRIC/daemon.log" || fail "the error is not in the log: $(tail -3 "$FABRIC/daemon.log")"
[ "$(snapshot)" = "$good" ] || fail "a wrong file changed something: $(diff <(echo "$good") <(snapshot))"
echo 'l2vnis = ( { vni = 141; }, { vni = 142; } );' > "$FABRIC/real/vnis.conf"
wait_until 60 "it is repaired" has_link br142
wait_until 60 "and no error any more" is_applied

step "gone: nothing changes"
good=$(snapshot)
mv "$FABRIC/real/evpn.conf" "$FABRIC/real/away"
wait_until 60 "it is told" status_is 'is rejected, the former configuration is in force: .*evpn\.conf: No such file'
[ "$(snapshot)" = "$good" ] || fail "its absence changed something: $(diff <(echo "$good") <(snapshot))"
mv "$FABRIC/real/away" "$FABRIC/real/evpn.conf"
wait_until 60 "it is back" is_applied

step "its file system unmounted, and back, with something else"
# In the mount namespace in which evpnd runs.
nsenter -m -t "$DAEMON" umount "$FABRIC/conf"
wait_until 60 "it is told" status_is 'evpn\.conf: No such file'
[ "$(snapshot)" = "$good" ] || fail "its absence changed something: $(diff <(echo "$good") <(snapshot))"
echo 'l2vnis = ( { vni = 143; } );' > "$FABRIC/real/vnis.conf"
nsenter -m -t "$DAEMON" mount --bind "$FABRIC/real" "$FABRIC/conf"
wait_until 60 "VNI 143 comes" has_link br143

step "1,000 changes, as fast as they go: few runs, and the last one counts"
before=$(runs)
python3 - "$FABRIC/real/vnis.conf" <<-'P'
	import sys
	for i in range(1000):
	    with open(sys.argv[1], "w") as f:
	        f.write("l2vnis = ( { vni = %d; } );\n" % (2000 + i))
	P
wait_until 60 "the last VNI comes" has_link br2999
wait_until 60 "its run is in the log" ran_more_than "$before"
wait_until 60 "all is done" is_applied
count=$(($(runs) - before))
echo "   $count runs"
[ "$count" -le 10 ] || fail "$count runs for 1,000 changes"
links=$(in_frr ip -brief link)
[ "$(grep -o '^br2[0-9]*' <<< "$links")" = br2999 ] || fail "not only the last one: $links"

step "a start with a wrong file: the last good one"
daemon_stop
good=$(snapshot)
echo 'l2vnis = ( { vni = 0; } );' > "$FABRIC/real/vnis.conf"
daemon_start
wait_until 60 "converged by the last good one" status_is '^STATUS=applied.*; but .*evpn\.conf is rejected, .*vnis\.conf:'
grep -q '^<4>.*is rejected; the last good configuration, .*/last-good\.conf of 20' "$FABRIC/daemon.log" ||
	fail "the log does not say what is in force: $(cat "$FABRIC/daemon.log")"
[ "$(snapshot)" = "$good" ] || fail "it changed something: $(diff <(echo "$good") <(snapshot))"
echo 'l2vnis = ( { vni = 144; } );' > "$FABRIC/real/vnis.conf"
wait_until 60 "it is repaired" has_link br144
daemon_stop

step "--once and --dry-run hear of the file that is there"
echo 'l2vnis = ( { vni = 0; } );' > "$FABRIC/real/vnis.conf"
expect 78 'vnis.conf:' once
expect 78 'vnis.conf:' evpnd_on_node --dry-run

step "--down without a file: by the last good one, which goes with it"
mv "$FABRIC/real/evpn.conf" "$FABRIC/real/away"
expect 0 'taken down in' evpnd_on_node --down
has_no_link br144 || fail "--down left VNI 144"
expect 78 'evpn.conf: No such file' evpnd_on_node

step "end"
