#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# events.sh - the runtime's event stream, which only runtimes have that Debian 12 does not: as those send it, from a fake one
set -euo pipefail
# shellcheck source=tests/cri/lib.sh
. "$(dirname "$0")/lib.sh"

# pod ID PID [MEMBERS] : that is the only sandbox
pod() {
	fake_do "{\"sandboxes\": [{\"id\": \"$1\", \"name\": \"frr\", \"pid\": $2, \"path\": \"/proc/$2/ns/net\" ${3:+, $3}}]}"
}

event() {
	fake_do "{\"event\": {\"container\": \"$1\", \"namespace\": \"test\", \"name\": \"$2\"}}"
}

listens() {
	fake_do '{}'
	[ "$LISTENERS" = "$1" ]
}

# The plugin takes events meanwhile, and has none to tell.
calls_are_after() {
	expect late event 1
	fake_do '{}'
	[ "$CALLS" -gt "$1" ]
}

quiet() {
	expect late event 1
	say idle
	[[ $SAID == *'readable 0' ]]
}

begin
fake_up
stranger FRR
stranger OTHER

step "containerd 2: it is listened to; a pod comes"
fake_do '{"runtime": ["containerd", "v2.0.0"]}'
drive socket="$T/fake.sock" pod=frr namespace=test
expect 'waits waits for a pod: *' settle 60
wait_until 60 "the plugin listens" listens 1
pod one "$FRR"
event one frr
expect 'retry' event 60
expect 'found *' await 60

step "what happens to others is not asked about; what changes nothing is not told"
fake_do '{}'
before=$CALLS
for _ in 1 2 3 4 5; do event alien other; done
event one frr
wait_until 60 "it asks once" calls_are_after "$before"
[ "$CALLS" = $((before + 2)) ] || fail "$((CALLS - before)) calls, where ListPodSandbox and PodSandboxStatus are enough"

step "another sandbox; a sandbox that is no longer ready"
pod two "$OTHER"
event two frr
expect 'changed' event 60
expect 'found *' await 60
pod two "$OTHER" '"state": 1'
event two frr
expect 'changed' event 60
expect 'waits waits for pod test/frr: its sandbox two is not ready' settle 60
pod two "$OTHER"
event two frr
expect 'retry' event 60
expect 'found *' await 60

step "a message that is none is a reason to look"
fake_do '{}'
before=$CALLS
fake_do '{"event": ""}'
wait_until 60 "it asks" calls_are_after "$before"

step "a runtime in trouble does not concern a pod that runs"
for fault in "status 2 it broke" http500 close garbage; do
	fake_do "{\"faults\": {\"ListPodSandbox\": \"$fault\"}}"
	before=$CALLS
	event two frr
	wait_until 60 "it asks" calls_are_after "$before"
done
fake_do '{"faults": {}}'

step "the stream is cut off: it listens again, and sees what it missed"
fake_do '{"drop": true}'
pod one "$FRR"
expect 'changed' event 60
expect 'found *' await 60
wait_until 60 "the plugin listens again" listens 1

step "the process ends before the runtime knows"
kill -9 "$FRR"
expect 'changed' event 60
expect 'waits waits for pod test/frr: a process of its sandbox one has just ended' settle 60

step "a stream that the runtime ends, or does not have, is left alone"
for how in end unimplemented; do
	stranger FRR
	pod one "$FRR"
	fake_do "{\"stream\": \"$how\"}"
	drive socket="$T/fake.sock" pod=frr namespace=test
	expect 'found *' await 60
	wait_until 60 "nothing is under way" quiet
done

step "containerd 1.7 and older CRI-O, which would take the events from kubelet, are not listened to"
fake_do '{"stream": "listen"}'
for runtime in '"containerd", "v1.7.24"' '"cri-o", "1.28.1"' '"another", "9.9"'; do
	fake_do "{\"runtime\": [$runtime]}"
	drive socket="$T/fake.sock" pod=frr namespace=test
	expect 'found *' await 60
	listens 0 || fail "$runtime is listened to"
done
for runtime in '"cri-o", "1.29.0"' '"containerd", "2.1.9"'; do
	fake_do "{\"runtime\": [$runtime]}"
	drive socket="$T/fake.sock" pod=frr namespace=test
	expect 'found *' await 60
	wait_until 60 "$runtime is listened to" listens 1
done
