#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A VNI's end on the host as a port of a bridge of Open vSwitch: made, repaired, moved, taken out again; and what goes wrong.
# With OVS_DATAPATH=system the kernel switches, else ovs-vswitchd itself does.
set -euo pipefail
# shellcheck source=tests/netns/lib-node.sh
. "$(dirname "$(readlink -f "$0")")/lib-node.sh"
# shellcheck source=tests/netns/lib-ovs.sh
. "$here/lib-ovs.sh"

# want BRIDGE_KEYS [EXPRESSION]... : lan0 of VNI 110 with these keys. The many runs need no check of the same frr.conf each.
want() {
	local keys=$1
	shift
	write_conf "s/interface = \"lan0\"; /&$keys /" "s|^frr = {|openvswitch = { socket = \"$OVS/db.sock\"; };\n& check = \"\";|" "$@"
}
in_ovs() { [ "$(vsctl --no-wait port-to-br lan0)" = "$1" ]; }
not_in_ovs() { vsctl --no-wait --columns=name --format=csv list port | lacks -w lan0; }
port_uuid() { vsctl --no-wait get port lan0 _uuid; }
quiet() { evpnd_on_node --dry-run >"$FABRIC/out" 2>&1 || fail "there is something left: $(cat "$FABRIC/out")"; }
# An address in VNI 110, at a port of its bridge: the bridge itself takes nothing in.
probe_up() {
	if no_device probe0 in_frr ip; then
		in_frr ip link add probe0 up type veth peer name probe1
		in_frr ip address add 10.20.0.1/24 dev probe0
	fi
	in_frr ip link set probe1 master br110 up
}
# A new veth can give the VNI's bridge another MAC; the neighbour must not take the former one for good.
reaches() { ip -n ev-work neighbour flush all && ip netns exec ev-work ping -c 1 -W 1 10.20.0.1; }
check_ping() { wait_until 90 "a neighbour in Open vSwitch reaches VNI 110's bridge: $1" reaches; }
master_of() { ip -n ev-node -j link show lan0 | python3 -c 'import json, sys; print(json.load(sys.stdin)[0].get("master", ""))'; }

node_up
ovs_begin
namespace work
cable work eth0 10.20.0.6/24 node work0 10.99.0.1/24

step "no database: this VNI waits, the other is built"
want 'ovs_bridge = "br-int";'
expect 1 "vni 110: host: lan0 cannot become a port of br-int: Open vSwitch's database at $OVS/db.sock: connect: No such file" once
in_frr ip link show vni120 >/dev/null || fail "the other VNI was not built"
no_device vni110 in_frr ip || fail "the VNI that cannot be finished was half built"

step "the database comes while evpnd runs: retried"
daemon_start
wait_until 120 "the daemon has failed" daemon_says "STATUS=failed .*1 item failed, all others are applied"
ovs_up
vsctl add-port br-int work0
local_of() { ip -n ev-node -j link show br-int | python3 -c 'import json, sys; l = json.load(sys.stdin)[0]; print(l["address"], l["mtu"])'; }
wait_until 240 "the daemon converges" daemon_says 'STATUS=applied'
daemon_stop
in_ovs br-int || fail "lan0 is not in br-int: $(vsctl show)"
[ "$(vsctl get port lan0 external_ids:evpnd)" = default ] || fail "the port has no mark"
probe_up
check_ping "first"
# Open vSwitch gives its bridge the lowest MAC address and the lowest MTU of the ports.
local_of | finds ' 1500$' || fail "br-int has another MTU: $(local_of)"
local_of | lacks '^fe:ff:' || fail "br-int has the MAC address of lan0: $(local_of)"
quiet
[ "$OVS_DATAPATH" = netdev ] || [ "$(master_of)" = ovs-system ] || fail "the kernel's datapath has not taken lan0: $(master_of)"
uuid=$(port_uuid)

step "the veth is deleted by hand: made anew, with a new port"
ip -n ev-node link delete lan0
expect 2 "build: host: ovs-vsctl del-port br-int lan0" evpnd_on_node --dry-run
expect 0 converged once
new=$(port_uuid)
[ "$new" != "$uuid" ] || fail "the port is still the former one's"
check_ping "with a new veth"
quiet

