#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# test-run: long
# shellcheck disable=SC2016 # variables of the machine are in single quotes
# doc/deploy.md on a machine that has never had evpnd: one node, boot, upgrade, rollback, uninstall; then without containers. What comes
# of it is seen from the leaf.
set -euo pipefail
# shellcheck source=tests/boot/lib-deploy.sh
. "$(dirname "$0")/lib-deploy.sh"
release=13

node_answers() { ip netns exec ev-leaf ping -n -c 1 -W 2 192.168.20.3; }
node_works() {
	wait_until 600 "the machine answers in VNI 110" node_answers
	vtysh_in leaf 'show bgp l2vpn evpn' | finds -F '[3]:[0]:[32]:[100.65.0.2]' || fail "the leaf has no route to the machine's VTEP"
}
node_is_gone() {
	ends 1 node_answers || fail "the machine still answers in VNI 110"
	guest_run ip link show eth1 || fail "the NIC is not back on the host"
	ends 1 guest_run ip link show lan0 || fail "lan0 is still there"
}
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
	awk '/ packets transmitted/ { print $1 - $4 }' "$FABRIC/loss"
}

need_machine $release
BUILD=$BUILD "$root/tests/lib/frr-debs" $release
deploy_fabric
deploy_machine $release

step "a machine without evpnd, and the files that a node needs"
mkdir "$T/$MACHINE/share/debs"
cp "$BUILD/debs/$release"/evpnd_*.deb "$T/$MACHINE/share/debs"
cp -r "$BUILD/frr-debs/$release" "$T/$MACHINE/share/frr-debs"
dpkg-deb -R "$BUILD/debs/$release"/evpnd_*.deb "$FABRIC/deb"
former=$(sed -n 's/^Version: //p' "$FABRIC/deb/DEBIAN/control")
sed -i 's/^Version: .*/&+next/' "$FABRIC/deb/DEBIAN/control"
dpkg-deb --root-owner-group -b "$FABRIC/deb" "$T/$MACHINE/share/evpnd_next.deb" > /dev/null
GUEST_LIMIT=600 guest_sh 'set -e
	podman export -o /root/frr.tar "$(podman create localhost/evpnd-frr true)"
	podman rm -a -f && podman rmi localhost/evpnd-frr
	dpkg -P evpnd evpn-reloader
	cp /srv/debs/evpnd_*.deb /root
	cp -r /srv/frr-debs /var
	rm -f /etc/apt/sources.list /etc/apt/sources.list.d/*
	echo "deb [trusted=yes] file:/var/frr-debs ./" > /etc/apt/sources.list
	apt-get -q update'

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

guest_sh 'rm /root/evpnd_next.deb && mv /root/former/*.deb /root'
recipe "Without containers"
node_works
guest_run podman ps -q | lacks . || fail "a container runs"
machine_off
machine_on
guest_wait
node_works
recipe "Uninstall without containers"
node_is_gone
step "end"
