#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# What goes wrong on a node: each fault is named with what and where, nothing is lost, and the next run repairs.
set -euo pipefail
# shellcheck source=tests/netns/lib-node.sh
. "$(dirname "$0")/lib-node.sh"

node_up
before=$(snapshot)
untouched() { [ "$(snapshot)" = "$before" ] || fail "$1: something changed: $(diff <(echo "$before") <(snapshot))"; }

echo "--- a bad configuration: file and line, and nothing is done"
write_conf 's/vtep = "100.65.0.2"/vtep = "100.65.0"; vtpe = 1/'
expect 78 "evpn.conf:5:" once
expect 78 'did you mean `vtep' evpnd_on_node --check
untouched "a bad configuration"
write_conf 's/eth1/eth7/'
expect 1 "eth7: no such device" once
untouched "a NIC that is not there"
ip -n ev-node link add bond0 type bridge
ip -n ev-node link set eth1 master bond0
write_conf
expect 1 "it is a port of bond0" once
ip -n ev-node link delete bond0

echo "--- a frr.conf that cannot be parsed: before the NIC is moved"
ip -n ev-node link set eth1 up
ip -n ev-node route replace default via 192.168.11.2
write_frr 'router bpg 1'
expect 1 "router bpg 1" once
ip -n ev-node link show eth1 >/dev/null || fail "the NIC was moved though frr.conf is bad"
[ ! -s "$FABRIC/frr/etc/frr.conf" ] || fail "a bad frr.conf was installed"
expect 1 "router bpg 1" evpnd_on_node --dry-run
expect 78 "router bpg 1" evpnd_on_node --check
write_frr
rm "$FABRIC/frr.conf.in"
expect 1 "frr.conf.in: No such file" once
write_frr

echo "--- a process of the host's own namespace in the pidfile"
pid=$(cat "$FABRIC/frr/pid")
ip netns exec ev-node sleep infinity &
stranger=$!
on_node=$(ip netns exec ev-node readlink /proc/self/ns/net)
PIDS+=("$stranger")
is_on_node() { [ "$(readlink /proc/"$stranger"/ns/net)" = "$on_node" ]; }
wait_until 60 "the process is in ev-node" is_on_node
echo $stranger > "$FABRIC/frr/pid"
expect 1 "the host's own network namespace" once
printf %s "$pid" > "$FABRIC/frr/pid"

echo "--- foreign devices: left alone, told, and everything else is built"
in_frr ip link add br110 address 02:00:00:00:00:77 type bridge
in_frr ip address add 203.0.113.1/24 dev br110
foreign=$(in_frr ip -d address show br110)
expect 1 "bridge br110 already exists and was not created by evpnd" once
[ "$(in_frr ip -d address show br110)" = "$foreign" ] || fail "the foreign bridge was changed"
in_frr ip link show vni120 >/dev/null || fail "the other VNI was not built"
no_device vni110 in_frr ip || fail "the VNI whose bridge is foreign was half built"
in_frr ip link delete br110

echo "--- what it looks like when all is well"
expect 0 "converged" once
in_frr ip address show eth1 | finds 'inet 192.168.11.3/24' || fail "eth1 lost its IPv4 address"
in_frr ip address show eth1 | finds 'inet6 2001:db8:11::3/64' || fail "eth1 lost its IPv6 address"
[ "$(in_frr ip -o link show type vxlan | wc -l)" = 2 ] || fail "two VXLANs are right"
ip -n ev-node -o link show master br-lan | finds lan1 || fail "lan1 is no port of br-lan"
vtysh_in frr 'show evpn vni' | finds '^110 ' || fail "FRR does not know VNI 110"
grep -q '"192.168.11.2"' "$FABRIC/state/nic-eth1.json" || fail "the NIC's default route is not in its record"

echo "--- frr.conf as FRR refuses it: the former one stays in force"
good=$(cat "$FABRIC/frr/etc/frr.conf")
write_frr 'router bgp 64999' ' neighbor 10.9.9.9 remote-as 1' exit
expect 1 "FRR keeps its former frr.conf" once
grep -q "already running" "$FABRIC/out" || fail "FRR's own words are missing: $(cat "$FABRIC/out")"
[ "$(cat "$FABRIC/frr/etc/frr.conf")" = "$good" ] || fail "the refused frr.conf is still installed"
vtysh_in frr 'show evpn vni' | finds '^110 ' || fail "FRR lost VNI 110 over a refused frr.conf"
write_frr 'ip prefix-list ok seq 5 permit any' 'nonsense of a line'
expect 1 "nonsense of a line" once
write_frr 'ip prefix-list ok seq 5 permit any'
expect 0 "FRR reloaded" once
vtysh_in frr 'show running-config' | finds 'prefix-list ok' || fail "the mended frr.conf is not in FRR"

echo "--- a volume that is full: the old frr.conf stays, and it is repaired when there is space"
mkdir "$FABRIC/small"
mount -t tmpfs -o size=16k,mode=755 small "$FABRIC/small"
cp "$FABRIC/frr.conf.in" "$FABRIC/small/frr.conf"
chown -R frr:frr "$FABRIC/small"
chmod 640 "$FABRIC/small/frr.conf"
write_conf "s|config = \"[^\"]*\"|config = \"$FABRIC/small/frr.conf\"|"
old=$(cat "$FABRIC/small/frr.conf")
# It ends when there is no space left.
dd if=/dev/zero of="$FABRIC/small/filler" bs=4096 2>/dev/null || :
write_frr '! another text'
expect 1 "No space left on device" once
[ "$(cat "$FABRIC/small/frr.conf")" = "$old" ] || fail "the old frr.conf is damaged"
rm "$FABRIC/small/filler"
# FRR reads another volume than this one, and evpn-reloader sees that; what counts here is the file.
expect 1 "is not the file that evpnd installed" once
grep -q 'another text' "$FABRIC/small/frr.conf" || fail "not installed though there is space again"
umount "$FABRIC/small"
write_conf
write_frr

echo "--- a second evpnd for the same instance"
expect 0 "converged" once
daemon_start
wait_until 60 "the daemon converges" daemon_says 'STATUS=applied'
expect 1 "another evpnd" once
daemon_stop
