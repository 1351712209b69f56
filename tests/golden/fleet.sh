#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# etc/fleet.conf is one file for all nodes: the frr.conf and the plan that two of them make of it, golden/fleet/NODE.*.
# UPDATE=1 writes them anew: read the difference before committing it.
set -euo pipefail
here=$(dirname "$(readlink -f "$0")")
build=$(realpath "${BUILD:-$here/../../build}")
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
failed=0

printf '# all nodes\nnode1 1\n\nnode7.example.com\t7 # in rack 2\n' >"$dir/nodes"
sed "s|map:/etc/evpnd/nodes|map:$dir/nodes|" "$here/../../etc/fleet.conf" >"$dir/evpn.conf"
grep -q "$dir" "$dir/evpn.conf"

# golden NAME FILE
golden() {
	if [ "${UPDATE:-}" ]; then
		cp "$2" "$here/fleet/$1"
	else
		diff -u "$here/fleet/$1" "$2" || { echo "$1: not what was expected"; failed=1; }
	fi
}

for node in node1.example.com NODE7.example.com; do
	name=${node%%.*}
	name=${name,,}
	NODE_NAME=$node "$build/evpnd" --config "$dir/evpn.conf" --print-frr >"$dir/frr.conf"
	golden "$name.frr.conf" "$dir/frr.conf"
	NODE_NAME=$node "$build/plan-golden" - "$dir/evpn.conf" >"$dir/plan"
	golden "$name.plan" "$dir/plan"
done
# No value of one node is that of another, but for what the comments of the file call the same.
! diff -q "$here/fleet/node1.plan" "$here/fleet/node7.plan" >"$dir/same" || { echo "both nodes have one plan"; failed=1; }

# A node that the file does not name.
if NODE_NAME=node8 "$build/evpnd" --config "$dir/evpn.conf" --print-frr >"$dir/out" 2>&1; then
	echo "node8 has no number, and evpnd does not mind"
	failed=1
fi
grep -qF "evpn.conf:11: node.index_from: $dir/nodes has no line for this node, \"node8\" (NODE_NAME)" "$dir/out" || {
	echo "not the message that was expected:"
	cat "$dir/out"
	failed=1
}

# Errors of the file are at their own lines.
printf 'node1 1\nnode2\nnode3 1\nnode1 4\n' >"$dir/nodes"
NODE_NAME=node1 "$build/evpnd" --config "$dir/evpn.conf" --print-frr >"$dir/out" 2>&1 && failed=1
diff -u - "$dir/out" <<-E || { echo "not the errors that were expected"; failed=1; }
	$dir/nodes:2: expected the name of a node and its number, found a line that begins with "node2"
	$dir/nodes:3: number 1 is that of node1 in line 1, too: give each node its own
	$dir/nodes:4: node node1 is in line 1, too: remove one
E
exit $failed
