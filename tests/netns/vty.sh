#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# vty.sh - what the daemons of FRR 8.4 answer on their vty sockets, and what a container can put in the place of these
set -euo pipefail
# shellcheck source=tests/netns/lib-vty.sh
. "$(dirname "$0")/lib-vty.sh"
vty_tests 'zebra bgpd staticd bfdd' staticd
end_child "${PIDS[0]}"

step "a container whose links lead to a socket of the host: it gets no connection"
root=$FABRIC/root outside=$FABRIC/outside
mkdir -p "$root/run/frr" "$root/var" "$outside"
python3 - "$outside/zebra.vty" "$FABRIC/connections" <<-'END' &
	import socket, sys
	s = socket.socket(socket.AF_UNIX)
	s.bind(sys.argv[1])
	s.listen()
	while True:
	    peer, _ = s.accept()
	    with open(sys.argv[2], "a") as f:
	        f.write("connected\n")
END
PIDS+=($!)
# A process with another root directory and another network namespace is all that the plugin needs of a container.
python3 - "$root" "$FABRIC/frr/pid" <<-'END' &
	import ctypes, os, signal, sys
	assert ctypes.CDLL(None).unshare(0x40000000) == 0 # CLONE_NEWNET
	pid = os.open(sys.argv[2], os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
	os.chroot(sys.argv[1])
	os.chdir("/")
	os.write(pid, str(os.getpid()).encode())
	signal.pause()
END
HOSTILE=$!
PIDS+=("$HOSTILE")
is_ready() { [ -S "$outside/zebra.vty" ] && [ "$(cat "$FABRIC/frr/pid")" = "$HOSTILE" ]; }
wait_until 60 "the container and the host's socket" is_ready
ln -s "$outside/zebra.vty" "$root/run/frr/zebra.vty"
fails EPROTO "/run/frr/zebra.vty is not a socket" -- zebra 'show version'
rm "$root/run/frr/zebra.vty"
rmdir "$root/run/frr"
for link in "$outside" ../../outside ../outside "/proc/1/root$outside" "/proc/self/cwd$outside"; do
	ln -sfn "$link" "$root/run/frr"
	fails ENOENT "FRR's zebra does not run" -- zebra 'show version'
	answers - 'show daemons'
	[ "$OUT" = "" ] || fail "listed: $OUT"
done
rm "$root/run/frr"
[ ! -e "$FABRIC/connections" ] || fail "the host's socket was connected to"
# By its own path there is something to be connected to.
"$BUILD/plugin-drive" 5 "$MODULE" vty_dir="$outside" timeout=1 -- ask zebra 'show version' 2> /dev/null && fail "an answer"
[ -s "$FABRIC/connections" ] || fail "the test proves nothing"

step "the container ends while its daemon is asked"
mkdir "$root/run/frr"
python3 - "$root/run/frr/zebra.vty" "$FABRIC/asked" <<-'END' &
	import socket, sys
	s = socket.socket(socket.AF_UNIX)
	s.bind(sys.argv[1])
	s.listen()
	peer, _ = s.accept()
	open(sys.argv[2], "w").close()
	peer.recv(1 << 16)
	peer.recv(1 << 16)
END
PIDS+=($!)
wait_until 60 "the daemon's socket" test -S "$root/run/frr/zebra.vty"
"$BUILD/plugin-drive" 60 "$MODULE" "$PLACE" vty_dir=/run/frr -- ask zebra 'show version' > "$FABRIC/drive.log" 2>&1 &
DRIVE=$!
PIDS+=("$DRIVE")
wait_until 60 "the daemon is asked" test -e "$FABRIC/asked"
kill -KILL "$HOSTILE"
RC=0
wait "$DRIVE" || RC=$?
OUT=$(cat "$FABRIC/drive.log")
[ "$RC" = 1 ] || fail "exit status $RC: $OUT"
expect "failed: ENOENT: FRR's zebra does not run: its container has ended"
