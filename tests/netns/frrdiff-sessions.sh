#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# frrdiff-sessions.sh - FRR goes from each generated golden frr.conf to the next by what frrdiff makes of the two; the sessions of
# neighbours whose lines are the same in both stay. All sessions that can be are up before each step.
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
# shellcheck source=tests/netns/lib-frrdiff.sh
. "$(dirname "$0")/lib-frrdiff.sh"
fabric_begin

tell() {
	echo "--- these sessions are up"
	cat "$FABRIC/sessions"
}

# neighbors FILE: those of the default router whose session comes up: in AS 64512, without a password, from leaf1's address, and
# begun by leaf1, since spine only answers; for each its address and a sum of what decides whether it is the same in another file: the router's own first lines, and its lines in every family
neighbors() {
	python3 - "$1" <<-'E'
		import hashlib, re, sys
		own, lines, inside = [], {}, False
		for line in open(sys.argv[1]):
		    if not line.startswith(" "):
		        inside = bool(re.fullmatch(r"router bgp \d+\n", line))
		        own += [line] if inside else []
		    elif inside and re.match(r" bgp (router-id|cluster-id|graceful-restart)", line):
		        own.append(line)
		    elif inside and "address-family" in line:
		        family = line
		    elif inside and (m := re.match(r" +neighbor (192\.168\.11\.\d+) (.*)", line)):
		        lines.setdefault(m[1], []).append((family if line.startswith("  ") else "") + m[2])
		for address, texts in sorted(lines.items()):
		    cannot = ("password", "update-source", "passive")
		    if "remote-as 64512" in texts and not any(text.startswith(cannot) for text in texts):
		        print(address, hashlib.sha1("".join(own + texts).encode()).hexdigest())
	E
}

# sessions: of all that are up, the neighbour and the ports of its TCP connection (when one came up FRR tells to a second only)
sessions() {
	vtysh_in leaf1 'show bgp neighbors json' | python3 -c '
import json, sys
for name, peer in sorted(json.load(sys.stdin).items()):
    if isinstance(peer, dict) and peer.get("bgpState") == "Established":
        print(name, peer["portLocal"], peer["portForeign"])'
}

all_up() {
	sessions > "$FABRIC/sessions"
	cut -d' ' -f1 "$FABRIC/sessions" > "$FABRIC/up"
	cut -d' ' -f1 "$FABRIC/neighbors" > "$FABRIC/wanted"
	lacks -vxFf "$FABRIC/up" "$FABRIC/wanted"
}

# has_stayed NEIGHBOR: it has the ports that it had
has_stayed() {
	grep -qxF "$(grep "^$1 " "$FABRIC/sessions.before")" "$FABRIC/sessions"
}

step "leaf1, whose neighbours are all spine"
namespace spine
namespace leaf1
cable spine leaf1 192.168.11.2/24 leaf1 eth1 192.168.11.200/24
# Of one address, spine takes one session.
for last in 1 3 4 5 20; do
	ip -n ev-spine address add "192.168.11.$last/24" dev leaf1
	ip -n ev-leaf1 address add "192.168.11.$((200 + last))/24" dev eth1
	ip -n ev-leaf1 route add "192.168.11.$last" dev eth1 src "192.168.11.$((200 + last))"
done
router spine 'zebra bgpd' ip netns exec ev-spine
router leaf1 'zebra bgpd staticd bfdd' ip netns exec ev-leaf1
cat > "$FABRIC/spine/etc/text" <<-'E'
	router bgp 64512
	 bgp router-id 10.255.0.1
	 no bgp ebgp-requires-policy
	 neighbor all peer-group
	 neighbor all remote-as external
	 bgp listen range 192.168.11.0/24 peer-group all
	 address-family l2vpn evpn
	  neighbor all activate
	 exit-address-family
	exit
E
nsenter -m -t "$(cat "$FABRIC/spine/pid")" vtysh -f /etc/frr/text

texts=("$root"/tests/golden/frrconf/*/frr.conf)
checked=0 resets=0
: > "$FABRIC/neighbors"
: > "$FABRIC/sessions"
for text in "${texts[@]}"; do
	name=$(basename "$(dirname "$text")")
	mv "$FABRIC/neighbors" "$FABRIC/neighbors.before"
	mv "$FABRIC/sessions" "$FABRIC/sessions.before"
	neighbors "$text" > "$FABRIC/neighbors"
	# FRR 8.4 does not take a route distinguisher again that it once had.
	sed '/^  rd /d' "$text" | become
	sessions > "$FABRIC/sessions"
	# It may be none.
	grep -xFf "$FABRIC/neighbors.before" "$FABRIC/neighbors" > "$FABRIC/same" || [ $? = 1 ]
	while read -r address _; do
		checked=$((checked + 1))
		has_stayed "$address" || fail "to $name: the session of $address, whose lines are the same, did not stay"
	done < "$FABRIC/same"
	wait_until 60 "$name: the sessions of $(cut -d' ' -f1 "$FABRIC/neighbors" | xargs)" all_up
	new=$(count -vxFf "$FABRIC/sessions.before" "$FABRIC/sessions")
	resets=$((resets + new))
done
[ $checked -ge 10 ] || fail "only $checked sessions were to stay: that shows nothing"
[ $resets -gt 5 ] || fail "only $resets sessions were new: that shows nothing"
echo "$checked sessions stayed, $resets were new or came anew"
