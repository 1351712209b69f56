#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# l2vni.sh - the whole way: FRR and evpn-reloader in a pod of a real containerd, evpnd finds it by netns-cri, and an L2VNI
# carries pings; then FRR's container runs anew, containerd restarts, and the pod is made anew
set -euo pipefail
# The leaf, the guests and FRR's image are those of the podman tests; the runtime and the pod are not.
# shellcheck source=tests/podman/lib.sh
. "$(dirname "$0")/../podman/lib.sh"
# shellcheck source=tests/cri/lib.sh
. "$(dirname "$0")/lib.sh"
eval "$(declare -f make_config | sed '1s/make_config/make_podman_config/')"

# Called by set_up, instead of podman's.
need() {
	need_plugin
	need_containerd
}

make_podman() {
	messages_up
	runtime_up
	image localhost/frr:test "$CACHE/frr.tar" '{}'
}

make_cri_config() {
	make_podman_config "address = \"unix:$T/reloader/reloader.sock\";"
	sed -i -e 's#plugins/netns-pidfile/.libs/netns-pidfile.so#plugins/netns-cri/.libs/netns-cri.so#' \
		-e "s#^netns-pidfile = .*#netns-cri = { socket = \"$T/containerd.sock\"; namespace = \"test\"; labels = { app = \"frr\"; }; \
container = \"frr\"; };#" "$T/evpn.conf"
}

# Called after a failure.
tell_more() {
	tail -n 30 "$T/evpnd.log"
	tail -n 20 "$CRI_PY"/*.log
	pods exec "$FRR" vtysh -c 'show bgp l2vpn evpn summary' -c 'show evpn vni' -c 'show running-config' | sed 's/^/frr: /'
}

# The pods are the runtime's.
pod_down() { :; }

frr_container() {
	# shellcheck disable=SC2016 # the container's shell expands it
	FRR=$(pods container "$SANDBOX" -m "$T/frr:/etc/frr" -m "$T/varfrr:/var/run/frr" frr -- \
		bash -c 'chown frr:frr /var/run/frr; . /usr/lib/frr/frrcommon.sh; exec /usr/lib/frr/watchfrr $(daemon_list)')
}

# make_frr_pod UID : like the pod of etc/kubernetes/base/frr.yaml
make_frr_pod() {
	mkdir -p "$T/varfrr"
	SANDBOX=$(new_pod frr-x7k2p "$1" 0)
	frr_container
	pods container "$SANDBOX" -m "$T/frr:/etc/frr" -m "$T/varfrr:/var/run/frr" -m "$T/reloader:/run/evpnd" \
		-m "$CACHE/evpn-reloader:/usr/local/sbin/evpn-reloader" reloader -- \
		/usr/local/sbin/evpn-reloader --listen unix:/run/evpnd/reloader.sock > /dev/null
}

recovered() {
	await 'converged in'
	ping_ok
	kill -0 "$EVPND_PID" || fail "evpnd is gone"
}

# By the daemon itself: it asks the runtime anew.
run_again() {
	mark
	kill -HUP "$EVPND_PID"
	await 'converged in .*: 0 kernel changes, no FRR reload needed'
}

FRR='' SANDBOX=''
set_up
make_cri_config

step "no pod yet: evpnd waits"
mark
start_evpnd
await 'waiting in step .*waits for a pod: none matches namespace "test", label app=frr'

step "the pod comes"
mark
no_ping
make_frr_pod uid1
await "FRR's pod is test/frr-x7k2p, sandbox "
recovered
# It says so once, and later steps want a log in which nothing is new.
await 'healthy: '
step "a second run has nothing to do"
run_again

step "FRR's container ends, and runs anew: the same namespace"
mark
pods kill "$FRR"
await 'waiting in step .*waits for container frr of pod test/frr-x7k2p: it is not running'
frr_container
recovered

step "containerd restarts: nobody notices"
mark
containerd_stop
ping_ok
containerd_start
ping_ok
# A callback may take its time on a busy machine.
tail -n "+$((MARK + 1))" "$T/evpnd.log" | sed '/^<4>plugin [a-z-]*: [a-z_]* took [0-9]* ms, /d' > "$T/since"
[ ! -s "$T/since" ] || fail "evpnd did something: $(cat "$T/since")"
run_again

step "the pod is made anew: eth1 dies with its namespace, and comes again"
mark
pods stop "$SANDBOX"
pods remove "$SANDBOX"
await 'waiting in step .*waits for a pod'
make_frr_pod uid2
make_eth1
recovered

step "SIGTERM"
kill "$EVPND_PID"
wait "$EVPND_PID" || fail "evpnd's exit code is $?"
EVPND_PID=
ping_ok
