#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The unit tests under valgrind: no error, no leak, in the tests' own processes too.
set -eu
build=$(realpath "${BUILD:-$(dirname "$(readlink -f "$0")")/../../build}")
status=0
mapfile -t tests < <(find "$build" -maxdepth 1 -type f -executable -name "test-*")
for test in "${tests[@]}"; do
	# valgrind 3.19 knows no pidfd_open and no clone3, which is what these are about.
	case $test in *netns-pidfile* | *frr-vtysh*) continue ;; esac
	(cd "$build" && CK_TIMEOUT_MULTIPLIER=20 "$build/libtool" --mode=execute valgrind --quiet --error-exitcode=99 \
		--leak-check=full --errors-for-leak-kinds=definite "$test") || status=1
done
exit $status
