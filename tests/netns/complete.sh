#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# complete.sh - bash completes evpnctl's commands, options, VNIs and neighbors, and evpnd's options: a real interactive bash gets the keys
# test-run: waits
set -euo pipefail
# shellcheck source=tests/netns/lib-leaf.sh
. "$(dirname "$0")/lib-leaf.sh"

# completes LINE WORD... : Tab behind this line offers just these words, or makes it this one
completes() {
	local line=$1
	shift
	python3 - "$here/../../$([[ $line = evpnd* ]] && echo core/evpnd.bash || echo client/evpnctl.bash)" "$BUILD" "$line" "$@" > "$FABRIC/complete" 2>&1 <<-'P' || fail "$line: $(cat "$FABRIC/complete")"
		import os, pty, re, select, sys, time
		script, build, line, wanted = sys.argv[1], sys.argv[2], sys.argv[3], sys.argv[4:]
		pid, fd = pty.fork()
		if pid == 0:
		    os.environ.update(PATH=build + ":" + os.environ["PATH"], TERM="dumb", PS1="ready> ", INPUTRC="/dev/null", COLUMNS="200")
		    os.execvp("bash", ["bash", "--norc", "--noprofile", "-i"])
		end = time.monotonic() + 30
		seen = ""
		def until(pattern):
		    global seen
		    while not re.search(pattern, seen, re.S):
		        assert time.monotonic() < end, f"no {pattern!r} in {seen!r}"
		        if select.select([fd], [], [], 0.1)[0]:
		            seen += os.read(fd, 65536).decode(errors="replace")
		until("ready> ")
		os.write(fd, f"bind 'set bell-style none'; bind 'set page-completions off'; bind 'set show-all-if-ambiguous on'; bind 'set completion-query-items 0'; . {script}; echo loa''ded\n".encode())
		until("loaded\r?\n.*ready> ")
		seen = ""
		# The line that the completion makes of it is then the argument of a command that does nothing.
		os.write(fd, line.encode() + b"\t\x01: '\x05'\n")
		until(r"\n.*ready> $")
		os.write(fd, b"exit\n")
		words = seen.split()
		missing = [w for w in wanted if not w.startswith("!") and not any(v.strip("'") == w for v in words)]
		extra = [w[1:] for w in wanted if w.startswith("!") and w[1:] in words]
		assert not missing and not extra, f"missing {missing}, wrong {extra}, in {seen!r}"
	P
}

leaf_up
SOCKET=$FABRIC/state/control.sock
conf 's/^l2vnis = .*/l2vnis = ( { vni = 110; }, { vni = 1107; }, { vni = 210; } );/'
export EVPNCTL_SOCKET=$SOCKET

step "without evpnd: commands, options, levels, files"
completes "evpnctl st" status
completes "evpnctl r" retry reload '!status'
completes "evpnctl --no" --no-color --no-fold '!--json'
completes "evpnctl history --" --json --timeout '!--watch' '!--fresh'
completes "evpnctl status --wa" --watch
completes "evpnctl log-level d" debug
completes "evpnctl status " '!110'
completes "evpnctl explain " vni mac ip '!vrf'
completes "evpnctl explain ip 192.0.2.1 v" vni vrf
completes "evpnctl explain mac 02:00:00:00:00:01 v" vni '!vrf'
completes "evpnctl bundle /etc/host" hostname hosts

step "evpnd's own"
completes "evpnd --d" --dry-run --down --dump-plugin '!--check'
completes "evpnd --log-level " error debug '!--check'
completes "evpnd --log-level=d" --log-level=debug
completes "evpnd --once --config /etc/host" hostname hosts
# Those that are installed, which may be none.
mapfile -t plugins < <("$BUILD/evpnd" --list-plugins | sed -n 's/^\(netns-[a-z]*\) .*/\1/p')
completes "evpnd --dump-plugin netns-" "${plugins[@]}" '!frr-vtysh'

step "with evpnd: its VNIs and neighbors"
daemon_start
wait_until 60 "the socket" test -S "$SOCKET"
"$BUILD/evpnctl" wait --timeout 60
completes "evpnctl status 11" 110 1107 '!210'
completes "evpnctl --socket $SOCKET status 2" 210
completes "evpnctl explain vni 2" 210
completes "evpnctl explain mac 02:00:00:00:00:01 vni 11" 110 1107 '!210'
completes "evpnctl wait --for s" session=192.168.11.2
completes "evpnctl wait --for session=1" session=192.168.11.2
completes "evpnctl wait --for vni=2" vni=210
daemon_stop
