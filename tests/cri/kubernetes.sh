#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# kubernetes.sh - etc/kubernetes on a node, by a real containerd: nothing is on the node before; EVPN carries pings; the probes say in each
# state what they should; an upgrade, a ConfigMap that changes, FRR's pod made anew; the label that gives the NIC back
#
# kubelet.py stands for the cluster, since there is none here. FRR's pod has no user namespace: containerd before 2.0 cannot.
set -euo pipefail
# shellcheck source=tests/cri/lib-kubelet.sh
. "$(dirname "$0")/lib-kubelet.sh"
private_node
HOST_USERS=('components:' "  - $REPO/etc/kubernetes/components/host-users")

# probes READINESS : evpnd's; the other two are to be good, whatever EVPN does
probes() {
	local kind

	for kind in startupProbe livenessProbe; do
		k8s probe evpnd evpnd $kind || fail "$kind of evpnd fails"
	done
	wait_until 60 "the readiness probe says: $1" says_readiness "$1"
	echo "readiness: $1"
}

says_readiness() {
	[ "$(k8s probe evpnd evpnd readinessProbe)" = "$1" ]
}

# FRR's pod may not be there.
has_started() {
	k8s sync || k8s probe evpnd evpnd startupProbe
}

# evpnd_says TEXT : the log of the evpnd that runs now
evpnd_says() {
	grep -- "$1" "$T/kubelet/logs/$(k8s sandbox evpnd).evpnd.$(k8s attempt evpnd evpnd).log"
}

leaf_session() {
	vtysh --vty_socket "$T/leaf" -c 'configure terminal' -c 'router bgp 64512' -c "$1 neighbor 192.168.11.3 shutdown"
}

# nothing_lost COMMAND... : while the guest pings the peer 50 times a second
nothing_lost() {
	local pid

	ip netns exec "$GUEST" ping -n -i 0.02 192.168.20.2 > "$T/pings" 2>&1 &
	pid=$!
	PIDS+=("$pid")
	wait_until 60 "the pings are answered" grep -q 'icmp_seq=20 ' "$T/pings"
	"$@"
	kill -INT "$pid"
	ends 0 wait "$pid" || fail "ping ended with status $?: $(tail -3 "$T/pings")"
	grep 'packet loss' "$T/pings"
	finds -E '^([0-9]{2,}) packets transmitted, \1 received' "$T/pings" || fail "packets are lost"
}

# runs DAEMONSET CONTAINER IMAGE
runs() {
	[ "$(k8s image "$1" "$2")" = "$3" ] || fail "the image of $1 is not $3"
}

# At the end of upgrade the pods of evpnd run in the new image; FRR's does not.
upgrade() {
	local frr

	frr=$(k8s sandbox frr)
	apply
	settle
	runs evpnd evpnd localhost/evpnd:0.1.1
	runs frr-image image localhost/evpnd-frr:0.1.1
	runs frr frr localhost/evpnd-frr:0.1.0
	[ "$(k8s sandbox frr)" = "$frr" ] || fail "the pod of FRR was replaced, which cuts the uplink"
	evpnd_says 'converged in .*: 0 kernel changes, no FRR reload needed'
	ping_ok
}

# What the node's NIC had before evpnd.
nic_is_back() {
	ip -n "$HOST" -brief addr show eth0 | finds 'UP .*192\.168\.11\.3/24' &&
		ip -n "$HOST" route show 203.0.113.0/24 | finds 'via 192.168.11.2 dev eth0'
}

node_up

step "the runtime has no user namespaces: FRR's pod is refused, rather than run as root of the node; evpnd waits, and is no less alive"
make_overlay
apply
wait_until 60 "evpnd has started" has_started
ends 1 k8s sync > "$T/missing" || fail "all is ready without FRR"
grep '^frr: hostUsers is false' "$T/missing"
probes 'exit status 3'
nic_is_back || fail "the NIC has gone though FRR is not there"

