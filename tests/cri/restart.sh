#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# restart.sh - the runtime comes, restarts, is killed; its socket may not be used; FRR's container alone ends and runs again
set -euo pipefail
# shellcheck source=tests/cri/lib.sh
. "$(dirname "$0")/lib.sh"

begin
mkdir -p "$T/host/run/k3s/containerd"

step "no socket, no directory of it; no usual socket"
drive socket="$T/none/containerd.sock" pod=frr
expect "waits waits for the container runtime: $T/none/containerd.sock: No such file or directory" settle 60
drive host_root="$T/host" pod=frr
expect "waits waits for a container runtime: none of these sockets exists: $T/host/run/containerd/containerd.sock, $T/host/run/crio/crio.sock, *" \
	settle 60

step "the runtime starts; the third of the usual places"
runtime_up
ln -s "$T/containerd.sock" "$T/host/run/k3s/containerd/containerd.sock"
expect 'waits waits for a pod: *' settle 60
drive socket="$T/containerd.sock" pod=frr container=frr
expect 'waits waits for a pod: *' settle 60

step "the container is waited for"
sandbox=$(new_pod frr uid1 0)
expect 'waits waits for container frr of pod test/frr: it is not running' settle 60
other=$(pods container "$sandbox" -i localhost/pause:test other -- /pause -P)
expect 'waits waits for container frr of pod test/frr: it is not running' settle 60
container=$(pods container "$sandbox" -i localhost/pause:test frr -- /pause -P)
expect 'found *' await 60
first=$SAID
[ "$(cut -d' ' -f2 <<< "$first")" = "$(netns_of "$(pods pid "$sandbox")")" ] || fail "found another namespace"

step "another container ends; FRR's ends, and runs again: the same namespace, another instance"
pods kill "$other"
expect 'late' event 1
pods kill "$container"
expect 'changed' event 60
expect 'waits waits for container frr of pod test/frr: it is not running' settle 60
pods container "$sandbox" -i localhost/pause:test frr -- /pause -P > /dev/null
expect 'found *' await 60
second=$SAID
[ "$(cut -d' ' -f2 <<< "$first")" = "$(cut -d' ' -f2 <<< "$second")" ] || fail "another namespace: $first, $second"
[ "$first" != "$second" ] || fail "the same instance, though FRR's process is another one"

step "the runtime stops: nothing changes, but it cannot be asked"
containerd_stop
expect 'late' event 1
expect "waits waits for the container runtime: $T/containerd.sock: *" settle 60
step "and starts: the same pod"
containerd_start
expect "$second" await 60

step "the runtime is killed, and leaves its socket"
containerd_kill
expect "waits waits for the container runtime: $T/containerd.sock: Connection refused" settle 60
containerd_start
expect "$second" await 60

step "it restarts while nobody asks: no change is told"
containerd_stop
containerd_start
expect 'late' event 2
expect "$second" await 60

step "the pod ends while the runtime is down"
containerd_stop
kill -9 "$(cut -d' ' -f1 < "$T/run/io.containerd.runtime.v2.task/k8s.io/$sandbox/init.pid")"
expect 'changed' event 60
expect "waits waits for the container runtime: $T/containerd.sock: *" settle 60
containerd_start
expect 'waits waits for pod test/frr: its sandbox * is not ready' settle 60

step "permission denied"
RUN_AS="setpriv --reuid=65534 --regid=65534 --clear-groups" drive socket="$T/containerd.sock" pod=frr
expect "failed cannot connect to $T/containerd.sock: Permission denied; run evpnd as root" settle 60
