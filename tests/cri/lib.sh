# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# lib.sh - the bed of the CRI tests, sourced by each: a real containerd of the test's own, or a fake runtime, and the plugin
#
#   runtime_up                  containerd with its own root, state and socket, in the network namespace $HOST
#   containerd_stop, containerd_kill, containerd_start     its restart; pods outlive it
#   pods COMMAND ...            makes and ends pods, see pods.py; new_pod is `run' with what all pods here have in common
#   fake_up, fake_do JSON       a runtime of our own, see fake.py; fake_do tells it what to be
#   stranger NAME               a process in a network namespace of its own; sets $NAME to its pid
#   drive OPTION...             opens the plugin in netns-drive; say COMMAND sends it a line, $SAID is the answer
#   expect PATTERN COMMAND...   says it; the answer must match the shell pattern
# All state is below $T, all processes end with the test. A test that has more to tell when it fails defines tell_more.

REPO=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
BUILD=$(readlink -f "${BUILD:-$REPO/build}")
ID=evpnd-cri-$$
HOST=$ID-host
MODULE=$BUILD/plugins/netns-cri/.libs/netns-cri.so
CONTAINERD='' PODS='' DRIVE='' SAID=''

# shellcheck source=tests/lib/test.sh
. "$REPO/tests/lib/test.sh"

need_plugin() {
	[ "$(id -u)" = 0 ] || skip "needs root"
	[ -e "$MODULE" ] || skip "netns-cri is not built (configure says what it lacks)"
	for tool in protoc python3 nsenter; do
		command -v "$tool" > /dev/null || skip "needs $tool"
	done
}

# What a failed test leaves to read.
tell() {
	echo "the plugin's last word: $SAID"
	[ -z "$CONTAINERD" ] || { pods list; cat "$T/pods.log"; tail -n 15 "$T/containerd.log"; } 2>&1 | sed 's/^/containerd: /'
	[ ! -e "$T/fake.log" ] || tail -n 15 "$T/fake.log" | sed 's/^/fake: /'
	! declare -F tell_more > /dev/null || tell_more
}

drive_end() {
	[ -n "$DRIVE" ] || return 0
	# Not by the end of its input: what was started meanwhile holds that open, too.
	# It may have ended by itself, or crashed: that a test sees by what it says.
	echo end >&"$TO" || :
	exec {TO}>&-
	wait "$DRIVE" || fail "netns-drive ended with status $?"
	exec {FROM}<&-
	DRIVE=
}

