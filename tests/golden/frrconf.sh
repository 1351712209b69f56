#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Each folder golden/frrconf/CASE: evpn.conf, and the frr.conf that is generated of it. UPDATE=1 writes them anew: read the
# difference before committing it; tests/netns/frrconf.sh loads each into FRR.
set -eu
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
failed=0
for case in "$here"/frrconf/*/; do
	sed "s|@DIR@|$dir|" "${case}evpn.conf" > "$dir/evpn.conf"
	if [ "${UPDATE:-}" ]; then
		"$build/evpnd" --config "$dir/evpn.conf" --print-frr > "${case}frr.conf"
	elif ! "$build/evpnd" --config "$dir/evpn.conf" --print-frr | diff -u "${case}frr.conf" -; then
		echo "$case: not the frr.conf that was expected"
		failed=1
	fi
done
exit $failed
