#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# find.sh - a pod of a real containerd: found, made again, ended in every way
set -euo pipefail
# shellcheck source=tests/cri/lib.sh
. "$(dirname "$0")/lib.sh"

# found_is ID : the last answer is this sandbox's namespace
found_is() {
	local want

	want=$(netns_of "$(pods pid "$1")")
	[ "$(cut -d' ' -f2 <<< "$SAID")" = "$want" ] || fail "found another namespace than that of $1: $SAID, not $want"
}

not_ready() {
	say settle 60
	[[ $SAID == *"is not ready" ]]
}

begin
runtime_up
pods version

step "no pod yet; it comes"
drive socket="$T/containerd.sock" namespace=test labels.app=frr
expect 'waits waits for a pod: none matches namespace "test", label app=frr' settle 60
first=$(new_pod frr-a uid1 0)
expect 'found *' await 60
found_is "$first"
expect 'found *' await 60
instance=$(cut -d' ' -f3 <<< "$SAID")
expect '*FRR?s pod is test/frr-a, sandbox*' log

step "nothing happens, nothing is asked"
say idle
before=$SAID
[[ $before == *'readable 0' ]] || fail "an event though nothing happened: $before"
expect late event 2
expect "$before" idle

step "two attempts: the newest"
second=$(new_pod frr-a uid1 1)
expect 'found *' await 60
found_is "$second"
[[ $SAID =~ ^found\ [0-9]+\ ([^ ]+) && ${BASH_REMATCH[1]} != "$instance" ]] || fail "another pod, but the same instance"

step "pause killed"
kill -9 "$(pods pid "$second")"
expect 'changed' event 60
expect 'found *' await 60
found_is "$first"
kill -9 "$(pods pid "$first")"
expect 'changed' event 60
wait_until 60 "the runtime notices" not_ready
echo "$SAID"

step "made again under another name: StopPodSandbox, RemovePodSandbox, RunPodSandbox"
pods stop "$first"
pods remove "$first"
pods stop "$second"
expect 'waits waits for pod test/frr-a: its sandbox * is not ready' settle 60
pods remove "$second"
third=$(new_pod frr-b uid3 0)
expect 'found *' await 60
found_is "$third"

step "StopPodSandbox"
pods stop "$third"
expect 'changed' event 60
expect 'waits waits for pod test/frr-b: its sandbox * is not ready' settle 60
pods remove "$third"

step "two pods at once"
fourth=$(new_pod frr-c uid4 0)
fifth=$(new_pod frr-d uid5 0)
expect 'failed 2 pods match namespace "test", label app=frr: test/frr-?, test/frr-?; *' settle 60
drive socket="unix://$T/containerd.sock" pod=frr-c
expect 'found *' await 60
found_is "$fourth"
drive socket="$T/containerd.sock" pod=frr-d namespace=test labels.app=frr
expect 'found *' await 60
found_is "$fifth"
drive socket="$T/containerd.sock" pod=frr-d namespace=other
expect 'waits waits for a pod: * pod "frr-d", namespace "other"' settle 60
drive socket="$T/containerd.sock" labels.app=other
expect 'waits waits for a pod: *label app=other' settle 60

step "by the sandbox's process, where the path is not to be seen"
mkdir "$T/elsewhere"
drive socket="$T/containerd.sock" pod=frr-c host_root="$T/elsewhere"
expect 'found *' await 60
found_is "$fourth"

step "hostNetwork"
new_pod frr-host uid6 0 hostNetwork > /dev/null
drive socket="$T/containerd.sock" pod=frr-host
expect 'failed pod test/frr-host uses the host?s network namespace*' settle 60

step "how long it takes (printed, not judged)"
drive socket="$T/containerd.sock" pod=frr-c
expect 'found *' await 60
begun=$EPOCHREALTIME
expect 'repeated 20 descriptors *' repeat 20
echo "$EPOCHREALTIME $begun" | awk '{ printf "ListPodSandbox and PodSandboxStatus, seen from find_netns: %.1f ms\n", ($1 - $2) * 50 }'
