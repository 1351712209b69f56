#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# security.sh - SECURITY.md names the limits that the source has: each constant of its table is defined in the file beside it
set -euo pipefail
# shellcheck source=tests/lib/test.sh
. "$(dirname "$0")/../lib/test.sh"
cd "$(dirname "$0")/../.."

# CONSTANT FILE
# shellcheck disable=SC2016 # the backticks are those of the table
limits=$(sed -nE 's/^\|[^|]*\|[^|]*\| (`[^|]*`) \| ([a-z][^ |]*) \|$/\1 \2/p' SECURITY.md |
	while read -r line; do
		file=${line##* }
		grep -oE '[A-Z][A-Z0-9_]+' <<< "${line% *}" | sed "s|\$| $file|"
	done)
[ "$(wc -l <<< "$limits")" -ge 25 ] || fail "the table has only: $limits"
while read -r name file; do
	finds -E "^#define[[:space:]]+${name}[[:space:]]" "$file" || fail "$file does not define $name"
done <<< "$limits"
finds 'SECURITY.md' README.md || fail "README.md does not name SECURITY.md"