step "with the component host-users"
make_overlay "${HOST_USERS[@]}"
apply
no_ping
settle
probes ok
ping_ok
[ "$(stat -c %U:%G:%a /var/lib/evpnd/frr/{daemons,frr.conf,vtysh.conf} | sort -u)" = frr:frr:640 ] || fail "$(ls -l /var/lib/evpnd/frr)"

step "evpnd has these capabilities and no others, and no /proc/sys that can be written"
pid=$(k8s pid evpnd evpnd)
# CHOWN 0, DAC_OVERRIDE 1, FOWNER 3, NET_ADMIN 12, SYS_PTRACE 19, SYS_ADMIN 21
[ "$(sed -n 's/^CapBnd:[[:space:]]*//p' "/proc/$pid/status")" = 000000000028100b ] || fail "$(grep Cap "/proc/$pid/status")"
[ "$(sed -n 's/^Seccomp:[[:space:]]*//p' "/proc/$pid/status")" = 2 ] || fail "no seccomp"
awk '$5 ~ "^/proc/sys(/net)?$" { print $5, substr($6, 1, 2) }' "/proc/$pid/mountinfo" | sort > "$T/mounts"
[ "$(cat "$T/mounts")" = '/proc/sys ro' ] || fail "$(cat "$T/mounts")"

step "the session is down: not ready, and alive"
leaf_session ''
probes 'exit status 3'
leaf_session no
probes ok

step "evpnd hangs: not alive"
kill -STOP "$pid"
ends 1 k8s probe evpnd evpnd startupProbe > "$T/probe" || fail "the probe is good though evpnd is stopped"
grep DEADLINE_EXCEEDED "$T/probe"
kill -CONT "$pid"
probes ok

step "an upgrade: other images"
ctr -a "$T/containerd.sock" -n k8s.io images tag localhost/evpnd:0.1.0 localhost/evpnd:0.1.1
ctr -a "$T/containerd.sock" -n k8s.io images tag localhost/evpnd-frr:0.1.0 localhost/evpnd-frr:0.1.1
make_overlay "${HOST_USERS[@]}" 'images:' '  - {name: localhost/evpnd, newTag: 0.1.1}' '  - {name: localhost/evpnd-frr, newTag: 0.1.1}'
nothing_lost upgrade

step "evpnd is killed, and its pod deleted"
nothing_lost eval 'k8s kill evpnd evpnd; settle; k8s delete evpnd; settle; ping_ok'

step "the ConfigMap changes: evpnd applies it"
sed -i 's/^l2vnis = (/& { vni = 120; },/' "$T/overlay/evpn.conf"
apply
settle
wait_until 60 "FRR knows VNI 120" eval 'k8s exec frr frr vtysh -c "show evpn vni" | finds "^120 "'

step "a broken one: evpnd keeps the former, and is neither restarted nor taken for dead"
sed -i 's/^l2vnis/l3vnis/' "$T/overlay/evpn.conf"
apply
wait_until 60 "evpnd reports the error" eval 'k8s sync; evpnd_says "evpn.conf is rejected"'
probes ok
ping_ok
sed -i 's/^l3vnis/l2vnis/' "$T/overlay/evpn.conf"
apply

step "FRR's pod is deleted: the next one has the new image, and evpnd makes all of it anew"
k8s delete frr
probes 'exit status 3'
make_nic_anew
settle
runs frr frr localhost/evpnd-frr:0.1.1
ping_ok

step "the label: the node has its NIC back"
k8s label evpnd=remove
settle
[ "$(k8s sandbox evpnd)" = none ] || fail "evpnd's pod is still there"
nic_is_back || fail "$(ip -n "$HOST" addr show dev eth0; ip -n "$HOST" route)"
no_device lan0 ip -n "$HOST" || fail "lan0 is still there"
k8s exec frr frr ip -oneline link > "$T/links"
lacks -E 'vni|br1|fabric0' "$T/links" || fail "$(cat "$T/links")"

step "without the label: EVPN again"
k8s label evpnd-
settle
ping_ok
