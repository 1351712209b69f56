# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# lib-vtysh.sh - sourced by the tests of frr-vtysh: a container (namespaces of its own, a pidfile) for real FRR, and the plugin,
# driven by plugin-drive as evpnd drives it. $FABRIC/frr is the container's folder, $FABRIC/frr.conf the file.
here=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")
BUILD=$(realpath -m "${BUILD:-$here/../../build}")
# shellcheck source=tests/lib/fabric.sh
. "$here/../lib/fabric.sh"
MODULE=$BUILD/plugins/frr-vtysh/.libs/frr-vtysh.so
DRIVER=("$BUILD/plugin-drive")
PIDFILE=
# The option by which the plugin finds FRR: by the container's pidfile, unless a test says otherwise before.
PLACE=
DRIVE=

[ "$(id -u)" = 0 ] || skip "needs root"
[ -x /usr/lib/frr/bgpd ] || skip "needs FRR"

tell() {
	tail -n 20 "$FABRIC"/*.log "$FABRIC"/*/log
}

# container DAEMONS : the container starts, with these daemons of FRR
container() {
	mkdir -p "$FABRIC/frr"
	router frr "$1" unshare --net
	PIDFILE=$FABRIC/frr/pid
	PLACE=${PLACE:-pidfile=$PIDFILE}
}

in_container() {
	nsenter -m -u -i -n -p -t "$(cat "$PIDFILE")" "$@"
}

# In FRR's root file system.
in_root() {
	in_container ${FRR_ROOT:+chroot "$FRR_ROOT"} "$@"
}

# daemon NAME : one more in the container
daemon() {
	in_root "/usr/lib/frr/$1" -d -A 127.0.0.1
}

# daemon_kill NAME : when it returns, no process of it is left but a zombie: one that still ends would keep the next one from its pidfile
daemon_kill() {
	in_container pkill -KILL -x "$1"
	wait_until 60 "the end of $1" daemon_is_gone "$1"
}

daemon_is_gone() {
	ends 1 in_container pgrep -x -r D,R,S,T "$1"
}

# container_frr10 DAEMONS : the same with FRR of $FRR_ROOT, and $FABRIC/vtysh as its vtysh, with vty_dir: the host's is an older one
container_frr10() {
	mkdir -p "$FABRIC/frr"
	echo "$FRR_ROOT" > "$FABRIC/frr/root"
	PLACE=vty_dir=$FABRIC/frr/run
	container "$1"
	# The first two arguments name the directory of the sockets.
	printf '%s\n' '#!/bin/sh' 'shift 2' \
		"exec nsenter -m -u -i -n -p -t $(cat "$PIDFILE") chroot $FRR_ROOT vtysh \"\$@\"" > "$FABRIC/vtysh"
	chmod +x "$FABRIC/vtysh"
}

# What FRR runs, as the container's own vtysh has it.
running() {
	in_root vtysh -c 'show running-config no-header'
}

# conf [LINE...] : the file, with lines in the middle of router bgp
conf() {
	printf '%s\n' 'frr defaults traditional' 'hostname frr' '!' 'ip route 10.9.0.0/16 blackhole' '!' 'router bgp 65001' \
		' bgp router-id 10.0.0.1' ' no bgp ebgp-requires-policy' ' neighbor 10.0.0.2 remote-as 65002' \
		' neighbor 10.0.0.2 timers connect 1' "$@" 'exit' '!' 'end' > "$FABRIC/frr.conf"
}

runs() {
	running | finds -- "$1" || fail "FRR does not run: $1"
}

# expect PATTERN : in $OUT
expect() {
	[[ $OUT =~ $1 ]] || fail "\`$1' is not in: $OUT"
}

# drive SECONDS OPTION... -- ACTION... : the plugin's messages are in $OUT, its exit status in $RC
# shellcheck disable=SC2034
drive() {
	local seconds=$1
	shift
	RC=0
	OUT=$("${DRIVER[@]}" "$seconds" "$MODULE" ${PLACE:+"$PLACE"} "$@" 2>&1) || RC=$?
}

# reload STATUS [OPTION...] : of $FABRIC/frr.conf, as a new demand
reload() {
	local status=$1
	shift
	drive 60 "$@" -- reload "$FABRIC/frr.conf" 1
	[ "$RC" = "$status" ] || fail "exit status $RC where $status is right: $OUT"
}

# drive_begin OPTION... : a reload in the background, which says $FABRIC/drive.log; drive_end: its exit status is in $RC
drive_begin() {
	: > "$FABRIC/drive.log"
	"${DRIVER[@]}" 120 "$MODULE" ${PLACE:+"$PLACE"} "$@" -- reload "$FABRIC/frr.conf" 1 \
		> "$FABRIC/drive.log" 2>&1 &
	DRIVE=$!
	PIDS+=("$DRIVE")
}

drive_says() {
	grep -qE -- "$1" "$FABRIC/drive.log"
}

# shellcheck disable=SC2034
drive_end() {
	RC=0
	wait "$DRIVE" || RC=$?
	DRIVE=
	OUT=$(cat "$FABRIC/drive.log")
}
