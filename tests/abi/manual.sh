#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# evpn-plugin(3) and the headers say the same: each member has a heading, in the header's order, with its declaration below it,
# and no heading is of a member that there is not; each EVPN_ word of the one is in the other, and each helper with its
# declaration. What SYNOPSIS and EXAMPLES show compiles, and the example works.
set -euo pipefail
# shellcheck source=tests/abi/lib.sh
. "$(dirname "$0")/lib.sh"
header=$root/plugins/evpn-plugin.h
options=$root/plugins/evpn-plugin-options.h
page=$root/plugins/evpn-plugin.3

# one_line: white space as C sees it
one_line() { tr -s ' \t\n' ' ' | sed 's/( /(/g; s/ )/)/g; s/\\-/-/g'; }

# members STRUCT PREFIX: "PREFIXname<tab>declaration" of each
members() {
	grep -v '^#include' "$header" | "$CC" -E -P -x c -D'__attribute__(x)=' - | one_line |
		grep -oE "struct $1 \{[^}]*\}" | sed -E 's/^[^{]*\{ *//; s/\}$//' | tr ';' '\n' |
		sed -E 's/^ +//; s/ +$//; /^$/d; s/, \.\.\. ?\)/, ...)/; s/  +/ /g' |
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

words() {
	grep -ohE '\b(EVPN_[A-Z_]+|evpn_(fail|wait|wrap|option_[a-z]+|plugin_v[0-9]+))\b' "$@" |
		grep -vxE 'EVPN_PLUGIN_(OPTIONS_)?H' | sort -u
}
sed 's/\\-/-/g; s/\\f.//g' "$page" >"$tmp/plain"
words "$header" "$options" >"$tmp/header.words"
words "$tmp/plain" >"$tmp/page.words"
diff -u --label evpn-plugin.h "$tmp/header.words" --label evpn-plugin.3 "$tmp/page.words"

# helpers: the declarations of the helpers, one on a line
helpers() { one_line | grep -oE '\bint evpn_[a-z_]+\([^)]*\)' | sort -u; }
helpers <"$tmp/plain" >"$tmp/page.helpers"
cat "$header" "$options" | tr -s '\n\t' ' ' | grep -oE 'static EVPN_UNUSED [^{]*\{' |
	sed -E 's/EVPN_PRINTF\([0-9], [0-9]\) //' | helpers >"$tmp/header.helpers"
[ "$(wc -l <"$tmp/header.helpers")" -ge 8 ] || fail "cannot read the helpers: $(cat "$tmp/header.helpers")"
diff -u --label headers "$tmp/header.helpers" --label evpn-plugin.3 "$tmp/page.helpers"

# The synopsis is the beginning of a plugin: it compiles, in C and in C++20, and only what it leaves to the reader is missing.
sed -n '/^\.SH SYNOPSIS/,/^\.fi/p' "$tmp/plain" | grep -v '^\.' >"$tmp/synopsis.c"
for language in "c -std=c11" "c++ -std=c++20"; do
	# shellcheck disable=SC2086 # two words
	"$CC" -x $language -I"$root/plugins" -Wall -Wextra -Wno-unused-function -fsyntax-only "$tmp/synopsis.c" 2>"$tmp/log" ||
		fail "$(cat "$tmp/log")"
	sed -i '/used but never defined/d' "$tmp/log"
	lacks 'warning:' "$tmp/log" || fail "the synopsis does not compile cleanly ($language)"
done
# A plugin that is made from the synopsis must not wait for ever.
for member in event_fd on_event; do
	finds "\.$member = " "$tmp/synopsis.c" || fail "the plugin in SYNOPSIS has no $member"
done

# The example is a plugin: it compiles without a warning, links, loads, and works.
sed -n '/^\.SH EXAMPLES/,/^\.EE/p' "$tmp/plain" | sed -n '/^\.EX/,/^\.EE/p' | grep -v '^\.E[XE]$' | sed 's/\\e/\\/g' >"$tmp/example.c"
module "$tmp/example.so" "$tmp/example.c" -Wl,-z,defs
loads "$tmp/example.so" name=named role=netns
finds_namespaces "$tmp/example.so"

# groff has no complaint about the page.
if command -v groff >/dev/null; then
	groff -man -Tutf8 -ww "$page" 2>"$tmp/groff" >/dev/null || fail "groff cannot read $page"
	[ ! -s "$tmp/groff" ] || fail "groff complains about $page: $(cat "$tmp/groff")"
fi
