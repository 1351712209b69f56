#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# mkimage.sh TAR - FRR's root file system as a tar archive for `podman import`, from the packages installed on this host
#
# No network, no registry: the files of FRR's packages, of what frr-reload.py needs, and the libraries that these link.
set -euo pipefail

tar=${1:?usage: mkimage.sh TAR}
packages="frr frr-pythontools libpam-modules libpam-modules-bin libpam-runtime iproute2 bash coreutils procps sed grep
	passwd mawk $(dpkg-query -W -f '${db:Status-Status} ${Package}\n' 'python3' 'python3*-minimal' 'libpython3*-minimal' \
		'libpython3*-stdlib' 'python3.*' | awk '$1 == "installed" { print $2 }')"
# The archive stands for these versions; others make another one.
# shellcheck disable=SC2086 # a list of words
key=$({ dpkg-query -W $packages; cat "$0"; } 2>/dev/null | sha256sum)
# Without a key it is another one.
[ ! -e "$tar" ] || [ "$(cat "$tar.key" 2>/dev/null)" != "$key" ] || exit 0

root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT
chmod 755 "$root"

# shellcheck disable=SC2086
dpkg -L $packages | grep -vE '^/usr/share/(man|doc|locale|info|lintian)|/__pycache__|^/\.$|/test/' | sort -u |
	xargs -d '\n' sh -c 'find "$@" -maxdepth 0 ! -type d 2>/dev/null || :' find > "$root/files"
# ldd ends with an error for what is not dynamic: scripts, for the most part.
grep -E '^(/usr)?/s?bin/|^/usr/lib/frr/|\.so' "$root/files" > "$root/programs"
xargs -a "$root/programs" -d '\n' ldd > "$root/linked" 2>/dev/null || [ $? = 123 ]
awk '/=> \//{ print $3 } $1 ~ /^\/.*[^:]$/{ print $1 }' "$root/linked" | sort -u > "$root/libraries"
xargs -a "$root/libraries" readlink -f > "$root/targets"

# /bin, /sbin and /lib are links into /usr, so every file goes in by its place there.
mkdir -p "$root/fs"/{usr/{bin,sbin,lib,lib64},etc,proc,sys,dev,tmp,root,run/frr,var/{log/frr,tmp,lib/frr}}
for dir in bin sbin lib lib64; do
	ln -s "usr/$dir" "$root/fs/$dir"
done
ln -s ../run "$root/fs/var/run"
cat "$root/files" "$root/libraries" "$root/targets" | sed -E 's#^/(bin|sbin|lib|lib64)/#/usr/\1/#; s#^/##' | sort -u |
	tar -C / --no-recursion -cf - -T - | tar -C "$root/fs" -xf -
ln -sf bash "$root/fs/usr/bin/sh"
ln -sf mawk "$root/fs/usr/bin/awk"
cp -a /etc/pam.d "$root/fs/etc/"
grep -E '^(root|nobody|frr):' /etc/passwd > "$root/fs/etc/passwd"
grep -E '^(root|nogroup|tty|frr|frrvty):' /etc/group > "$root/fs/etc/group"
# vtysh asks PAM, which wants an account.
echo 'root:*:19000:0:99999:7:::' > "$root/fs/etc/shadow"
chroot "$root/fs" chown -R frr:frr /etc/frr /run/frr /var/log/frr /var/lib/frr

tar -C "$root/fs" -cf "$tar.new" .
mv "$tar.new" "$tar"
echo "$key" > "$tar.key"
