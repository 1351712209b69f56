#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# man.sh - evpnd --help and evpnd(8), evpnctl --help and evpnctl(8) name the same options; evpnd(8) refers to every man page of the project; man finds no fault
set -euo pipefail
here=$(dirname "$(readlink -f "$0")")
root=$here/../..
build=${BUILD:-$root/build}
page=$root/core/evpnd.8
failed=0

complain() {
	echo "$*"
	failed=1
}

# Of stdin, which is text or a man page.
options() { sed 's/\\-/-/g' | grep -oE -- '--[a-z][a-z-]+' | sort -u; }
# section NAME: of evpnd(8)
section() { sed -n "/^\.SH $1\$/,/^\.SH /p" "$page"; }
# same WHAT FILE OTHER-WHAT FILE: the lists are equal
same() { diff -u --label "$1" "$2" --label "$3" "$4" || complain "$1 and $3 differ"; }

tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
"$build/evpnd" --help > "$tmp/text"
options < "$tmp/text" > "$tmp/help"
[ "$(wc -l < "$tmp/help")" -ge 16 ] || complain "evpnd --help names only $(wc -l < "$tmp/help") options"
options < "$page" > "$tmp/page"
same "evpnd --help" "$tmp/help" "evpnd(8)" "$tmp/page"
section SYNOPSIS | options > "$tmp/synopsis"
same "evpnd --help" "$tmp/help" "SYNOPSIS of evpnd(8)" "$tmp/synopsis"
# Each has a paragraph of its own, not only a mention.
section OPTIONS | grep -E '^\.BI? ' | cut -d' ' -f2 | options > "$tmp/paragraphs"
same "evpnd --help" "$tmp/help" "the paragraphs in OPTIONS of evpnd(8)" "$tmp/paragraphs"

# The same for evpnctl: its options, but for the one that the shell uses, and its commands have paragraphs.
"$build/evpnctl" --help > "$tmp/text"
{ options < "$tmp/text"; echo --complete; } | sort > "$tmp/help"
ctl=$root/client/evpnctl.8
sed -n '/^\.SH OPTIONS$/,/^\.SH /p' "$ctl" | awk 'tag; { tag = /^\.T[PQ]/ }' | options > "$tmp/paragraphs"
same "evpnctl --help" "$tmp/help" "the paragraphs in OPTIONS of evpnctl(8)" "$tmp/paragraphs"
sed -n 's/^  \([a-z][a-z-]*\) .*/\1/p' "$tmp/text" | sort > "$tmp/commands"
[ "$(wc -l < "$tmp/commands")" -ge 10 ] || complain "evpnctl --help names only $(wc -l < "$tmp/commands") commands"
sed -n '/^\.SH COMMANDS$/,/^\.SH /s/^\.B[IR]* "*\([a-z\\-]*\).*/\1/p' "$ctl" | sed 's/\\-/-/g' | sort -u > "$tmp/paragraphs"
while read -r command; do
	grep -qx -- "$command" "$tmp/paragraphs" || complain "evpnctl(8), COMMANDS, has no paragraph on $command"
done < "$tmp/commands"

find "$root/client" "$root/core" "$root/plugins" -name '*.[1-9]' | sort > "$tmp/pages"
mapfile -t pages < "$tmp/pages"
[ ${#pages[@]} -ge 8 ] || complain "only ${#pages[@]} man pages found"
see=$(section 'SEE ALSO' | sed 's/\\-/-/g')
for file in "${pages[@]}"; do
	name=$(basename "$file")
	# evpn.conf.5 -> ".BR evpn.conf (5),"
	[ "$name" = evpnd.8 ] || grep -qE "^\.BR ${name%.*} \(${name##*.}\),?\$" <<< "$see" ||
		complain "evpnd(8), SEE ALSO, does not name ${name%.*}(${name##*.})"
	for heading in NAME SYNOPSIS DESCRIPTION 'SEE ALSO'; do
		grep -qx "\.SH $heading" "$file" || complain "$name has no section $heading"
	done
	if command -v man > /dev/null; then
		faults=$(LC_ALL=C.UTF-8 MANWIDTH=120 man --warnings -E UTF-8 -l -Tutf8 -Z "$file" 2>&1 > /dev/null)
		[ -z "$faults" ] || complain "man --warnings $name: $faults"
	fi
	if command -v mandoc > /dev/null; then
		# It ends with 2 or 3 if it has found anything. The pages have no date, as git knows it.
		mandoc -T lint -W warning "$file" > "$tmp/faults" 2>&1 || [ $? -le 3 ]
		faults=$(sed '/missing date/d' "$tmp/faults")
		[ -z "$faults" ] || complain "$faults"
	fi
done
exit $failed
