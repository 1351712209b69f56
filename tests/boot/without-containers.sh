#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# test-run: long
# shellcheck disable=SC2016 # variables of the machine are in single quotes
# doc/deploy.md, "Without containers": Debian's own FRR in a namespace, by systemd alone, on a machine that has never had either; booted,
# and taken back.
set -euo pipefail
# shellcheck source=tests/boot/lib-deploy.sh
. "$(dirname "$0")/lib-deploy.sh"
release=13

need_machine $release
"$root/tests/lib/frr-debs" $release
deploy_fabric
deploy_machine $release

step "a machine without evpnd, and a mirror"
cp "$BUILD/debs/$release"/evpnd_*.deb "$T/$MACHINE/share"
cp -r "$BUILD/frr-debs/$release" "$T/$MACHINE/share/frr-debs"
GUEST_LIMIT=900 guest_sh 'set -e
	dpkg -P evpnd evpn-reloader
	cp /srv/evpnd_*.deb /root
	cp -r /srv/frr-debs /var
	rm -f /etc/apt/sources.list.d/*
	echo "deb [trusted=yes] file:/var/frr-debs ./" > /etc/apt/sources.list
	apt-get -qq update'

recipe "Without containers"
node_works
guest_run podman ps -q > "$FABRIC/containers"
lacks . "$FABRIC/containers" || fail "a container runs"
guest_sh 'ip netns identify "$(cat /run/frr/bgpd.pid)"' | finds -x evpnd || fail "FRR is not in the namespace"

step "boot"
machine_off
machine_on
guest_wait
node_works
recipe "Uninstall without containers"
node_is_gone
step "end"