# Shims outlive containerd, and their containers them: what is in the test's cgroup or is a shim of its socket is ours.
runtime_down() {
	local id pid

	[ -n "$CONTAINERD" ] && for id in $(pods list | cut -d' ' -f1); do
		(pods stop "$id" && pods remove "$id")
	done > /dev/null 2>&1
	[ -z "$CONTAINERD" ] || end_child "$CONTAINERD"
	for pid in $(cat /sys/fs/cgroup/*/"$ID"/*/cgroup.procs "/sys/fs/cgroup/$ID"/*/cgroup.procs 2> /dev/null | sort -u); do
		kill -9 "$pid"
	done
	for pid in $(pgrep -f "containerd-shim.*-address $T/containerd.sock"); do
		kill -9 "$pid"
	done
}

host_down() {
	[ ! -e "/run/netns/$HOST" ] || ip netns del "$HOST"
	find /sys/fs/cgroup -depth -type d -path "*/$ID*" -exec rmdir {} + 2> /dev/null
}

begin() {
	need_plugin
	make_folder
	at_end host_down
	messages_up
}

# The messages for Python, from runtime.proto.
messages_up() {
	export CRI_PY=$T/py CRI_CGROUP=/$ID
	mkdir -p "$CRI_PY"
	protoc --proto_path "$REPO/tests/cri" --python_out "$CRI_PY" runtime.proto
}

# ask PROGRAM FROM TO SECONDS WORD... : its answer to a line, which begins with the status and the length
ask() {
	local program=$1 from=$2 to=$3 limit=$4 status n text=

	shift 4
	printf '%s\n' "${*@Q}" >&"$to"
	read -r -t "$limit" -u "$from" status n || fail "$program says nothing to: $*"
	[ "$n" = 0 ] || IFS= read -r -N "$n" -t 10 -u "$from" text
	printf %s "$text"
	return "$status"
}

pods() {
	ask pods.py "$PODS_FROM" "$PODS_TO" 60 "$@"
}

pods_up() {
	mkfifo "$T/pods.in" "$T/pods.out"
	/usr/bin/python3 "$REPO/tests/cri/pods.py" "$T/containerd.sock" < "$T/pods.in" > "$T/pods.out" 2> "$T/pods.log" &
	PODS=$!
	PIDS+=("$PODS")
	exec {PODS_TO}> "$T/pods.in" {PODS_FROM}< "$T/pods.out"
}

# new_pod NAME UID ATTEMPT [OPTION]... : in namespace test, with label app=frr; prints the sandbox's id
new_pod() {
	pods run test "$1" "$2" "$3" app=frr "${@:4}"
}

containerd_start() {
	nsenter --net="/run/netns/$HOST" containerd --config "$T/containerd.toml" >> "$T/containerd.log" 2>&1 &
	CONTAINERD=$!
	PIDS+=("$CONTAINERD")
	wait_until 60 "containerd answers" pods version
}

containerd_stop() {
	kill "$CONTAINERD"
	ends 0 wait "$CONTAINERD" || fail "containerd ended with status $?"
	CONTAINERD=
}

containerd_kill() {
	kill -9 "$CONTAINERD"
	ends 137 wait "$CONTAINERD"
	CONTAINERD=
}

# image NAME LAYER.TAR CONFIG : makes an archive of one layer and loads it; nothing is fetched
image() {
	local dir=$T/image digest

	mkdir "$dir"
	ln "$2" "$dir/layer.tar" 2> /dev/null || cp "$2" "$dir/layer.tar"
	digest=$(sha256sum "$2" | cut -d' ' -f1)
	printf '{"architecture":"%s","os":"linux","config":%s,"rootfs":{"type":"layers","diff_ids":["sha256:%s"]}}' \
		"$(dpkg --print-architecture)" "$3" "$digest" > "$dir/config.json"
	printf '[{"Config":"config.json","RepoTags":["%s"],"Layers":["layer.tar"]}]' "$1" > "$dir/manifest.json"
	tar -C "$dir" -cf - manifest.json config.json layer.tar |
		ctr -a "$T/containerd.sock" -n k8s.io images import - > /dev/null
	rm -r "$dir"
}

pause_image() {
	mkdir "$T/pause"
	cp "$(command -v catatonit)" "$T/pause/pause"
	tar -C "$T/pause" -cf "$T/pause.tar" pause
	image localhost/pause:test "$T/pause.tar" '{"Entrypoint":["/pause","-P"]}'
	rm -r "$T/pause" "$T/pause.tar"
}

runtime_config() {
	mkdir -p "$T/cni"
	cat > "$T/cni/10-test.conflist" <<-E
		{ "cniVersion": "0.4.0", "name": "test", "plugins": [ { "type": "ptp", "ipMasq": false,
		  "ipam": { "type": "host-local", "dataDir": "$T/ipam", "subnet": "10.99.0.0/24" } } ] }
	E
	cat > "$T/containerd.toml" <<-E
		version = 2
		root = "$T/root"
		state = "$T/run"
		oom_score = 0
		disabled_plugins = [ "io.containerd.snapshotter.v1.aufs", "io.containerd.snapshotter.v1.btrfs",
			"io.containerd.snapshotter.v1.devmapper", "io.containerd.snapshotter.v1.zfs" ]
		[grpc]
		  address = "$T/containerd.sock"
		[plugins."io.containerd.grpc.v1.cri"]
		  sandbox_image = "localhost/pause:test"
		  restrict_oom_score_adj = true
		  netns_mounts_under_state_dir = true
		  [plugins."io.containerd.grpc.v1.cri".cni]
		    bin_dir = "/usr/lib/cni"
		    conf_dir = "$T/cni"
		  [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
		    runtime_type = "io.containerd.runc.v2"
	E
}

need_containerd() {
	local tool

	for tool in containerd containerd-shim-runc-v2 runc ctr catatonit findmnt; do
		command -v "$tool" > /dev/null || skip "needs $tool"
	done
	[ -x /usr/lib/cni/ptp ] || skip "needs the CNI plugins (containernetworking-plugins)"
	/usr/bin/python3 -c 'import grpc' 2> /dev/null || skip "needs python3-grpcio"
}

runtime_up() {
	need_containerd
	[ -e "/run/netns/$HOST" ] || ip netns add "$HOST"
	ip -n "$HOST" link set lo up
	runtime_config
	[ -n "$PODS" ] || pods_up
	at_end runtime_down
	containerd_start
	pause_image
}

fake_up() {
	/usr/bin/python3 -c 'import h2' 2> /dev/null || skip "needs python3-h2"
	mkfifo "$T/fake.in" "$T/fake.out"
	/usr/bin/python3 "$REPO/tests/cri/fake.py" "$T/fake.sock" < "$T/fake.in" > "$T/fake.out" 2> "$T/fake.log" &
	PIDS+=($!)
	exec {FAKE_TO}> "$T/fake.in" {FAKE_FROM}< "$T/fake.out"
	wait_until 60 "the fake runtime listens" test -S "$T/fake.sock"
}

# Sets $CALLS and $LISTENERS to what there were so far.
fake_do() {
	echo "${*//$'\n'/ }" >&"$FAKE_TO"
	read -r -t 60 -u "$FAKE_FROM" _ CALLS LISTENERS || fail "fake.py says nothing to: $*"
}

# drive OPTION... : the plugin, in the network namespace where the host is ($HOST if it is there)
drive() {
	local enter=()

	drive_end
	rm -f "$T/drive.in" "$T/drive.out"
	mkfifo "$T/drive.in" "$T/drive.out"
	[ ! -e "/run/netns/$HOST" ] || enter=(nsenter --net="/run/netns/$HOST")
	"${enter[@]}" ${RUN_AS:-} "$BUILD/netns-drive" "$MODULE" "$@" < "$T/drive.in" > "$T/drive.out" &
	DRIVE=$!
	PIDS+=("$DRIVE")
	exec {TO}> "$T/drive.in" {FROM}< "$T/drive.out"
}

say() {
	echo "$*" >&"$TO"
	read -r -t 120 -u "$FROM" SAID || fail "netns-drive says nothing to: $*"
}

expect() {
	local pattern=$1

	shift
	say "$@"
	# shellcheck disable=SC2053 # it is a pattern
	[[ $SAID == $pattern ]] || fail "$*: expected \`$pattern', got \`$SAID'"
	echo "$*: $SAID"
}

# It waits on a pipe of the test's for ever, and ends with it.
stranger() {
	[ -e "$T/never" ] || { mkfifo "$T/never"; exec {NEVER}<> "$T/never"; }
	unshare --net sh -c 'echo ready; exec cat' < "$T/never" > "$T/stranger" &
	PIDS+=($!)
	# A kernel that is taking down others' namespaces makes none meanwhile.
	wait_until 60 "a process in a network namespace of its own" test -s "$T/stranger"
	: > "$T/stranger"
	printf -v "$1" %s $!
}

# The inode of a process's, or a path's, network namespace.
netns_of() {
	case $1 in
	/*) stat -L -c %i "$1" ;;
	*) stat -L -c %i "/proc/$1/ns/net" ;;
	esac
}
