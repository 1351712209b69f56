#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# test-run: long
# distcheck.sh - a release tarball is enough: unpacked, configured outside of its tree and built by a user who is not root, it passes
# `make distcheck', which builds from a read-only tree, runs the unit tests, installs, uninstalls without anything left behind, and
# makes the same tarball again
set -euo pipefail
REPO=$(cd "$(dirname "$0")/../.." && pwd)
BUILD=$(readlink -f "${BUILD:-$REPO/build}")
# shellcheck source=tests/lib/test.sh
. "$REPO/tests/lib/test.sh"

# as_nobody COMMAND... : in the folder of the test; root's own would be of no use to find what needs root
as_nobody() {
	env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME="$T/home" LC_ALL=C.UTF-8 TMPDIR="$T/home" CK_TIMEOUT_MULTIPLIER=10 \
		${CCACHE_DIR:+"CCACHE_DIR=$CCACHE_DIR" CCACHE_BASEDIR="$T" CCACHE_NOHASHDIR=1} ${CC:+"CC=$CC"} \
		setpriv --reuid=65534 --regid=65534 --clear-groups --no-new-privs "$@"
}

[ "$(id -u)" = 0 ] || skip "needs root, to be somebody else"
make_folder

step "the tarball"
VERSION=$(sed -n 's/^VERSION = //p' "$BUILD/Makefile")
make -s -C "$BUILD" distdir distdir="$T/evpnd-$VERSION" > "$T/dist.log" 2>&1 || fail "$(tail -20 "$T/dist.log")"
tar -C "$T" -cJf "$T/evpnd-$VERSION.tar.xz" "evpnd-$VERSION"
rm -rf "$T/evpnd-$VERSION"
mkdir "$T/home" "$T/build"
chown 65534:65534 "$T/home" "$T/build"
tar -C "$T" -xf "$T/evpnd-$VERSION.tar.xz" --no-same-owner

step "make distcheck"
as_nobody sh -c "cd '$T/build' && ../evpnd-$VERSION/configure --quiet && make -s -j$(nproc) distcheck" > "$T/distcheck.log" 2>&1 ||
	fail "$(grep -E '^(FAIL|ERROR):|error:' "$T/distcheck.log"; tail -30 "$T/distcheck.log")"
grep -E '^# (TOTAL|PASS|SKIP|FAIL):' "$T/distcheck.log"
finds '^# FAIL: *0$' "$T/distcheck.log"
ls -l "$T/build"/evpnd-*.tar.xz

step "the tarball that it makes is the same"
mkdir "$T/again"
tar -C "$T/again" -xf "$T/build/evpnd-$VERSION.tar.xz" --no-same-owner
diff -r "$T/evpnd-$VERSION" "$T/again/evpnd-$VERSION" || fail "a release made from a release is another one"
