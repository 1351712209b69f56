#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# systemd-podman.sh - the plugin sh in both roles under evpnd.service, by the example script frr-podman, which runs podman, with the
# drop-in that evpnd-sh(8) has for it: evpnd waits for the container, converges, is healthy, and follows the container
#
# podman, FRR's container and evpnd are beside each other under one systemd, as on a host.
set -euo pipefail
# shellcheck source=tests/podman/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/podman/lib-systemd.sh
. "$(dirname "$0")/lib-systemd.sh"

# The settings of the man page, as they stand there.
drop_in_of_man() {
	sed -n '/^A script that runs/,/^They leave little/{ s/\\-/-/g; s/^    //; /^[A-Z][A-Za-z]*=/p }' "$REPO/plugins/sh/evpnd-sh.8"
}

# What podman needs in this bed, as in lib.sh. On a host with mixed cgroups there are no controllers here.
make_inner_podman() {
	mkdir -p "$T/os/etc/containers/networks" "$T/os/var/lib/containers"
	sed -e '/network_config_dir/d' -e '/default_ulimits/s/$/\npids_limit = 0/' "$T/containers.conf" > "$T/os/etc/containers/containers.conf"
	echo '{ "default": [ { "type": "insecureAcceptAnything" } ] }' > "$T/os/etc/containers/policy.json"
}

in_frr() {
	inside podman exec frr "$@"
}

frr_up() {
	# shellcheck disable=SC2016 # the container's shell expands it
	inside podman run -d --name frr --network none --cap-add NET_BIND_SERVICE,NET_ADMIN,NET_RAW,SYS_ADMIN -v /etc/evpnd/frr:/etc/frr \
		localhost/frr:test bash -c 'chown frr:frr /run/frr; . /usr/lib/frr/frrcommon.sh; exec /usr/lib/frr/watchfrr $(daemon_list)' \
		> /dev/null
}

announces() {
	in_frr vtysh -c 'show running-config' | grep advertise-all-vni
}

need_systemd
set_up
make_config ''
sed -i -e 's#^plugins = .*#plugins = { netns = "@SH@";#' -e 's#frr = ".*frr-signal.so"; };#frr = "@SH@"; };#' \
	-e "s#@SH@#$BUILD/plugins/sh/.libs/sh.so#" -e '/^netns-pidfile = /d' \
	-e 's#^frr-signal = .*#sh = { script = "/etc/evpnd/frr-podman"; };\nhealth = { interval = 10; };#' "$T/evpn.conf"
make_os
mv "$T/frr" "$ETC"
install -m 755 "$REPO/plugins/sh/examples/frr-podman" "$ETC/frr-podman"
make_inner_podman
settings=$(drop_in_of_man)
mapfile -t lines <<< "$settings"
[ "${#lines[@]}" -ge 3 ] || fail "the man page has no drop-in: ${lines[*]}"
drop_in podman "${lines[@]}"
# shellcheck disable=SC2119 # its words are for the first process of another system
systemd_up
inside podman import -q /opt/evpnd/podman/frr.tar localhost/frr:test > /dev/null

step "there is no container: evpnd waits for it"
: > "$T/evpnd.log"
inside systemctl start evpnd
wait_until 60 "evpnd waits for the script" status_is 'waiting.*frr-podman find'
no_ping

step "FRR's container starts"
frr_up
wait_until 90 "evpnd has converged" converged
works in_frr 'in_frr vtysh' 'neighbor 192.168.11.2 timers 1 3'
wait_until 60 "the verbs ask and daemons work" status_is '^applied, healthy: 0 L3VNIs, 1 L2VNIs, 1 of 1 sessions established'

step "what another program takes out of FRR comes back"
in_frr vtysh -c 'configure terminal' -c 'router bgp 64514' -c 'address-family l2vpn evpn' -c 'no advertise-all-vni'
wait_until 60 "it is noticed" grep "another program has changed FRR's configuration" "$T/evpnd.log"
wait_until 60 "it is back" announces
wait_until 60 "evpnd has converged" converged

step "the container is made anew"
inside podman rm -f -t 0 frr > /dev/null
wait_until 60 "evpnd waits for it" status_is 'waiting.*frr-podman find'
make_eth1_anew
frr_up
wait_until 90 "evpnd has converged" converged
works in_frr 'in_frr vtysh' 'neighbor 192.168.11.2 timers 1 3'
lacks '^<[0-3]>' "$T/evpnd.log" || fail "evpnd met an error"
lacks 'leaves event_fd readable' "$T/evpnd.log" || fail "the lines of the script are taken for events"
inside systemctl stop evpnd
[ "$(inside systemctl show -P Result evpnd)" = success ] || fail "evpnd ended with an error"
