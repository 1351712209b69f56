#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# One file must not stop evpnd: a FIFO, a device, a directory, a socket or a file with a lease in the place of each file that evpnd
# reads, a link to a socket of the host in the place of the reloader's, a journal and a service manager that read nothing. Meanwhile
# evpnd answers signals, and says which file is what; afterwards it converges by itself.
set -euo pipefail
# shellcheck source=tests/netns/lib-node.sh
. "$(dirname "$0")/lib-node.sh"

# Seconds within which evpnd answers: it takes milliseconds, the rest is for a slow machine.
LIMIT=60

# said FROM WORDS: evpnd's log has the words behind line FROM
said() { tail -n "+$(($1 + 1))" "$log" | finds -F -- "$2"; }
lines() { wc -l < "$log"; }
reloads() { sed -n '/^RELOADING=1/p' "$FABRIC/notify" | wc -l; }
status_is() { grep '^STATUS=' "$FABRIC/notify" | tail -1 | finds -E -- "$1"; }
# notified COUNT: evpnd has begun a further run since it had announced COUNT of them
notified() { [ "$(reloads)" -gt "$1" ]; }

# answers: evpnd shows its state, in the only line of this level, and takes SIGHUP
answers() {
	local from count
	from=$(lines)
	count=$(reloads)
	kill -USR1 "$DAEMON"
	wait_until $LIMIT "SIGUSR1 is answered" said "$from" "<5>"
	kill -HUP "$DAEMON"
	wait_until $LIMIT "SIGHUP is taken" notified "$count"
}

# put KIND PATH: it stands there instead of the file; away PATH: it is gone
HOLDER=
put() {
	rm -rf "$2.new"
	case $1 in
	FIFO) mkfifo -m 600 "$2.new" ;;
	device) mknod -m 600 "$2.new" c 1 5 ;;
	directory) mkdir "$2.new" ;;
	socket) python3 -c 'import socket, sys; socket.socket(socket.AF_UNIX).bind(sys.argv[1])' "$2.new" ;;
	lease)
		rm -f "$FABRIC/leased"
		python3 - "$2" > "$FABRIC/leased" <<-'P' &
			import fcntl, os, signal, sys
			signal.signal(signal.SIGIO, signal.SIG_IGN)
			fd = os.open(sys.argv[1] + ".new", os.O_RDWR | os.O_CREAT, 0o600)
			fcntl.fcntl(fd, fcntl.F_SETLEASE, fcntl.F_WRLCK)
			os.rename(sys.argv[1] + ".new", sys.argv[1])
			print("held", flush=True)
			signal.pause()
			P
		HOLDER=$!
		PIDS+=("$HOLDER")
		wait_until 60 "the lease" test -s "$FABRIC/leased"
		;;
	esac
	# evpnd may put a file back at any time: what takes its place does so at once.
	if [ "$1" = directory ]; then rm -rf "$2"; fi
	if [ "$1" != lease ]; then mv -T "$2.new" "$2"; fi
}
# release: the holder of the lease ends
release() {
	[ -n "$HOLDER" ] || return 0
	local status=0
	kill "$HOLDER"
	wait "$HOLDER" || status=$?
	[ "$status" = 143 ] || fail "the holder of the lease ended with status $status"
	HOLDER=
}
away() {
	rm -rf "$1"
	release
}

words() {
	case $1 in
	lease) echo "another program holds a lease on it" ;;
	*) echo "not a regular file but a $1" ;;
	esac
}

# bad FILE WHAT: each kind in the place of FILE; evpnd says so, answers, and converges when the file is back
bad() {
	local kind from keep=$FABRIC/kept
	cp -p "$1" "$keep"
	for kind in FIFO device directory socket lease; do
		step "$2: $kind"
		from=$(lines)
		put "$kind" "$1"
		kill -HUP "$DAEMON"
		wait_until $LIMIT "the error names file and kind" said "$from" "$1: $(words "$kind")"
		answers
		away "$1"
		cp -p "$keep" "$1.new"
		mv "$1.new" "$1"
		kill -HUP "$DAEMON"
		wait_until 60 "converged" status_is '^STATUS=applied'
	done
}

node_up
conf=$FABRIC/evpn.conf
log=$FABRIC/daemon.log
write_conf "s/^frr = { /&check = \"\"; /"
daemon_start
wait_until 60 "converged" status_is '^STATUS=applied'

