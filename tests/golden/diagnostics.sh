#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Each man page of the table explains every message of its sources, and no other: tests/golden/diagnostics.py compares them.
set -euo pipefail
cd "$(dirname "$(readlink -f "$0")")/../.."
failed=0
declare -A compared=()
while read -r page sources; do
	# shellcheck disable=SC2086 # the sources are patterns of files
	python3 tests/golden/diagnostics.py "$page" $sources || failed=1
	compared[$page]=1
done <<-'TABLE'
	core/evpnd.8 core/base/*.[ch] core/frr/*.[ch] core/plan/*.[ch] core/kernel/*.[ch] core/run/[!a]*.[ch] core/ctl/client.c core/ctl/command.c core/ctl/ctl.c core/ctl/http.c core/ctl/serve.c
	client/evpnctl.8 core/ctl/cmd_*.c core/run/asking.c
	core/evpn.conf.5 core/config/*.[ch]
	plugins/frr-signal/evpn-reloader.8 plugins/frr-signal/reloader*.[ch] plugins/lib/vty.c
	plugins/frr-signal/evpnd-frr-signal.8 plugins/frr-signal/frr-signal.c plugins/frr-signal/sidecar.[ch] plugins/frr-signal/reloader_protocol.[ch] plugins/lib/vty_check.c plugins/evpn-plugin-options.h
	plugins/frr-vtysh/evpnd-frr-vtysh.8 plugins/frr-vtysh/*.[ch] plugins/lib/*.[ch] plugins/evpn-plugin-options.h
	plugins/sh/evpnd-sh.8 plugins/sh/*.[ch] plugins/lib/folder.[ch] plugins/lib/netns.[ch] plugins/lib/process.[ch] plugins/lib/vty_check.c plugins/evpn-plugin-options.h
	plugins/netns-cri/evpnd-netns-cri.8 plugins/netns-cri/*.[ch] plugins/lib/file_events.[ch] plugins/lib/netns.[ch] plugins/lib/process.[ch] plugins/evpn-plugin-options.h
	plugins/netns-path/evpnd-netns-path.8 plugins/netns-path/*.[ch] plugins/lib/file_events.[ch] plugins/lib/netns.[ch] plugins/evpn-plugin-options.h
	plugins/netns-pidfile/evpnd-netns-pidfile.8 plugins/netns-pidfile/*.[ch] plugins/lib/file_events.[ch] plugins/lib/pidfile.[ch] plugins/lib/netns.[ch] plugins/lib/process.[ch] plugins/evpn-plugin-options.h
TABLE
for page in plugins/*/*.8 client/*.8; do
	[ -n "${compared[$page]:-}" ] || { echo "$page is not in the table"; failed=1; }
done
exit $failed
