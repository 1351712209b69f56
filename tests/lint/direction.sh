#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A folder of core/ includes only what is below it, a plugin nothing of core/, and no files include each other in a circle. The
# same is done with a planted tree that breaks each rule.
set -euo pipefail
cd "$(dirname "$(readlink -f "$0")")/../.."
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT

# From the top; the folders of a line do not include each other.
order="main
ctl
run
frr kernel
plan
config
model
base"
# Files of a folder that include each other: "FOLDER/FILE FOLDER/FILE reason". There are none.
circles=""

# includes TREE : each file's name, then "FILE LINE INCLUDED" for each #include "..."
includes() {
	# shellcheck disable=SC2016
	(cd "$1" && find core plugins -name '*.[ch]' && find core plugins -name '*.[ch]' -print0 |
		xargs -0 awk -F'"' '/^[ \t]*#[ \t]*include[ \t]*"/ { print FILENAME, FNR, $2 }')
}

# check TREE : prints what is wrong in it
check() {
	includes "$1" | awk -v order="$order" -v circles="$circles" '
	function wrong(why) { printf "%s:%s: %s: %s\n", $1, $2, $3, why }
	function visit(file, path,    i, n, list) {
		if (state[file] == 2)
			return
		if (state[file] == 1) {
			sub("^.* " file " ", file " ", path)
			printf "a circle: %s\n", path
			return
		}
		state[file] = 1
		n = split(edges[file], list, " ")
		for (i = 1; i <= n; i++)
			visit(list[i], path " " list[i])
		state[file] = 2
	}
	BEGIN {
		lines = split(order, line, "\n")
		for (i = 1; i <= lines; i++) {
			n = split(line[i], folder, " ")
			for (k = 1; k <= n; k++)
				rank[folder[k]] = i
		}
		n = split(circles, line, "\n")
		for (i = 1; i <= n; i++) {
			split(line[i], word, " ")
			explained["core/" word[1] " core/" word[2]] = explained["core/" word[2] " core/" word[1]] = 1
		}
	}
	NF == 1 { there[$1] = 1; next }
	{
		n = split($1, part, "/")
		m = split($3, to, "/")
		target = (part[1] == "core" ? "core/" : "plugins/" (m == 1 ? part[2] "/" : "")) $3
		if (target in there && !($1 " " target in explained))
			edges[$1] = edges[$1] " " target
	}
	part[1] == "core" {
		from = n == 2 ? "main" : part[2]
		if (!(from in rank))
			wrong("core/" from " has no place in the order")
		else if ($3 == "evpn-plugin.h" || $3 == "config-build.h")
			next
		else if (m == 1)
			wrong("an include of core/ names its folder")
		else if (!(to[1] in rank))
			wrong("neither a folder of core/ nor evpn-plugin.h")
		else if (to[1] != from && rank[to[1]] <= rank[from])
			wrong(from " is not above " to[1])
	}
	part[1] == "plugins" {
		if ($3 ~ /^evpn-plugin(-options)?\.h$/ || $3 == "config-build.h" || to[1] == "lib" || to[1] == part[2] || m == 1 && target in there)
			next
		# It is generated, in the build directory.
		if (index($3, "plugins/" part[2] "/") != 1)
			wrong("neither evpn-plugin.h, nor of its own folder, nor of plugins/lib")
	}
	END {
		for (file in edges)
			visit(file, file)
	}'
}

# plant WANTED FILE LINE... : in a tree that has only that, this is found
plant() {
	local wanted=$1 file=$2 found
	shift 2
	rm -rf "$dir/tree"
	mkdir -p "$dir/tree/core/"{new,run,frr,kernel,plan,base} "$dir/tree/plugins/"{one,two,lib}
	: > "$dir/tree/plugins/one/own.h"
	printf '#include "plan/b.h"\n' > "$dir/tree/core/plan/a.h"
	printf '%s\n' "$@" > "$dir/tree/$file"
	found=$(check "$dir/tree")
	if [ -n "$wanted" ]; then
		[[ $found = *"$wanted"* ]] || { echo "$file with $*: not found: $wanted; but: $found"; exit 1; }
	else
		[ -z "$found" ] || { echo "$file with $* is good, but: $found"; exit 1; }
	fi
}
plant "core/plan/x.c:1: run/steps.h: plan is not above run" core/plan/x.c '#include "run/steps.h"'
plant "frr is not above kernel" core/frr/x.c '#include "kernel/rtnl.h"'
plant "kernel is not above frr" core/kernel/x.c '#include "frr/frrconf.h"'
plant "core/base/x.h:2: model/net.h: base is not above model" core/base/x.h '#include <net/if.h>' '# include "model/net.h"'
plant "an include of core/ names its folder" core/run/x.c '#include "steps.h"'
plant "neither a folder of core/ nor evpn-plugin.h" core/run/x.c '#include "one/own.h"'
plant "core/new has no place in the order" core/new/x.c '#include "base/log.h"'
plant "neither evpn-plugin.h" plugins/two/x.c '#include "own.h"'
plant "neither evpn-plugin.h" plugins/one/x.c '#include "base/log.h"'
plant "a circle: core/plan/" core/plan/b.h '#include "plan/a.h"'
plant "" core/run/x.c '#include "frr/frrconf.h"' '#include "kernel/rtnl.h"' '#include "run/y.h"' '#include "evpn-plugin.h"'
plant "" core/main.c '#include "run/daemon.h"'
plant "" plugins/one/x.c '#include "own.h"' '#include "evpn-plugin.h"' '#include "evpn-plugin-options.h"' '#include "lib/json.h"'

includes . > "$dir/includes"
[ "$(wc -l < "$dir/includes")" -ge 400 ] || { echo "only $(wc -l < "$dir/includes") files and includes are found"; exit 1; }
check . > "$dir/found"
cat "$dir/found"
[ ! -s "$dir/found" ] || exit 1
echo "$(wc -l < "$dir/includes") files and includes"
