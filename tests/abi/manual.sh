#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# evpn-plugin(3) and evpn-plugin.h say the same: each member has a heading, in the header's order, with its declaration
# below it, and no heading is of a member that there is not; each EVPN_ word of the one is in the other.
# shellcheck source=tests/abi/lib.sh
. "$(dirname "$0")/lib.sh"
header=$root/plugins/evpn-plugin.h
page=$root/plugins/evpn-plugin.3

# one_line: white space as C sees it
one_line() { tr -s ' \t\n' ' ' | sed 's/( /(/g; s/ )/)/g; s/\\-/-/g'; }

# members STRUCT PREFIX: "PREFIXname<tab>declaration" of each
members() {
	grep -v '^#include' "$header" | "$CC" -E -P -x c -D'__attribute__(x)=' - | one_line |
		grep -oE "struct $1 \{[^}]*\}" | sed -E 's/^[^{]*\{ *//; s/\}$//' | tr ';' '\n' |
		sed -E 's/^ +//; s/ +$//; /^$/d; s/, \.\.\. ?\)/, ...)/' |
		sed -E 's/^(.*\(\*([a-z_]+)\)\(.*)$/\2\t\1;/; t; s/^(.*[ *]([a-z_]+)(\[.*\])?)$/\2\t\1;/' | sed "s/^/$2/"
}

# headings: "name<tab>declaration" of each .SS that is followed by a declaration
headings() {
	awk '/^\.SS /{name=$2; want=1; next} want && /^\.nf/{inside=1; text=""; next}
		inside && /^\.fi/{print name "\t" text; inside=0; want=0; next}
		inside{text=text " " $0; next} want{want=0}' "$page" | sed 's/\\-/-/g' |
		while IFS=$'\t' read -r name text; do printf '%s\t%s\n' "$name" "$(echo "$text" | one_line | sed 's/^ //; s/ $//')"; done
}

{ members evpn_plugin ''; members evpn_host 'host->'; members evpn_error 'err->'; } |
	sed 's/\[2048\]/[EVPN_ERROR_MSG_SIZE]/' >"$tmp/header"
headings >"$tmp/page"
[ "$(wc -l <"$tmp/header")" -ge 17 ] || fail "cannot read the header: $(cat "$tmp/header")"
diff -u --label evpn-plugin.h "$tmp/header" --label evpn-plugin.3 "$tmp/page"

words() { grep -ohE '\b(EVPN_[A-Z_]+|evpn_(fail|wait|plugin_v[0-9]+))\b' "$1" | grep -vxE 'EVPN_PLUGIN_H' | sort -u; }
sed 's/\\-/-/g; s/\\f.//g' "$page" >"$tmp/plain"
diff -u --label evpn-plugin.h <(words "$header") --label evpn-plugin.3 <(words "$tmp/plain")

# The synopsis is the beginning of a plugin: it compiles.
sed -n '/^\.SH SYNOPSIS/,/^\.fi/p' "$tmp/plain" | grep -v '^\.' >"$tmp/synopsis.c"
"$CC" -I"$root/plugins" -Wall -Wextra -Wno-unused-function -fsyntax-only "$tmp/synopsis.c" 2>"$tmp/log" || fail "$(cat "$tmp/log")"
! grep -v 'used but never defined' "$tmp/log" | grep 'warning:' || fail "the synopsis does not compile cleanly"

# groff has no complaint about the page.
! command -v groff >/dev/null || [ -z "$(groff -man -Tutf8 -ww "$page" 2>&1 >/dev/null)" ] || fail "groff complains about $page"
