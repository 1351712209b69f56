#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# systemd.sh - evpnd.service as it is installed: its hardening lets evpnd and the plugins do all of their work, a restart changes
# nothing, and evpnd is started again however often it ends
#
# A real systemd is the first process of a container over the host's /usr. It has the units of this test alone. FRR runs in
# namespaces like those of the shipped pod.
set -euo pipefail
# shellcheck source=tests/podman/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/podman/lib-systemd.sh
. "$(dirname "$0")/lib-systemd.sh"

restarted() {
	local new

	new=$(inside systemctl show -P MainPID evpnd)
	[ "$new" != 0 ] && [ "$new" != "$pid" ]
}

# start_with PLUGIN OPTIONS SECONDS : evpnd with another frr plugin, and a line of frr.conf that only a reload brings into force
start_with() {
	sed -i "s#frr = \"/opt/evpnd/plugins/.*#frr = \"/opt/evpnd/plugins/$1/.libs/$1.so\"; };#; s#^frr-.* = {.*#$1 = { $2 };#" "$ETC/evpn.conf"
	sed -i "s/timers connect .*/timers connect $3/" "$ETC/frr.conf.in"
	: > "$T/evpnd.log"
	inside systemctl start evpnd
	wait_until 60 "evpnd has converged with $1" converged
	works in_frr "in_frr vtysh" "timers connect $3"
	lacks '^<[0-3]>' "$T/evpnd.log" || fail "evpnd met an error with $1"
	[ "$(stat -c %u:%g:%a "$ETC/frr/frr.conf")" = "$OWNER:640" ] || fail "frr.conf: $(stat -c %u:%g:%a "$ETC/frr/frr.conf")"
}

need_systemd
set_up
make_config ''
make_os
make_frr_service
# The socket is in a directory that both see; FRR's mount namespace has a /run of its own.
cat > "$T/units/reloader.service" <<'E'
[Service]
ExecStart=sh -c 'exec nsenter -t "$$(cat /run/evpnd/frr.pid)" -U -m -n -p -u -i /opt/evpnd/evpn-reloader --listen unix:/srv/reloader/reloader.sock'
E
chown "$FIRST:$FIRST" "$T/reloader"

# shellcheck disable=SC2119 # its words are for the first process of another system
systemd_up

step "frr-vtysh"
inside systemctl start frr
wait_until 60 "FRR answers" frr_answers
no_ping
start_with frr-vtysh 'pidfile = "/run/evpnd/frr.pid";' 3
pid=$(inside systemctl show -P MainPID evpnd)
ends 2 inside nsenter -t "$pid" -m sh -c ': > /proc/sys/kernel/core_pattern' || fail "evpnd can write the kernel's settings"
ends 1 inside nsenter -t "$pid" -m touch /etc/x || fail "evpnd can write /etc"

step "systemctl restart"
inside systemctl restart evpnd
wait_until 60 "evpnd has converged" converged
tail -n 2 "$T/evpnd.log"
grep -c 'converged in .*: 0 kernel changes, no FRR reload needed' "$T/evpnd.log" > /dev/null ||
	fail "the restart changed something"
inside systemctl stop evpnd

step "frr-signal"
inside systemctl start reloader
start_with frr-signal 'address = "unix:/srv/reloader/reloader.sock";' 2

step "evpnd is killed more often than systemd's default limit allows"
for _ in {1..7}; do
	pid=$(inside systemctl show -P MainPID evpnd)
	inside kill -KILL "$pid"
	wait_until 90 "evpnd is started again" restarted
done

step "systemctl stop, and a configuration that is wrong"
inside systemctl stop evpnd
[ "$(inside systemctl show -P Result evpnd)" = success ] || fail "evpnd ended with an error"
cp "$ETC/evpn.conf" "$T/good.conf"
echo 'nonsense = 1;' > "$ETC/evpn.conf"
inside systemctl start evpnd || fail "the last good configuration is not taken"
inside systemctl show -P StatusText evpnd | grep 'evpn.conf is rejected, the former configuration is in force' ||
	fail "systemd does not say that the configuration is wrong"
inside systemctl stop evpnd

step "on_stop = \"give-back\": a restart keeps everything, a stop returns the NIC"
cp "$T/good.conf" "$ETC/evpn.conf"
echo 'on_stop = "give-back";' >> "$ETC/evpn.conf"
: > "$T/evpnd.log"
inside systemctl start evpnd
wait_until 60 "evpnd has converged" converged
inside systemctl restart evpnd
wait_until 60 "evpnd has converged again" converged
grep -q 'on_stop: a restart: everything stays as it is' "$T/evpnd.log" || fail "the restart is not known as one"
[ "$(count 'converged in .*: 0 kernel changes' "$T/evpnd.log")" -ge 1 ] || fail "the restart changed something"
inside systemctl try-restart evpnd
wait_until 60 "evpnd has converged again" converged
ping_ok
lacks 'taken down' "$T/evpnd.log" || fail "a restart has taken everything down"
inside systemctl stop evpnd
[ "$(inside systemctl show -P Result evpnd)" = success ] || fail "evpnd ended with an error"
grep -q 'taken down in' "$T/evpnd.log" || fail "the stop has taken nothing down: $(cat "$T/evpnd.log")"
inside ip link show eth1 || fail "eth1 is not back on the host"
no_device lan0 inside ip || fail "lan0 is left"
lacks '^<[0-3]>' "$T/evpnd.log" || fail "evpnd met an error"

step "files that the unit hides: in /root, with a former configuration and none"
for option in 's#^netns-pidfile = .*#netns-pidfile = { path = "/root/frr.pid"; };#' 's#source = ".*#source = "/home/frr.conf.in"; };#'; do
	sed "$option" "$T/good.conf" > "$ETC/evpn.conf"
	: > "$T/evpnd.log"
	inside systemctl start evpnd
	wait_until 60 "evpnd names ProtectHome" grep "evpnd's unit hides /.*ProtectHome=no" "$T/evpnd.log"
	inside systemctl stop evpnd
done
grep ProtectHome "$T/evpnd.log"
echo 'nonsense = 1;' > "$ETC/evpn.conf"

step "a wrong one, and none before it"
inside rm /var/lib/evpnd/default.conf
ends 1 inside systemctl start evpnd || fail "evpnd is started with a wrong configuration"
[ "$(inside systemctl show -P SubState evpnd)" = failed ] || fail "systemd tries a wrong configuration again"

step "the wrong one is corrected, whoever looks"
[ "$(inside systemctl is-active evpnd-config.path)" = active ] || fail "systemd does not wait for a change"
cp "$T/good.conf" "$T/new.conf"
mv "$T/new.conf" "$ETC/evpn.conf"
wait_until 60 "the change starts evpnd" inside systemctl is-active evpnd
wait_until 60 "evpnd has converged" converged

step "who stops evpnd wants it to stay stopped"
inside systemctl stop evpnd
ends 3 inside systemctl is-active evpnd-config.path || fail "the stop leaves evpnd-config.path"
inside rm /var/lib/evpnd/default.conf
echo 'nonsense = 1;' > "$ETC/evpn.conf"
ends 1 inside systemctl start evpnd
inside systemctl is-active evpnd-config.path
inside systemctl stop evpnd
ends 3 inside systemctl is-active evpnd-config.path || fail "the stop of an evpnd that has failed leaves evpnd-config.path"
