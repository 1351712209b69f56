#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# test-run: long
# container.sh - evpnd itself is a container, evpnd.container as evpnd-setup installs it: power on, events without a loss, shutdown
set -euo pipefail
# shellcheck source=tests/boot/lib.sh
. "$(dirname "$0")/lib.sh"

# The image has the files of evpnd's package and the libraries that these link, as they are on the machine.
put_evpnd_into_container() {
	# shellcheck disable=SC2016 # the shell in the container expands it
	GUEST_LIMIT=600 guest_sh 'set -e
		{ dpkg -L evpnd; ldd $(dpkg -L evpnd | grep -E "/sbin/|\.so$") | sed -n "s/.*=> \\(\\/[^ ]*\\).*/\\1/p"; } | sort -u |
			while read -r file; do [ -d "$file" ] || echo "$file"; done > /srv/files
		podman run --name make --network=none -v /:/host:ro -v /srv:/srv localhost/evpnd-frr \
			sh -c "while read -r file; do mkdir -p \${file%/*}; [ -e \$file ] || cp -pL /host\$file \$file; done < /srv/files; ldconfig"
		podman commit -q -c "CMD [\"/usr/sbin/evpnd\"]" make localhost/evpnd
		podman rm make
		evpnd-setup --plugin frr-vtysh --evpnd-image localhost/evpnd'
	[[ $(guest_run systemctl show -P FragmentPath evpnd) = /run/systemd/generator/* ]] || fail "evpnd.service is not the container's"
}

prepared_node 13 put_evpnd_into_container
power_on
guest_run podman ps --format '{{.Names}}' | finds -x evpnd || fail "evpnd is not in a container"

step "events without a loss"
no_loss "evpnd's container restarts" guest_run systemctl restart evpnd
no_loss "podman kill evpnd" guest_run podman kill evpnd
no_loss "systemctl stop evpnd; systemctl start evpnd" guest_sh 'systemctl stop evpnd; systemctl start evpnd'

shut_down
