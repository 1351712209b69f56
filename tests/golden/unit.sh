#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# unit.sh - systemd's own judgement of evpnd.service: its exposure, by systemd-analyze security, and no complaint by verify
set -euo pipefail
# shellcheck source=tests/lib/test.sh
. "$(dirname "$0")/../lib/test.sh"
BUILD=$(readlink -f "${BUILD:-$(dirname "$0")/../../build}")

command -v systemd-analyze > /dev/null || skip "needs systemd-analyze"
systemd-analyze security --help | finds -- --offline || skip "needs systemd 251, whose systemd-analyze judges a file"
make_folder
for name in evpnd evpnd@ evpnd-wait-online evpnd-wait-online@; do
	# The programs need not be installed.
	sed 's#^ExecStart=[^ ]*#ExecStart=/bin/true#' "$BUILD/etc/systemd/$name.service" > "$T/$name.service"
	[ -s "$T/$name.service" ] || fail "no $name.service"
done

step "exposure"
# Tenths: 28 is 2.8. The goal is 3.0; a new version of systemd may judge a little differently.
systemd-analyze security --no-pager --offline=yes --threshold=28 "$T/evpnd.service" > "$T/security" 2> "$T/stderr" ||
	fail "evpnd.service is exposed too much: $(cat "$T/security")"
tail -n 1 "$T/security"

step "exposure with the drop-in for DHCP"
dropin=$(dirname "$0")/../../etc/systemd/evpnd-dhcp.conf
{ cat "$T/evpnd.service"; sed -n '/^\[Service\]/,$p' "$dropin"; } > "$T/evpnd-dhcp.service"
systemd-analyze security --no-pager --offline=yes --threshold=35 "$T/evpnd-dhcp.service" > "$T/security" 2> "$T/stderr" ||
	fail "evpnd.service is exposed too much with the drop-in: $(cat "$T/security")"
tail -n 1 "$T/security"
# evpn.conf(5) shows the same lines.
sed -n '/^\[Service\]/,$p' "$dropin" > "$T/lines"
while read -r line; do
	finds -xF -- "$line" "$(dirname "$0")/../../core/evpn.conf.5" || fail "evpn.conf(5) lacks: $line"
done < "$T/lines"

step "verify"
# Settings that this systemd is too old for are no error.
systemd-analyze verify --man=no "$T"/*.service > "$T/verify" 2>&1 || fail "$(cat "$T/verify")"
lacks -vE "Unknown key (name )?'Restart(Steps|MaxDelaySec)'" "$T/verify" || fail "systemd has a complaint: see above"
