#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The VNIs' ends on the host beside what is not evpnd's: a bridge keeps its MAC and MTU, nobody who knows the host loses it with a new
# pair, what the host's own programs do with an end without a bridge stays, and what shuts tenants out is put back.
set -euo pipefail
# shellcheck source=tests/netns/lib-leaf.sh
. "$(dirname "$0")/lib-leaf.sh"
FABRIC_NAMESPACES+=" ev-out ev-pod"

on_node() { ip netns exec ev-node "$@"; }
link_of() { ip -n ev-node -j link show "$1" | python3 -c 'import json, sys; l = json.load(sys.stdin)[0]; print(l["address"], l["mtu"])'; }
master_of() { ip -n ev-node -j link show "$1" | python3 -c 'import json, sys; print(json.load(sys.stdin)[0].get("master", ""))'; }
index_of() { ip -n "$1" -j link show "$2" | python3 -c 'import json, sys; print(json.load(sys.stdin)[0]["ifindex"])'; }
# A run that was under way may have seen it or not.
next_run() {
	local n
	n=$(converged)
	"$@"
	wait_until 60 "a run after: $*" has_converged $((n + 1))
	wait_until 60 "nothing is left to do after: $*" evpnd_on_node --dry-run
}
quiet() { evpnd_on_node --dry-run > "$FABRIC/out" 2>&1 || fail "there is something left: $(cat "$FABRIC/out")"; }
is_value() { [ "$(on_node sysctl -n "$1")" = "$2" ]; }
macs() {
	local n
	for n in 110 111 112 113; do link_of lan$n | cut -d' ' -f1; done
}
# has_ends DEVICE... : they are on the host
has_ends() {
	local name
	ip -n ev-node -br link > "$FABRIC/links"
	for name; do finds "^${name}[@ ]" "$FABRIC/links" || return; done
}

leaf_up
namespace out
cable out out0 198.51.100.9/24 node port0 198.51.100.8/24
# A MAC that a random one beats, and a neighbour outside who knows it.
ip -n ev-node -batch - <<-E
	address flush dev port0
	link set port0 address fa:16:3e:00:00:01
	link add br-lan up type bridge
	link set port0 master br-lan
	address add 198.51.100.1/24 dev br-lan
	link add big0 mtu 9000 up type veth peer name big1
	link add br-big up type bridge
	link set big0 master br-big
E
before=$(link_of br-lan) big=$(link_of br-big)
[ "$before ${big#* }" = "fa:16:3e:00:00:01 1500 9000" ] || fail "the bridges are not as meant: $before, $big"
wait_until 60 "the neighbour reaches the host" ip netns exec ev-out ping -n -c 1 -W 1 198.51.100.1

HOSTS='{ vni = 110; host = { interface = "lan110"; bridge = "br-lan"; }; }, { vni = 111; host = { interface = "lan111"; }; }, '
HOSTS+='{ vni = 112; host = { interface = "lan112"; bridge = "br-big"; }; }, '
HOSTS+='{ vni = 113; host = { interface = "lan113"; addresses = [ "10.1.13.2/24" ]; }; }'
hosts() { conf "s|l2vnis = .*|l2vnis = ( $HOSTS );|" 's/^frr = {/& check = "";/' "$@"; }

step "a bridge of the host's keeps MAC and MTU"
hosts
daemon_start
wait_until 60 "converged" has_converged 1
[ "$(link_of br-lan)" = "$before" ] || fail "br-lan was $before, and is $(link_of br-lan)"
[ "$(link_of br-big)" = "$big" ] || fail "br-big was $big, and is $(link_of br-big)"
[ "$(link_of lan112 | cut -d' ' -f2)" = 9000 ] || fail "lan112 has not the MTU of its bridge: $(link_of lan112)"
in_frr ip link show pe112 | finds 'mtu 1450' || fail "the inner end has not the VNI's MTU"
logged '^<4>vni 110: port0, a port of br-lan has MTU 1500, the VNI 1450' || fail "the MTUs are not warned of"
quiet
macs=$(macs)
lacks -v '^fe:ff:' <<< "$macs" || fail "a MAC that may be a bridge's lowest: $macs"
[ "$(sort -u <<< "$macs" | wc -l)" = 4 ] || fail "not each has its own: $macs"

step "a new pair, and another container: the same MACs, and the neighbour loses nothing"
ip netns exec ev-out ping -n -q -i 0.02 198.51.100.1 > "$FABRIC/ping" &
PING=$!
PIDS+=("$PING")
next_run in_frr ip link delete pe110
[ "$(macs)" = "$macs" ] || fail "other MACs with a new pair: $macs, now $(macs)"
# shellcheck disable=SC2119 # it has an option
container_stop
wait_until 60 "the pairs go with the container" ends 1 has_ends lan110
[ "$(link_of br-lan)" = "$before" ] || fail "br-lan without its port: $(link_of br-lan)"
# A virtual NIC goes with its namespace.
no_device node ip -n ev-leaf2 || ip -n ev-leaf2 link delete node
cable node eth1 192.168.11.3/24 leaf2 node 192.168.11.2/24
container_start
wait_until 60 "the pairs are there again" has_ends lan110 lan111 lan112 lan113
wait_until 60 "converged" evpnd_on_node --dry-run
kill -INT "$PING"
# Status 1 if an answer is missing, which is what is to be seen.
wait "$PING" || :
grep 'packets transmitted' "$FABRIC/ping"
finds ' 0% packet loss' "$FABRIC/ping" || fail "the neighbour lost packets"
[ "$(macs)" = "$macs" ] || fail "other MACs with another container: $macs, now $(macs)"
[ "$(link_of br-lan)" = "$before" ] || fail "br-lan was $before, and is $(link_of br-lan)"

