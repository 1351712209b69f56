#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# reloader-ask.sh - questions to FRR's daemons through evpn-reloader: answers, refusals, passwords, a daemon that is missing or hangs;
# while a reload runs; an evpn-reloader that does not know them
set -euo pipefail
# shellcheck source=tests/netns/lib-reloader.sh
. "$(dirname "$0")/lib-reloader.sh"

# fails CODE PATTERN DAEMON COMMAND
fails() {
	drive 60 ask "$3" "$4"
	[ $RC = 1 ] || fail "$3: $4: exit status $RC: $OUT"
	expect "$OUT" "failed: $1: .*$2"
}

# answers DAEMON COMMAND
answers() {
	drive 60 ask "$1" "$2"
	[ $RC = 0 ] || fail "$1: $2: exit status $RC: $OUT"
}

set_up_frr
printf '%s\n' "hostname $(hostname)" > "$T/frr/frr.conf"
reloader reloader --listen "unix:$SOCK"

step "FRR is down, and comes up"
answers - 'show daemons'
[ "$OUT" = "waiting: waits for the answer of evpn-reloader at unix:$SOCK" ] || fail "$OUT"
fails ENOENT "FRR's zebra does not run: $T/frr/zebra.vty: No such file or directory" zebra 'show version'
frr_start "$DAEMONS"
answers - 'show daemons'
expect "$OUT" $'\nzebra bgpd staticd$'
for daemon in zebra bgpd staticd; do
	answers "$daemon" 'show version'
	expect "$OUT" FRRouting
done
vtysh_frr -c 'configure' -c 'ip route 10.9.0.0/16 blackhole' -c 'router bgp 65001' -c 'neighbor 10.0.0.2 remote-as 65002' -c 'neighbor 10.0.0.2 password secret'
vtysh_frr -c 'show interface json' > "$T/vtysh"
ask 'ask zebra show interface json' | sed 1d > "$T/own"
cmp "$T/own" "$T/vtysh" || fail "vtysh prints something else"
[ "$(wc -c < "$T/own")" -gt 100 ] || fail "too short to be compared"

step "the running configuration: with its passwords, because the socket is a unix socket"
answers staticd 'show running-config'
expect "$OUT" "ip route 10.9.0.0/16 blackhole"
answers bgpd 'show running-config'
expect "$OUT" 'password secret'

step "what a daemon refuses, and what is not asked"
fails EIO "FRR's zebra refuses .show nonsense. with status 2: % .*Unknown command: show nonsense" zebra 'show nonsense'
fails ENOENT "FRR's ospfd does not run" ospfd 'show version'
asks=$(counter asks)
fails EOPNOTSUPP "a command may only contain letters" zebra 'show version | include x'
for request in 'ask' 'ask ' 'ask zebra' 'ask zebra configure terminal' 'ask ../zebra show version' 'ask zebra.vty show version' \
	'ask ZEBRA show version' 'ask - show daemons' 'ask zebra Show version' 'ask zebra  show version' 'daemons now' \
	"ask $(printf 'z%.0s' {1..32}) show version"; do
	expect "$(ask "$request")" "^evpn-reloader 1 (denied|invalid) "
done
[ "$(counter asks)" = "$asks" ] || fail "one of them was asked"
reloader_end

step "over TCP only with --allow-running-config"
RELOADER=$T/in-netns
printf '#!/bin/sh\nexec ip netns exec %s %s "$@"\n' "$NS" "$BUILD/evpn-reloader" > "$RELOADER"
chmod +x "$RELOADER"
ask_tcp() {
	RC=0
	OUT=$(ip netns exec "$NS" "$BUILD/plugin-drive" 60 "$MODULE" address=tcp:127.0.0.1:7080 -- ask "$@" 2>&1) || RC=$?
}
reloader tcp --listen tcp:127.0.0.1:7080
ask_tcp bgpd 'show version'
[ $RC = 0 ] || fail "exit status $RC: $OUT"
for command in 'show running-config' 'show run' 'show  ru' 'show startup-config'; do
	ask_tcp bgpd "$command"
	[ $RC = 1 ] || fail "$command: exit status $RC: $OUT"
	expect "$OUT" "failed: EOPNOTSUPP: FRR's configuration contains passwords"
done
kill "$PID"
wait "$PID"
reloader tcp --listen tcp:127.0.0.1:7080 --allow-running-config
ask_tcp bgpd 'show running-config'
[ $RC = 0 ] || fail "exit status $RC: $OUT"
expect "$OUT" 'password secret'
kill "$PID"
wait "$PID"
unset RELOADER

