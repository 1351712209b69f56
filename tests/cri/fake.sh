#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# fake.sh - a runtime that answers in every wrong way: each is an error that says so, in time, and the next answer counts
set -euo pipefail
# shellcheck source=tests/cri/lib.sh
. "$(dirname "$0")/lib.sh"

# good [MEMBERS] : one sandbox, of process $FRR; more members of the JSON object
good() {
	fake_do "{\"faults\": {}, \"v1\": true, \"containers\": [], \"sandboxes\": [{\"id\": \"one\", \"name\": \"frr\", \"pid\": $FRR,
		\"path\": \"/proc/$FRR/ns/net\"}] ${1:+, $1}}"
}

# one MEMBERS : one sandbox with just these members
one() {
	fake_do "{\"sandboxes\": [{\"id\": \"one\", \"name\": \"frr\", $1}]}"
}

found_is() {
	[ "$(cut -d' ' -f2 <<< "$SAID")" = "$(netns_of "$1")" ] || fail "found another namespace than that of $1: $SAID"
}

begin
fake_up
stranger FRR
stranger OTHER
good
drive socket="$T/fake.sock" pod=frr timeout=3
expect 'found *' await 60
found_is "$FRR"

step "every fault, in every call"
faults=$(cat <<-E
		hang|*: no reply to METHOD within 3 s; raise option timeout if the runtime is slow
		close|*METHOD: *
		halfclosed|*METHOD: *
		http1|*METHOD: *
		http500|*METHOD: HTTP status 500 instead of a gRPC reply; set option socket to a CRI socket
		type|*METHOD: the reply is \`text/html' instead of gRPC; set option socket to a CRI socket
		compressed|*METHOD: the message is compressed (flag 1), which evpnd did not request
		truncated|*METHOD: the reply is incomplete: it ends inside a message (9 bytes)
		notrailers|*METHOD: the reply is incomplete: it has no grpc-status
		garbage|*cannot parse the container runtime's reply to METHOD
		twice|*METHOD: the reply continues after its message *
		long|*METHOD: the message has 2147483647 bytes, the limit is 16777216
		status 2 it broke|*METHOD: it broke (grpc-status 2)
		status 7 not you|*METHOD: not you (grpc-status 7)
	E
)
for method in ListPodSandbox PodSandboxStatus; do
	while IFS='|' read -r fault pattern; do
		good "\"faults\": {\"$method\": \"$fault\"}"
		expect "failed ${pattern//METHOD/$method}" settle 60
	done <<< "$faults"
	good
	expect 'found *' settle 60
done
good '"faults": {"ListPodSandbox": "status 14 starting"}'
expect 'waits waits for the container runtime: *starting (grpc-status 14)' settle 60
good '"faults": {"ListPodSandbox": "status 2 server is not initialized yet"}'
expect 'waits waits for the container runtime: *server is not initialized yet (grpc-status 2)' settle 60
good '"faults": {"PodSandboxStatus": "status 5 gone"}'
expect 'waits waits for pod test/frr: its sandbox one was just removed' settle 60
good
expect 'found *' await 60

step "a reply without end"
drive socket="$T/fake.sock" pod=frr timeout=30
good '"faults": {"ListPodSandbox": "huge"}'
expect 'failed *cannot store the reply to ListPodSandbox: Message too long (limit: 16777216 bytes)' settle 60
good
expect 'found *' await 60

step "a call that hangs makes no event until its end"
drive socket="$T/fake.sock" pod=frr timeout=3
good '"faults": {"ListPodSandbox": "hang"}'
expect 'waits waits for the answer of the container runtime at *' find
expect 'retry' event 60
expect 'failed *no reply to ListPodSandbox*' find

step "no CRI; only v1alpha2"
good '"v1": null'
drive socket="$T/fake.sock" pod=frr
expect 'failed the container runtime supports neither CRI v1 nor v1alpha2 *unknown service runtime.v1alpha2.RuntimeService (grpc-status 12)' settle 60
good '"v1": false'
expect 'found *' await 60
good
expect 'found *' await 60

step "what CRI-O says of a pod without a process of its own; empty information; {}"
one "\"path\": \"/proc/$OTHER/ns/net\""
expect 'found *' await 60
found_is "$OTHER"
expect '*FRR?s pod is test/frr, sandbox one, which has no process*' log
for info in null '""' '"{}"'; do
	fake_do "{\"containers\": []}"
	one "\"info\": $info"
	expect 'waits waits for a running container of pod test/frr' settle 60
done
# An id that is in no cgroup's name by chance.
fake_do "{\"containers\": [{\"id\": \"nobody-is-that\", \"sandbox\": \"one\", \"name\": \"x\", \"pid\": $OTHER}]}"
expect 'failed x in pod test/frr: process * does not belong to FRR?s container: *contains `nobody-is-that?' settle 60
fake_do "{\"containers\": [{\"id\": \"nobody-is-that\", \"sandbox\": \"one\", \"name\": \"x\", \"info\": \"{}\"}]}"
expect 'failed the container runtime reports no pid for container x in pod test/frr' settle 60
one "\"path\": \"/proc/$OTHER/ns/net\""
expect 'found *' await 60
fake_do '{"containers": []}'
one '"info": "{"'
expect "failed the container runtime's information about test/frr is not valid JSON: *" settle 60

step "a process that is gone; one in another namespace; the host's own; a file that is no namespace"
stranger GONE
kill -9 "$GONE"
ends 137 wait "$GONE"
one "\"pid\": $GONE, \"path\": \"/proc/$FRR/ns/net\""
expect 'waits waits for pod test/frr: a process of its sandbox one has just ended' settle 60
one "\"pid\": $OTHER, \"path\": \"/proc/$FRR/ns/net\""
expect "failed test/frr: its process $OTHER is not in the network namespace of pod test/frr; check options host_root and proc" settle 60
one "\"pid\": $$, \"path\": \"/proc/$$/ns/net\""
expect "failed pod test/frr: /proc/$$/ns/net is the host's own network namespace; set hostNetwork: false*" settle 60
one '"pid": 1, "host": true'
expect 'failed pod test/frr uses the host?s network namespace*' settle 60
: > "$T/file"
one "\"path\": \"$T/file\""
expect "waits waits for pod test/frr: the network namespace of its sandbox one was not found: $T/file is not a namespace" settle 60
one "\"path\": \"$T/none\""
expect "waits waits for pod test/frr: the network namespace of its sandbox one was not found: $T/none does not exist" settle 60
one "\"path\": \"/proc/$FRR/ns/pid\""
expect "failed pod test/frr: /proc/$FRR/ns/pid is not a network namespace" settle 60

step "1,000 times made again"
fake_do "{\"cycle\": [[{\"id\": \"one\", \"name\": \"frr\", \"pid\": $FRR, \"path\": \"/proc/$FRR/ns/net\"}],
	[{\"id\": \"two\", \"name\": \"frr\", \"pid\": $OTHER, \"path\": \"/proc/$OTHER/ns/net\"}]]}"
expect 'repeated 1000 descriptors *' repeat 1000
read -r _ _ _ before after <<< "$SAID"
[ "$before" = "$after" ] || fail "$before descriptors before, $after after"
ls -l "/proc/$DRIVE/fd" > "$T/fds"
lacks 'net:\[' "$T/fds" || fail "the plugin holds a network namespace open"
fake_do '{"cycle": []}'
