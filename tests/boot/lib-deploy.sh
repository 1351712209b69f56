# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# shellcheck disable=SC2016,SC2034 # variables of the machine are in single quotes; tests use what is set here
# lib-deploy.sh - sourced by the tests of doc/deploy.md: its commands, as they are, in a machine (tests/lib/machine.sh), and what the
# fabric of that page sees of it from outside
#
#	ev-out 198.51.100.2 -- [ev-leaf] 192.168.11.2 -- eth1 [machine]
#	                        br110 192.168.20.1, VTEP 100.64.0.2, AS 64512; 192.0.2.53 is the DNS server
#
#   deploy_fabric           the leaf with real FRR, the DNS server, a host behind it
#   deploy_machine RELEASE  the machine, switched on; its only NIC is eth1; sshd listens and knows our key
#   recipe HEADING...       runs the commands of these sections of doc/deploy.md in the machine, each in a shell of its own in /root
#   reachable ADDRESS       the host behind the leaf reaches it
#   login ADDRESS COMMAND   by ssh from there
#   session_begin ADDRESS, session_lives      a login that stays, and whether it still answers
#   node_works, node_is_gone        whether the leaf has the machine in VNI 110; whether nothing of that is left there
#   resolves                the machine finds node.example's address by DNS
#   watch_pings ADDRESS     from now on; first_reply ADDRESS SINCE prints after how many seconds the first one was answered

here=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")
root=$(cd "$here/../.." && pwd)
# shellcheck source=tests/lib/fabric.sh
. "$root/tests/lib/fabric.sh"
# shellcheck source=tests/lib/machine.sh
. "$root/tests/lib/machine.sh"
FABRIC_NAMESPACES="ev-leaf ev-out"
GUEST_LIMIT=400

tell() {
	{ ip -n ev-leaf -brief address; ip -n ev-leaf route; ip -n ev-leaf neighbor; } 2>&1 | sed 's/^/leaf: /'
	vtysh_in leaf 'show bgp summary' 'show bgp l2vpn evpn' 2>&1 | sed 's/^/leaf: /'
	GUEST_LIMIT=60 guest_sh 'ip -brief address; ip route; ip -n evpnd -brief address; ip -n evpnd route; cat /etc/resolv.conf
		systemctl --failed --no-pager; systemctl list-jobs --no-pager; evpnctl' 2>&1 | sed 's/^/machine: /'
	machine_tell
}

deploy_fabric() {
	fabric_begin
	namespace leaf
	namespace out
	cable out eth0 198.51.100.2/24 leaf out 198.51.100.1/24
	ip -n ev-out route add default via 198.51.100.1
	ip -n ev-leaf -batch - <<-E
		address add 100.64.0.2/32 dev lo
		address add 192.0.2.53/32 dev lo
		link add br110 type bridge
		link set br110 up addrgenmode none
		link add vni110 master br110 type vxlan id 110 local 100.64.0.2 dstport 4789 nolearning
		link set vni110 up addrgenmode none
		address add 192.168.20.1/24 dev br110
	E
	router leaf 'zebra bgpd' ip netns exec ev-leaf
	cat > "$FABRIC/leaf.conf" <<-E
		router bgp 64512
		 bgp router-id 100.64.0.2
		 no bgp ebgp-requires-policy
		 no bgp default ipv4-unicast
		 neighbor 192.168.11.3 remote-as 64514
		 neighbor 192.168.11.3 timers 3 9
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
	vtysh --vty_socket "$FABRIC/leaf/run" -f "$FABRIC/leaf.conf"
	ip netns exec ev-leaf python3 "$here/dns.py" 192.0.2.53 node.example 203.0.113.7 > "$FABRIC/dns.log" 2>&1 &
	PIDS+=($!)
	ssh-keygen -q -t ed25519 -N '' -f "$FABRIC/key"
}

