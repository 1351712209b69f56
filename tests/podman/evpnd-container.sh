#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# evpnd-container.sh - evpnd in a container, by evpnd.container as evpnd-setup installs it: with its capabilities alone it does all of
# its work, with both frr plugins; a restart changes nothing
set -euo pipefail
# shellcheck source=tests/podman/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/podman/lib-node.sh
. "$(dirname "$0")/lib-node.sh"

# FRR's image with this evpnd, its plugins and the libraries that they link, at their places on the host.
make_image() {
	ldd "$BUILD/evpnd" "$BUILD"/plugins/{netns-path,frr-vtysh,frr-signal}/.libs/*.so | awk '/=> \//{ print $3 }' | sort -u > "$T/libraries"
	# shellcheck disable=SC2016 # the shell in the container expands it
	inside podman run --name make --network=none -v /opt/evpnd:/from:ro -v /usr:/host/usr:ro -v /srv/libraries:/libraries:ro localhost/frr \
		sh -c 'cd /from && mkdir -p /opt/evpnd && cp evpnd /opt/evpnd && cp --parents plugins/*/.libs/*.so /opt/evpnd
			while read -r file; do
				[ -e "$file" ] || cp "/host/usr${file#/usr}" "$file"
			done < /libraries' > /dev/null
	inside podman commit -q -c 'CMD ["/opt/evpnd/evpnd"]' make localhost/evpnd > /dev/null
	inside podman rm make > /dev/null
}

# runc does not pass evpnd's STATUS= on.
healthy() {
	inside "$PREFIX/sbin/evpnctl" wait --for healthy --timeout 120
}

start_with() {
	make_node_config "$1"
	sed -i "s/timers connect .*/timers connect $2/" "$ETC/frr.conf.in"
	inside systemctl start evpnd
	healthy
	works in_netns 'in_frr vtysh' "timers connect $2"
}

need_systemd
set_up
make_node
node_up systemd.log_level=notice
make_image
setup --plugin frr-signal --evpnd-image localhost/evpnd || fail "$(cat "$T/setup")"
# The unit takes the place of the installed one.
[ "$(inside systemctl show -P FragmentPath evpnd)" = /etc/systemd/system/evpnd.service ] || fail "evpnd.service is not the container's"

step "frr-signal"
inside systemctl start frr reloader
start_with frr-signal 2
inside podman inspect -f '{{.EffectiveCaps}}' evpnd
[ "$(inside systemctl show -P SubState evpnd)" = running ] || fail "systemd does not know that evpnd runs"

step "systemctl restart evpnd"
snapshot > "$T/before"
start_pings
inside systemctl restart evpnd
healthy
stop_pings "systemctl restart evpnd"
finds ' 0% packet loss' "$T/pings" || fail "packets were lost"
snapshot > "$T/after"
diff "$T/before" "$T/after" || fail "the restart has changed the namespace"
inside systemctl stop evpnd

step "frr-vtysh"
start_with frr-vtysh 3