step "ovs-vswitchd is restarted, and killed"
vswitchd_stop
quiet
vswitchd_start
check_ping "after a restart"
vswitchd_stop KILL
vswitchd_start
check_ping "after a kill"
quiet

step "the port is deleted by hand"
vsctl del-port lan0
expect 2 "build: host: ovs-vsctl add-port br-int lan0" evpnd_on_node --dry-run
expect 0 converged once
check_ping "with a new port"
quiet

step "a VLAN of the bridge"
uuid=$(port_uuid)
vsctl set port work0 tag=10
want 'ovs_bridge = "br-int"; vlan = 10;'
expect 2 "build: host: ovs-vsctl set port lan0 tag=10" evpnd_on_node --dry-run
expect 0 converged once
[ "$(vsctl get port lan0 tag)" = 10 ] || fail "lan0 is in VLAN $(vsctl get port lan0 tag)"
[ "$(port_uuid)" = "$uuid" ] || fail "the port is another one"
check_ping "in VLAN 10"
quiet
ip -n ev-node link delete lan0
expect 0 converged once
[ "$(vsctl get port lan0 tag)" = 10 ] || fail "the new lan0 is in VLAN $(vsctl get port lan0 tag)"
check_ping "in VLAN 10, with a new veth"
vsctl set port lan0 tag=20
expect 0 converged once
[ "$(vsctl get port lan0 tag)" = 10 ] || fail "another program's VLAN stays: $(vsctl get port lan0 tag)"
# Without the key, it is another program's.
want 'ovs_bridge = "br-int";'
vsctl clear port lan0 tag -- clear port work0 tag
expect 0 " 0 kernel changes" once
check_ping "in no VLAN again"
quiet

step "to another bridge of Open vSwitch, and back"
vsctl add-br br-ex -- set bridge br-ex datapath_type="$OVS_DATAPATH"
want 'ovs_bridge = "br-ex";'
expect 0 converged once
in_ovs br-ex || fail "lan0 is not in br-ex: $(vsctl show)"
quiet
want 'ovs_bridge = "br-int";'
expect 0 converged once
check_ping "back from br-ex"
quiet

step "to a Linux bridge, and back"
want 'bridge = "br-lan";'
expect 0 converged once
not_in_ovs || fail "lan0 is still in Open vSwitch"
[ "$(master_of)" = br-lan ] || fail "lan0 is no port of br-lan: $(master_of)"
quiet
want 'ovs_bridge = "br-int";'
expect 0 converged once
master=$(master_of)
[ "$master" != br-lan ] || fail "lan0 is still a port of br-lan"
check_ping "back from br-lan"
quiet

step "to nobody's port, where somebody else may put it into Open vSwitch by hand"
want ''
expect 0 converged once
not_in_ovs || fail "lan0 is still in Open vSwitch"
vsctl add-port br-int lan0
check_ping "by hand"
quiet

step "a foreign port of that name: left alone, and everything else goes on"
uuid=$(port_uuid)
want 'ovs_bridge = "br-int";'
expect 1 "Open vSwitch already has a port lan0 in br-int that evpnd did not create" once
[ "$(port_uuid)" = "$uuid" ] || fail "the foreign port is another one"
[ "$(vsctl get port lan0 external_ids)" = '{}' ] || fail "the foreign port was adopted"
check_ping "through the foreign port"
want 'ovs_bridge = "br-int";' '/vni = 110/d'
expect 0 converged once
[ "$(port_uuid)" = "$uuid" ] || fail "the foreign port was pruned"
vsctl del-port lan0

step "an interface of that name in somebody's bond"
vsctl --no-wait add-bond br-int bond0 lan0 lan9
want 'ovs_bridge = "br-int";'
expect 1 "an interface of that name is there already in another port" once
vsctl del-port bond0
expect 0 converged once
probe_up
check_ping "after the bond"

step "no such bridge"
want 'ovs_bridge = "br-none";'
expect 1 "lan0 cannot become a port of br-none: Open vSwitch has no such bridge" once
in_ovs br-int || fail "lan0 left br-int though there is no place for it"

