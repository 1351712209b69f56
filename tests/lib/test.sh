# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# test.sh - to be sourced, first of all: the words in which every test script speaks, and its end
#
#   skip WHY...             ends the test as skipped
#   fail WHAT...            ends the test as failed
#   step WHAT...            what comes next, for the log
#   wait_until SECONDS WHAT COMMAND...   asks until COMMAND succeeds, or fails the test; the time is a quiet machine's, a slow one has three
#                           times as long
#   make_folder             sets $T to a folder that all can read, and that goes with the test, with all that is mounted in it
#   at_end COMMAND...       is run when the test ends, in whatever way; what came last goes first
#   PIDS+=($!)              processes that the test has started in the background, with their children: they end with it
#   end_child PID           ends one of them now
# A test that has more to tell when it fails has a function tell; what the test left is there still.
#
#   delayed_ports IP...     the bridge ports, as `IP... link' shows them, whose forward delay is running: when it ends, 15 s after
#                           the port came up, the kernel announces the port once more, though nothing changes
#   delay_is_over MONITOR "PORT..." IP...      it runs no longer, and MONITOR, the output of ip monitor, has those announcements
#   finds [OPTION...] PATTERN [FILE...]        grep that is quiet and reads all of its input: `... | grep -q' would end whoever writes
#                           into the pipe by a signal, which pipefail takes for a failure
#   lacks [OPTION...] PATTERN [FILE...]        grep finds nothing, in what can be read: `! grep' is true without the file, too
#   count [OPTION...] PATTERN [FILE]           the number of lines, 0 too; it fails if there is nothing to be read
#   ends STATUS COMMAND...  it ends with just this status: `! COMMAND' is true when it crashes or is not there, too
#   no_device NAME IP...    `IP... link' works, and has no such device: `! IP... link show NAME' is true when nothing works
#   ask_reloader SOCKET REQUEST        evpn-reloader's whole answer, by the protocol, without the plugin
#   reload_counts SOCKET    how often it ran frr-reload.py: tests=N and reloads=N

[ -z "${TEST_STDERR:-}" ] || return 0

# A function that is called for what it prints ends at its first error, too.
shopt -s inherit_errexit

# evpnd writes its log into files here, where by itself it would not say which lines are warnings and errors.
export EVPND_LOG_PREFIX=priority

# Where a test's end speaks, even if what ends it has its output elsewhere.
exec {TEST_STDOUT}>&1 {TEST_STDERR}>&2
T=
PIDS=()
AT_END=()
TEST_FOLDERS=()

skip() {
	echo "SKIP: $*"
	exit 77
}

fail() {
	echo "FAIL: $*" >&"$TEST_STDERR"
	exit 1
}

at_end() {
	AT_END+=("${*@Q}")
}

make_folder() {
	T=$(mktemp -d "${TEST_PARENT:-/tmp}/evpnd-test.XXXXXX")
	chmod 755 "$T"
	TEST_FOLDERS+=("$T")
}

# What is mounted below it, by whatever a test has made of it, must not be emptied with it.
remove_folder() {
	findmnt -rno TARGET | grep -F "$1/" | sort -r | xargs -r -n1 umount -l
	rm -rf --one-file-system "$1"
}

# A pid is used again soon, and a pidfile may be stale: only a child of this shell is surely what it started. With a router's
# first process, which is a child's child, all of it ends.
end_child() {
	[ "$(sed -n 's/^PPid:[[:space:]]*//p' "/proc/$1/status" 2> /dev/null)" = $$ ] || return 0
	# It may have no children, and end meanwhile.
	pkill -KILL -P "$1" || :
	kill -KILL "$1" 2> /dev/null || :
	wait "$1" 2> /dev/null || :
}

# shellcheck disable=SC2317
cleanup() {
	local status=$? i

	trap '' EXIT INT TERM HUP
	exec >&"$TEST_STDOUT"
	exec 2>&"$TEST_STDERR"
	# All of it, whatever is missing.
	set +eu
	if [ "$status" != 0 ] && [ "$status" != 77 ] && declare -F tell > /dev/null; then
		(tell) >&2
	fi
	for ((i = ${#AT_END[@]} - 1; i >= 0; i--)); do eval "${AT_END[i]}"; done
	for i in "${PIDS[@]}"; do end_child "$i"; done
	for i in "${TEST_FOLDERS[@]}"; do remove_folder "$i"; done
	exit "$status"
}
trap cleanup EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

step() {
	echo "--- $*"
}

# A pipe in which nothing ever is: reading it is a pause, without a process.
TEST_PIPE=$(mktemp -u "${TEST_PARENT:-/tmp}/evpnd-test-pipe.XXXXXX")
mkfifo "$TEST_PIPE"
exec {TEST_NEVER}<> "$TEST_PIPE"
rm "$TEST_PIPE"

wait_until() {
	local limit=$(($1 * 3)) what=$2 end

	end=$((SECONDS + limit))
	shift 2
	until "$@" > /dev/null 2>&1; do
		[ "$SECONDS" -lt "$end" ] || fail "waited $limit s in vain: $what"
		# It ends by its time limit, with a status that is not 0.
		read -rt 0.05 -u "$TEST_NEVER" || :
	done
}

finds() {
	grep "$@" > /dev/null
}

lacks() {
	local status=0
	grep "$@" || status=$?
	[ "$status" = 1 ]
}

count() {
	local status=0
	grep -c "$@" || status=$?
	[ "$status" -le 1 ]
}

ends() {
	local want=$1 status=0
	shift
	"$@" || status=$?
	[ "$status" = "$want" ]
}

no_device() {
	local name=$1 links
	shift
	links=$("$@" -oneline link show) && lacks -E "^[0-9]+: ${name}[:@]" <<< "$links"
}

delayed_ports() {
	"$@" -details -oneline link | sed -nE 's/^[0-9]+: ([^:@]+).* forward_delay_timer +([1-9]|0\.0*[1-9]).*/\1/p'
}

delay_is_over() {
	local monitor=$1 port ports=$2 delayed

	shift 2
	delayed=$(delayed_ports "$@") && [ -z "$delayed" ] || return 1
	for port in $ports; do grep -q "^[0-9]*: ${port}[:@]" "$monitor" || return 1; done
}

ask_reloader() {
	python3 - "$@" <<-'END'
		import socket, sys
		s = socket.socket(socket.AF_UNIX)
		s.settimeout(60)
		s.connect(sys.argv[1])
		s.sendall(b"evpn-reloader 1 %s\n" % sys.argv[2].encode())
		sys.stdout.write(s.makefile(newline="\n").read())
	END
}

reload_counts() {
	ask_reloader "$1" status | grep -E '^(tests|reloads)='
}
