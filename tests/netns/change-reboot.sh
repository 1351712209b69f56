#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# change-reboot.sh - a guest that boots again in the middle of a change starts with the former evpn.conf. FRR need not run for that.
# test-run: waits
set -euo pipefail
here=$(dirname "$(readlink -f "$0")")
BUILD=$(realpath -m "${BUILD:-$here/../../build}")
# shellcheck source=tests/lib/test.sh
. "$here/../lib/test.sh"

same() {
	cmp -s "$OUT/evpn.conf" "$OUT/$1"
}

logs() {
	grep -q "$1" "$OUT/log"
}

start_evpnd() {
	"$BUILD/evpnd" --config "$OUT/evpn.conf" --last-good "$OUT/kept/last-good.conf" 2> "$OUT/log" &
	PIDS+=($!)
}

# In the guest. $OUT is on the disk, so to speak: it is what is left after a boot.
case ${1:-} in
before)
	start_evpnd
	wait_until 60 "evpnd waits for FRR" logs 'waiting in step .find netns'
	"$BUILD/evpnctl" apply --confirm 10m "$OUT/new.conf" > "$OUT/apply" 2>&1 &
	PIDS+=($!)
	wait_until 60 "the change is in evpn.conf" same new.conf
	[ -s "$OUT/kept/last-good.conf.change" ] || fail "there is no record of the change"
	cat /proc/sys/kernel/random/boot_id > "$OUT/boot"
	echo b > /proc/sysrq-trigger
	read -rt 60 -u "$TEST_NEVER"
	fail "the guest goes on"
	;;
after)
	ends 1 cmp -s /proc/sys/kernel/random/boot_id "$OUT/boot" || fail "that is no other boot"
	same new.conf || fail "evpn.conf is not what it was when the guest ended"
	start_evpnd
	wait_until 60 "evpnd says why" logs 'the former configuration comes back: the machine has started anew'
	wait_until 60 "evpnd waits for FRR" logs 'waiting in step .find netns'
	same former.conf || fail "evpn.conf is not the former one"
	lacks 'unproven' "$OUT/log" || fail "the unproven configuration was read"
	"$BUILD/evpnctl" status > "$OUT/status" || [ $? = 3 ]
	finds 'change  .* reverting: the machine has started anew' "$OUT/status" || fail "the status does not say it: $(cat "$OUT/status")"
	exit 0
	;;
esac

[ "$(id -u)" = 0 ] || skip "needs root"
[ -d "$BUILD/guest" ] || command -v linux.uml > /dev/null || skip "there is neither a kernel for a guest nor user-mode-linux"
make_folder
export BUILD OUT=$T
tell() {
	tail -n 20 "$OUT/log" "$OUT/apply"
}
cat > "$OUT/former.conf" <<-E
plugins = { netns = "$BUILD/plugins/netns-pidfile/.libs/netns-pidfile.so"; frr = "$BUILD/plugins/frr-vtysh/.libs/frr-vtysh.so"; };
netns-pidfile = { path = "/run/nobody/pid"; };
frr-vtysh = { pidfile = "/run/nobody/pid"; };
underlay = { interfaces = ( { name = "eth1"; addresses = [ "192.168.11.3/24" ]; } ); vtep = "100.65.0.2"; };
l2vnis = ( { vni = 110; } );
frr = { config = "/run/nobody/frr.conf"; asn = 64514; neighbors = ( { address = "192.168.11.2"; asn = 64512; } ); };
E
sed 's|/run/nobody/pid|/run/unproven/pid|' "$OUT/former.conf" > "$OUT/new.conf"
cp "$OUT/former.conf" "$OUT/evpn.conf"
step "the change, and the guest ends at once"
ends 125 "$here/../lib/vm" --timeout 120 "$0" before || fail "the guest has not ended as it should"
same new.conf || fail "the change was not in evpn.conf: $(cat "$OUT/apply")"
step "it boots again"
"$here/../lib/vm" --timeout 120 "$0" after
same former.conf || fail "evpn.conf is not the former one"
