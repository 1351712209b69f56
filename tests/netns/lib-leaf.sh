# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# lib-leaf.sh - sourced: the node of lib-node.sh with frr-vtysh and a generated frr.conf, and a leaf with real FRR at the other
# end of eth1, which has VNI 110 too: VTEP 100.64.0.2
# shellcheck source=tests/netns/lib-node.sh
. "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/lib-node.sh"

[ -x /usr/lib/frr/bgpd ] || skip "needs FRR"

# shellcheck disable=SC2034 # for container_start
FRR_ALONE=1

# conf [SED EXPRESSION]... : $FABRIC/evpn.conf, edited
conf() {
	cat > "$FABRIC/evpn.conf" <<-E
	plugins = { netns = "$BUILD/plugins/netns-pidfile/.libs/netns-pidfile.so";
	            frr = "$BUILD/plugins/frr-vtysh/.libs/frr-vtysh.so"; };
	netns-pidfile = { path = "$FABRIC/frr/pid"; };
	frr-vtysh = { pidfile = "$FABRIC/frr/pid"; };
	underlay = { interfaces = ( { name = "eth1"; addresses = [ "192.168.11.3/24" ]; } ); vtep = "100.65.0.2"; };
	l2vnis = ( { vni = 110; host = { interface = "lan110"; }; } );
	health = { interval = 1; grace = 30; };
	frr = { config = "$FABRIC/frr/etc/frr.conf"; hostname = "frr"; asn = 64514;
	        neighbors = ( { address = "192.168.11.2"; asn = 64512; timers = { connect = 1; }; } ); };
	E
	local expression
	for expression; do sed -i "$expression" "$FABRIC/evpn.conf"; done
}

# leaf_conf [SED EXPRESSION]... : the leaf's configuration, edited, is loaded
leaf_conf() {
	cat > "$FABRIC/leaf.conf" <<-E
	router bgp 64512
	 bgp router-id 100.64.0.2
	 no bgp ebgp-requires-policy
	 no bgp default ipv4-unicast
	 neighbor 192.168.11.3 remote-as 64514
	 neighbor 192.168.11.3 timers connect 1
	 address-family ipv4 unicast
	  network 100.64.0.2/32
	  neighbor 192.168.11.3 activate
	 exit-address-family
	 address-family l2vpn evpn
	  neighbor 192.168.11.3 activate
	  advertise-all-vni
	 exit-address-family
	E
	local expression
	for expression; do sed -i "$expression" "$FABRIC/leaf.conf"; done
	vtysh --vty_socket "$FABRIC/leaf2/run" -f "$FABRIC/leaf.conf"
}

# on_leaf LINE... : these lines are typed there, in `configure'
on_leaf() {
	vtysh_in leaf2 'configure terminal' "$@"
}

# typed LINE... : the same in the node's FRR, by another hand than evpnd's
typed() {
	vtysh_in frr 'configure terminal' "$@"
}

leaf_vni() {
	ip -n ev-leaf2 -batch - <<-E
		address add 100.64.0.2/32 dev lo
		link add br110 type bridge
		link set br110 up addrgenmode none
		link add vni110 master br110 type vxlan id 110 local 100.64.0.2 dstport 4789 nolearning
		link set vni110 up addrgenmode none
	E
}

# The node, its container, and the leaf; evpnd does not run yet.
leaf_up() {
	fabric_begin
	conf
	namespace node
	namespace leaf2
	cable node eth1 192.168.11.3/24 leaf2 node 192.168.11.2/24
	leaf_vni
	router leaf2 'zebra bgpd' ip netns exec ev-leaf2
	leaf_conf
	container_start
}

# runs PATTERN / not_runs PATTERN : the node's FRR has a line like this in its running configuration
runs() {
	vtysh_in frr 'show running-config' | finds -E -- "$1"
}

not_runs() {
	vtysh_in frr 'show running-config' > "$FABRIC/running" || return
	finds . "$FABRIC/running" || return
	lacks -E -- "$1" "$FABRIC/running"
}

# in_container COMMAND... : in all namespaces of the container
in_container() {
	nsenter -m -u -i -n -p -t "$(cat "$FABRIC/frr/pid")" "$@"
}

# daemon_kill NAME : when it returns, no process of it is left but a zombie: one that still ends would keep the next one from its pidfile
daemon_kill() {
	in_container pkill -KILL -x "$1"
	wait_until 60 "the end of $1" daemon_is_gone "$1"
}

daemon_is_gone() {
	ends 1 in_container pgrep -x -r D,R,S,T "$1"
}

daemon_restart() {
	in_container "/usr/lib/frr/$1" -d -A 127.0.0.1
}

# The leaf has a session with the node, and hears of its VNI.
leaf_hears() {
	vtysh_in leaf2 'show bgp l2vpn evpn' | finds -F "[3]:[0]:[32]:[100.65.0.2]"
}

logged() {
	grep -qE -- "$1" "$FABRIC/daemon.log"
}

converged() {
	count '^<6>converged in' "$FABRIC/daemon.log"
}

has_converged() {
	[ "$(converged)" -ge "$1" ]
}

# status_is PATTERN : the last STATUS= that systemd got
status_is() {
	grep '^STATUS=' "$FABRIC/notify" | tail -1 | finds -E -- "$1"
}
