#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# frr.conf made of evpn.conf on its way into FRR: shown without its passwords, checked, loaded, left alone when nothing changes,
# made anew when the file of a password does; and what FRR refuses is told by its name and taken back.
set -euo pipefail
# shellcheck source=tests/netns/lib-node.sh
. "$(dirname "$0")/lib-node.sh"

GENERATED="asn = 64514; hostname = \"frr\"; neighbors = ( { address = \"192.168.11.2\"; asn = 64512; password_file = \"PASSWORD\"; } );"
generated() {
	write_conf "s|source = \"[^\"]*\";|${GENERATED/PASSWORD/$FABRIC/password} ${1:-}|"
}

# frr_shows WORDS: in what runs
frr_shows() { vtysh_in frr 'show running-config' | grep -F -- "$1"; }
reloads() { reloader_count | sed -n 's/^reloads=//p'; }

node_up
(umask 077 && echo first-secret > "$FABRIC/password")
generated

step "shown: by --print-frr as it is, by --dry-run without the password"
expect 0 " neighbor 192.168.11.2 password first-secret" evpnd_on_node --print-frr
expect 2 "+ neighbor 192.168.11.2 password <hidden, changed>" evpnd_on_node --dry-run
grep -q "^install frr.conf: generated -> $FABRIC/frr/etc/frr.conf" "$FABRIC/out" || fail "the file is not named"
lacks first-secret "$FABRIC/out" || fail "--dry-run shows the password"
expect 2 '"diff": ' evpnd_on_node --dry-run --json
lacks -E 'first-secret|"source"' "$FABRIC/out" || fail "--dry-run --json shows a password or a source"

step "--check: vtysh has a say in what is generated"
expect 0 "2 L2VNIs" evpnd_on_node --check
generated 'extra = "no such line";'
expect 78 "the generated frr.conf is refused by vtysh -C, and not installed" evpnd_on_node --check
expect 1 "the generated frr.conf is refused by vtysh -C" once
ip -n ev-node link show eth1 >/dev/null || fail "the NIC has left the host"

step "into FRR, once"
generated
expect 0 converged once
frr_shows " neighbor 192.168.11.2 password first-secret" >/dev/null || fail "FRR has no such line"
evpnd_on_node --print-frr | cmp - "$FABRIC/frr/etc/frr.conf" || fail "another file is installed"
expect 0 " 0 kernel changes, no FRR reload needed" once
expect 0 "" evpnd_on_node --dry-run
[ "$(stat -c %a "$FABRIC/frr/etc/frr.conf")" = 640 ] || fail "the file can be read by others"

step "another password"
before=$(reloads)
one_reload_more() { [ "$(reloads)" = $((before + 1)) ]; }
daemon_start
wait_until 60 "evpnd is ready" daemon_says READY=1
(umask 077 && echo second-secret > "$FABRIC/new" && mv "$FABRIC/new" "$FABRIC/password")
wait_until 60 "FRR has the new password" frr_shows "password second-secret"
# FRR has it before frr-reload.py has ended and is counted.
wait_until 60 "one reload" one_reload_more
chmod 644 "$FABRIC/password"
wait_until 60 "evpnd tells of the open file" grep -q "evpn.conf:.*password_file.*is accessible to group or others" "$FABRIC/daemon.log"
chmod 600 "$FABRIC/password"
lacks -- -secret "$FABRIC/daemon.log" || fail "the log has a password"
daemon_stop

step "what FRR refuses though its syntax is good is taken back"
generated 'extra = "router bgp 64514\n neighbor 192.168.11.9 peer-group nosuch\n";'
expect 1 "FRR refuses the generated frr.conf" once
frr_shows "password second-secret" >/dev/null || fail "FRR has not gone back"
evpnd_on_node --print-frr > "$FABRIC/refused"
ends 1 cmp -s "$FABRIC/refused" "$FABRIC/frr/etc/frr.conf" || fail "the refused file is still installed"
generated
expect 0 converged once
step "end"
