#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Each example of evpn.conf(5) is a complete file without errors: cut out of the man page, with the plugins of this build.
set -euo pipefail
here=$(dirname "$(readlink -f "$0")")
build=$(realpath "${BUILD:-$here/../../build}")
page=$here/../../core/evpn.conf.5
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT

# The blocks between .nf and .fi of section EXAMPLES, as example1.conf and so on.
awk -v dir="$dir" '
	/^\.SH / { inside = $2 == "EXAMPLES" }
	inside && /^\.fi/ { file = "" }
	file { gsub(/\\-/, "-"); gsub(/\\\(dq/, "\""); gsub(/\\e/, "\\"); print > file }
	inside && /^\.nf/ { file = dir "/example" ++n ".conf" }
' "$page"

checked=0
failed=0
for file in "$dir"/example*.conf; do
	[ -f "$file" ] || break
	sed -Ei "s|^(plugins = \{ netns = \")([^\"]*)(\"; frr = \")([^\"]*)\"|\1$build/plugins/\2/.libs/\2.so\3$build/plugins/\4/.libs/\4.so\"|" "$file"
	"$build/evpnd" --config "$file" --state-dir "$dir" --check || {
		echo "evpn.conf(5): example $(basename "$file" .conf) is refused:"
		cat "$file"
		failed=1
	}
	checked=$((checked + 1))
done
echo "$checked examples"
[ "$checked" -ge 5 ] || { echo "evpn.conf(5) has fewer examples than expected"; exit 1; }
exit $failed
