# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# lib-profile.sh - sourced: frr.conf with lines that are the default of one of FRR's profiles, for an FRR that runs one of them
# shellcheck source=tests/netns/lib-vtysh.sh
. "$(dirname "$0")/lib-vtysh.sh"

SWITCHES="log-neighbor-changes|ebgp-requires-policy|network import-check|suppress-duplicates|deterministic-med"
SWITCHES+="|default show-hostname|default show-nexthop-hostname|fast-external-failover|hard-administrative-reset"
SWITCHES+="|graceful-restart notification"

# all WORD MORE : $FABRIC/frr.conf with all switches; WORD is "" or "no "
all() {
	local words
	printf '%s\n' "router bgp 65001" > "$FABRIC/frr.conf"
	tr '|' '\n' <<< "$SWITCHES" | while read -r words; do echo " $1bgp $words"; done >> "$FABRIC/frr.conf"
	printf '%b\n' "$2" exit "router ospf" " ${1}log-adjacency-changes" exit >> "$FABRIC/frr.conf"
}

# in_force WHAT OPTION... : the file is applied without a warning, and then it is no difference
in_force() {
	local what=$1
	shift
	reload 0 "$@"
	[[ $OUT != *"does not show"* && $OUT != *frr-reload.py* ]] || fail "$what: $OUT"
	reload 0 "$@"
	[ "$OUT" = "waiting: reading FRR's running configuration" ] || fail "$what: a difference remains: $OUT"
}

# profile_begin PROFILE STARTER DAEMONS : FRR with this profile
profile_begin() {
	fabric_begin
	mkdir -p "$FABRIC/frr"
	echo "-F $1" > "$FABRIC/frr/options"
	"$2" "$3"
	running > "$FABRIC/running"
	grep -qx "frr defaults $1" "$FABRIC/running" || fail "FRR does not run with the profile $1"
}

# profile_test OPTION...
profile_test() {
	local head value
	all "" " timers bgp 60 180\n neighbor 10.0.0.2 remote-as 65002\n neighbor 10.0.0.2 timers connect 120"
	in_force "all switches on" "$@"
	running > "$FABRIC/running"
	lacks '^ no bgp' "$FABRIC/running" || fail "a switch is off: $(cat "$FABRIC/running")"
	all "no " " timers bgp 3 9\n bgp minimum-holdtime 9\n neighbor 10.0.0.2 remote-as 65002\n neighbor 10.0.0.2 timers connect 10"
	in_force "all switches off" "$@"
	running > "$FABRIC/running"
	lacks '^ bgp .*-\(changes\|policy\|med\|hostname\)' "$FABRIC/running" || fail "a switch is on: $(cat "$FABRIC/running")"
	printf '%s\n' 'router bgp 65001' exit 'router ospf' exit > "$FABRIC/frr.conf"
	in_force "no switch" "$@"
	running > "$FABRIC/running"
	lacks '^ .*\(bgp\|log-adjacency\)' "$FABRIC/running" || fail "a line remains: $(cat "$FABRIC/running")"
	for value in '60 180' '3 9' '7 21'; do
		printf '%s\n' 'router bgp 65001' " timers bgp $value" exit > "$FABRIC/frr.conf"
		in_force "timers bgp $value" "$@"
	done
	for head in '' traditional datacenter; do
		conf ' bgp log-neighbor-changes'
		sed -i '/^frr defaults/d' "$FABRIC/frr.conf"
		[ -z "$head" ] || sed -i "1i frr defaults $head" "$FABRIC/frr.conf"
		in_force "the file says '$head'" "$@"
	done
}
