# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
lab_checks() {
	first_ping host1 10.244.0.6
	ping_to host1 10.244.0.6 | grep 'ttl=61 ' || fail "not by three routers: leaf1, the node's FRR, the node"
}
