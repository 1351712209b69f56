#!/bin/bash
# evpnd --help and evpnd(8) name the same options.
set -eu
here=$(dirname "$(readlink -f "$0")")
build=${BUILD:-$here/../../build}
options() { grep -oE -- '--[a-z][a-z-]+' | sort -u; }
diff <("$build/evpnd" --help | options) <(sed 's/\\-/-/g' "$here/../../core/evpnd.8" | grep -vE '^\.B(R)? ip -d' | options)
# Each has a paragraph of its own, not only a mention.
"$build/evpnd" --help | options | while read -r option; do
	sed 's/\\-/-/g' "$here/../../core/evpnd.8" | grep -qE "^\.BI? $option( |$)" || { echo "no paragraph for $option"; exit 1; }
done
