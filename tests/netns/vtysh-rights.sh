#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# vtysh-rights.sh - what a program that FRR's container has put in the place of vtysh can do: next to nothing
set -euo pipefail
# shellcheck source=tests/netns/lib-vtysh.sh
. "$(dirname "$0")/lib-vtysh.sh"

# The first process of the program's pid namespace: the child of the plugin's process.
first_process() {
	INIT=$(pgrep -P "$DRIVE")
}


# The program, by its pid on the host; it has a session of its own and follows nobody.
program_runs() {
	pgrep -x -f "tail -f $FABRIC/hang"
}

nothing_runs() {
	ends 1 program_runs
}

# as_container COMMAND... : with the capabilities of root in an ordinary container, which here sees the pids of the host. CAP_SYS_ADMIN
# is not among them: since Linux 6.17 it may read maps and environ of any process (may_access_mm).
as_container() {
	local caps=chown,dac_override,fowner,fsetid,kill,setgid,setuid,setpcap,net_bind_service,net_raw,net_admin,sys_chroot,mknod

	setpriv --bounding-set "-all,+${caps//,/,+}" "$@"
}

no_access() {
	if as_container "$@" > "$FABRIC/out" 2>&1; then fail "$* works: $(cat "$FABRIC/out")"; fi
	grep -q 'Permission denied' "$FABRIC/out" || fail "$*: $(cat "$FABRIC/out")"
}

fabric_begin
namespace leaf1
container 'zebra bgpd staticd'

step "files, devices, the network, evpnd's descriptors and environment"
cat > "$FABRIC/vtysh" <<-'END'
	#!/bin/bash
	exec 2>&1
	setpriv --dump
	echo "pid $$ of $(kill -0 3 && echo many || echo two), files in /proc: $(echo /proc/*), hostname $(hostname)"
	touch /etc/frr/x
	echo x > /dev/null
	mount -t proc proc /mnt
	ip link add x type bridge
	kill -KILL 1
	for fd in {3..30}; do ! (: >&$fd) || echo "descriptor $fd is open"; done
	env
	exit 0
END
chmod +x "$FABRIC/vtysh"
export CANARY=evpnds
drive 60 vtysh="$FABRIC/vtysh" -- query 'show rights'
[ "$RC" = 0 ] || fail "exit status $RC: $OUT"
for pattern in 'no_new_privs: 1' 'Capability bounding set: dac_override'$'\n' 'pid 2 of two, files in /proc: /proc/\*, hostname frr' \
	"cannot touch '/etc/frr/x': Read-only" '/dev/null: Permission denied' 'mount: .*not implemented' \
	'Cannot open netlink socket: Address family not supported'; do
	expect "$pattern"
done
[[ $OUT != *"is open"* && $OUT != *CANARY* ]] || fail "$OUT"

step "system calls"
drive 60 vtysh="$BUILD/forbidden-calls" -- query 'show calls'
[ "$RC" = 0 ] || fail "exit status $RC: $OUT"
expect '[0-9]+ calls'
[[ $OUT != *allowed:* ]] || fail "$OUT"
# The same program without the filter shows that it asks the right questions.
"$BUILD/forbidden-calls" > "$FABRIC/calls"
for call in ptrace process_vm_readv mount setns unshare memfd_create socket; do
	grep -q "^allowed: $call: " "$FABRIC/calls" || fail "$call is refused outside of the filter, too: $(cat "$FABRIC/calls")"
done

step "an end by a signal is told as such"
printf '%s\n' '#!/bin/sh' 'kill -SEGV $$' > "$FABRIC/vtysh"
drive 60 vtysh="$FABRIC/vtysh" -- query 'show signals'
[ "$RC" = 1 ] || fail "exit status $RC: $OUT"
expect 'ended with status 139'

step "while it runs, nobody but the host's root reads evpnd's memory through its parent"
touch "$FABRIC/hang"
# Python: a shell cannot switch off what prctl has set.
cat > "$FABRIC/vtysh" <<-END
	#!/usr/bin/python3
	import ctypes, os
	PR_SET_PDEATHSIG = 1
	if os.fork() == 0:
	    os.setsid()
	    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, 0)
	    os.execlp("tail", "tail", "-f", "$FABRIC/hang")
	ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, 0)
	os.execlp("tail", "tail", "-f", "$FABRIC/hang")
END
conf ''
drive_begin vtysh="$FABRIC/vtysh"
wait_until 60 "the program runs" program_runs
wait_until 60 "its parent is known" first_process
[ "$(cat "/proc/$INIT/oom_score_adj")" = 1000 ] || fail "if memory runs out, the kernel does not kill the program first"
grep -q '^CapEff:[[:space:]]*0*2$' "/proc/$INIT/status" || fail "the parent has more capabilities: $(grep Cap "/proc/$INIT/status")"
grep -q '^Seccomp:[[:space:]]*2$' "/proc/$INIT/status" || fail "the parent has no filter"
for file in mem environ maps auxv; do
	no_access head -c1 "/proc/$INIT/$file"
done
for path in exe fd cwd root ns/net; do
	no_access ls -l "/proc/$INIT/$path"
done
as_container head -c1 "/proc/$(pgrep -n -P "$INIT")/environ" > "$FABRIC/out" ||
	fail "the program's files cannot be read, either: this shows nothing"

step "evpnd ends by SIGKILL: so does all that the program has started"
kill -KILL "$DRIVE"
wait_until 60 "nothing runs" nothing_runs
