#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# trust.sh - what evpnd does not go by: sysctls that it cannot read, and a state directory that others can write
set -euo pipefail
# shellcheck source=tests/netns/lib-node.sh
. "$(dirname "$0")/lib-node.sh"

node_up
plain_reloader
write_conf 's|address = "unix:[^"]*"|address = "unix:'"$FABRIC"'/plain.sock"; protocol = "plain"|' 's/^frr = {/& check = "";/'
before=$(picture)

# without COMMAND... : evpnd in a mount namespace in which COMMAND was run
without() {
	# shellcheck disable=SC2016 # for that sh
	ip netns exec ev-node unshare --mount sh -c '"$1" -c "$2" && shift 2 && exec "$@"' sh sh "$1" \
		"$BUILD/evpnd" --config "$FABRIC/evpn.conf" --state-dir "$FABRIC/state" --once --timeout 20
}

step "sysctls that cannot be read are no zeros"
expect 1 "read sysctl" without 'mount -t tmpfs none /proc/sys/net/ipv4/conf/eth1 && mkdir /proc/sys/net/ipv4/conf/eth1/rp_filter'
expect 1 "procfs is missing at /proc" without 'mount -t tmpfs none /proc/sys/net'
[ "$(picture)" = "$before" ] || fail "evpnd has changed something: $(diff <(echo "$before") <(picture))"
[ ! -e "$FABRIC/state/nic-eth1.json" ] || fail "there is a record of a NIC that evpnd could not read"

step "one that shuts tenants out is needed where the kernel has IPv6"
expect 1 "lan0/disable_ipv6=1: No such file or directory" without 'mount -t tmpfs none /proc/sys/net/ipv6/conf'

step "another one that this kernel does not have is no error"
# shellcheck disable=SC2016 # for the shell in the mount namespace
expect 0 converged without 'cd /proc/sys/net/ipv6/conf && mount -t tmpfs none "$PWD" && cd "$PWD" && mkdir lan0 lan1 &&
	echo 0 | tee lan0/disable_ipv6 lan1/disable_ipv6 > /dev/null'
expect 0 "taken down in" evpnd_on_node --down

step "a state directory that others can write, or reach by a socket"
chmod 770 "$FABRIC/state"
expect 1 "(owner 0, mode 0770) is writable by others" once
chmod 700 "$FABRIC/state"
chown 65534 "$FABRIC/state"
expect 1 "(owner 65534, mode 0700) is writable by others" once
chown 0 "$FABRIC/state"
python3 -c 'import socket, sys; socket.socket(socket.AF_UNIX).bind(sys.argv[1])' "$FABRIC/state/reloader.sock"
expect 1 "has a socket of another program, reloader.sock" once
rm "$FABRIC/state/reloader.sock"
expect 0 converged once
expect 0 "taken down in" evpnd_on_node --down

step "the instance whose state directory would be that of evpn-reloader's socket"
expect 64 "whose state directory FRR's container can write: frr" evpnd_on_node --instance frr --dry-run
