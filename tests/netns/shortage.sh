#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# shortage.sh - a start without enough descriptors or memory is no wrong configuration: systemd never starts evpnd again after
# exit status 78
set -euo pipefail
# shellcheck source=tests/netns/lib-node.sh
. "$(dirname "$0")/lib-node.sh"

node_up

# check COMMAND... : with evpnd --check; counts its exit statuses
check() {
	local status=0

	"$@" "$BUILD/evpnd" --config "$FABRIC/evpn.conf" --state-dir "$FABRIC/state" --check > "$FABRIC/out" 2>&1 || status=$?
	case $status in
	0) good=$((good + 1)) ;;
	# 127: the dynamic loader had no descriptor for a library.
	1 | 127) short=$((short + 1)) ;;
	*) fail "exit status $status with: $*: $(cat "$FABRIC/out")" ;;
	esac
}

echo "--- descriptors"
good=0 short=0
for limit in {4..40}; do
	check prlimit --nofile="$limit"
done
echo "$short starts failed, $good did not"
if [ "$short" -lt 3 ] || [ "$good" -lt 3 ]; then fail "this shows nothing"; fi

echo "--- each file that is opened, and each reading of one"
good=0 short=0
for call in openat read fstat; do
	for error in ENOMEM EMFILE EIO; do
		for path in "$FABRIC/evpn.conf" "$BUILD"/plugins/{netns-pidfile/.libs/netns-pidfile,frr-signal/.libs/frr-signal}.so; do
			check strace -f -qq -o "$FABRIC/strace" -P "$path" -e trace="$call" -e inject="$call:error=$error"
		done
	done
done
echo "$short starts failed, $good did not"
[ "$short" -ge 12 ] || fail "this shows nothing"

echo "--- what is wrong is told as such"
echo 'nonsense = 1;' > "$FABRIC/evpn.conf"
ends 78 "$BUILD/evpnd" --config "$FABRIC/evpn.conf" --state-dir "$FABRIC/state" --check || fail "not exit status 78"