step "an end without a bridge is its user's: a bridge and a MAC of the user's own stay"
ip -n ev-node link add br-x up type bridge
ip -n ev-node link set lan111 master br-x
ip -n ev-node link set lan111 address 02:00:00:00:11:11
ip -n ev-node link set lan113 master br-x
next_run kill -HUP "$DAEMON"
[ "$(master_of lan111) $(master_of lan113)" = "br-x br-x" ] || fail "evpnd took an end out of br-x"
finds '^02:00:00:00:11:11 ' <<< "$(link_of lan111)" || fail "evpnd took the MAC back: $(link_of lan111)"
quiet
ip -n ev-node link set lan113 nomaster
ip -n ev-node link set lan111 nomaster

step "with the key, evpnd puts it into a bridge; without it again, it takes it out"
hosts 's/interface = "lan111";/& bridge = "br-lan";/'
next_run kill -HUP "$DAEMON"
[ "$(master_of lan111)" = br-lan ] || fail "lan111 is in: $(master_of lan111)"
quiet
hosts
next_run kill -HUP "$DAEMON"
[ "$(master_of lan111)" = "" ] || fail "lan111 is still in $(master_of lan111)"
[ "$(macs)" = "$macs" ] || fail "not its MAC again: $macs, now $(macs)"
quiet

step "settings of the port: by key, put back, and left alone without one"
# port SETTING : as the kernel has it
port() { ip -n ev-node -d -j link show lan110 | python3 -c 'import json, sys; print(json.load(sys.stdin)[0]["linkinfo"]["info_slave_data"][sys.argv[1]])' "$1"; }
hosts 's/interface = "lan110";/& isolated = true; hairpin = true; bpdu_guard = true;/'
next_run kill -HUP "$DAEMON"
[ "$(port isolated) $(port hairpin) $(port guard)" = "True True True" ] || fail "the port: $(port isolated) $(port hairpin) $(port guard)"
quiet
next_run ip -n ev-node link set lan110 type bridge_slave isolated off guard off
[ "$(port isolated) $(port guard)" = "True True" ] || fail "not put back: $(port isolated) $(port guard)"
next_run in_frr ip link delete pe110
[ "$(port isolated) $(port hairpin) $(port guard)" = "True True True" ] || fail "the new pair's port lacks them"
hosts 's/interface = "lan110";/& hairpin = false;/'
next_run kill -HUP "$DAEMON"
[ "$(port isolated) $(port hairpin) $(port guard)" = "True False True" ] || fail "the port: $(port isolated) $(port hairpin) $(port guard)"
hosts
next_run kill -HUP "$DAEMON"
ip -n ev-node link set lan110 type bridge_slave hairpin on guard off
next_run kill -HUP "$DAEMON"
[ "$(port isolated) $(port hairpin) $(port guard)" = "True True False" ] || fail "what the user has set does not stay"
ip -n ev-node link set lan110 type bridge_slave isolated off hairpin off
quiet

step "a bridge of evpnd's has no STP"
next_run in_frr ip link set br110 type bridge stp_state 1
in_frr ip -d link show br110 | finds ' stp_state 0 ' || fail "STP stays on"

step "given to a pod: it stays there, and a new pair is made when the pod ends"
namespace pod
index=$(index_of ev-node lan111)
ip -n ev-node link set lan111 netns ev-pod
ip -n ev-pod link set lan111 name eth0 up
next_run kill -HUP "$DAEMON"
# The kernel gives it another index if that is in use there.
index=$(index_of ev-pod eth0)
quiet
in_frr ip link show pe111 | finds 'master br111' || fail "its other end is no port of br111"
# What of it stands in FRR's namespace is still evpnd's.
next_run in_frr ip link set pe111 nomaster
in_frr ip link show pe111 | finds 'master br111' || fail "its other end is no port of br111 any more"
[ "$(index_of ev-pod eth0)" = "$index" ] || fail "the pod's eth0 is another one now"
next_run ip netns delete ev-pod
wait_until 60 "a new pair" has_ends lan111
[ "$(macs)" = "$macs" ] || fail "other MACs after the pod: $macs, now $(macs)"
wait_until 60 "converged" evpnd_on_node --dry-run

step "the host's end in the pod goes with its VNI"
namespace pod
ip -n ev-node link set lan111 netns ev-pod
hosts 's/{ vni = 111; host = { interface = "lan111"; }; }, //'
next_run kill -HUP "$DAEMON"
no_device lan111 ip -n ev-pod || fail "lan111 is left in the pod"
hosts
next_run kill -HUP "$DAEMON"

step "what shuts tenants out is put back"
next_run on_node sysctl -qw net.ipv6.conf.lan111.disable_ipv6=0
is_value net.ipv6.conf.lan111.disable_ipv6 1 || fail "IPv6 stays on"
ip -n ev-node -6 address show dev lan111 | lacks fe80 || fail "a link-local address stays"
next_run on_node sysctl -qw net.ipv4.conf.lan111.rp_filter=0
is_value net.ipv4.conf.lan111.rp_filter 1 || fail "rp_filter stays off"
# The kernel does not announce these: they are put back after a health check, of which there is one a second here.
next_run on_node sysctl -qw net.ipv6.conf.lan111.accept_ra=2 net.ipv4.conf.lan113.arp_ignore=0
is_value net.ipv6.conf.lan111.accept_ra 0 || fail "accept_ra stays"
is_value net.ipv4.conf.lan113.arp_ignore 1 || fail "arp_ignore stays"
daemon_stop
step "end"
