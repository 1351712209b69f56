#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The command line: short options, wrong ones, and what --check prints of a file that is good, has warnings, or errors.
set -euo pipefail
here=$(dirname "$(readlink -f "$0")")
build=$(realpath "${BUILD:-$here/../../build}")
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
failed=0
unset JOURNAL_STREAM EVPND_LOG_PREFIX

# expect STATUS PATTERN OPTION... : evpnd exits so, and what it prints matches
expect() {
	local want=$1 pattern=$2 status=0
	shift 2
	"$build/evpnd" "$@" > "$dir/out" 2>&1 || status=$?
	[ "$status" = "$want" ] || { echo "evpnd $*: exit status $status, not $want: $(cat "$dir/out")"; failed=1; }
	grep -qE -- "$pattern" "$dir/out" || { echo "evpnd $*: no \`$pattern' in: $(cat -v "$dir/out")"; failed=1; }
}

cat > "$dir/evpn.conf" <<-E
plugins = { netns = "$build/plugins/netns-pidfile/.libs/netns-pidfile.so"; frr = "$build/plugins/frr-vtysh/.libs/frr-vtysh.so"; };
netns-pidfile = { path = "/run/frr.pid"; };
frr-vtysh = { pidfile = "/run/frr.pid"; };
underlay = { interfaces = ( { name = "eth1"; addresses = [ "192.0.2.2/24" ]; } ); vtep = "192.0.2.65"; };
l2vnis = ( { vni = 110; } );
frr = { config = "/nowhere/frr.conf"; check = ""; asn = 64514; neighbors = ( { address = "192.0.2.1"; asn = 64512; } ); };
E
sed 's/neighbors = .*/};/' "$dir/evpn.conf" > "$dir/warning.conf"
sed 's/vni = 110/vni = 0/' "$dir/evpn.conf" > "$dir/error.conf"

"$build/evpnd" --help > "$dir/help"
expect 0 '^Usage: evpnd ' -h
diff -u "$dir/help" "$dir/out" || failed=1
expect 0 '^.*evpn.conf: good: 0 L3VNIs, 1 L2VNIs' --config "$dir/evpn.conf" --check
lines=$(wc -l < "$dir/out")
[ "$lines" = 1 ] || { echo "--check of a good file prints $lines lines"; failed=1; }
expect 0 '^.*evpn.conf: good: ' -c "$dir/evpn.conf" --check
expect 0 '^.*evpn.conf: good: ' --check "-c$dir/evpn.conf" --timeout 5
expect 0 '^evpnd: warning: .*warning.conf:6: frr.neighbors: no neighbor has the family EVPN' -c "$dir/warning.conf" --check
grep -q 'good: ' "$dir/out" || { echo "--check refuses a file with a warning"; failed=1; }
expect 78 '^.*error.conf:5: l2vnis.vni: expected a whole number' -c "$dir/error.conf" --check
expect 64 "requires an argument -- 'c'" -c
expect 64 'lists the options' -x
expect 64 '^evpnd: --timeout needs --once, --dry-run, --down or --check$' --timeout 5
expect 64 '^evpnd: --timeout needs' --print-frr --timeout 5
# How the log's lines begin: with the priority for the journal alone, whose socket systemd names, or as told.
expect 0 '^<4>.*warning.conf:6: ' -c "$dir/warning.conf" --check --log-prefix priority
expect 64 '^evpnd: --log-prefix: not one of auto, priority, text: json$' --log-prefix json
stream=$(stat -c %d:%i "$dir/out")
JOURNAL_STREAM=$stream expect 0 '^<4>.*warning.conf:6: ' -c "$dir/warning.conf" --check
JOURNAL_STREAM=$stream expect 0 '^evpnd: warning: ' -c "$dir/warning.conf" --check --log-prefix text
JOURNAL_STREAM=$stream EVPND_LOG_PREFIX=text expect 0 '^evpnd: warning: ' -c "$dir/warning.conf" --check
JOURNAL_STREAM=${stream%:*}:1 expect 0 '^evpnd: warning: ' -c "$dir/warning.conf" --check
JOURNAL_STREAM=nonsense expect 0 '^evpnd: warning: ' -c "$dir/warning.conf" --check
EVPND_LOG_PREFIX=priority expect 0 '^<4>.*warning.conf:6: ' -c "$dir/warning.conf" --check
# What the caller passes is not obeyed by his terminal.
expect 64 '^evpnd: unexpected argument: \\x1b\[2J$' $'\e[2J'
# The other programs: -h is --help, and a wrong command line is 64.
for program in evpnctl evpn-reloader; do
	"$build/$program" --help > "$dir/help" || failed=1
	"$build/$program" -h > "$dir/out" || { echo "$program -h fails"; failed=1; }
	diff -u "$dir/help" "$dir/out" || failed=1
	status=0
	"$build/$program" --nonsense > "$dir/out" 2>&1 || status=$?
	[ $status = 64 ] || { echo "$program --nonsense: exit status $status: $(cat "$dir/out")"; failed=1; }
done
exit $failed
