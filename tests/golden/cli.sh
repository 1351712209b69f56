#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The command line: short options, wrong ones, and what --check prints of a file that is good, has warnings, or errors.
set -euo pipefail
here=$(dirname "$(readlink -f "$0")")
build=$(realpath "${BUILD:-$here/../../build}")
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
failed=0

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
expect 0 '^<4>.*warning.conf:6: frr.neighbors: no neighbor has the family EVPN' -c "$dir/warning.conf" --check
grep -q 'good: ' "$dir/out" || { echo "--check refuses a file with a warning"; failed=1; }
expect 78 '^.*error.conf:5: l2vnis.vni: expected a whole number' -c "$dir/error.conf" --check
expect 64 "requires an argument -- 'c'" -c
expect 64 'lists the options' -x
expect 64 '^evpnd: --timeout needs --once, --dry-run, --down or --check$' --timeout 5
expect 64 '^evpnd: --timeout needs' --print-frr --timeout 5
# What the caller passes is not obeyed by his terminal.
expect 64 '^evpnd: unexpected argument: \\x1b\[2J$' $'\e[2J'
exit $failed
