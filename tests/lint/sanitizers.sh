#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Built with AddressSanitizer and UBSan: the unit tests, and the daemon with its plugins and the sidecar through every fault.
set -euo pipefail
here=$(dirname "$(readlink -f "$0")")
root=$(cd "$here/../.." && pwd)
build=$(realpath -m "${BUILD:-$root/build}")/sanitizers
mkdir -p "$build/unit-logs"
cd "$build"
# Compiling is half of it all: more optimization makes it longer than it makes the tests shorter, and of the debugging information,
# lines are enough.
[ -e Makefile ] || "$root/configure" --enable-sanitizers CFLAGS='-g1 -O1' >configure.log
programs=()
for source in "$root"/tests/unit/test_*.c; do
	program=$(basename "$source" .c)
	programs+=("${program//_/-}")
done
# Without the programs that are not run here; tests/fuzz has the sanitizers, too.
make -s -j"$(nproc)" all
make -s -j"$(nproc)" "${programs[@]}" evpnd-kill

# Many of them wait most of the time.
export CK_TIMEOUT_MULTIPLIER=10
status=0
# shellcheck disable=SC2016 # its arguments
printf '%s\n' "${programs[@]}" |
	xargs -P "$(($(nproc) + 1))" -I '{}' sh -c './{} > unit-logs/{} 2>&1 || { echo "FAIL: {}"; cat unit-logs/{}; exit 1; }' || status=1
cat unit-logs/*
[ $status = 0 ] || exit 1
BUILD=$build "$root/tests/lib/private" "$root/tests/netns/faults.sh"
BUILD=$build "$root/tests/lib/private" "$root/tests/netns/killed.sh"
