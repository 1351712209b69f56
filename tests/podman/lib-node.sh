# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# lib-node.sh - sourced after lib-systemd.sh: a node as `make install' and evpnd-setup make it, with systemd and podman in it
#
#   make_node               after set_up: evpnd is installed in the node's file system, which has FRR's image in a file. Nothing is set up
#   node_up [WORD...]       the node boots, with these words on its command line; it has podman with FRR's image, and evpn-reloader in it
#   node_down               the node shuts down
#   setup [OPTION...]       evpnd-setup, by the node's root; what it prints is in $T/setup
#   make_node_config PLUGIN evpn.conf and frr.conf.in, for the namespace and the files of evpnd-setup
#   in_frr COMMAND...       in FRR's container
#   in_netns COMMAND...     in FRR's network namespace, whether FRR runs or not
#   snapshot                links, addresses, rules and sysctls of FRR's namespace; not what FRR itself puts there
#   start_pings             the guest pings the peer behind the leaf, 50 times a second
#   stop_pings WHAT         until here; says how many were lost
#   works_in_node           what the kernel and FRR have, and a ping

# shellcheck source=tests/podman/lib-systemd.sh
. "$REPO/tests/podman/lib-systemd.sh"

# As configure has it.
PREFIX=$(sed -n 's/^prefix = //p' "$BUILD/Makefile")

PINGS=

# What a failed test leaves to read.
tell() {
	tail -n 30 "$T/evpnd.log" "$T/evpnd-netns.log" "$T/frr.log" "$T/setup" 2>&1
	podman2 ps -a
	inside systemctl --no-pager -l status evpnd-netns frr reloader evpnd 2>&1
	inside podman ps -a 2>&1
	in_frr vtysh -c 'show bgp l2vpn evpn summary' -c 'show evpn vni' -c 'show running-config' 2>&1 | sed 's/^/frr: /'
	in_netns sh -c 'ip -br link; ip -br addr' 2>&1 | sed 's/^/frr: /'
}

make_node() {
	local target unit

	make_config ''
	cp "$T/evpn.conf" "$T/evpn.conf.in"
	cp "$T/frr.conf.in" "$T/frr.conf.kept"
	make_os
	make -s -C "$BUILD" install DESTDIR="$T/installed" > "$T/install.log" 2>&1 || fail "make install: $(tail -n 20 "$T/install.log")"
	rm -r "$T/units/evpnd.service" "$T/units/evpnd.service.d"
	find "$T/installed" -path '*/systemd/system/*' -type f -exec cp -t "$T/units" {} +
	[ -e "$T/units/evpnd-netns.service" ] || fail "evpnd-netns.service is not installed"
	# $PREFIX may be below /tmp, which evpnd.service hides.
	sed -i "s#^ExecStart=$PREFIX/sbin/evpnd\\>#ExecStart=/opt/evpnd/evpnd#" "$T"/units/evpnd{,@}.service
	for target in local-fs multi-user network network-online; do
		printf '[Unit]\n' > "$T/units/$target.target"
	done
	cp -t "$T/units" /lib/systemd/system/{poweroff.target,systemd-poweroff.service}
	printf '[Unit]\nRequires=basic.target\nAfter=basic.target\nAllowIsolate=yes\n' > "$T/units/multi-user.target"
	for unit in evpnd evpnd-netns frr; do
		mkdir "$T/units/$unit.service.d"
		printf '[Service]\nStandardError=append:/srv/%s.log\nStandardOutput=append:/srv/%s.log\n' "$unit" "$unit" > "$T/units/$unit.service.d/log.conf"
	done
	rm -r "$ETC" && mkdir "$ETC"
	cp -a /etc/alternatives "$T/os/etc"
	# Without it systemd takes this for the first boot, and enables all units.
	echo 0123456789abcdef0123456789abcdef > "$T/os/etc/machine-id"
	: > "$T/os/etc/subuid"
	: > "$T/os/etc/subgid"
	echo 'passwd: files' > "$T/os/etc/nsswitch.conf"
	mkdir -p "$T/os/etc/containers/networks" "$T/os/var/lib/containers"
	# What podman needs in this bed, as in lib.sh. On a host with mixed cgroups there are no controllers here.
	sed -e '/network_config_dir/d' -e '/default_ulimits/s/$/\npids_limit = 0/' "$T/containers.conf" > "$T/os/etc/containers/containers.conf"
	echo '{ "default": [ { "type": "insecureAcceptAnything" } ] }' > "$T/os/etc/containers/policy.json"
	USR=O TARGET=multi-user.target
	mkdir "$T/hooks"
	# It outlives a boot of the node; what is written elsewhere in /usr does not.
	VOLUMES+=(-v "$T/installed$PREFIX:$PREFIX:ro" -v "$T/hooks:/usr/share/containers/oci/hooks.d")
}

