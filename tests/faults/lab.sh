#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# tests/faults/lab.sh [OPTION...] : the node of lib-node.sh with foreign devices, FRR and a leaf's address, and inject.py in it.
# With L3VNI=1, on a kernel with VRF, an L3VNI too.
set -euo pipefail
# shellcheck source=tests/netns/lib-node.sh
. "$(dirname "$0")/../netns/lib-node.sh"

[ -z "${L3VNI:-}" ] || unshare -n ip link add probe type vrf table 10 2>/dev/null || skip "the kernel has no VRF"
node_up
canaries
# What differs from the default is in the NIC's record.
ip netns exec ev-node sysctl -qw net.ipv4.conf.eth1.rp_filter=2 net.ipv4.conf.eth1.arp_notify=1 net.ipv6.conf.eth1.accept_ra=0
in_frr ip link set lo up
plain_reloader
# The configurations: evpn.conf of all tests, whose FRR has its frr.conf already; and two with frr-vtysh, which differ in the
# kernel and in FRR.
CONF=$FABRIC/plain.conf write_conf 's/^frr = {/& check = "";/; s/check = ""; *check/check/' \
	"s|frr-signal = .*|frr-signal = { address = \"unix:$FABRIC/plain.sock\"; protocol = \"plain\"; };|"
for name in a b; do
	cat > "$FABRIC/$name.conf" <<-E
	plugins = { netns = "$BUILD/plugins/netns-pidfile/.libs/netns-pidfile.so";
	            frr = "$BUILD/plugins/frr-vtysh/.libs/frr-vtysh.so"; };
	netns-pidfile = { path = "$FABRIC/frr/pid"; };
	frr-vtysh = { pidfile = "$FABRIC/frr/pid"; };
	underlay = { interfaces = ( { name = "eth1"; } ); vtep = "100.65.0.2"; };
	l2vnis = ( { vni = 110; host = { interface = "lan0"; }; } );
	frr = { config = "$FABRIC/frr/etc/frr.conf"; hostname = "frr"; asn = 64514; check = "";
	        neighbors = ( { address = "192.168.11.2"; asn = 64512; description = "$name"; } ); };
	E
done
sed -i 's|^l2vnis = .*|l2vnis = ( { vni = 110; host = { interface = "lan0"; }; }, { vni = 120; mtu = 1300; } );|' "$FABRIC/b.conf"
[ -z "${L3VNI:-}" ] || grep '^l3vnis' -A 3 "$FABRIC/plain.conf" >> "$FABRIC/b.conf"
ip netns exec ev-node /usr/bin/python3 "$here/../faults/inject.py" --fabric "$FABRIC" --build "$BUILD" "$@"
