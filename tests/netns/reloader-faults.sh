#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# reloader-faults.sh - evpn-reloader and a tool that hangs, crashes or is missing; bad requests and silent clients; no FRR needed
set -euo pipefail
# shellcheck source=tests/netns/lib-reloader.sh
. "$(dirname "$0")/lib-reloader.sh"

# The process that the tool waits for.
hangs() {
	test -s "$T/tool.pids" && kill -0 "$(tail -1 "$T/tool.pids")"
}

tool_ended() {
	local pid

	while read -r pid; do wait_until 60 "the end of process $pid" ended "$pid"; done < "$T/tool.pids"
}

set_up
echo 'hostname r1' > "$T/frr/frr.conf"
# What answers the question whether the daemons are up, and no more.
python3 - "$T/frr" <<-'END' &
	import select, socket, sys
	socks, kept = [], []
	for name in "zebra", "bgpd", "staticd":
	    s = socket.socket(socket.AF_UNIX)
	    s.bind(sys.argv[1] + "/" + name + ".vty")
	    s.listen(100)
	    socks.append(s)
	while True:
	    for s in select.select(socks, [], [])[0]:
	        kept.append(s.accept()[0]) # as FRR does
END
PIDS+=($!)
wait_until 60 "the daemons' sockets" test -S "$T/frr/staticd.vty"
mkdir "$T/bin"
printf '%s\n' '#!/bin/sh' 'printf "Current configuration:\n!\nend\n"' > "$T/bin/vtysh"
chmod +x "$T/bin/vtysh"
cat > "$T/hang" <<-END
	#!/bin/sh
	echo \$\$ > $T/tool.pids
	sleep infinity &
	echo \$! >> $T/tool.pids
	echo reading the configuration >&2
	wait
END
chmod +x "$T/hang"

step "a tool that hangs is killed with what it has started, and that is told"
reloader hang --listen "unix:$SOCK" --frr-reload "$T/hang" --bindir "$T/bin" --timeout 5
[ "$(stat -c '%a %u' "$T/socket" "$SOCK" | xargs)" = "700 0 600 0" ] || fail "modes: $(stat -c '%a %u' "$T/socket" "$SOCK")"
reload_conf
[ $RC = 1 ] || fail "exit status $RC: $OUT"
expect "$OUT" "failed: frr-reload.py --test did not end within 5 s and was killed"
expect "$OUT" "reading the configuration"
tool_ended
[ "$(counter tests) $(counter reloads) $(counter last_status)" = "1 0 failed" ] || fail "$(ask status)"
reloader_end

step "status is answered while a reload runs, others wait, who leaves is forgotten; ended then, it leaves nothing"
rm "$T/tool.pids"
reloader hang --listen "unix:$SOCK" --frr-reload "$T/hang" --bindir "$T/bin" --timeout 100
ask 'reload x/1' > "$T/x1.log" 2>&1 &
CLIENT=$!
wait_until 60 "the tool runs" hangs
[ "$(counter running)" = reload ] || fail "$(ask status)"
python3 - "$SOCK" <<-'END'
	import socket, sys
	for i in range(20):
	    s = socket.socket(socket.AF_UNIX)
	    s.connect(sys.argv[1])
	    s.sendall(b"evpn-reloader 1 reload gone/%d\n" % i)
	    s.close()
END
[ "$(counter tests)" = 1 ] || fail "$(ask status)"
reloader_end
wait "$CLIENT"
[ ! -s "$T/x1.log" ] || fail "there was an answer: $(cat "$T/x1.log")"
tool_ended

step "a tool that is missing, that crashes"
reloader gone --listen "unix:$SOCK" --frr-reload "$T/nothing" --bindir "$T/bin"
reload_conf
[ $RC = 1 ] || fail "exit status $RC: $OUT"
expect "$OUT" "run $T/nothing: No such file or directory"
reloader_end
cat > "$T/crash" <<-'END'
	#!/bin/sh
	echo "Traceback: oops" >&2
	kill -SEGV $$
END
chmod +x "$T/crash"
reloader crash --listen "unix:$SOCK" --frr-reload "$T/crash" --bindir "$T"
reload_conf
[ $RC = 1 ] || fail "exit status $RC: $OUT"
expect "$OUT" "frr-reload.py --test was killed by signal 11"
expect "$OUT" "Traceback: oops"

step "a show whose answer has no end"
printf '#!/bin/sh\nexec head -c 20000000 /dev/zero\n' > "$T/vtysh"
chmod +x "$T/vtysh"
drive 60 query 'show big'
[ $RC = 1 ] || fail "exit status $RC: ${OUT:0:200}"
expect "$OUT" "longer than 16 MiB"

step "bad requests, and clients that say nothing"
expect "$(ask reload)" "^evpn-reloader 1 invalid .*length=[0-9]+
expected: reload GENERATION"
for request in 'reload a b c' 'reload a xyz' "reload \$(id)" "reload $(printf '%064d' 1)" 'reload ' '' 'Status' 'status now'; do
	expect "$(ask "$request")" "^evpn-reloader 1 invalid"
done
python3 - "$SOCK" <<-'END'
	import socket, sys, time
	def talk(data):
	    s = socket.socket(socket.AF_UNIX)
	    s.settimeout(20)
	    s.connect(sys.argv[1])
	    s.sendall(data)
	    return s.makefile("rb").read()
	assert talk(b"GET / HTTP/1.1\r\n").startswith(b"evpn-reloader 1 invalid "), "HTTP"
	assert talk(b"evpn-reloader 2 status\n").startswith(b"evpn-reloader 1 invalid "), "version 2"
	assert talk(b"evpn-reloader 1 status\r\n").startswith(b"evpn-reloader 1 ok "), "CR"
	assert talk(b"x" * 511).startswith(b"evpn-reloader 1 invalid "), "long"
	assert talk(b"a\0b").startswith(b"evpn-reloader 1 invalid "), "NUL"
	idle = [socket.socket(socket.AF_UNIX) for i in range(8)]
	for s in idle:
	    s.connect(sys.argv[1])
	start = time.monotonic()
	# All places are taken: this one takes the place of an idle one. The others are dropped in time.
	assert talk(b"evpn-reloader 1 status\n").startswith(b"evpn-reloader 1 ok "), "beside the idle ones"
	assert time.monotonic() - start < 4, time.monotonic() - start
	assert idle[0].recv(1) == b""
	assert all(s.recv(1) == b"" for s in idle)
END
reloader_end