node_up() {
	systemd_up "$@"
	if inside podman image exists localhost/evpnd-frr; then return 0; fi
	inside podman import -q /opt/evpnd/podman/frr.tar localhost/frr > /dev/null
	inside podman run --name make --network=none -v /opt/evpnd/podman/evpn-reloader:/evpn-reloader:ro localhost/frr \
		sh -c 'mkdir -p /usr/local/sbin && cp /evpn-reloader /usr/local/sbin' > /dev/null
	inside podman commit -q make localhost/evpnd-frr > /dev/null
	inside podman rm make > /dev/null
}

# All has stopped, or the node has ended.
is_down() {
	if inside systemctl is-active frr evpnd consumer > "$T/down" 2>&1; then return 1; fi
	lacks activating "$T/down"
}

# systemd cannot end itself here: it unmounts the folder of its units.
node_down() {
	inside systemctl start --no-block --job-mode=replace-irreversibly poweroff.target
	wait_until 120 "the node has shut down" is_down
	podman2 rm -f -t 0 sd > /dev/null
}

setup() {
	inside "$PREFIX/sbin/evpnd-setup" "$@" > "$T/setup" 2>&1
}

in_frr() {
	inside podman exec frr "$@"
}

make_node_config() {
	local option='pidfile = "/run/evpnd/frr.pid";'

	[ "$1" = frr-vtysh ] || option='address = "unix:/run/evpnd/frr/reloader.sock";'
	sed -e 's#netns = ".*";$#netns = "/opt/evpnd/plugins/netns-path/.libs/netns-path.so";#' \
		-e "s#frr = \".*\.so\"; };#frr = \"/opt/evpnd/plugins/$1/.libs/$1.so\"; };#" \
		-e 's#^netns-pidfile = .*#netns-path = { path = "/run/netns/evpnd"; };#' -e "s#^frr-signal = .*#$1 = { $option };#" \
		-e 's#config = "[^"]*"; source = "[^"]*"#config = "/etc/evpnd/frr/frr.conf"; source = "/etc/evpnd/frr.conf.in"#' \
		"$T/evpn.conf.in" > "$ETC/evpn.conf"
	cp "$T/frr.conf.kept" "$ETC/frr.conf.in"
}

in_netns() {
	inside nsenter --net=/run/netns/evpnd "$@"
}

snapshot() {
	in_netns sh -c 'ip -o -d link; ip -o addr; ip rule; cat /proc/sys/net/ipv4/ip_forward' |
		sed -E 's/ (valid_lft|preferred_lft) [^ \]+//g; s/ (hello|tcn|topology_change|gc|forward_delay|hold|message_age)_timer +[0-9.]+//g'
}

start_pings() {
	ip netns exec "$GUEST" ping -i 0.02 192.168.20.2 > "$T/pings" &
	PINGS=$!
	wait_until 60 "a ping has come back" grep 'bytes from' "$T/pings"
}

stop_pings() {
	kill -INT "$PINGS"
	# 1 if a packet was lost.
	wait "$PINGS" || :
	echo "$1: $(awk '/packets transmitted/ { print $1 - $4 }' "$T/pings") packets lost, at 50 a second"
}

works_in_node() {
	works in_netns 'in_frr vtysh' 'neighbor 192.168.11.2 timers 1 3'
}