step "a daemon that hangs: the others answer meanwhile, and who leaves is forgotten"
reloader hangs --listen "unix:$SOCK"
kill -STOP "$(cat "$T/frr/bgpd.pid")"
"$BUILD/plugin-drive" 60 "$MODULE" "address=unix:$SOCK" -- ask bgpd 'show version' > "$T/hangs.log" 2>&1 &
HANGS=$!
PIDS+=("$HANGS")
asked() { [ "$(counter asks)" -ge 1 ]; }
wait_until 60 "bgpd is asked" asked
# Those who left have made place: there are 8.
python3 - "$SOCK" <<-'END'
	import socket, sys
	for i in range(20):
	    s = socket.socket(socket.AF_UNIX)
	    s.connect(sys.argv[1])
	    s.sendall(b"evpn-reloader 1 ask bgpd show version\n")
	    s.close()
END
for _ in 1 2 3; do
	answers zebra 'show version'
	expect "$OUT" FRRouting
done
answers - 'show daemons'
expect "$OUT" $'\nzebra bgpd staticd$'
RC=0
wait "$HANGS" || RC=$?
[ $RC = 1 ] || fail "exit status $RC: $(cat "$T/hangs.log")"
expect "$(cat "$T/hangs.log")" "failed: ETIMEDOUT: FRR's bgpd does not answer within the time limit"
kill -CONT "$(cat "$T/frr/bgpd.pid")"
answers bgpd 'show version'
reloader_end

step "a question does not wait for a reload"
cat > "$T/hang" <<-END
	#!/bin/sh
	echo \$\$ > $T/tool.pid
	exec sleep infinity
END
chmod +x "$T/hang"
reloader busy --listen "unix:$SOCK" --frr-reload "$T/hang"
ask 'reload x/1' > "$T/x1.log" 2>&1 &
CLIENT=$!
wait_until 60 "the tool runs" test -s "$T/tool.pid"
answers zebra 'show version'
expect "$OUT" FRRouting
[ "$(counter running)" = reload ] || fail "$(ask status)"
reloader_end
wait "$CLIENT"

step "a daemon that answers without end, or not in this form"
mkdir "$T/fake"
python3 - "$T/fake" <<-'END' &
	import socket, sys, threading
	def serve(name, answer):
	    s = socket.socket(socket.AF_UNIX)
	    s.bind(sys.argv[1] + "/" + name + ".vty")
	    s.listen()
	    while True:
	        peer, _ = s.accept()
	        try:
	            peer.recv(100)
	            peer.sendall(b"\0\0\0\0")
	            peer.recv(100)
	            answer(peer)
	        except OSError:
	            pass
	        peer.close()
	def endless(peer):
	    while True:
	        peer.sendall(b"x" * 65536)
	def long(peer):
	    peer.sendall(b"x" * (16 << 20) + b"\0\0\0\0")
	    peer.recv(1)
	for name, answer in (("zebra", endless), ("bgpd", lambda peer: peer.sendall(b"a\0b\0\0\0\0")), ("staticd", long)):
	    threading.Thread(target=serve, args=(name, answer)).start()
END
PIDS+=($!)
wait_until 60 "the fake daemons" test -S "$T/fake/staticd.vty"
reloader fake --listen "unix:$SOCK" --vty-socket "$T/fake"
fails EPROTO "longer than 16 MiB" zebra 'show version'
fails EPROTO "not in the form of FRR's vty protocol" bgpd 'show version'
drive 60 ask staticd 'show version'
[ $RC = 0 ] || fail "exit status $RC: ${OUT:0:300}"
[ ${#OUT} -gt $((16 << 20)) ] || fail "cut off: ${#OUT}"
OUT=
reloader_end

step "an older evpn-reloader, and another program"
python3 - "$SOCK" <<-'END' &
	import socket, sys
	l = socket.socket(socket.AF_UNIX)
	l.bind(sys.argv[1])
	l.listen()
	while True:
	    s, _ = l.accept()
	    s.recv(1000)
	    body = b"expected: reload GENERATION [SUM], show ..., watch, or status\n"
	    s.sendall(b"evpn-reloader 1 invalid duration_ms=0 generation=- changed=0 length=%d\n" % len(body) + body)
	    s.close()
END
PIDS+=($!)
wait_until 60 "the older evpn-reloader" test -S "$SOCK"
fails EOPNOTSUPP "cannot ask FRR's daemons; update evpn-reloader" zebra 'show version'
PROTOCOL=plain
fails EOPNOTSUPP "protocol = .plain. cannot ask FRR's daemons" zebra 'show version'
