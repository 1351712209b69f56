#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# No script can pass by accident: a status that is lost, a failed command that is taken for an empty answer. What shellcheck
# finds of that by itself is tests/lint/shellcheck.sh's. Each rule is tried first on a script that breaks it.
# Where a rule must be broken, a comment in the line before says why.
# shellcheck disable=SC2016
set -euo pipefail
cd "$(dirname "$(readlink -f "$0")")/../.."
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT

# Prints FILE:LINE: RULE: the line, for each line that breaks one.
cat > "$dir/rules.awk" <<'END'
function broken(rule) {
	printf "%s:%d: %s: %s\n", FILENAME, FNR, rule, $0
}
FNR == 1 {
	bash = /^#!\/bin\/bash/; sh = /^#!\/bin\/sh/; first = bash; reason = awaited = 0; here = condition = ""; continued = 0
}
# A job in the background, whose pid is taken once its input is complete.
here != "" {
	if ($0 ~ "^\t*" here "$")
		here = ""
	next
}
/^[ \t]*#/ { reason = 1; next }
# The first command of a script.
first && NF {
	if ($0 != "set -euo pipefail")
		broken("strict")
	first = 0
}
sh && /[^|]\|[^|]/ { broken("sh-pipe") }
awaited {
	if (!/\$!/)
		broken("forgotten-job")
	awaited = 0
}
/[^&>|]&[ \t]*$/ {
	if (!reason)
		awaited = 1
	if (match($0, /<<-?[ ]?['"]?[A-Za-z]+/)) {
		here = substr($0, RSTART, RLENGTH)
		gsub(/[^A-Za-z]/, "", here)
	}
}
!reason && /\|\| *(:|true)[;) \t}]*("?$|&|\|)/ { broken("ignored-status") }
!reason && /(^|[^|])\| *(grep +-[a-zA-Z]*[qm]|head( |$))/ { broken("early-end") }
!reason && /(^[ \t]*|[{;&|(] +|eval ')! / && !/! (\[|kill -0|command -v|declare -F)/ { broken("negation") }
!reason && /<\(/ && !/fail / { broken("process-substitution") }
!reason && /(-z "?\$\(|\)" != )/ { broken("empty-answer") }
!reason && /&& fail / { broken("failure-passes") }
!reason && /(^|[^a-z_-])sleep [^i]/ { broken("sleep") }
/^[ \t]*}/ && condition != "" { printf "%s:%d: last-condition: %s\n", FILENAME, FNR - 1, condition }
NF { condition = !reason && !continued && /^[ \t]*\[.*\] && [a-z]/ && !/\|\|/ ? $0 : ""; continued = /(\\|&&|\|\|)$/ }
# The reason counts for a line, and for those that go on with the same.
{ reason = reason && (/\\$/ || /\|\| (:|true)$/) }
END
rules() { awk -f "$dir/rules.awk" "$@"; }

# breaks RULE LINE... : a script of these lines breaks this rule, and no other
breaks() {
	local rule=$1 found
	shift
	printf '%s\n' "$@" > "$dir/planted"
	found=$(rules "$dir/planted" | cut -d' ' -f2)
	[ "$found" = "$rule:" ] || { echo "the rule $rule does not find: $*: it finds ${found:-nothing}"; exit 1; }
}
bash='#!/bin/bash'
strict=$'#!/bin/bash\nset -euo pipefail'
breaks strict "$bash" 'set -eu'
breaks strict "$bash" 'echo x' 'set -euo pipefail'
breaks sh-pipe '#!/bin/sh' 'a | b'
breaks forgotten-job "$strict" 'server &' 'client'
breaks forgotten-job "$strict" "python3 - <<-'E' &" '	$!' '	E' 'client'
breaks ignored-status "$strict" 'a || :'
breaks ignored-status "$strict" 'x=$(a || true)'
breaks early-end "$strict" 'a | grep -q x'
breaks early-end "$strict" 'a | grep -m1 x'
breaks early-end "$strict" 'a | head -1'
breaks negation "$strict" '! grep -q x file || fail "x is there"'
breaks negation "$strict" 'gone() { ! ip link show x; }'
breaks process-substitution "$strict" 'diff <(a) <(b)'
breaks empty-answer "$strict" '[ -z "$(a)" ] || fail "it says something"'
breaks empty-answer "$strict" '[ "$(a)" != b ] || fail "it says b"'
breaks failure-passes "$strict" 'a && fail "it works"'
breaks sleep "$strict" 'sleep 1'
breaks last-condition "$strict" 'f() {' '	[ -n "$x" ] && a' '}'
printf '%s\n' "$strict" '# Nobody cares.' 'a || :' 'b || :' 'server &' 'PIDS+=($!)' 'lacks x file || fail "x is there"' \
	'[ "$(a)" = b ] || fail "$(diff <(a) b)"' 'exec sleep infinity' 'f() {' '	[ -z "$x" ] || a' '}' > "$dir/planted"
found=$(rules "$dir/planted")
[ -z "$found" ] || { echo "good lines break rules: $found"; exit 1; }
# Those that are shellcheck's.
for line in 'f() { local x=$(a); echo "$x"; }; f' '! false'; do
	printf '%s\n' "$strict" "$line" 'echo end' > "$dir/planted"
	if shellcheck "$dir/planted" > "$dir/found"; then
		echo "shellcheck does not find: $line"
		exit 1
	fi
done

# This one is full of bad lines.
find autogen.sh version.sh .ci etc plugins tests -type f ! -path tests/lint/scripts.sh > "$dir/tree"
xargs -d '\n' awk 'FNR == 1 && /^(#!\/bin\/(ba)?sh|# shellcheck shell=bash)/ || FNR == 2 && /^# shellcheck shell=bash/ {
	print FILENAME }' < "$dir/tree" > "$dir/scripts"
scripts=$(wc -l < "$dir/scripts")
[ "$scripts" -ge 90 ] || { echo "only $scripts scripts are found"; exit 1; }
xargs -d '\n' awk -f "$dir/rules.awk" < "$dir/scripts" > "$dir/found"
cat "$dir/found"
[ ! -s "$dir/found" ] || exit 1
echo "$scripts scripts"
