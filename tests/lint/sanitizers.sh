#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Built with AddressSanitizer and UBSan: the unit tests, and the daemon with its plugins and the sidecar through every fault.
set -euo pipefail
here=$(dirname "$(readlink -f "$0")")
root=$(cd "$here/../.." && pwd)
build=$(realpath -m "${BUILD:-$root/build}")/sanitizers
mkdir -p "$build"
cd "$build"
# More optimization makes compiling, which is a third of it all, longer than it makes the tests shorter.
[ -e Makefile ] || "$root/configure" --enable-sanitizers CFLAGS='-g -O1' >configure.log
# What the test programs are is the whole build's matter: without running them.
make -s -j"$(nproc)" check TESTS=
for source in "$root"/tests/unit/test_*.c; do
	test=$(basename "$source" .c)
	CK_TIMEOUT_MULTIPLIER=10 "./${test//_/-}"
done
BUILD=$build "$root/tests/lib/private" "$root/tests/netns/faults.sh"
BUILD=$build "$root/tests/lib/private" "$root/tests/netns/killed.sh"