bad "$conf" evpn.conf
bad "$FABRIC/frr.conf.in" frr.source
bad "$FABRIC/frr/pid" "the pidfile"

step "frr.conf on the shared volume: replaced"
for kind in FIFO device socket lease; do
	from=$(lines)
	put "$kind" "$FABRIC/frr/etc/frr.conf"
	kill -HUP "$DAEMON"
	wait_until $LIMIT "it is told" said "$from" "was no regular file"
	answers
	wait_until 60 "evpnd's own is back" finds -F 'neighbor 192.168.11.2 activate' "$FABRIC/frr/etc/frr.conf"
	release
	# Else frr-reload.py of this reload could open the next FIFO.
	wait_until 60 "converged" status_is '^STATUS=applied'
done

step "the reloader's socket: a link to a socket of the host"
python3 - "$FABRIC/host.sock" > "$FABRIC/host.log" <<-'P' &
	import socket, sys
	s = socket.socket(socket.AF_UNIX)
	s.bind(sys.argv[1])
	s.listen()
	while True:
	    s.accept()
	    print("connected", flush=True)
	P
PIDS+=($!)
wait_until 60 "the host's socket" test -S "$FABRIC/host.sock"
sock=$FABRIC/frr/socket/reloader.sock
from=$(lines)
mv "$sock" "$sock.kept"
ln -s "$FABRIC/host.sock" "$sock"
write_frr 'ip prefix-list fresh seq 5 permit any'
kill -HUP "$DAEMON"
wait_until 60 "the link is told" said "$from" "is a symbolic link that is not followed"
answers
[ ! -s "$FABRIC/host.log" ] || fail "evpnd has connected to a socket of the host"
rm "$sock"
mv "$sock.kept" "$sock"
fresh() { vtysh_in frr 'show running-config' | finds -F 'ip prefix-list fresh'; }
wait_until 90 "FRR has the new configuration" fresh
wait_until 60 "converged" status_is '^STATUS=applied'

step "a plugin that is a FIFO"
mkfifo "$FABRIC/fifo.so"
# evpnd may notice the file before it is told.
from=$(lines)
write_conf "s|\"$BUILD/plugins/frr-signal/.libs/frr-signal.so\"|\"$FABRIC/fifo.so\"|"
expect 78 "not a regular file but a FIFO" timeout -k 1 $LIMIT "$BUILD/evpnd" --check --config "$conf"
kill -HUP "$DAEMON"
wait_until $LIMIT "the daemon says so, too" said "$from" "not a regular file but a FIFO"
answers

step "SIGTERM while a file is a FIFO"
put FIFO "$conf"
kill -HUP "$DAEMON"
kill "$DAEMON"
ended() { ! kill -0 "$DAEMON" 2> /dev/null; }
wait_until $LIMIT "evpnd ends" ended
wait "$DAEMON" || fail "evpnd ended with status $?"
away "$conf"

step "a journal and a service manager that read nothing"
write_conf "s/^frr = { /&check = \"\"; /" 's/vni = 120/vni = 130/'
mkfifo "$FABRIC/journal"
exec 8<> "$FABRIC/journal"
# It ends when the pipe is full.
! dd if=/dev/zero of="$FABRIC/journal" bs=4096 oflag=nonblock 2> "$FABRIC/dd" || fail "the pipe is never full"
python3 - "$FABRIC/deaf.sock" <<-'P' &
	import signal, socket, sys
	s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
	s.bind(sys.argv[1])
	c = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
	c.setblocking(False)
	c.connect(sys.argv[1])
	try:
	    while True:
	        c.send(b"full")
	except BlockingIOError:
	    open(sys.argv[1] + ".full", "w")
	signal.pause()
	P
PIDS+=($!)
wait_until 60 "the queue is full" test -e "$FABRIC/deaf.sock.full"
NOTIFY_SOCKET=$FABRIC/deaf.sock WATCHDOG_USEC=1000000 ip netns exec ev-node "$BUILD/evpnd" --config "$conf" \
	--state-dir "$FABRIC/state" --log-level debug 2> "$FABRIC/journal" &
DAEMON=$!
PIDS+=("$DAEMON")
has_130() { in_frr ip link show br130 > "$FABRIC/links" 2>&1; }
wait_until 60 "the new VNI stands" has_130
kill "$DAEMON"
wait_until $LIMIT "evpnd ends" ended
wait "$DAEMON" || fail "evpnd ended with status $?"
