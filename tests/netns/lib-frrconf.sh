# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# lib-frrconf.sh - sourced: each generated frr.conf of tests/golden/frrconf is loaded into an FRR that is empty, and
# comes back from it by `show running-config' as it was; canonical.py says what is not compared. FRR needs no VRF in the kernel
# for that. FRR_ROOT: FRR 10 from there.
here=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")
# shellcheck source=tests/lib/fabric.sh
. "$here/../lib/fabric.sh"
GOLDEN=$here/../golden/frrconf
[ "$(id -u)" = 0 ] || skip "needs root"

# As evpnd has it in FRR's namespace: without, FRR says so in its configuration.
forwarding() {
	unshare --net sh -c 'ip link set lo up; sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1; exec "$@"' sh "$@"
}

# The node's FRR, started anew.
frr_start() {
	local dir=$FABRIC/node
	if [ -d "$dir" ]; then
		end_child "${PIDS[-1]}"
		unset 'PIDS[-1]'
		rm -rf "$dir"
	fi
	mkdir "$dir"
	echo "${FRR_ROOT:-}" > "$dir/root"
	router node 'zebra bgpd bfdd' forwarding
	in_node vtysh -c 'show running-config' > "$FABRIC/empty"
	STARTS=$((STARTS + 1))
}

# What the file made goes, so that the same FRR can take the next one; where something stays, another FRR does.
frr_empties() {
	local name=$FABRIC/node/etc/empty.conf
	{
		sed -nE '/^vrf /{p;n;s/^ (vni .*)/ no \1\nexit-vrf/p}' "$1"
		sed -nE 's/^(router bgp .* vrf .*)/no \1/p' "$1"
		sed -nE 's/^(router bgp [0-9]+)$/no \1/p; s/^(ip|ipv6) prefix-list ([^ ]+) .*/no \1 prefix-list \2/p' "$1" | uniq
		sed -nE 's/^route-map ([^ ]+) .*/no route-map \1/p' "$1" | uniq
		sed -nE 's/^(vrf .*|bfd)$/no \1/p' "$1"
		sed -nE 's/^(log [a-z]+).*/no \1/p; s/^frr defaults .*/frr defaults traditional/p' "$1"
		# FRR 10 has it without the line, too.
		[ -n "${FRR_ROOT:-}" ] || sed -nE 's/^(ip(v6)? nht .*)$/no \1/p' "$1"
	} > "$name"
	# What it does not take stays, and is seen in what FRR shows then.
	in_node vtysh -f /etc/frr/empty.conf > "$FABRIC/emptied" 2>&1 || :
	in_node vtysh -c 'show running-config' | cmp -s - "$FABRIC/empty"
}

# frr_takes FILE NAME: FRR, without any configuration, takes it without a word of complaint; what it shows then is kept
frr_takes() {
	cp "$1" "$FABRIC/node/etc/new.conf"
	cp "$1" "$FABRIC/files/$2.conf"
	in_node vtysh -f /etc/frr/new.conf > "$FABRIC/load" 2>&1 || fail "$1: FRR refuses it: $(cat "$FABRIC/load")"
	# FRR 10's vtysh says that until mgmtd's lock is free, and then goes on.
	sed -i '/datastore locked by another session/d' "$FABRIC/load"
	lacks -E '^(%|line )' "$FABRIC/load" || fail "$1: FRR refuses a line"
	in_node vtysh -c 'show running-config' > "$FABRIC/files/$2.shown"
}

in_node() {
	nsenter -m -u -t "$(cat "$FABRIC/node/pid")" ${FRR_ROOT:+chroot "$FRR_ROOT"} "$@"
}

frrconf_run() {
	local case names=()
	fabric_begin
	mkdir "$FABRIC/files"
	STARTS=0
	frr_start
	for case in "$GOLDEN"/*/; do
		[ ${#names[*]} = 0 ] || frr_empties "$FABRIC/node/etc/new.conf" || frr_start
		names+=("$(basename "$case")")
		frr_takes "${case}frr.conf" "${names[-1]}"
	done
	[ ${#names[*]} -ge 20 ] || fail "only ${#names[*]} files"
	python3 "$here/canonical.py" "$FABRIC/files" "${FRR_ROOT:+10}" "${names[@]}" || fail "FRR shows another configuration"
	echo "${#names[*]} files come back from FRR as they were; it was started $STARTS times"
}
