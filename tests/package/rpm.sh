#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# test-run: long
# rpm.sh - the RPM spec builds what a release tarball has, rpmlint has no complaint, and its packages have the same files as Debian's
#
# It is built with this machine's libraries (--nodeps). rpmmacros has what Fedora's rpm has more than Debian's.
set -euo pipefail
REPO=$(cd "$(dirname "$0")/../.." && pwd)
BUILD=$(readlink -f "${BUILD:-$REPO/build}")
# shellcheck source=tests/lib/test.sh
. "$REPO/tests/lib/test.sh"

# Debian's split, of an installed tree: by its own dh_install
debian_files() {
	mkdir "$T/debian"
	cp -r "$REPO/debian" "$T/debian/debian"
	make -s -C "$BUILD" install DESTDIR="$T/debian/debian/tmp" prefix=/usr sysconfdir=/etc libdir="/usr/lib/$MULTIARCH" > "$T/install.log"
	(cd "$T/debian" && dh_install && rm -r debian/evpnd/usr/share/doc/evpnd/examples/plugin)
	files_in "$T/debian/debian/evpnd" > "$T/evpnd.deb"
	files_in "$T/debian/debian/evpn-reloader" > "$T/evpn-reloader.deb"
	files_in "$T/debian/debian/evpnd-plugin-dev" > "$T/evpnd-devel.deb"
}

files_in() {
	(cd "$1" && find . ! -type d -printf '/%P\n') | same_names
}

# What packages of one kind name otherwise: folders of libraries and units, compressed manuals, the license.
same_names() {
	sed -E "s#^/usr/lib/$MULTIARCH/#/usr/lib64/#; s#^/lib/systemd/#/usr/lib/systemd/#; s#/evpnd-plugin-dev/#/evpnd-devel/#; s#(/man/.*)\.gz\$#\1#" |
		grep -v '^/usr/share/licenses/' | sort
}

for tool in rpmbuild rpmlint rpm2cpio cpio dh_install; do command -v "$tool" > /dev/null || skip "needs $tool"; done
make_folder
MULTIARCH=$(gcc -print-multiarch)
VERSION=$(sed -n 's/^VERSION = //p' "$BUILD/Makefile")
mkdir "$T/home"
cp "$REPO/tests/package/rpmmacros" "$T/home/.rpmmacros"

step "the spec"
rpmlint "$REPO/rpm/evpnd.spec" -c "$REPO/rpm/rpmlint.toml" || fail "rpmlint"

step "the packages, from what a release has"
mkdir "$T/source"
make -s -C "$BUILD" distdir distdir="$T/evpnd-$VERSION" > "$T/dist.log" 2>&1 || fail "$(tail -20 "$T/dist.log")"
tar -C "$T" -cJf "$T/source/evpnd-$VERSION.tar.xz" "evpnd-$VERSION"
# tests/run runs the unit tests.
HOME=$T/home rpmbuild -bb --nodeps --nocheck --define "_topdir $T/rpm" --define "_sourcedir $T/source" \
	--define "upstream_version $VERSION" --define 'debug_package %{nil}' --define '_build_id_links none' \
	"$T/evpnd-$VERSION/rpm/evpnd.spec" > "$T/build.log" 2>&1 ||
	fail "$(tail -30 "$T/build.log")"
# What Fedora's build does and this machine's does not: sign, strip, compress manuals, name who packages. The version is of no release.
sed '/^]/d' "$REPO/rpm/rpmlint.toml" > "$T/rpmlint.toml"
cat >> "$T/rpmlint.toml" <<'END'
"no-signature", "no-packager-tag", "unstripped-binary-or-object", "manpage-not-compressed", "no-manual-page-for-binary",
"incoherent-version-in-changelog",
]
END
find "$T/rpm/RPMS" -name '*.rpm' -printf '%s %f\n'
find "$T/rpm/RPMS" -name '*.rpm' -exec mv -t "$T" {} +
rpmlint -c "$T/rpmlint.toml" "$T"/*.rpm || fail "rpmlint"

step "they have what Debian's packages have, but for the papers of each"
debian_files
for package in evpnd evpn-reloader evpnd-devel; do
	rpm=$(ls "$T/$package"-[0-9]*.rpm)
	[ "$(rpm -qp --qf '%{NAME}' "$rpm")" = "$package" ] || fail "$rpm is another package"
	rpm -qp --qf '[%{FILEMODES:perms} %{FILENAMES}\n]' "$rpm" | sed -n 's/^[^d][^ ]* //p' | same_names > "$T/$package.rpm-files"
	diff -u "$T/$package.deb" "$T/$package.rpm-files" || fail "$package"
	echo "$package: $(wc -l < "$T/$package.deb") files"
done

step "evpn-reloader is static, evpnd's NICs are given back when the last evpnd goes"
(cd "$T" && rpm2cpio "$(ls "$T"/evpn-reloader-[0-9]*.rpm)" | cpio -id --quiet)
ends 1 ldd "$T/usr/sbin/evpn-reloader" > "$T/ldd" 2>&1
finds 'not a dynamic executable' "$T/ldd"
"$T/usr/sbin/evpn-reloader" --version | finds "$VERSION"
rpm -qp --scripts "$(ls "$T"/evpnd-[0-9]*.rpm)" > "$T/scripts"
sed -n '/^preuninstall/,/^postuninstall/p' "$T/scripts" | finds '^ */usr/libexec/evpnd/give-back'
lacks '%systemd' "$T/scripts"
