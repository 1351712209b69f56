# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# test.sh - to be sourced: the words in which every test script speaks
#
#   skip WHY...             ends the test as skipped
#   fail WHAT...            ends the test as failed
#   step WHAT...            what comes next, for the log
#   until_ok SECONDS WHAT COMMAND...   asks until COMMAND succeeds, or fails the test
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
