#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# dstate.sh - a helper program that SIGKILL does not end, since the kernel waits for a file system on its behalf: the syntax check,
# frr-vtysh's program, the script of sh. evpnd goes on: it answers signals, gives up on the program by its time limit, says so, and
# ends on SIGTERM; when the file system is gone, so are the programs.
set -euo pipefail
# shellcheck source=tests/netns/lib-leaf.sh
. "$(dirname "$0")/lib-leaf.sh"

# Seconds within which evpnd answers: it takes milliseconds, the rest is for a slow machine.
LIMIT=60
SERVER='' TRACER=''

lines() { wc -l < "$FABRIC/daemon.log"; }
# said FROM WORDS: evpnd's log has the words behind line FROM
said() { tail -n "+$(($1 + 1))" "$FABRIC/daemon.log" | finds -F -- "$2"; }
logged() { finds -F -- "$1" "$FABRIC/daemon.log"; }

stuck_begin() {
	python3 "$here/../lib/stuck-fs.py" "$FABRIC/stuck" &
	SERVER=$!
	PIDS=("$SERVER" "${PIDS[@]}")
	wait_until 60 "the file system that opens no file" mountpoint -q "$FABRIC/stuck"
}

# stuck: the pids of the programs that wait for a file there, whatever their pid namespaces
stuck() { pgrep -x -f "cat $FABRIC/stuck/$1"; }
# is_deaf FILE: each of them has got SIGKILL and waits all the same
is_deaf() {
	local pid
	for pid in $(stuck "$1"); do
		grep -qE '^State:[[:space:]]+D' "/proc/$pid/status" || return 1
	done
}

# The answer is the only line of its level.
answers() {
	local from
	from=$(lines)
	kill -USR1 "$DAEMON"
	wait_until $LIMIT "SIGUSR1 is answered: $1" said "$from" "<5>"
}

# waits_begin, waits_none: between them evpnd has waited nowhere but in its event loop, by the system calls that it made
waits_begin() {
	strace -qq -p "$DAEMON" -o "$FABRIC/waits" -e trace=poll,ppoll,select,pselect6,nanosleep,clock_nanosleep,wait4,waitid &
	TRACER=$!
	PIDS+=("$TRACER")
	wait_until 60 "evpnd is traced" grep -qE '^TracerPid:[[:space:]]+[1-9]' "/proc/$DAEMON/status"
}
waits_none() {
	kill -INT "$TRACER"
	ends 130 wait "$TRACER" || fail "strace ended with status $?"
	grep -q 'poll(' "$FABRIC/waits" || fail "evpnd was not traced: $(cat "$FABRIC/waits")"
	lacks -E 'poll\(.*[^0-9][1-9][0-9]*\) += |tv_n?sec=[1-9]|sleep\(|select' "$FABRIC/waits" || fail "evpnd has waited: see above"
	lacks -vE 'WNOHANG|poll' "$FABRIC/waits" || fail "evpnd has waited for a child: see above"
}

# survives FILE: evpnd answers although a program hangs in FILE, and again after SIGKILL to it, and ends on SIGTERM
survives() {
	local pid
	wait_until 60 "a program hangs: $1" stuck "$1"
	answers "$1 hangs"
	for pid in $(stuck "$1"); do kill -KILL "$pid"; done
	wait_until $LIMIT "SIGKILL does not end it: $1" is_deaf "$1"
	answers "$1 hangs, and was killed"
}

ends_in_time() {
	local begin=$SECONDS
	daemon_stop
	[ $((SECONDS - begin)) -le $LIMIT ] || fail "$1: SIGTERM took $((SECONDS - begin)) s"
	stuck "$1" > "$FABRIC/out" || fail "the program does not hang any more: $1"
}

# hangs FILE: a program that hangs there
hangs() {
	printf '%s\n' '#!/bin/sh' "exec cat $FABRIC/stuck/$1" > "$FABRIC/$1"
	chmod 755 "$FABRIC/$1"
}

[ -n "$(command -v strace)" ] || skip "needs strace"
[ -c /dev/fuse ] || skip "needs /dev/fuse"
fabric_begin
mkdir "$FABRIC/stuck"
stuck_begin
namespace node
namespace leaf2
cable node eth1 192.168.11.3/24 leaf2 node 192.168.11.2/24
container_start

step "the syntax check"
hangs check
conf "s|hostname = \"frr\";|& check = \"$FABRIC/check\";|"
daemon_start
survives check
# The time limit of the check.
wait_until 60 "it is told" logged "did not end within 30 s"
answers "evpnd has given up on it"
ends_in_time check

step "frr-vtysh: the program in the container"
hangs vtysh
conf "s|^frr-vtysh = { |&vtysh = \"$FABRIC/vtysh\"; timeout = 2; |"
daemon_start
waits_begin
survives vtysh
wait_until 60 "its time limit" logged "vtysh -C -f did not end within 2 s and was killed"
answers "evpnd has given up on it"
waits_none
ends_in_time vtysh

step "sh: the script"
hangs script
conf 's|^plugins = .*|plugins = { netns = "@SH@";|; s|^ *frr = ".*frr-vtysh.so"; };|  frr = "@SH@"; };|' '/^netns-pidfile = /d' \
	"s|^frr-vtysh = .*|sh = { script = \"$FABRIC/script\"; timeout = 2; };|" "s|@SH@|$BUILD/plugins/sh/.libs/sh.so|"
daemon_start
waits_begin
survives script
wait_until 60 "its time limit" logged "$FABRIC/script find"
answers "evpnd has given up on it"
waits_none
ends_in_time script

step "sh: a script that hangs before it runs, and that cannot be watched"
printf '%s\n' '#!/bin/sh' 'exit 75' > "$FABRIC/script"
daemon_start
wait_until 60 "it waits for the script" daemon_says 'STATUS=waiting.*script find'
# Without a descriptor for the process, evpnd kills it; the delay lets it come to where SIGKILL does not end it.
strace -qq -p "$DAEMON" -o "$FABRIC/strace" -e trace=pidfd_open -e inject=pidfd_open:error=ENOMEM:delay_enter=1000000 &
PIDS+=($!)
wait_until 60 "the fault is on" grep -qE '^TracerPid:[[:space:]]+[1-9]' "/proc/$DAEMON/status"
printf '%s\n' "#!$FABRIC/stuck/interpreter" > "$FABRIC/script.new"
chmod 755 "$FABRIC/script.new"
mv "$FABRIC/script.new" "$FABRIC/script"
kill -HUP "$DAEMON"
hangs_in_exec() {
	local pid
	for pid in $(pgrep -P "$DAEMON"); do
		if finds -E '^State:[[:space:]]+D' "/proc/$pid/status"; then return 0; fi
	done
	return 1
}
wait_until 60 "a script that does not run yet, and does not end" hangs_in_exec
answers "the script hangs in execve"
daemon_stop

step "the file system is gone, and with it all of them"
end_child "$SERVER"
for file in check vtysh script; do wait_until 60 "nothing hangs: $file" ends 1 stuck "$file"; done
