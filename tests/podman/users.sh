#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# users.sh - FRR's pod with a user namespace of its own, as etc/podman has it: its root can do nothing to the host, and evpnd, with
# no more capabilities than evpnd.service gives, does all of its work there
set -euo pipefail
# shellcheck source=tests/podman/lib.sh
. "$(dirname "$0")/lib.sh"

# The options of the shipped pod, without a change.
mapping=$(sed -n 's/^PodmanArgs=.*\(--uidmap=[^ ]* --gidmap=[^ ]*\).*/\1/p' "$REPO/etc/podman/pod/frr.pod")
FIRST=${mapping#--uidmap=0:}
FIRST=${FIRST%%:*}

# The number on the host of a user or group of the container.
mapped() {
	echo $((FIRST + $1))
}

python_in() {
	podman exec "$1" python3 -c "$2"
}

# refused WHAT PYTHON... : root of the container cannot do it
refused() {
	if python_in frr "$2" > "$T/refused" 2>&1; then fail "root of the container can $1"; fi
	grep -qE 'Permission denied|Operation not permitted|Read-only file system' "$T/refused" || fail "$1: $(cat "$T/refused")"
	echo "cannot $1: $(tail -n 1 "$T/refused")"
}

mount_of() {
	printf '%s\n' 'import ctypes, os, sys' 'libc = ctypes.CDLL(None, use_errno=True)' \
		"if libc.mount(b'$1', b'/tmp', b'$2', 0, None) < 0: sys.exit(os.strerror(ctypes.get_errno()))"
}

# With the capabilities of the unit.
start_evpnd_of_unit() {
	local caps

	caps=$(sed -n 's/^CapabilityBoundingSet=//p' "$BUILD/etc/systemd/evpnd.service" | tr '[:upper:]' '[:lower:]' | sed 's/cap_/+/g; s/ /,/g')
	[ -n "$caps" ] || fail "no CapabilityBoundingSet in evpnd.service"
	nsenter --net="/run/netns/$HOST" setpriv --bounding-set "-all,$caps" --no-new-privs \
		"$BUILD/evpnd" --config "$T/evpn.conf" --state-dir "$T/state" >> "$T/evpnd.log" 2>&1 &
	EVPND_PID=$!
	PIDS+=("$EVPND_PID")
}

[ "$FIRST" -ge 100000 ] || fail "no mapping of users in frr.pod: $mapping"
set_up
make_config ''
sed -i "s|frr-signal/.libs/frr-signal|frr-vtysh/.libs/frr-vtysh|; s|^frr-signal = .*|frr-vtysh = { pidfile = \"$T/pid/frr.pid\"; };|" \
	"$T/evpn.conf"
user=$(mapped "$(id -u frr)") group=$(mapped "$(id -g frr)")
# As the admin guide has it.
chown -R root: "$T/frr"
# shellcheck disable=SC2086 # a list of words
podman run --rm --network=none $mapping --cgroup-parent="/$ID" -v "$T/frr:/mnt:U" localhost/frr:test chown -R frr:frr /mnt
chown "$FIRST:$FIRST" "$T/reloader"
[ "$(stat -c %u:%g "$T/frr/daemons")" = "$user:$group" ] || fail "the volume: $(ls -ln "$T/frr")"
# shellcheck disable=SC2086
make_pod --network=none $mapping
add_evpn_reloader
mark
start_evpnd_of_unit
await "waits for $T/pid/frr.pid"
podman pod start frrpod > /dev/null

step "the pod starts under evpnd, which makes it an EVPN endpoint"
await 'converged in .*FRR reloaded'
ping_ok
[ "$(stat -c %u:%g:%a "$T/frr/frr.conf")" = "$user:$group:640" ] || fail "frr.conf: $(stat -c %u:%g:%a "$T/frr/frr.conf")"
grep -q "^ *0 *$FIRST " "/proc/$(frr_pid)/uid_map" || fail "no mapping of users: $(cat "/proc/$(frr_pid)/uid_map")"
podman exec frr vtysh -c 'show bgp l2vpn evpn summary' | finds '192.168.11.2 .*64512' || fail "no session of EVPN"

step "root of the container"
# podman mounts /proc/sys read-only. With CAP_SYS_ADMIN on the host, one call makes it writable, and a new procfs is.
refused "set the host's core pattern" 'import ctypes
MS_REMOUNT, MS_BIND = 32, 4096
ctypes.CDLL(None).mount(None, b"/proc/sys", None, MS_REMOUNT | MS_BIND, None)
open("/proc/sys/kernel/core_pattern", "w")'
refused "set the host's core pattern by a procfs of its own" 'import ctypes, os, sys
libc = ctypes.CDLL(None, use_errno=True)
if libc.mount(b"proc", b"/tmp", b"proc", 0, None) < 0: sys.exit(os.strerror(ctypes.get_errno()))
open("/tmp/sys/kernel/core_pattern", "w")'
refused "write a sysctl of the host" 'open("/proc/sys/kernel/panic", "w")'
refused "mount the host's devices" "$(mount_of dev devtmpfs)"
refused "mount debugfs" "$(mount_of debugfs debugfs)"
refused "mount a disk of the host" "$(mount_of "$(findmnt -no SOURCE -T /)" ext4)"
refused "create a device" 'import os, stat; os.mknod("/run/x", stat.S_IFBLK | 0o600, os.makedev(7, 0))'
refused "load a module" 'import ctypes, os, sys; libc = ctypes.CDLL(None, use_errno=True)
if libc.delete_module(b"x", 0) < 0: sys.exit(os.strerror(ctypes.get_errno()))'
grep -q "^Uid:[[:space:]]*${FIRST}[[:space:]]" "/proc/$(frr_pid)/status" || fail "root of the container is root of the host"

step "podman restart frr"
mark
podman restart -t 1 frr > /dev/null
await 'converged in .*FRR reloaded'
ping_ok

step "podman pod restart"
mark
podman pod stop -t 1 frrpod > /dev/null
# eth1, a veth, ends with the namespace, and this other end may have gone with it.
ip -n "$LEAF" link delete node 2> /dev/null || :
make_eth1
podman pod start frrpod > /dev/null
await 'converged in .*FRR reloaded'
ping_ok

step "frr-signal, with evpn-reloader beside FRR"
end_child "$EVPND_PID"
sed -i "s|frr-vtysh/.libs/frr-vtysh|frr-signal/.libs/frr-signal|; s|^frr-vtysh = .*|frr-signal = { address = \"unix:$T/reloader/reloader.sock\"; };|" \
	"$T/evpn.conf"
sed -i 's/timers connect 1$/timers connect 2/' "$T/frr.conf.in"
mark
start_evpnd_of_unit
await 'converged in .*FRR reloaded'
podman exec frr vtysh -c 'show running-config' | finds 'timers connect 2' || fail "FRR was not reloaded"
ping_ok

step "nothing of this was an error"
# runc has a moment in which nobody may look into the container: evpnd waits for its end.
sed '/waits for FRR.s container (process [0-9]*) to start its program/d' "$T/evpnd.log" > "$T/errors"
lacks -iE 'denied|not permitted|error' "$T/errors" || fail "evpnd met an error: see above"
