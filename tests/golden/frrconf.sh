#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Each folder golden/frrconf/CASE: evpn.conf, and the frr.conf that is generated of it. UPDATE=1 writes them anew: read the
# difference before committing it; tests/netns/frrconf.sh loads each into FRR.
set -euo pipefail
here=$(dirname "$(readlink -f "$0")")
build=$(realpath "${BUILD:-$here/../../build}")
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
# What a password file must be cannot be said by a file in a repository.
(
	umask 077
	echo over-the-wire > "$dir/password"
	cat > "$dir/odd-password" <<-'E'
		!a#b?c|d"e\f$g%h&i;j{k}<l>~
	E
)
failed=0 cases=0
for case in "$here"/frrconf/*/; do
	sed "s|@DIR@|$dir|" "${case}evpn.conf" > "$dir/evpn.conf"
	cases=$((cases + 1))
	if ! "$build/evpnd" --config "$dir/evpn.conf" --print-frr > "$dir/frr.conf"; then
		echo "$case: evpnd prints no frr.conf"
		failed=1
	elif [ "${UPDATE:-}" ]; then
		cp "$dir/frr.conf" "${case}frr.conf"
	elif ! diff -u "${case}frr.conf" "$dir/frr.conf"; then
		echo "$case: not the frr.conf that was expected"
		failed=1
	fi
done
[ $cases -ge 25 ] || { echo "only $cases cases"; exit 1; }
exit $failed
