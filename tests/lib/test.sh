# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# test.sh - to be sourced: the words in which every test script speaks
#
#   skip WHY...             ends the test as skipped
#   fail WHAT...            ends the test as failed
#   step WHAT...            what comes next, for the log
#   until_ok SECONDS WHAT COMMAND...   asks until COMMAND succeeds, or fails the test
#   delayed_ports IP...     the bridge ports, as `IP... link' shows them, whose forward delay is running: when it ends, 15 s after
#                           the port came up, the kernel announces the port once more, though nothing changes
#   delay_is_over MONITOR "PORT..." IP...      it runs no longer, and MONITOR, the output of ip monitor, has those announcements
#   ask_reloader SOCKET REQUEST        evpn-reloader's whole answer, by the protocol, without the plugin
#   reload_counts SOCKET    how often it ran frr-reload.py: tests=N and reloads=N

skip() {
	echo "SKIP: $*"
	exit 77
}

fail() {
	echo "FAIL: $*" >&2
	exit 1
}

step() {
	echo "--- $*"
}

until_ok() {
	local deadline=$((SECONDS + $1)) what=$2

	shift 2
	until "$@" > /dev/null 2>&1; do
		[ "$SECONDS" -lt "$deadline" ] || fail "not within the time: $what"
	done
}

delayed_ports() {
	"$@" -details -oneline link | sed -nE 's/^[0-9]+: ([^:@]+).* forward_delay_timer +([1-9]|0\.0*[1-9]).*/\1/p'
}

delay_is_over() {
	local monitor=$1 port ports=$2

	shift 2
	[ -z "$(delayed_ports "$@")" ] || return 1
	for port in $ports; do grep -q "^[0-9]*: $port[:@]" "$monitor" || return 1; done
}

ask_reloader() {
	python3 - "$@" <<-'END'
		import socket, sys
		s = socket.socket(socket.AF_UNIX)
		s.settimeout(60)
		s.connect(sys.argv[1])
		s.sendall(b"evpn-reloader 1 %s\n" % sys.argv[2].encode())
		sys.stdout.write(s.makefile(newline="\n").read())
	END
}

reload_counts() {
	ask_reloader "$1" status | grep -E '^(tests|reloads)='
}
