#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# With nothing to do, and without health checks, evpnd and evpn-reloader do nothing: not one system call in 10 s; with systemd's
# watchdog, what that wants.
# test-run: waits
set -euo pipefail
# shellcheck source=tests/netns/lib-node.sh
. "$(dirname "$0")/lib-node.sh"

command -v strace > /dev/null || skip "needs strace"
# evpnd watches the directories above its files, too, and /tmp is everybody's.
mount -t tmpfs tmpfs /mnt
TEST_PARENT=/mnt

# trace NAME PID: its system calls go to $FABRIC/NAME.trace
trace() {
	strace -f -p "$2" -o "$FABRIC/$1.trace" 2> "$FABRIC/$1.strace" &
	PIDS+=($!)
	wait_until 60 "strace of $1" grep -q attached "$FABRIC/$1.strace"
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
echo 'health = { interval = 0; grace = 0; };' >> "$FABRIC/evpn.conf"
daemon_start
wait_until 60 "converged" daemon_says 'STATUS=applied'
reloader=$(pgrep --ns "$(cat "$FABRIC/frr/pid")" --nslist pid -x reloader) || fail "where is evpn-reloader?"

step "nothing at all"
trace evpnd "$DAEMON"
trace reloader "$reloader"
wait_until 90 "10 s without a system call" both_silent
before=$(grep -c . "$FABRIC/evpnd.trace")
echo "   before that: $before calls of evpnd, $(grep -c . "$FABRIC/reloader.trace") of evpn-reloader"

step "and it is still there"
kill -HUP "$DAEMON"
more() { [ "$(grep -c . "$FABRIC/evpnd.trace")" -gt "$before" ]; }
wait_until 60 "SIGHUP wakes it, and strace sees that" more
daemon_stop

step "the watchdog's wakeups, and no other"
export WATCHDOG_USEC=2000000
daemon_start
wait_until 60 "converged" daemon_says 'STATUS=applied'
trace evpnd "$DAEMON"
wait_until 60 "nothing but the watchdog" just_the_watchdog
tail -n 7 "$FABRIC/evpnd.trace"
daemon_says '^WATCHDOG=1' || fail "systemd has not had it"
daemon_stop
