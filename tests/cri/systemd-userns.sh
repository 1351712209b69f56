#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# systemd-userns.sh - netns-cri under evpnd.service as it is installed, with a pod that has a user namespace of its own (hostUsers:
# false): evpnd waits for the pod, converges, and follows FRR into another one
#
# FRR is real, in namespaces like those of such a pod, and so is systemd. The runtime is fake.py: containerd 1.6 has no such pods.
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
	need_systemd
}

# Called after a failure.
tell_more() {
	tail -n 30 "$T/evpnd.log"
	inside systemctl status -n 20 evpnd frr
}

# pod ID : the runtime's word on FRR: a ready sandbox with this id, whose namespace is mounted where the runtime mounts them
pod() {
	local pid

	pid=$(inside cat /run/evpnd/frr.pid)
	# shellcheck disable=SC2016 # the inner shell expands it
	inside sh -c 'mkdir -p /run/netns && : > "/run/netns/cni-$2" && mount --bind "/proc/$1/ns/net" "/run/netns/cni-$2"' sh "$pid" "$1"
	fake_do "{\"sandboxes\": [{\"id\": \"$1\", \"name\": \"frr-x7k2p\", \"pid\": $pid, \"path\": \"/run/netns/cni-$1\"}],
		\"containers\": [{\"id\": \"frr-$1\", \"sandbox\": \"$1\", \"name\": \"frr\", \"pid\": $pid}],
		\"event\": {\"container\": \"frr-$1\", \"namespace\": \"test\", \"name\": \"frr-x7k2p\"}}"
}

recovered() {
	wait_until 60 "evpnd has converged" converged
	works in_frr 'in_frr vtysh' 'neighbor 192.168.11.2 timers 1 3'
	lacks '^<[0-3]>' "$T/evpnd.log" || fail "evpnd met an error"
}

set_up
make_config ''
sed -i -e 's#plugins/netns-pidfile/.libs/netns-pidfile.so#plugins/netns-cri/.libs/netns-cri.so#' \
	-e 's#plugins/frr-signal/.libs/frr-signal.so#plugins/frr-vtysh/.libs/frr-vtysh.so#' \
	-e 's#^netns-pidfile = .*#netns-cri = { socket = "/srv/fake.sock"; namespace = "test"; labels = { app = "frr"; }; container = "frr"; };#' \
	-e 's#^frr-signal = .*#frr-vtysh = { pidfile = "/run/evpnd/frr.pid"; };#' "$T/evpn.conf"
make_os
make_frr_service
messages_up
fake_up
# shellcheck disable=SC2119 # its words are for the first process of another system
systemd_up

step "no pod yet: evpnd waits"
: > "$T/evpnd.log"
inside systemctl start evpnd
wait_until 60 "evpnd waits for the pod" status_is 'waiting.*waits for a pod: none matches namespace "test", label app=frr'
no_ping

step "the pod comes"
inside systemctl start frr
wait_until 60 "FRR answers" frr_answers
pod one
recovered
# The pid of FRR's process is all that a program without CAP_SYS_PTRACE could not get.
[ "$(inside systemctl show -P CapabilityBoundingSet evpnd | grep -c ptrace)" = 0 ] || fail "the unit has CAP_SYS_PTRACE"

step "the pod is made anew: eth1 dies with its namespace, and comes again"
inside systemctl stop frr
wait_until 60 "evpnd notices it" status_is waiting
fake_do '{"sandboxes": [], "containers": []}'
inside umount /run/netns/cni-one
# Before the pod: evpnd must not find FRR without it.
make_eth1_anew
inside systemctl start frr
wait_until 60 "FRR answers" frr_answers
pod two
recovered

step "systemctl restart changes nothing"
: > "$T/evpnd.log"
inside systemctl restart evpnd
wait_until 60 "evpnd has converged" grep 'converged in .*: 0 kernel changes, no FRR reload needed' "$T/evpnd.log"
inside systemctl stop evpnd
[ "$(inside systemctl show -P Result evpnd)" = success ] || fail "evpnd ended with an error"
