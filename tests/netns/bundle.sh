#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# bundle.sh - evpnctl bundle has what a bug report needs, and none of the passwords that are planted in every place where one can be;
# what the container does to its files and names changes nothing outside of it; no file is overwritten
# test-run: waits
set -euo pipefail
# shellcheck source=tests/netns/lib-leaf.sh
. "$(dirname "$0")/lib-leaf.sh"

SOCKET=

# bundle STATUS FILE : evpnctl bundle ends so
bundle() {
	local status=0
	"$BUILD/evpnctl" --socket "$SOCKET" bundle "$2" > "$FABRIC/ctl" 2> "$FABRIC/ctl.err" || status=$?
	[ "$status" = "$1" ] || fail "evpnctl bundle: exit status $status, not $1: $(cat "$FABRIC/ctl" "$FABRIC/ctl.err")"
}

unpack() {
	rm -rf "$FABRIC/unpacked"
	mkdir "$FABRIC/unpacked"
	tar -C "$FABRIC/unpacked" -xf "$1"
}

# has FILE PATTERN : the unpacked archive
has() {
	finds -E -- "$2" "$FABRIC/unpacked/$1" || fail "no \`$2' in $1: $(head -50 "$FABRIC/unpacked/$1"; find "$FABRIC/unpacked" -type f)"
}

leaf_up
SOCKET=$FABRIC/state/control.sock
(umask 077; echo PLANTED-password-file > "$FABRIC/password")
# The sessions with passwords do not come up: what counts is where their passwords go.
conf '/^ *neighbors = /d' 's/^frr = {.*/# password = "PLANTED-comment"\n& drift = "report";\n@include "neighbors.inc"\n};/'
cat > "$FABRIC/neighbors.inc" <<-E
	extra = "router bgp 64514\n neighbor 192.168.11.9 remote-as 64999\n neighbor 192.168.11.9 password PLANTED-extra\n neighbor 192.168.11.9 shutdown";
	neighbors = ( { address = "192.168.11.2"; asn = 64512; timers = { connect = 1; }; },
		# password = "PLANTED-" "include"; bfd = false;
		{ address = "192.168.11.8"; asn = 64518; password_file = "$FABRIC/password"; } );
E
daemon_start
wait_until 60 "applied" daemon_says 'STATUS=applied'
learned() { in_frr bridge fdb show dev vni110 | finds '100.64.0.2' && in_frr ip route | finds '^100.64.0.2 '; }
wait_until 60 "the leaf's VTEP and VNI" learned
runs 'neighbor 192.168.11.8 password PLANTED-password-file' || fail "the passwords are not in FRR: $(vtysh_in frr 'show running-config')"
runs 'neighbor 192.168.11.9 password PLANTED-extra'
typed 'router bgp 64514' 'neighbor 192.168.11.6 remote-as 64516' 'neighbor 192.168.11.6 password PLANTED-typed'
typed 'enable password PLANTED-enable' 'password PLANTED-vty'
# The file of the volume, and a name that a terminal would obey.
printf '! password PLANTED-volume\n' >> "$FABRIC/frr/etc/frr.conf"
in_frr ip link add $'esc\e[2J' type bridge
wait_until 60 "it is there" runs 'PLANTED-vty'