step "a database that hangs"
want 'ovs_bridge = "br-int";'
kill -STOP "$(cat "$OVS/ovsdb-server.pid")"
expect 1 "no answer within 2 s" once
kill -CONT "$(cat "$OVS/ovsdb-server.pid")"
expect 0 " 0 kernel changes" once
check_ping "after the pause"

step "ovs-vswitchd does not follow: the port is taken out all the same"
vswitchd_stop
want ''
expect 0 converged once
not_in_ovs || fail "lan0 is still in the database"
want 'ovs_bridge = "br-int";'
expect 0 converged once
vswitchd_start
check_ping "after ovs-vswitchd's return"

# Where fork is slow, tests/vm/l3vni-killed.sh shows this for what is not Open vSwitch's.
# until_done : evpnd is killed after each of its changes, until it comes to an end
until_done() {
	local status=137 runs=0
	while [ $status = 137 ]; do
		status=0
		(ip netns exec ev-node "$BUILD/evpnd-kill" 1 "$FABRIC/evpn.conf" "$FABRIC/state"; exit $?) \
			>"$FABRIC/out" 2>&1 || status=$?
		runs=$((runs + 1))
		[ $runs -lt 50 ] || fail "it does not come to an end: $(evpnd_on_node --dry-run)"
	done
	[ $status = 0 ] || fail "the last run ended with $status: $(cat "$FABRIC/out")"
	[ $runs -ge "$1" ] || fail "only $runs runs: were there no changes?"
}
if [ "$OVS_DATAPATH" = netdev ]; then
	step "killed after each change: taken away, made again, moved to a Linux bridge and back"
	want 'ovs_bridge = "br-int";' '/vni = 110/d'
	until_done 4
	quiet
	not_in_ovs || fail "lan0 is still in Open vSwitch"
	want 'ovs_bridge = "br-int";'
	until_done 8
	probe_up
	check_ping "after the kills"
	want 'bridge = "br-lan";'
	until_done 3
	quiet
	want 'ovs_bridge = "br-int";'
	until_done 3
	check_ping "after more kills"
	quiet
fi

step "removed: port and veth go, what is not ours stays"
want 'ovs_bridge = "br-int";' '/vni = 110/d'
expect 2 "prune: host: ovs-vsctl del-port br-int lan0" evpnd_on_node --dry-run
expect 0 converged once
not_in_ovs || fail "lan0 is still in Open vSwitch"
no_device lan0 ip -n ev-node || fail "lan0 is still there"
[ "$(vsctl list-ports br-int)" = work0 ] || fail "br-int has other ports: $(vsctl list-ports br-int)"
quiet

step "nothing of ours is left and nothing is configured: the database is not asked"
[ "$(cat "$FABRIC/state/no-ovs-ports")" = "$OVS/db.sock" ] || fail "it is not noted that no port is left"
kill -STOP "$(cat "$OVS/ovsdb-server.pid")"
expect 0 " 0 kernel changes" once
# Connections that the server has not accepted, even of a client that has gone, are counted in the third column.
asked=$(ip netns exec ev-node ss -xlH src "$OVS/db.sock" | awk '{ print $3 }')
kill -CONT "$(cat "$OVS/ovsdb-server.pid")"
[ "$asked" = 0 ] || fail "the database was asked: $asked"

step "a reboot, which the database survives and the state directory does not: it is asked once"
vsctl --no-wait add-port br-int lan0 -- set port lan0 external_ids:evpnd=default
expect 0 " 0 kernel changes" once
in_ovs br-int || fail "the port was deleted although the database is known to have none"
rm "$FABRIC/state/no-ovs-ports"
expect 0 converged once
not_in_ovs || fail "a port of ours is left in Open vSwitch after a reboot"
[ -e "$FABRIC/state/no-ovs-ports" ] || fail "it is not noted that no port is left"

step "evpnd --down takes the port along"
want 'ovs_bridge = "br-int";'
expect 0 converged once
in_ovs br-int || fail "lan0 is not in br-int: $(vsctl show)"
expect 0 "" evpnd_on_node --down
not_in_ovs || fail "lan0 is still in Open vSwitch"
[ "$(vsctl list-ports br-int)" = work0 ] || fail "br-int has other ports: $(vsctl list-ports br-int)"
