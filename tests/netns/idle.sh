#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# With nothing to do, evpnd and evpn-reloader do nothing: not one system call in 10 s; with systemd's watchdog, what that wants.
set -eu
# shellcheck source=tests/netns/lib-node.sh
. "$(dirname "$0")/lib-node.sh"

command -v strace > /dev/null || skip "needs strace"
# evpnd watches the directories above its files, too, and /tmp is everybody's.
mount -t tmpfs tmpfs /mnt
FABRIC_PARENT=/mnt

# trace NAME PID: its system calls go to $FABRIC/NAME.trace
trace() {
	strace -f -p "$2" -o "$FABRIC/$1.trace" 2> "$FABRIC/$1.strace" &
	FABRIC_PIDS+=($!)
	wait_for 10 "strace of $1" grep -q attached "$FABRIC/$1.strace"
}

# Nothing has come to the files for 10 s. (Before that, the kernel has things to tell of links that are new.)
silent() { [ $(($(date +%s) - $(stat -c %Y "$FABRIC/$1.trace"))) -gt 10 ]; }
both_silent() { silent evpnd && silent reloader; }
# The last three messages to the watchdog, and how often evpnd came back from waiting for that.
just_the_watchdog() {
	awk '/WATCHDOG=1/ { sent++; wakes[sent] = 0 } / epoll_wait\(.* = [1-9]/ { wakes[sent]++ }
		END { exit !(sent > 3 && wakes[sent - 1] <= 1 && wakes[sent - 2] <= 1 && wakes[sent - 3] <= 1) }' "$FABRIC/evpnd.trace"
}

node_up
daemon_start
wait_for 60 "converged" daemon_says 'STATUS=converged'
reloader=$(pgrep --ns "$(cat "$FABRIC/frr/pid")" --nslist pid -x reloader) || fail "where is evpn-reloader?"

step "nothing at all"
trace evpnd "$DAEMON"
trace reloader "$reloader"
wait_for 90 "10 s without a system call" both_silent
before=$(grep -c . "$FABRIC/evpnd.trace")
echo "   before that: $before calls of evpnd, $(grep -c . "$FABRIC/reloader.trace") of evpn-reloader"

step "and it is still there"
kill -HUP "$DAEMON"
more() { [ "$(grep -c . "$FABRIC/evpnd.trace")" -gt "$before" ]; }
wait_for 10 "SIGHUP wakes it, and strace sees that" more
daemon_stop

step "the watchdog's wakeups, and no other"
export WATCHDOG_USEC=2000000
daemon_start
wait_for 60 "converged" daemon_says 'STATUS=converged'
trace evpnd "$DAEMON"
wait_for 60 "nothing but the watchdog" just_the_watchdog
tail -n 7 "$FABRIC/evpnd.trace"
daemon_says '^WATCHDOG=1' || fail "systemd has not had it"
daemon_stop
