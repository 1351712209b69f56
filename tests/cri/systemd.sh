#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# systemd.sh - netns-cri under evpnd.service, with the drop-in that evpnd-netns-cri(8) names for pods without a user namespace of their
# own: a real containerd beside evpnd under a real systemd. evpnd waits for the pod, converges, and follows FRR when its container and
# its pod are made anew
set -euo pipefail
# shellcheck source=tests/podman/lib.sh
. "$(dirname "$0")/../podman/lib.sh"
# shellcheck source=tests/podman/lib-systemd.sh
. "$(dirname "$0")/../podman/lib-systemd.sh"
# shellcheck source=tests/cri/lib.sh
. "$(dirname "$0")/lib.sh"
eval "$(declare -f need | sed '1s/need/need_podman/')"

# Called by set_up, instead of podman's.
need() {
	need_podman
	need_plugin
	need_containerd
	need_systemd
}

# Called after a failure.
tell_more() {
	tail -n 30 "$T/evpnd.log"
	tail -n 20 "$T/containerd.log" "$CRI_PY"/*.log
	inside journalctl -n 20 || inside systemctl status -n 20 evpnd
	in_frr vtysh -c 'show bgp l2vpn evpn summary' -c 'show evpn vni' | sed 's/^/frr: /'
}

# containerd is a service of the same systemd, so that the pids are of one namespace. It sees $T as /srv. On a host with mixed cgroups
# there are no controllers here.
make_containerd_service() {
	messages_up
	runtime_config
	sed -i -e "s#$T#/srv#g" -e 's/^\( *\)restrict_oom_score_adj = true/&\n\1disable_cgroup = true/' "$T/containerd.toml" "$T/cni/10-test.conflist"
	cat > "$T/units/containerd.service" <<-'E'
		[Service]
		ExecStart=containerd --config /srv/containerd.toml
		StandardError=append:/srv/containerd.log
		Delegate=yes
		KillMode=process
	E
}

frr_container() {
	# shellcheck disable=SC2016 # the container's shell expands it
	FRR=$(pods container "$SANDBOX" -m /etc/evpnd/frr:/etc/frr -m /srv/varfrr:/var/run/frr frr -- \
		bash -c 'chown frr:frr /var/run/frr; . /usr/lib/frr/frrcommon.sh; exec /usr/lib/frr/watchfrr $(daemon_list)')
}

# make_frr_pod UID : like the pod of etc/kubernetes/base/frr.yaml
make_frr_pod() {
	mkdir -p "$T/varfrr"
	SANDBOX=$(new_pod frr-x7k2p "$1" 0)
	frr_container
	pods container "$SANDBOX" -m /etc/evpnd/frr:/etc/frr -m /srv/varfrr:/var/run/frr -m /srv/reloader:/run/evpnd \
		-m /opt/evpnd/podman/evpn-reloader:/usr/local/sbin/evpn-reloader reloader -- \
		/usr/local/sbin/evpn-reloader --listen unix:/run/evpnd/reloader.sock > /dev/null
}

in_pod() {
	inside nsenter --net="/proc/$(pods pid "$SANDBOX")/ns/net" "$@"
}

in_frr() {
	pods exec "$FRR" "$@"
}

# recovered SECONDS : evpnd has converged since the last mark, and FRR has this line
recovered() {
	await 'converged in' 60
	works in_pod 'in_frr vtysh' 'neighbor 192.168.11.2 timers 1 3'
	lacks '^<[0-3]>' "$T/evpnd.log" || fail "evpnd met an error"
}

FRR='' SANDBOX=''
set_up
make_config 'address = "unix:/srv/reloader/reloader.sock";'
sed -i -e 's#plugins/netns-pidfile/.libs/netns-pidfile.so#plugins/netns-cri/.libs/netns-cri.so#' \
	-e 's#^netns-pidfile = .*#netns-cri = { socket = "/srv/containerd.sock"; namespace = "test"; labels = { app = "frr"; }; container = "frr"; };#' \
	"$T/evpn.conf"
make_os
mv "$T/frr" "$ETC"
drop_in ptrace CapabilityBoundingSet=CAP_SYS_PTRACE
make_containerd_service
# shellcheck disable=SC2119 # its words are for the first process of another system
systemd_up
inside systemctl start containerd
export CRI_LOGS=/srv/py
pods_up
wait_until 60 "containerd answers" pods version
pause_image
image localhost/frr:test "$CACHE/frr.tar" '{}'

step "no pod yet: evpnd waits"
mark
inside systemctl start evpnd
wait_until 60 "evpnd waits for the pod" status_is 'waiting.*waits for a pod: none matches namespace "test", label app=frr'

step "the pod comes"
mark
no_ping
make_frr_pod uid1
recovered

step "FRR's container ends, and runs anew: the same namespace"
mark
pods kill "$FRR"
await 'waiting in step .*waits for container frr of pod test/frr-x7k2p: it is not running'
frr_container
recovered

step "the pod is made anew: eth1 dies with its namespace, and comes again"
mark
pods stop "$SANDBOX"
pods remove "$SANDBOX"
await 'waiting in step .*waits for a pod'
# Before the pod: evpnd must not find FRR without it.
make_eth1_anew
make_frr_pod uid2
recovered

step "systemctl restart changes nothing"
mark
inside systemctl restart evpnd
await 'converged in .*: 0 kernel changes, no FRR reload needed'
inside systemctl stop evpnd
[ "$(inside systemctl show -P Result evpnd)" = success ] || fail "evpnd ended with an error"
