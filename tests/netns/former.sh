#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# former.sh - a frr.conf that evpnd did not write is saved once, before it is replaced, and said so once; what a hostile container
# puts in its place is not followed
set -euo pipefail
# shellcheck source=tests/netns/lib-node.sh
. "$(dirname "$0")/lib-node.sh"

notes() { count 'is saved as' "$FABRIC/daemon.log"; }
runs() { count '^<6>converged in' "$FABRIC/daemon.log"; }
more_runs() { [ "$(runs)" -gt "$1" ]; }

node_up
conf=$FABRIC/frr/etc/frr.conf
saved=$conf.before-evpnd

step "an operator's frr.conf"
printf '%s\n' '! by hand' 'router bgp 65000' ' neighbor 192.168.11.2 remote-as 64512' exit > "$conf"
chmod 604 "$conf"
cp -p "$conf" "$FABRIC/hand"
expect 2 "save frr.conf: $conf -> $saved" evpnd_on_node --dry-run
cmp "$conf" "$FABRIC/hand" || fail "--dry-run has changed frr.conf"
[ ! -e "$saved" ] || fail "--dry-run has saved frr.conf"
daemon_start
wait_until 60 "converged" more_runs 0
grep -q "^<5>$conf was not written by evpnd; it is saved as $saved\$" "$FABRIC/daemon.log" || fail "the log does not say so"
cmp "$saved" "$FABRIC/hand" || fail "not the former text"
[ "$(stat -c '%a %u %g' "$saved")" = "$(stat -c '%a %u %g' "$FABRIC/hand")" ] || fail "not the former owner and mode"

step "evpnd's own file is replaced without a word"
write_frr 'ip prefix-list second seq 5 permit any'
wait_until 60 "the second one" more_runs 1
[ "$(notes)" = 1 ] || fail "$(notes) notes: $(cat "$FABRIC/daemon.log")"
cmp "$saved" "$FABRIC/hand" || fail "the saved file was overwritten"
daemon_stop

step "after a boot the state directory is empty"
rm -rf "$FABRIC/state"
write_frr 'ip prefix-list third seq 5 permit any'
expect 0 "$saved is older and stays as it is" once
cmp "$saved" "$FABRIC/hand" || fail "the saved file was overwritten"

step "the container puts a link, a FIFO and a device in the place of frr.conf"
echo "root's secret" > "$FABRIC/secret"
chmod 600 "$FABRIC/secret"
rm "$conf"
ln -s "$FABRIC/secret" "$conf"
expect 0 "$conf was no regular file" timeout -k 1 60 ip netns exec ev-node "$BUILD/evpnd" --config "$FABRIC/evpn.conf" \
	--state-dir "$FABRIC/state" --once --timeout 30
[ ! -L "$conf" ] || fail "frr.conf is still a link: $(ls -l "$conf")"
grep -q third "$conf" || fail "frr.conf is not evpnd's: $(cat "$conf")"
[ "$(cat "$FABRIC/secret")" = "root's secret" ] || fail "evpnd wrote through the link"
lacks -r secret "$FABRIC/state" "$FABRIC/frr/etc" || fail "the secret was copied"
rm "$conf"
mkfifo -m 666 "$conf"
expect 2 "install frr.conf" timeout -k 1 30 ip netns exec ev-node "$BUILD/evpnd" --config "$FABRIC/evpn.conf" \
	--state-dir "$FABRIC/state" --dry-run --timeout 10
expect 0 "$conf was no regular file" once
rm "$conf"
mknod -m 666 "$conf" c 1 5
expect 0 "$conf was no regular file" once
[ -f "$conf" ] || fail "frr.conf is not a file: $(ls -l "$conf")"

step "a folder of the volume that is a link"
mkdir "$FABRIC/elsewhere"
ln -s "$FABRIC/elsewhere" "$FABRIC/frr/etc/folder"
write_conf 's|/etc/frr.conf|/etc/folder/frr.conf|'
expect 1 "it or a directory in its path is a symbolic link" evpnd_on_node --once --timeout 30
rmdir "$FABRIC/elsewhere" || fail "evpnd wrote through the link"

step "--down leaves both"
write_conf
expect 0 "taken down in" evpnd_on_node --down
cmp "$saved" "$FABRIC/hand" || fail "--down changed the saved file"
grep -q third "$conf" || fail "--down changed frr.conf"