# deploy_machine RELEASE : systemd names NICs in the order of the bus, so the only one would be eth0.
deploy_machine() {
	machine_new "$1" ev-leaf:node
	ip -n ev-leaf address add 192.168.11.2/24 dev node
	machine_on
	guest_wait
	guest_write /etc/systemd/network/05-eth1.link <<-'E'
		[Match]
		OriginalName=eth*
		[Link]
		Name=eth1
	E
	guest_write /root/.ssh/authorized_keys < "$FABRIC/key.pub"
	# It has to reach what is outside the first time, once the network is said to be online.
	guest_write /etc/systemd/system/consumer.service <<-'E'
		[Unit]
		Wants=network-online.target
		After=network-online.target
		[Service]
		Type=oneshot
		RemainAfterExit=yes
		ExecStart=ping -c 1 -W 5 198.51.100.2
		[Install]
		WantedBy=multi-user.target
	E
	# Without KVM, and on a busy machine, FRR's container takes longer.
	guest_write /etc/systemd/system/evpnd-wait-online.service.d/slow.conf <<-'E'
		[Service]
		ExecStart=
		ExecStart=/usr/sbin/evpnctl wait --for healthy --timeout 600
	E
	guest_sh 'chmod 700 /root/.ssh && chmod 600 /root/.ssh/authorized_keys && systemctl enable -q ssh consumer &&
		systemctl stop NetworkManager; ip link set eth0 down; udevadm trigger --action=add /sys/class/net/eth0 && udevadm wait --timeout 300 /sys/class/net/eth1 && systemctl start ssh'
	wait_until 120 "the NIC is eth1" guest_run ip link show eth1
}

recipe() {
	local heading
	for heading; do
		step "doc/deploy.md: $heading"
		{
			echo 'set -euxo pipefail'
			"$root/tests/lib/commands" "$root/doc/deploy.md" "$heading"
		} > "$FABRIC/recipe"
		GUEST_LIMIT=1800 guest_sh "$(cat "$FABRIC/recipe")"
	done
}

# The machine as `One node' has it: in VNI 110, without a gateway.
node_answers() { ip netns exec ev-leaf ping -n -c 1 -W 2 192.168.20.3; }
node_works() {
	wait_until 600 "the machine answers in VNI 110" node_answers
	vtysh_in leaf 'show bgp l2vpn evpn' | finds -F '[3]:[0]:[32]:[100.65.0.2]' || fail "the leaf has no route to the machine's VTEP"
}
node_is_gone() {
	ends 1 node_answers || fail "the machine still answers in VNI 110"
	guest_run ip link show eth1 || fail "the NIC is not back on the host"
	ends 1 guest_run ip link show lan0 || fail "lan0 is still there"
}

reachable() { ip netns exec ev-out ping -n -c 1 -W 2 "$1" > /dev/null; }
unreachable() { ends 1 ip netns exec ev-out ping -n -c 1 -W 2 "$1" > /dev/null; }

login() {
	ip netns exec ev-out ssh -q -F none -i "$FABRIC/key" -o BatchMode=yes -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null \
		-o ConnectTimeout=30 "root@$1" "${@:2}" < /dev/null
}

session_begin() {
	mkfifo "$FABRIC/session.in"
	exec {SESSION}<> "$FABRIC/session.in"
	# shellcheck disable=SC2016
	ip netns exec ev-out ssh -q -F none -i "$FABRIC/key" -o BatchMode=yes -o StrictHostKeyChecking=no \
		-o UserKnownHostsFile=/dev/null "root@$1" 'while read -r word; do echo "$word of $SSH_CONNECTION"; done' \
		< "$FABRIC/session.in" > "$FABRIC/session.out" 2>&1 &
	PIDS+=($!)
	WORDS=0
	session_lives
}

session_lives() {
	WORDS=$((WORDS + 1))
	echo "word$WORDS" >&"$SESSION"
	wait_until 300 "the login still answers" finds "^word$WORDS of 198.51.100.2 " "$FABRIC/session.out"
}

resolves() { guest_sh '[[ $(getent ahostsv4 node.example) = 203.0.113.7* ]]'; }

watch_pings() {
	ip netns exec ev-out ping -n -D -O -i 0.2 "$1" > "$FABRIC/pings-$1" 2>&1 &
	PIDS+=($!)
	PINGS=$!
}

replies_since() {
	awk -v since="$2" '/bytes from/ { gsub(/[][]/, "", $1); if ($1 > since) { printf "%.1f\n", $1 - since; found = 1; exit } } END { exit !found }' \
		"$FABRIC/pings-$1"
}

first_reply() {
	wait_until 600 "$1 answers" replies_since "$1" "$2"
	replies_since "$1" "$2"
}