step "it has what it should, and no password"
bundle 0 "$FABRIC/b.tar"
finds 'look through it before' "$FABRIC/ctl"
[ "$(stat -c %a "$FABRIC/b.tar")" = 600 ] || fail "its mode is $(stat -c %a "$FABRIC/b.tar")"
unpack "$FABRIC/b.tar"
if grep -raE 'PLANTED' "$FABRIC/unpacked"; then fail "a password is in the archive"; fi
lacks -ra $'\e' "$FABRIC/unpacked" || fail "an escape sequence is in the archive"
name=${FABRIC#/}
name=${name//\//_}
has "config/${name}_evpn.conf" '^l2vnis = '
has "config/${name}_neighbors.inc" '# password = <hidden>; bfd = false'
has "volume/${name}_frr_etc_frr.conf" 'neighbor 192\.168\.11\.8 password <hidden>'
has control/status.json '"instance": "default"'
has control/history.json '"trigger": "start"'
has control/metrics.json evpnd_state
has host/links 'lan110@'
has host/addresses 'scope host lo'
has frr-namespace/links 'vxlan id 110 '
has frr-namespace/links 'esc\\x1b\[2J'
has frr-namespace/addresses '100\.65\.0\.2/32'
has frr-namespace/routes-ipv4 '100\.64\.0\.2 '
has frr-namespace/fdb 'dst 100\.64\.0\.2'
has frr-namespace/sysctls 'net\.ipv4\.ip_forward = 1'
has "frr/zebra_show_evpn_vni_detail" 'VNI: 110'
has "frr/bgpd_show_bgp_l2vpn_evpn_summary" '192\.168\.11\.2 '
has "frr/bgpd_show_bgp_l2vpn_evpn_route" '\[3\]:\[0\]:\[32\]:\[100\.65\.0\.2\]'
has "frr/zebra_show_ip_route_vrf_all" '100\.64\.0\.2/32'
has "frr/bgpd_show_running-config" 'neighbor 192\.168\.11\.6 password <hidden>'
has state/frr.conf.accepted 'router bgp 64514'
has system/uname Linux
has versions '^evpnctl [0-9]'

step "it overwrites nothing, and follows no link"
cp "$FABRIC/b.tar" "$FABRIC/before"
bundle 1 "$FABRIC/b.tar"
finds 'it exists' "$FABRIC/ctl.err"
cmp "$FABRIC/before" "$FABRIC/b.tar"
ln -s "$FABRIC/elsewhere" "$FABRIC/link.tar"
bundle 1 "$FABRIC/link.tar"
[ ! -e "$FABRIC/elsewhere" ] || fail "it wrote through a link"
bundle 1 "$FABRIC/nowhere/b.tar"
ends 1 setpriv --reuid 65534 --regid 65534 --clear-groups "$BUILD/evpnctl" --socket "$SOCKET" bundle /tmp/no 2> "$FABRIC/ctl.err"
finds 'only root' "$FABRIC/ctl.err"

step "the container puts a link in the place of its frr.conf"
echo PLANTED-of-the-host > "$FABRIC/host-file"
ln -sf "$FABRIC/host-file" "$FABRIC/frr/etc/frr.conf"
bundle 0 "$FABRIC/c.tar"
unpack "$FABRIC/c.tar"
if grep -raE 'PLANTED' "$FABRIC/unpacked"; then fail "a file of the host, or a password, is in the archive"; fi

step "a daemon of FRR hangs: the rest is there; evpnd hangs: the host's part is"
in_container pkill -STOP -x bgpd
bundle 0 "$FABRIC/h.tar"
in_container pkill -CONT -x bgpd
unpack "$FABRIC/h.tar"
has frr/bgpd_show_bgp_l2vpn_evpn_summary '^\[no answer: '
has frr/zebra_show_evpn_vni_detail 'VNI: 110'
kill -STOP "$DAEMON"
EVPNCTL_TIMEOUT=1 bundle 0 "$FABRIC/i.tar"
kill -CONT "$DAEMON"
finds 'not within the time limit' "$FABRIC/ctl.err"
unpack "$FABRIC/i.tar"
has host/links '^1: lo'
has state/frr.conf.accepted 'router bgp 64514'
if grep -raE 'PLANTED' "$FABRIC/unpacked"; then fail "a password is in the archive"; fi

step "without FRR, and without evpnd"
# shellcheck disable=SC2119 # the pidfile goes, too
container_stop
waits() { "$BUILD/evpnctl" --socket "$SOCKET" diagram | finds '^evpnd default: waiting$'; }
wait_until 60 "evpnd waits for FRR" waits
bundle 0 "$FABRIC/d.tar"
unpack "$FABRIC/d.tar"
has control/status.json '"state": "'
has frr-namespace/missing 'does not have'
if grep -raE 'PLANTED' "$FABRIC/unpacked"; then fail "a password is in the archive"; fi
daemon_stop
bundle 0 "$FABRIC/e.tar"
finds 'no evpnd listens' "$FABRIC/ctl.err"
unpack "$FABRIC/e.tar"
has system/uname Linux
if grep -raE 'PLANTED' "$FABRIC/unpacked"; then fail "a password is in the archive"; fi
