#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# test-run: long
# shellcheck disable=SC2016 # variables of the machine are in single quotes
# doc/deploy.md on a machine that has never had evpnd: one node, boot, upgrade, rollback, uninstall. What comes of it
# is seen from the leaf.
set -euo pipefail
# shellcheck source=tests/boot/lib-deploy.sh
. "$(dirname "$0")/lib-deploy.sh"
release=13

installed() { guest_run dpkg-query -f '${Version}' -W evpnd; }
# A ping each 20 ms while the commands run; how many had no answer. The last one may be on its way.
loses() {
	local pings
	ip netns exec ev-leaf ping -n -i 0.02 192.168.20.3 > "$FABRIC/loss" 2>&1 &
	pings=$!
	PIDS+=("$pings")
	recipe "$@"
	kill -INT "$pings"
	# Its status tells of lost packets, too.
	wait "$pings" || :
	awk '/bytes from/ && match($0, /icmp_seq=[0-9]+/) { last = substr($0, RSTART + 9, RLENGTH - 9); replies++ } END { print last - replies }' \
		"$FABRIC/loss"
}

need_machine $release
deploy_fabric
deploy_machine $release

step "a machine without evpnd, and the files that a node needs"
mkdir "$T/$MACHINE/share/debs"
cp "$BUILD/debs/$release"/evpnd_*.deb "$T/$MACHINE/share/debs"
dpkg-deb -R "$BUILD/debs/$release"/evpnd_*.deb "$FABRIC/deb"
former=$(sed -n 's/^Version: //p' "$FABRIC/deb/DEBIAN/control")
sed -i 's/^Version: .*/&+next/' "$FABRIC/deb/DEBIAN/control"
dpkg-deb --root-owner-group -b "$FABRIC/deb" "$T/$MACHINE/share/evpnd_next.deb" > /dev/null
GUEST_LIMIT=900 guest_sh 'set -e
	podman export -o /root/frr.tar "$(podman create localhost/evpnd-frr true)"
	podman rm -a -f && podman rmi localhost/evpnd-frr
	dpkg -P evpnd evpn-reloader
	cp /srv/debs/evpnd_*.deb /root
	rm -f /etc/apt/sources.list /etc/apt/sources.list.d/*'

recipe Install Configure Start
node_works
recipe Boot
step "boot"
machine_off
machine_on
guest_wait
node_works

guest_sh 'mkdir /root/former && mv /root/evpnd_*.deb /root/former && cp /srv/evpnd_next.deb /root'
lost=$(loses Upgrade | tee /dev/stderr | tail -1)
[ "$(installed)" = "$former+next" ] || fail "the new version is not installed: $(installed)"
[ "$lost" = 0 ] || fail "the upgrade of evpnd loses $lost packets"
node_works
recipe "Upgrade FRR"
node_works
lost=$(loses Rollback | tee /dev/stderr | tail -1)
[ "$(installed)" = "$former" ] || fail "the former version is not back: $(installed)"
[ "$lost" = 0 ] || fail "the rollback of evpnd loses $lost packets"
recipe "Roll back FRR"
node_works

recipe Uninstall
node_is_gone
ends 1 guest_sh 'command -v evpnd' || fail "evpnd is still there"

step "end"
