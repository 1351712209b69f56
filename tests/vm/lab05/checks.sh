# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# The one VRF neither has a route to the other, nor falls into another table.
unreachable() {
	wait_until 60 "a router says to $1 that $2 is unreachable" said_unreachable "$1" "$2"
	lacks 'bytes from' "$FABRIC/ping" || fail "$1 reaches $2"
}

said_unreachable() {
	ping_to "$1" "$2" > "$FABRIC/ping" || grep Unreachable "$FABRIC/ping"
}

lab_checks() {
	first_ping host1 10.244.0.6
	reaches host2 10.244.0.6
	reaches work 192.168.10.1 192.168.30.1
	unreachable host1 192.168.30.1
	unreachable host2 192.168.10.1
}
