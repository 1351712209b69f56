# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# lib.sh - sourced by the tests here: where things are, and a directory that only root can write.
here=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")
root=$(dirname "$(dirname "$here")")
build=$(realpath "${BUILD:-$root/build}")
CC=${CC:-cc}

# shellcheck source=tests/lib/test.sh
. "$root/tests/lib/test.sh"
make_folder
tmp=$T
# The program that drives a plugin, and its time limit.
DRIVE=("$build/plugin-drive" 20)

# module OUTPUT SOURCE FLAG...: builds a plugin against the header of the tree.
module() {
	local out=$1 source=$2
	shift 2
	"$CC" -Wall -Wextra -Werror -I"$root/plugins" "$@" -fPIC -shared "$source" -o "$out"
	chmod 0755 "$out"
}

# finds_namespaces PLUGIN: a netns plugin with the option path, of a named network namespace, works, by "${DRIVE[@]}": the namespace
# is not there, is made, and goes.
finds_namespaces() {
	local pid
	NAMESPACE=evpn-abi-$$
	at_end namespace_down
	"${DRIVE[@]}" "$1" "path=/run/netns/$NAMESPACE" -- find changed >"$tmp/drive" 2>&1 &
	pid=$!
	PIDS+=("$pid")
	wait_until 60 "the plugin waits for the namespace" says '^waiting: waits for the network namespace '
	ip netns add "$NAMESPACE"
	wait_until 60 "the plugin finds the namespace" says "^found $(stat -Lc %i "/run/netns/$NAMESPACE") [0-9]+$"
	ip netns del "$NAMESPACE"
	wait_until 60 "the plugin notices its end" says '^changed$'
	wait "$pid"
}

says() { grep -qE -- "$1" "$tmp/drive"; }

namespace_down() { [ ! -e "/run/netns/$NAMESPACE" ] || ip netns del "$NAMESPACE"; }

# dump PLUGIN: evpnd's own word on it.
dump() { "$build/evpnd" --dump-plugin "$1"; }

# loads PLUGIN LINE...: it loads, and the dump has these lines.
loads() {
	local plugin=$1 line
	shift
	dump "$plugin" >"$tmp/dump" 2>&1 || fail "$plugin is refused: $(cat "$tmp/dump")"
	for line; do
		grep -qxF -- "$line" "$tmp/dump" || fail "$plugin: no line \`$line' in: $(cat "$tmp/dump")"
	done
}

# refused PLUGIN WORDS...: it is refused, by name, with these words.
refused() {
	local plugin=$1 words status=0
	shift
	dump "$plugin" >"$tmp/dump" 2>&1 || status=$?
	# A crash is no refusal.
	case $status in
	0 | 12[89] | 1[3-9]? | 2??) fail "$plugin is not refused but ends with $status: $(cat "$tmp/dump")" ;;
	esac
	for words in "plugin $plugin: " "$@"; do
		grep -qF -- "$words" "$tmp/dump" || fail "$plugin: expected \`$words' in: $(cat "$tmp/dump")"
	done
	echo "refused as it should be: $(cat "$tmp/dump")"
}
