# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# lib.sh - sourced by benchmarks, first of all: packages, build and namespaces, and results that tests/bench/run reads
#
#   bench_private [--net] GROUP... -- "$@"   the first time, it installs the packages of these groups (tests/lib/deps), builds, and starts the
#               script again in namespaces of its own (tests/lib/private; with --net a network namespace too). The second time, or in
#               a guest, it returns with BENCH_ARGS, the script's arguments. --json among them is taken away and sets BENCH_JSON.
#   result ROW SIZE CONTENDER VALUE [UNIT] [NOTE]   with --json, prints a line for tests/bench/contest/report.py; else does nothing
#   missing ROW SIZE CONTENDER WHY           the same where there is no value
#   human FORMAT [ARG...]                    printf, unless the output is JSON
#   median      of the numbers on stdin, a line each
#   frr_version of FRR on this machine
bench_root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
BUILD=$(realpath -m "${BUILD:-$bench_root/build}")
export BUILD
BENCH_JSON=
BENCH_ARGS=()

bench_private() {
	local self arg private=("$bench_root/tests/lib/private") groups=()
	self=$(readlink -f "$0")
	while [ "$1" != -- ]; do
		if [ "$1" = --net ]; then private+=(unshare --net); else groups+=("$1"); fi
		shift
	done
	shift
	if [ "${1:-}" != --inside ]; then
		[ "$(id -u)" = 0 ] || { echo "SKIP: needs root"; exit 77; }
		"$bench_root/tests/lib/deps" build "${groups[@]}"
		"$bench_root/tests/lib/build"
		exec "${private[@]}" "$self" --inside "$@"
	fi
	shift
	for arg; do
		if [ "$arg" = --json ]; then BENCH_JSON=1; else BENCH_ARGS+=("$arg"); fi
	done
}

json_line() {
	python3 -c 'import json, sys
row, size, contender, key, value, unit, note = sys.argv[1:]
line = {"row": row, "size": int(size), "contender": contender, key: float(value) if key == "value" else value, "unit": unit, "note": note}
print(json.dumps(line), flush=True)' "$@"
}

result() {
	[ -z "$BENCH_JSON" ] || json_line "$1" "$2" "$3" value "$4" "${5:-ms}" "${6:-}"
}

missing() {
	[ -z "$BENCH_JSON" ] || json_line "$1" "$2" "$3" why "$4" ms ''
}

human() {
	# shellcheck disable=SC2059 # it is a format
	[ -n "$BENCH_JSON" ] || printf "$@"
}

median() {
	sort -n | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'
}

frr_version() {
	${1:+chroot "$1"} /usr/lib/frr/zebra --version | sed -n 's/^zebra version //p'
}
