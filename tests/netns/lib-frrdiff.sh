# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# lib-frrdiff.sh - sourced: the pairs of configurations; and what frrdiff finds is done by the FRR of the router leaf1
# shellcheck source=tests/lib/fabric.sh
. "$(dirname "$0")/../lib/fabric.sh"
tool=$BUILD/frrdiff-tool

# frrdiff_pairs ~N|"": each text of golden/frrdiff from nothing and back, to its variants, and to N random edits (none); then what the
# generator makes, each against its neighbours
frrdiff_pairs() {
	local golden chain chains=() text name other
	golden=$(realpath "$(dirname "$0")/../golden")
	for text in "$golden"/frrdiff/*.conf; do
		name=${text%.conf}
		case $name in */empty | *-2 | *-asn) continue ;; esac
		chain=$golden/frrdiff/empty.conf:$text
		for other in "$name-2.conf" "$name-asn.conf"; do
			[ ! -f "$other" ] || chain+=:$other:$text
		done
		chains+=("$chain${1:+:$1}:$golden/frrdiff/empty.conf")
	done
	chain=$golden/frrdiff/empty.conf
	for text in "$golden"/frrconf/*/frr.conf; do
		# An FRR that has instances keeps its profile.
		[[ $text = *-datacenter/* ]] || chain+=:$text
	done
	mkdir "$FABRIC/corpus"
	chmod 755 "$FABRIC/corpus"
	python3 "$FABRIC_LIB/frrdiff-corpus.py" "$tool" "$FABRIC/corpus" "$golden/frrdiff/frr-reload-differs" "${chains[@]}" \
		"$chain:$golden/frrdiff/empty.conf" || fail "frrdiff and FRR disagree, see above"
}

# become : leaf1 takes the configuration on standard input by one batch, as the plugin gives it, and nothing is left
become() {
	local dir=$FABRIC/leaf1

	cat > "$dir/wanted"
	vtysh_in leaf1 'show running-config no-header' > "$dir/running"
	{
		echo XFRR_start_configuration
		"$tool" "$dir/running" "$dir/wanted" || [ $? = 2 ]
		echo XFRR_end_configuration
	} > "$dir/etc/text"
	vtysh_in leaf1 'copy /etc/frr/text running-config' || fail "FRR refuses a line of: $(cat "$dir/etc/text")"
	vtysh_in leaf1 'show running-config no-header' > "$dir/running"
	"$tool" "$dir/running" "$dir/wanted" > "$dir/left" || fail "left over: $(cat "$dir/left")"
}

# session NEIGHBOUR : its TCP connection, by the ports; nothing while it is down. (When it came up FRR tells to within a second only.)
session() {
	vtysh_in leaf1 'show bgp neighbors json' | python3 -c '
import json, sys
peer = json.load(sys.stdin).get(sys.argv[1], {})
if peer.get("bgpState") == "Established":
    print(peer["portLocal"], peer["portForeign"])' "$1"
}

is_up() {
	session "$1" | finds .
}
