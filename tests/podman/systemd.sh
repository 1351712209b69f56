#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# systemd.sh - evpnd.service as it is installed: its hardening lets evpnd do all of its work, and a restart changes nothing
#
# A real systemd is the first process of a container over the host's /usr. It has the units of this test alone, and may
# write no sysctl but those of its network. FRR is a process in a namespace of its own.
set -eu
# shellcheck source=tests/podman/lib.sh
. "$(dirname "$0")/lib.sh"

# On mixed cgroups systemd needs cgroup2 alone: in a mount namespace of this call.
podman2() {
	# shellcheck disable=SC2016 # the inner shell expands it
	on_host unshare -m --propagation unchanged sh -c \
		'mount --make-rprivate /sys && umount -R /sys/fs/cgroup &&
			mount -t cgroup2 cgroup2 /sys/fs/cgroup && exec "$@"' sh \
		podman --root "$T/root" --runroot "$T/run" --tmpdir "$T/tmp" "$@"
}

inside() {
	podman2 exec sd "$@"
}

converged() {
	inside systemctl show -P StatusText evpnd | grep '^converged'
}

[ -x /lib/systemd/systemd ] || skip "needs systemd's files on the host"
set_up
make_config 'address = "tcp:127.0.0.1:7080"; protocol = "plain";'
sed -i "s#$BUILD#/opt/evpnd#; s#$T/pid#/run/evpnd#; s#$T#/srv#g" "$T/evpn.conf"
mkdir -p "$T"/os/{dev,etc,home,opt/evpnd,proc,root,run,srv,sys,tmp,usr,var/{lib,log,tmp}} "$T/units/evpnd.service.d"
for dir in bin sbin lib lib64; do
	ln -s "usr/$dir" "$T/os/$dir"
done
cp -a /etc/{passwd,group,ld.so.cache} "$T/os/etc"

for target in basic final network-pre shutdown sysinit umount; do
	printf '[Unit]\nDefaultDependencies=no\n' > "$T/units/$target.target"
done
sed 's#^ExecStart=.*/evpnd$#ExecStart=/opt/evpnd/evpnd --config /srv/evpn.conf#' "$BUILD/etc/systemd/evpnd.service" \
	> "$T/units/evpnd.service"
grep -q '^ExecStart=/opt/evpnd/evpnd ' "$T/units/evpnd.service" || fail "no ExecStart to replace in evpnd.service"
printf '[Service]\nStandardError=append:/srv/evpnd.log\n' > "$T/units/evpnd.service.d/log.conf"
cat > "$T/units/frr.service" <<'E'
[Service]
RuntimeDirectory=evpnd
RuntimeDirectoryPreserve=yes
ExecStart=unshare -n sh -c 'echo $$$$ > /run/evpnd/frr.pid; exec sleep infinity'
E
cat > "$T/reloader.py" <<'E'
import socket, subprocess
server = socket.create_server(("127.0.0.1", 7080))
subprocess.run(["systemd-notify", "--ready"])
while True:
	client, _ = server.accept()
	while client.recv(64):
		pass
	client.close()
	open("/srv/reloads", "a").write("reload\n")
E
cat > "$T/units/reloader.service" <<'E'
[Service]
Type=notify
NotifyAccess=all
ExecStart=/usr/bin/python3 /srv/reloader.py
E

# shellcheck disable=SC2016 # the container's shell expands it
podman2 run -d --name sd --privileged --pids-limit 0 --systemd=always --network=host --cgroup-parent="/$ID" \
	-v /usr:/usr:ro -v "$T/units:/usr/lib/systemd/system:ro" -v "$BUILD:/opt/evpnd:ro" -v "$T:/srv" \
	--rootfs "$T/os" sh -c 'for dir in /proc/sys/*; do
			[ $dir = /proc/sys/net ] || { mount --bind $dir $dir && mount -o remount,bind,ro $dir; } || exit
		done
		exec /lib/systemd/systemd systemd.unit=basic.target' > /dev/null
until_ok 20 "systemd is up" inside systemctl is-active basic.target

step "systemctl start"
inside systemctl start reloader frr evpnd
until_ok 20 "evpnd has converged" converged
converged
[ "$(cat "$T/reloads")" = reload ] || fail "not one signal to the reloader"
[ "$(stat -c %U:%G:%a "$T/frr/frr.conf")" = frr:frr:640 ] || fail "frr.conf: $(stat -c %U:%G:%a "$T/frr/frr.conf")"
pid=$(inside cat /run/evpnd/frr.pid)
inside nsenter --net="/proc/$pid/ns/net" ip -br addr | tee "$T/addr"
grep -q '^lo .*100.65.0.2/32' "$T/addr" || fail "no VTEP in FRR's namespace"
grep -q '^eth1@.*192.168.11.3/24' "$T/addr" || fail "eth1 is not in FRR's namespace"

step "systemctl restart"
inside systemctl restart evpnd
until_ok 20 "evpnd has converged" converged
tail -n 2 "$T/evpnd.log"
grep -c 'converged in .*: 0 kernel changes, FRR had its configuration' "$T/evpnd.log" > /dev/null ||
	fail "the restart changed something"

step "systemctl stop, and a configuration that is wrong"
inside systemctl stop evpnd
[ "$(inside systemctl show -P Result evpnd)" = success ] || fail "evpnd ended with an error"
echo 'nonsense = 1;' > "$T/evpn.conf"
inside systemctl start evpnd || fail "the last good configuration is not taken"
inside systemctl show -P StatusText evpnd | grep 'evpn.conf is not taken, the former configuration is in force' ||
	fail "systemd does not say that the configuration is wrong"
inside systemctl stop evpnd

step "a wrong one, and none before it"
inside rm /var/lib/evpnd/default.conf
if inside systemctl start evpnd; then
	fail "evpnd is started with a wrong configuration"
fi
[ "$(inside systemctl show -P SubState evpnd)" = failed ] || fail "systemd tries a wrong configuration again"
