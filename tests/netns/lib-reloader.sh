# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# lib-reloader.sh - sourced by the tests of evpn-reloader: real FRR in a namespace of its own, the real sidecar, the plugin
#
# The plugin is driven by plugin-drive, as evpnd drives it. $T is the test's directory; $T/frr holds FRR's frr.conf, its vty
# sockets and pid files.

# The distribution's own programs, as FRR's tools use them: a python3 put in front of them can cost half a second a call.
PATH=/usr/sbin:/usr/bin:/sbin:/bin
REPO=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
BUILD=$(readlink -f "${BUILD:-$REPO/build}")
MODULE=$BUILD/plugins/frr-signal/.libs/frr-signal.so
NS=ev-reloader-$$
DAEMONS="zebra bgpd staticd"

# shellcheck source=tests/lib/test.sh
. "$REPO/tests/lib/test.sh"

# expect TEXT PATTERN
expect() {
	[[ $1 =~ $2 ]] || fail "\`$2' is not in: $1"
}

set_up() {
	[ "$(id -u)" = 0 ] || skip "needs root"
	for file in evpn-reloader plugin-drive; do
		[ -x "$BUILD/$file" ] || fail "$BUILD/$file is not built"
	done
	make_folder
	at_end frr_down
	SOCK=$T/socket/reloader.sock
	mkdir "$T/frr"
	: > "$T/frr/empty"
	: > "$T/frr/vtysh.conf"
}

set_up_frr() {
	for file in /usr/lib/frr/bgpd /usr/lib/frr/frr-reload.py /usr/bin/vtysh; do
		[ -e "$file" ] || skip "needs FRR: $file is not there"
	done
	set_up
	chown frr:frr "$T/frr"
	ip netns add "$NS"
	ip -n "$NS" link set lo up
}

tell() {
	sed 's/^/log: /' "$T"/*.log
}

frr_down() {
	local file
	for file in "$T"/frr/*.pid; do [ ! -e "$file" ] || kill -9 "$(cat "$file")"; done
	[ ! -e "/run/netns/$NS" ] || ip netns del "$NS"
}

# frr_start [DAEMON...]
frr_start() {
	local daemon

	for daemon in ${1:-$DAEMONS}; do
		ip netns exec "$NS" "/usr/lib/frr/$daemon" -d -A 127.0.0.1 -u frr -g frr -i "$T/frr/$daemon.pid" \
			-z "$T/frr/zserv.api" --vty_socket "$T/frr" -f "$T/frr/empty" 2>> "$T/frr.log"
	done
}

ended() {
	[ ! -e "/proc/$1" ]
}

# frr_stop DAEMON...
frr_stop() {
	local daemon pid

	for daemon; do
		pid=$(cat "$T/frr/$daemon.pid")
		kill -9 "$pid"
		wait_until 60 "the end of $daemon" ended "$pid"
		rm "$T/frr/$daemon.pid"
	done
}

vtysh_frr() {
	vtysh --vty_socket "$T/frr" --config_dir "$T/frr" "$@"
}

# reloader LOG [OPTION...] : starts one; its pid is in $PID. Its socket is there when this returns.
reloader() {
	local log=$T/$1.log

	shift
	: > "$log"
	"${RELOADER:-$BUILD/evpn-reloader}" --confdir "$T/frr" --rundir "$T/frr" --vty-socket "$T/frr" "$@" 2>> "$log" &
	PID=$!
	PIDS+=("$PID")
	wait_until 60 "evpn-reloader listens" grep -q 'listens at' "$log"
}

# Ends the one that was started last, as an administrator does.
reloader_end() {
	kill "$PID"
	wait "$PID" || fail "evpn-reloader's exit status is $?"
	[ ! -e "$SOCK" ] || fail "its socket is still there"
}

# ask REQUEST : by the protocol, without the plugin.
ask() {
	ask_reloader "$SOCK" "$1"
}

# counter NAME : of the status.
counter() {
	ask status | sed -n "s/^$1=//p"
}

# drive SECONDS ACTION... : the plugin's messages are in $OUT, its exit status in $RC.
# shellcheck disable=SC2034 # used by the tests
drive() {
	local seconds=$1

	shift
	RC=0
	OUT=$("$BUILD/plugin-drive" "$seconds" "$MODULE" "address=unix:$SOCK" ${PROTOCOL:+"protocol=$PROTOCOL"} \
		-- "$@" 2>&1) || RC=$?
}

# reload_conf : a new demand, as a restarted evpnd would have it.
reload_conf() {
	drive 60 reload "$T/frr/frr.conf" 1
}
