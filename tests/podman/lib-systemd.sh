# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# lib-systemd.sh - sourced after lib.sh: evpnd.service under a real systemd, the first process of a container over the host's /usr
#
#   need_systemd            skips the test if systemd's files are missing
#   make_os                 after make_config: the container's files $T/os, with evpn.conf in $ETC, and its units in $T/units
#   systemd_up [WORD...]    starts it, with these words on the command line, which stands for the kernel's. It has the units of the test alone; /srv in it is $T, /opt/evpnd is $BUILD; more mounts, as podman's
#                           options, are in $VOLUMES. $USR: how it has the host's /usr, "ro" or "O", which can be written in that container
#   inside COMMAND...       runs in it
#   drop_in NAME LINE...    settings for evpnd.service, as `systemctl edit evpnd' writes them; they are in force after daemon-reload
#   converged               evpnd says so to systemd; status_is PATTERN
#   works NETWORK VTYSH LINE   what the kernel and FRR have, not what evpnd says: a command that runs in FRR's network, one that is FRR's
#                           vtysh, and a line that FRR's running configuration must have
#   make_frr_service        frr.service, after make_os: FRR in namespaces like those of the shipped pod, with $T/frr as its /etc/frr; its
#                           pid is in /run/evpnd/frr.pid, and $OWNER is its user and group
#   in_frr COMMAND...       runs in its namespaces; frr_answers

ETC='' OWNER=''
VOLUMES=()
USR=ro
# The host's number of root in FRR's user namespace.
FIRST=100000

need_systemd() {
	[ -x /lib/systemd/systemd ] || skip "needs systemd's files on the host"
}

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

drop_in() {
	printf '%s\n' '[Service]' "${@:2}" > "$T/units/evpnd.service.d/$1.conf"
}

make_os() {
	local dir target

	ETC=$T/os/etc/evpnd
	sed -i "s#$BUILD#/opt/evpnd#; s#$T/pid#/run/evpnd#; s#$T#/etc/evpnd#g" "$T/evpn.conf"
	mkdir -p "$T"/os/{dev,etc/{evpnd,frr},home,opt/evpnd,proc,root,run,srv,sys,tmp,usr,var/{lib,log,tmp}} "$T/units/evpnd.service.d"
	for dir in bin sbin lib lib64; do
		ln -s "usr/$dir" "$T/os/$dir"
	done
	ln -s ../run "$T/os/var/run"
	cp -a /etc/{passwd,group,ld.so.cache,pam.d} "$T/os/etc"
	echo 'root:*:19000:0:99999:7:::' > "$T/os/etc/shadow"
	mv "$T/evpn.conf" "$T/frr.conf.in" "$ETC"
	for target in basic final network-pre shutdown sysinit umount; do
		printf '[Unit]\nDefaultDependencies=no\n' > "$T/units/$target.target"
	done
	# Nothing of the unit is changed but the program's path, and where the log goes.
	sed 's#^ExecStart=.*/evpnd$#ExecStart=/opt/evpnd/evpnd#' "$BUILD/etc/systemd/evpnd.service" > "$T/units/evpnd.service"
	grep -q '^ExecStart=/opt/evpnd/evpnd$' "$T/units/evpnd.service" || fail "no ExecStart to replace in evpnd.service"
	cp "$REPO/etc/systemd/evpnd-config.path" "$T/units"
	drop_in log 'StandardError=append:/srv/evpnd.log' 'Environment=EVPND_LOG_PREFIX=priority'
}

# Mounts are shared as on a host, where systemd does it: what is mounted later appears in the units' file systems, too.
systemd_up() {
	podman2 run -d --name sd --privileged --pids-limit 0 --systemd=always --network=host --cgroup-parent="/$ID" \
		-v "/usr:/usr:$USR" -v "$T/units:/usr/lib/systemd/system:ro" -v "$BUILD:/opt/evpnd:ro" -v "$T:/srv" "${VOLUMES[@]}" \
		--rootfs "$T/os" sh -c 'mount --make-rshared / && exec /lib/systemd/systemd "$@"' sh "systemd.unit=${TARGET:-basic.target}" "$@" \
		> /dev/null
	wait_until 60 "systemd is up" inside systemctl is-active basic.target
}

converged() {
	inside systemctl show -P StatusText evpnd | grep '^applied'
}

status_is() {
	inside systemctl show -P StatusText evpnd | grep -E "$1"
}

# shellcheck disable=SC2086 # lists of words
works() {
	$1 ip -br addr | tee "$T/addr"
	grep -q '^lo .*100.65.0.2/32' "$T/addr" || fail "no VTEP in FRR's namespace"
	grep -q '^eth1@.*192.168.11.3/24' "$T/addr" || fail "eth1 is not in FRR's namespace"
	[ "$($1 cat /proc/sys/net/ipv4/ip_forward)" = 1 ] || fail "FRR's namespace does not forward"
	$2 -c 'show running-config' | finds "$3" || fail "FRR does not have: $3"
	$2 -c 'show evpn vni' | finds '^110 ' || fail "zebra does not know VNI 110"
	ping_ok
}

make_frr_service() {
	OWNER=$((FIRST + $(id -u frr))):$((FIRST + $(id -g frr)))
	mv "$T/frr" "$ETC"
	chown -R "$OWNER" "$ETC/frr"
	cp "$REPO/tests/podman/userns.py" "$T/userns.py"
	cat > "$T/frr.sh" <<-'E'
		mkdir /run/frr
		chown frr:frr /run/frr
		for daemon in zebra bgpd staticd; do
			/usr/lib/frr/$daemon -d -A 127.0.0.1
		done
		exec tail -f /dev/null
	E
	cat > "$T/units/frr.service" <<-E
		[Service]
		RuntimeDirectory=evpnd
		RuntimeDirectoryMode=0700
		RuntimeDirectoryPreserve=yes
		ExecStart=/usr/bin/python3 /srv/userns.py /run/evpnd/frr.pid $FIRST sh /srv/frr.sh
		# The first process of a pid namespace ignores SIGTERM.
		KillSignal=SIGKILL
	E
}

in_frr() {
	# shellcheck disable=SC2016 # the inner shell expands it
	inside sh -c 'exec nsenter -t "$(cat /run/evpnd/frr.pid)" -U -m -n -p -u -i "$@"' sh "$@"
}

frr_answers() {
	in_frr vtysh -c 'show version'
}
