#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# test-run: long
# The unit tests under valgrind: no error, no leak, in the tests' own processes too.
set -euo pipefail
root=$(cd "$(dirname "$(readlink -f "$0")")/../.." && pwd)
build=$(realpath "${BUILD:-$root/build}")
status=0
cd "$build"
for source in "$root"/tests/unit/test_*.c; do
	test=$(basename "$source" .c)
	test=${test//_/-}
	# valgrind 3.19 knows no pidfd_open, clone3 and openat2, which is what these are about.
	# What a difference costs is counted, and valgrind adds nothing to that but time.
	case $test in *netns-pidfile* | *vty* | *steps-check* | test-sh | test-sh-abuse | *growth* | test-events) continue ;; esac
	# A process for each check is what takes the time here. These count calls from their process's start.
	case $test in
	test-apply-pace | test-config-watch | test-events-* | test-evpn-show | test-nic | test-observe | test-pipeline-run | test-running | \
		test-steps-kernel) fork=yes ;;
	*) fork=no ;;
	esac
	echo "$test"
	CK_FORK=$fork CK_TIMEOUT_MULTIPLIER=20 ./libtool --mode=execute valgrind --quiet --error-exitcode=99 \
		--leak-check=full --errors-for-leak-kinds=definite "./$test" || status=1
done
exit $status
