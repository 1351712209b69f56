#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# reloader-socket.sh - who may ask evpn-reloader, and where it listens: users, instances, what is left over; TCP, the plain
# protocol; linked statically. No FRR needed
set -euo pipefail
# shellcheck source=tests/netns/lib-reloader.sh
. "$(dirname "$0")/lib-reloader.sh"

# The build directory may be out of nobody's reach.
as_nobody() {
	OUT=$(setpriv --reuid=65534 --regid=65534 --clear-groups "$T/drive" 60 "$T/module.so" "address=unix:$SOCK" -- \
		query 'show version' 2>&1)
}

# refuses LOG PATTERN [OPTION...] : it does not start, and says why.
refuses() {
	local log=$T/$1.log pattern=$2 rc=0

	shift 2
	"$BUILD/evpn-reloader" "$@" 2> "$log" || rc=$?
	[ $rc = 1 ] || fail "exit status $rc: $*: $(cat "$log")"
	expect "$(cat "$log")" "$pattern"
}

set_up
echo 'hostname r1' > "$T/frr/frr.conf"
cp "$BUILD/plugin-drive" "$T/drive"
cp "$MODULE" "$T/module.so"
reloader first --listen "unix:$SOCK"
FIRST=$PID

step "the help and the man page name the same options"
options() {
	grep -oE -- '--[a-z][a-z-]+' | sort -u
}
# Those of frr-reload.py and of FRR's daemons are mentioned there too.
man_options() {
	sed 's/\\-/-/g' "$REPO/plugins/frr-signal/evpn-reloader.8" | sed -n '/^\.SH OPTIONS/,/^\.SH PROTOCOL/p' | grep -A1 '^\.TP' | options
}
"$BUILD/evpn-reloader" --help | options | grep -v -- --vty$ > "$T/help.options"
man_options > "$T/man.options"
diff "$T/help.options" "$T/man.options" || fail "they differ"

step "another user: no permission, and denied where the permissions were changed"
ends 1 as_nobody || fail "another user is not refused: $OUT"
expect "$OUT" "failed: cannot connect to unix:$SOCK: Permission denied"
chmod 755 "$T/socket"
chmod 666 "$SOCK"
ends 1 as_nobody || fail "another user is not refused: $OUT"
expect "$OUT" "denied: only root and the user of evpn-reloader may send requests"
[ "$(counter denied)" = 1 ] || fail "$(ask status)"
chmod 700 "$T/socket"
chmod 600 "$SOCK"

step "a second instance refuses to start, the first goes on"
refuses second "another evpn-reloader is already listening at $SOCK" --listen "unix:$SOCK"
expect "$(ask status)" "^evpn-reloader 1 ok"

step "what a killed instance left behind is replaced; what is not a socket is not"
kill -9 "$FIRST"
ends 137 wait "$FIRST"
[ -S "$SOCK" ] || fail "no socket is left: the test shows nothing"
reloader again --listen "unix:$SOCK"
expect "$(ask status)" "^evpn-reloader 1 ok"
reloader_end
echo precious > "$SOCK"
refuses file "exists and is not a socket" --listen "unix:$SOCK"
[ "$(cat "$SOCK")" = precious ] || fail "the file is gone"
rm "$SOCK"

step "of many that start at once, one wins"
# A socket left over, which all of them find.
python3 -c 'import socket, sys; socket.socket(socket.AF_UNIX).bind(sys.argv[1])' "$SOCK"
for i in 1 2 3 4 5 6; do
	"$BUILD/evpn-reloader" --listen "unix:$SOCK" 2> "$T/race$i.log" &
	PIDS+=($!)
done
said_something() {
	[ "$(cat "$T"/race*.log | wc -l)" = 6 ]
}
wait_until 60 "each listens or refuses" said_something
[ "$(cat "$T"/race*.log | grep -c 'listens at')" = 1 ] || fail "$(cat "$T"/race*.log)"
expect "$(ask status)" "^evpn-reloader 1 ok"
for PID in "${PIDS[@]:(-6)}"; do
	# Five have ended by themselves.
	kill "$PID" 2> /dev/null || :
	wait "$PID" 2> /dev/null || :
done
[ ! -e "$SOCK" ] || fail "the socket is still there"

step "a directory that others can write is refused, as is an address that others reach"
for mode in 1777 770 707; do
	chmod $mode "$T/socket"
	refuses dir "\(owner 0, mode [0-7]+\) is writable by other users" --listen "unix:$SOCK"
done
chmod 700 "$T/socket"
chown 65534 "$T/socket"
refuses dir "\(owner 65534, mode [0-7]+\) is writable by other users" --listen "unix:$SOCK"
chown 0 "$T/socket"
refuses tcp "add --allow-remote" --listen tcp:0.0.0.0:7080
refuses tcp "add --allow-remote" --listen 'tcp:[::]:7080'
refuses tcp "host names are not resolved" --listen tcp:localhost:7080

step "the same over TCP, in a namespace of its own"
ip netns add "$NS"
ip -n "$NS" link set lo up
RELOADER=$T/in-netns
printf '#!/bin/sh\nexec ip netns exec %s %s "$@"\n' "$NS" "$BUILD/evpn-reloader" > "$RELOADER"
chmod +x "$RELOADER"
for address in 'tcp:[::1]:7080' tcp:127.0.0.1:7080; do
	reloader tcp --listen "$address"
	RC=0
	OUT=$(ip netns exec "$NS" "$BUILD/plugin-drive" 60 "$MODULE" "address=$address" -- query 'configure' 2>&1) || RC=$?
	[ $RC = 1 ] || fail "exit status $RC: $OUT"
	expect "$OUT" "invalid: expected"
	reloader_end
done
unset RELOADER

step "the plain protocol: a connection is the signal"
PROTOCOL=plain
drive 3 reload "$T/frr/frr.conf" 1
[ $RC = 4 ] || fail "exit status $RC: $OUT"
expect "$OUT" "waits for the reloader at unix:$SOCK"
python3 - "$SOCK" > "$T/plain.log" <<-'END' &
	import socket, sys
	l = socket.socket(socket.AF_UNIX)
	l.bind(sys.argv[1])
	l.listen()
	for i in range(2):
	    s, _ = l.accept()
	    assert s.recv(1) == b""
	    print("signal", flush=True)
END
PLAIN=$!
drive 60 reload "$T/frr/frr.conf" 1 reload "$T/frr/frr.conf" 1 reload "$T/frr/frr.conf" 2 query 'show version'
[ $RC = 1 ] || fail "exit status $RC: $OUT"
expect "$OUT" "failed: protocol = \"plain\" cannot run commands in FRR"
wait $PLAIN || fail "the plain reloader: $(cat "$T/plain.log")"
[ "$(xargs < "$T/plain.log")" = "signal signal" ] || fail "not two signals: $(cat "$T/plain.log")"
unset PROTOCOL
rm "$SOCK"

step "linked statically, as the man page says, it runs in a root file system with nothing else"
mkdir -p "$T/root/run"
(cd "$REPO" && "${CC:-gcc}" -static -Os -Iplugins -o "$T/root/evpn-reloader" plugins/frr-signal/reloader*.c plugins/lib/vty*.c) ||
	fail "it does not link"
RELOADER=$T/in-root
printf '#!/bin/sh\nexec chroot %s /evpn-reloader "$@"\n' "$T/root" > "$RELOADER"
chmod +x "$RELOADER"
SOCK=$T/root/run/reloader/reloader.sock
reloader static --listen unix:/run/reloader/reloader.sock
expect "$(ask status)" "^evpn-reloader 1 ok"
reloader_end
