# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# lib-ovs.sh - sourced after lib-node.sh: an Open vSwitch of the test's own in ev-node, with folder, database and sockets in
# $OVS; the machine's own, if there is one, is neither used nor disturbed
#
#   ovsdb_start, ovsdb_stop [SIGNAL], vswitchd_start, vswitchd_stop [SIGNAL]
#   ovs_up                  both, and the bridge br-int with datapath $OVS_DATAPATH: netdev, or system, the kernel's
#   vsctl WORD...           ovs-vsctl
OVS_DATAPATH=${OVS_DATAPATH:-netdev}

command -v ovs-vswitchd >/dev/null || skip "openvswitch-switch is not installed"

ovs_begin() {
	OVS=$FABRIC/ovs
	mkdir "$OVS"
	export OVS_RUNDIR=$OVS OVS_LOGDIR=$OVS OVS_DBDIR=$OVS OVS_SYSCONFDIR=$OVS
	ovsdb-tool create "$OVS/conf.db" /usr/share/openvswitch/vswitch.ovsschema
}

# ovs_daemon NAME WORD... : in the foreground of a shell of its own; $OVS/NAME.pid is its pid
ovs_daemon() {
	local name=$1
	shift
	rm -f "$OVS/$name.ctl" "$OVS/$name.pid"
	ip netns exec ev-node "$@" --no-chdir --unixctl="$OVS/$name.ctl" --pidfile="$OVS/$name.pid" \
		-vconsole:off --log-file="$OVS/$name.log" </dev/null >>"$OVS/$name.out" 2>&1 &
	PIDS+=($!)
	wait_until 90 "$name, which says its reason in $OVS/$name.out" test -S "$OVS/$name.ctl"
}

# ovs_end NAME [SIGNAL]
ovs_end() {
	local pid
	pid=$(cat "$OVS/$1.pid")
	kill "-${2:-TERM}" "$pid"
	# Its status is the signal's, or what it makes of one.
	wait "$pid" 2>/dev/null || :
}

ovsdb_start() {
	ovs_daemon ovsdb-server ovsdb-server "$OVS/conf.db" --remote="punix:$OVS/db.sock"
	wait_until 90 "the database's socket" test -S "$OVS/db.sock"
}

ovsdb_stop() {
	ovs_end ovsdb-server "$@"
}

vswitchd_start() {
	ovs_daemon ovs-vswitchd ovs-vswitchd "unix:$OVS/db.sock"
}

vswitchd_stop() {
	ovs_end ovs-vswitchd "$@"
}

vsctl() {
	ovs-vsctl --timeout=30 --db="unix:$OVS/db.sock" "$@"
}

ovs_up() {
	ovsdb_start
	vsctl --no-wait init
	vswitchd_start
	vsctl add-br br-int -- set bridge br-int datapath_type="$OVS_DATAPATH"
}
