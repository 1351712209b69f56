#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# test-run: long
# debian13.sh - the packages build on Debian 13, from what a release tarball has, and can be installed there; frr10 is its FRR
set -euo pipefail
REPO=$(cd "$(dirname "$0")/../.." && pwd)
BUILD=$(readlink -f "${BUILD:-$REPO/build}")
# shellcheck source=tests/lib/test.sh
. "$REPO/tests/lib/test.sh"

in_root() {
	chroot "$T/root" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C.UTF-8 DEBIAN_FRONTEND=noninteractive "$@"
}

unmount() {
	umount "$T/root/proc"
}

[ "$(id -u)" = 0 ] || skip "needs root"
[ -d "$BUILD/frr10-root" ] || skip "$(cat "$BUILD/frr10-root.why")"
make_folder

step "build"
if "$REPO/tests/lib/packages" 13; then :; else
	[ ! -e "$BUILD/debs/13.why" ] || skip "$(cat "$BUILD/debs/13.why")"
	fail "the packages do not build"
fi

step "install"
cp -a "$BUILD/frr10-root" "$T/root"
mount -t proc proc "$T/root/proc"
at_end unmount
cp /etc/resolv.conf "$T/root/etc/resolv.conf"
mkdir "$T/root/src"
cp "$BUILD"/debs/13/*.deb "$T/root/src"
in_root apt-get -q update > "$T/apt.log" 2>&1 || skip "Debian 13's packages cannot be had: $(tail -1 "$T/apt.log")"
in_root sh -c 'apt-get -qy --no-install-recommends install /src/*.deb' > "$T/apt.log" 2>&1 || fail "$(tail -20 "$T/apt.log")"
in_root evpnd --version
in_root evpnd --check --config /etc/evpnd/evpn.conf.example
in_root evpnctl --help | finds explain
[ -e "$T/root/usr/lib/systemd/system/evpnd@.service" ] || fail "the units are not where Debian 13 has them"
in_root dpkg -P evpnd evpn-reloader evpnd-plugin-dev
