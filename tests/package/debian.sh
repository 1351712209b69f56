#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# debian.sh - Debian's packages: built from what a release tarball has, judged by lintian, installed into a fresh Debian under a real
# systemd, upgraded while a guest pings, removed without evpn.conf and beside another evpnd, purged. FRR runs in namespaces like those
# of the shipped pod.
set -euo pipefail
# shellcheck source=tests/podman/lib.sh
. "$(dirname "$0")/../podman/lib.sh"
# shellcheck source=tests/podman/lib-systemd.sh
. "$(dirname "$0")/../podman/lib-systemd.sh"
RELEASE=$(sed -n 's/^VERSION_ID="\(.*\)"/\1/p' /etc/os-release)
PACKAGES=$BUILD/debs/$RELEASE
FRESH=$BUILD/packages-root

build_packages() {
	step "the packages, from what a release has"
	"$REPO/tests/lib/packages" "$RELEASE"
	(cd "$PACKAGES" && du -b ./*.deb)
	lintian --allow-root --fail-on error,warning "$PACKAGES"/evpnd_*.changes > "$T/lintian" 2>&1 || fail "lintian: $(cat "$T/lintian")"
	cat "$T/lintian"
}

# A Debian of this machine's release with FRR and what evpnd's package depends on, but without evpnd.
make_fresh() {
	local release mirror
	[ ! -d "$FRESH" ] || return 0
	release=$(sed -n 's/^VERSION_CODENAME=//p' /etc/os-release)
	# shellcheck disable=SC2016
	mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 'Component: main' | awk '!/security|updates/ && !n++')
	[ -n "$mirror" ] || skip "apt's sources name no Debian mirror"
	mmdebstrap --quiet --variant=minbase --include="systemd,frr,iproute2,python3,$(dpkg-deb -f "$PACKAGES"/evpnd_*.deb Depends |
		sed 's/([^)]*)//g; s/|[^,]*//g; s/ //g')" "$release" "$FRESH.new" "$mirror" < /dev/null > "$FRESH.log" 2>&1 ||
		fail "$(tail -5 "$FRESH.log")"
	mv "$FRESH.new" "$FRESH"
}

# another_version DEB VERSION : the same package with another number, which is all that an upgrade needs
another_version() {
	dpkg-deb -R "$1" "$T/again"
	sed -i "s/^Version: .*/Version: $2/" "$T/again/DEBIAN/control"
	dpkg-deb -b "$T/again" "$T/evpnd_$2.deb" > /dev/null
}

# The fresh Debian as the container's files, with evpn.conf and FRR's directory where README says.
make_os_fresh() {
	cp -a "$FRESH" "$T/os"
	ETC=$T/os/etc/evpnd
	mkdir -p "$ETC" "$T/os/srv" "$T/units"
	sed -i "s#$BUILD/plugins/[a-z-]*/.libs/\([a-z-]*\)\.so#\1#; s#$T/pid#/run/evpnd#; s#$T#/etc/evpnd#g" "$T/evpn.conf"
	sed -i 's#frr = "frr-signal"#frr = "frr-vtysh"#; s#^frr-signal = .*#frr-vtysh = { pidfile = "/run/evpnd/frr.pid"; };#' "$T/evpn.conf"
	mv "$T/evpn.conf" "$T/frr.conf.in" "$ETC"
}

fresh_up() {
	podman2 run -d --name sd --privileged --pids-limit 0 --systemd=always --network=host --cgroup-parent="/$ID" -v "$T:/srv" \
		--rootfs "$T/os" /lib/systemd/systemd systemd.unit=basic.target > /dev/null
	wait_until 60 "systemd is up" inside systemctl is-active basic.target
	inside mount --make-rshared /
}

status_of() {
	[ "$(inside systemctl show -P ActiveState "$1")" = "$2" ]
}

nic_is_back() {
	on_host ip -br addr show eth1 | finds '192.168.11.1/24'
}

need_systemd
for tool in lintian dpkg-buildpackage mmdebstrap; do command -v "$tool" > /dev/null || skip "needs $tool"; done
set_up
build_packages
make_fresh
make_config ''
on_host ip addr add 192.168.11.1/24 dev eth1
make_os_fresh
make_frr_service
# FRR's user is another one here than on this machine.
OWNER=$((FIRST + $(chroot "$T/os" id -u frr))):$((FIRST + $(chroot "$T/os" id -g frr)))
chown -R "$OWNER" "$ETC/frr"
cp "$T/units/frr.service" "$T/os/etc/systemd/system"
cp "$PACKAGES"/*.deb "$T"
fresh_up

step "install: nothing starts by itself"
inside sh -c 'dpkg -i /srv/evpnd_*.deb'
[ "$(inside systemctl is-enabled evpnd || :)" = disabled ] || fail "evpnd is enabled without a configuration"
ends 3 inside systemctl is-active evpnd || fail "evpnd runs without a configuration"
inside evpnd --check --config /etc/evpnd/evpn.conf.example
inside systemd-analyze verify --man=no evpnd.service evpnd-wait-online.service evpnd@x.service evpnd-wait-online@x.service

step "network-online.target: not before its time limit without FRR"
is_online() { inside systemctl is-active network-online.target; }
mkdir -p "$T/os/etc/systemd/system/evpnd-wait-online.service.d"
printf '[Service]\nExecStart=\nExecStart=/usr/sbin/evpnctl wait --timeout 2\n' \
	> "$T/os/etc/systemd/system/evpnd-wait-online.service.d/limit.conf"
inside systemctl enable --now evpnd
inside systemctl enable evpnd-wait-online
inside systemctl start network-online.target
is_online
[ "$(inside systemctl show -P ExecMainStatus evpnd-wait-online)" = 6 ] || fail "evpnd-wait-online has not met its limit"
no_ping

step "and with FRR when EVPN works"
inside systemctl stop network-online.target
rm -r "$T/os/etc/systemd/system/evpnd-wait-online.service.d"
inside systemctl daemon-reload
inside systemctl start --no-block network-online.target
wait_until 60 "evpnd-wait-online waits" status_of evpnd-wait-online activating
ends 3 is_online
inside systemctl start frr
wait_until 60 "network-online.target" is_online
in_frr vtysh -c 'show bgp l2vpn evpn summary' | finds '^192.168.11.2 .* [0-9]* *[0-9]* N/A$' || fail "online without a session"
works in_frr "in_frr vtysh" "neighbor 192.168.11.2 remote-as"

step "upgrade: no packet is lost"
another_version "$PACKAGES"/evpnd_*.deb 99.0
echo '# the user has written here' >> "$ETC/evpn.conf.example"
cp "$ETC/evpn.conf" "$ETC/evpn.conf.example" "$T"
pid=$(inside systemctl show -P MainPID evpnd)
ip netns exec "$GUEST" ping -i 0.05 192.168.20.2 > "$T/ping" &
ping=$!
PIDS+=("$ping")
inside dpkg -i /srv/evpnd_99.0.deb
restarted() { local new; new=$(inside systemctl show -P MainPID evpnd) && [ "$new" != 0 ] && [ "$new" != "$pid" ]; }
wait_until 60 "the new evpnd runs" restarted
wait_until 60 "it has converged" converged
# What a failed test leaves to read.
inside journalctl -u evpnd -o cat > "$T/journal" || :
kill -INT "$ping"
# Status 1 if an answer is missing, which is what is to be seen.
wait "$ping" || :
tail -2 "$T/ping"
finds ' 0% packet loss' "$T/ping" || fail "packets were lost"
for file in evpn.conf evpn.conf.example; do cmp "$T/$file" "$ETC/$file" || fail "the upgrade has changed the user's $file"; done

step "remove, though evpn.conf is gone: the NIC is the host's again, with what it had"
mv "$ETC/evpn.conf" "$T/evpn.conf"
inside dpkg -r evpnd
wait_until 60 "eth1 is back" nic_is_back
[ ! -e "$T/os/usr/sbin/evpnd" ] || fail "evpnd is still there"
[ -d "$T/os/var/lib/evpnd" ] || fail "evpnd's state went before purge"
mv "$T/evpn.conf" "$ETC/evpn.conf"

step "an evpnd that is not the package's keeps its NICs when the package is removed"
inside dpkg -i /srv/evpnd_99.0.deb
podman2 exec -d sd sh -c 'exec evpnd > /srv/other.log 2>&1'
wait_until 60 "the other evpnd has converged" inside evpnctl wait --timeout 1
inside dpkg -r evpnd 2>&1 | tee "$T/removed"
finds 'instance default is in use by an evpnd of no service' "$T/removed"
ends 1 nic_is_back || fail "the NIC of a running evpnd was taken"
ping_ok
# shellcheck disable=SC2016 # the inner shell expands it
inside sh -c 'kill "$(cat /run/evpnd/default/lock)"'
wait_until 60 "the other evpnd ends" inside flock --nonblock /run/evpnd/default/lock true
inside dpkg -i /srv/evpnd_99.0.deb
inside dpkg -r evpnd
wait_until 60 "eth1 is back" nic_is_back
[ -e "$ETC/evpn.conf" ] || fail "the user's evpn.conf is gone"

step "FRR's namespace is a named one, and FRR does not run: the NIC is the host's again"
inside systemctl stop frr
sed -i 's#"netns-pidfile"#"netns-path"#; s#^netns-pidfile = .*#netns-path = { path = "/run/netns/named"; };#' "$ETC/evpn.conf"
inside ip netns add named
inside dpkg -i /srv/evpnd_99.0.deb
inside systemctl start evpnd
wait_until 60 "eth1 is in the named namespace" inside ip -n named link show eth1
inside dpkg -r evpnd
wait_until 60 "eth1 is back" nic_is_back
inside ip netns delete named

step "purge: only what is the user's stays"
QUADLETS=$T/os/etc/containers/systemd
mkdir -p "$QUADLETS"
echo '# as evpnd-setup has written it' | tee "$QUADLETS/frr.container" > "$QUADLETS/reloader.container"
chroot "$T/os" sha256sum /etc/containers/systemd/frr.container /etc/containers/systemd/reloader.container \
	> "$T/os/var/lib/evpnd/setup.sha256"
echo '# the user has written here' >> "$QUADLETS/reloader.container"
inside dpkg -P evpnd
[ ! -e "$T/os/var/lib/evpnd" ] || fail "/var/lib/evpnd stays after purge"
[ "$(ls "$QUADLETS")" = reloader.container ] || fail "not only what evpnd-setup has written is gone: $(ls "$QUADLETS")"
[ -e "$ETC/evpn.conf" ] || fail "the user's evpn.conf is gone"
find "$T/os" -xdev \( -path "$T/os/etc/evpnd" -o -path "$T/os/run" -o -path "$T/os/srv" \) -prune -o -name '*evpn*' -print > "$T/left"
[ ! -s "$T/left" ] || fail "left behind: $(cat "$T/left")"

step "evpn-reloader runs without a libc, the package for plugins has what one needs"
mkdir "$T/empty" "$T/dev"
dpkg-deb -x "$PACKAGES"/evpn-reloader_*.deb "$T/empty"
chroot "$T/empty" /usr/sbin/evpn-reloader --help | finds 'evpn-reloader'
dpkg-deb -x "$PACKAGES"/evpnd-plugin-dev_*.deb "$T/dev"
PKG_CONFIG_PATH=$(dirname "$(find "$T/dev" -name evpnd.pc)") PKG_CONFIG_SYSROOT_DIR=$T/dev PKG_CONFIG_ALLOW_SYSTEM_CFLAGS=1 \
	make -s -C "$T/dev/usr/share/doc/evpnd-plugin-dev/examples/plugin"
