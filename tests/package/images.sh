#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# test-run: long
# images.sh - the images of etc/containers, built from bases of Debian 12 and 13 that are made here: their version, labels and sizes,
# and that what they have works; then a node whose FRR and whose evpnd are of these images
set -euo pipefail
# shellcheck source=tests/podman/lib.sh
. "$(dirname "$0")/../podman/lib.sh"
# Of the image with vtysh, and without it.
LIMIT_MB=64 LIMIT_SMALL_MB=36
VERSION=$("$REPO/version.sh")
EVPND=

# A Debian with what it cannot be without, as a tar archive that stays in the build directory.
make_base() {
	local mirror tar=$BUILD/base-$1.tar
	[ ! -e "$tar" ] || return 0
	# shellcheck disable=SC2016
	mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 'Component: main' | awk '!/security|updates/ && !n++')
	[ -n "$mirror" ] || skip "apt's sources name no Debian mirror"
	mmdebstrap --quiet --variant=minbase "$1" "$tar.new" "$mirror" --format=tar < /dev/null > "$T/base.log" 2>&1 ||
		fail "$(tail -5 "$T/base.log")"
	mv "$tar.new" "$tar"
}

# With this machine's network, in which its mirror of Debian can be reached; the node of the test has none.
podman_out() {
	command podman --root "$T/root" --runroot "$T/run" --tmpdir "$T/tmp" "$@"
}

# try_build FILE IMAGE [ARGUMENT...]
try_build() {
	local args=()
	for arg in "${@:3}"; do args+=(--build-arg "$arg"); done
	podman_out build --network=host -f "$REPO/etc/containers/Containerfile.$1" "${args[@]}" -t "$2" "$REPO" > "$T/build.log" 2>&1
}

build() {
	try_build "$@" || fail "$2: $(tail -20 "$T/build.log")"
}

# run IMAGE PROGRAM [ARGUMENT...]
run() {
	podman run --rm -i --network=none --entrypoint "$2" "$1" "${@:3}"
}

# size_of IMAGE LIMIT
size_of() {
	local size
	size=$(podman image inspect -f '{{.Size}}' "$1")
	echo "$1: $((size / 1000000)) MB"
	[ "$size" -le $(($2 * 1000000)) ] || fail "$1 has more than $2 MB"
}

judge() {
	local image=$1
	[ "$(podman run --rm --network=none "$image" --version)" = "evpnd $VERSION" ] || fail "it says another version"
	run "$image" evpnctl --version | finds "$VERSION"
	[ "$(podman image inspect -f '{{index .Labels "org.opencontainers.image.version"}}' "$image")" = "$VERSION" ] || fail "no label"
	run "$image" evpnd --check --config /etc/evpnd/evpn.conf.example
	run "$image" evpnd --list-plugins | tee "$T/plugins"
	for plugin in frr-signal frr-vtysh netns-cri netns-pidfile sh; do finds "^$plugin " "$T/plugins" || fail "no plugin $plugin"; done
	# With `dhcp', evpnd starts it.
	run "$image" udhcpc --help 2>&1 | finds 'Usage: udhcpc'
	# Scanners of images read this.
	run "$image" cat /var/lib/dpkg/status.d/libc6 | finds '^Version: '
	run "$image" test -s /usr/share/doc/libc6/copyright
}

# evpnd as etc/podman/evpnd.container runs it, but for /proc/sys: runc 1.1 mounts nothing inside /proc.
evpnd_up() {
	podman run -d --name evpnd --network=host --pid=host --uts=host --cgroup-parent="/$ID" --cap-drop=all \
		--cap-add=NET_ADMIN,SYS_ADMIN,SYS_PTRACE,CHOWN,FOWNER,DAC_OVERRIDE --security-opt unmask=/proc/sys -v "$T:$T" \
		"$EVPND" --config "$T/evpn.conf" --state-dir "$T/state" > /dev/null
}

in_evpnd() {
	podman exec evpnd "$@"
}

is_healthy() {
	in_evpnd evpnctl --socket "$T/state/control.sock" wait --timeout 1
}

command -v mmdebstrap > /dev/null || skip "needs mmdebstrap"
set_up
for release in bookworm:12 trixie:13; do
	EVPND=localhost/evpnd:${release#*:}
	step "$EVPND"
	make_base "${release%:*}"
	podman import -q "$BUILD/base-${release%:*}.tar" "localhost/debian:${release#*:}" > /dev/null
	build evpnd "$EVPND" "DEBIAN_IMAGE=localhost/debian:${release#*:}" "EVPND_VERSION=$VERSION"
	size_of "$EVPND" $LIMIT_MB
	judge "$EVPND"
	echo 'router bgp 65001' | run "$EVPND" vtysh -C -f /proc/self/fd/0
	ends 2 run "$EVPND" vtysh -C -f /proc/self/fd/0 <<< 'router nonsense'
	build evpnd "$EVPND-small" "DEBIAN_IMAGE=localhost/debian:${release#*:}" "EVPND_VERSION=$VERSION" VTYSH=no
	size_of "$EVPND-small" $LIMIT_SMALL_MB
	judge "$EVPND-small"
	run "$EVPND-small" test ! -e /usr/bin/vtysh
done

step "without a version there is no image"
ends 1 try_build evpnd localhost/none DEBIAN_IMAGE=localhost/debian:12 || fail "an image without a version"
finds '^say --build-arg EVPND_VERSION' "$T/build.log"

step "FRR's image with evpn-reloader"
before=$(podman image inspect -f '{{.Size}}' localhost/frr:test)
build reloader localhost/evpnd-frr BUILD_IMAGE=localhost/debian:12 FRR_IMAGE=localhost/frr:test "EVPND_VERSION=$VERSION"
[ "$(run localhost/evpnd-frr evpn-reloader --version)" = "evpn-reloader $VERSION" ] || fail "it says another version"
echo "evpn-reloader adds $((($(podman image inspect -f '{{.Size}}' localhost/evpnd-frr) - before) / 1000)) kB"

step "a node of these images"
EVPND=localhost/evpnd:$(sed -n 's/^VERSION_ID="\(.*\)"/\1/p' /etc/os-release)
podman tag localhost/evpnd-frr localhost/frr:test
make_config "address = \"unix:$T/reloader/reloader.sock\";"
sed -i "s#$BUILD/plugins/[a-z-]*/.libs/\([a-z-]*\)\.so#\1#" "$T/evpn.conf"
make_pod --network=none
add_reloader -v "$T/reloader:/run/evpnd" -- /usr/local/sbin/evpn-reloader --listen unix:/run/evpnd/reloader.sock
podman pod start frrpod > /dev/null
no_ping
evpnd_up
wait_until 60 "evpnd's container is healthy" is_healthy
ping_ok
in_evpnd evpnd --config "$T/evpn.conf" --state-dir "$T/state" --dry-run || fail "something is left to do"
