#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# metrics.sh - what evpnd serves to Prometheus: promtool finds nothing wrong with it, the values are FRR's, /healthz follows the state, and
# connections that say nothing keep nobody out for long
# test-run: waits
set -euo pipefail
# shellcheck source=tests/netns/lib-leaf.sh
. "$(dirname "$0")/lib-leaf.sh"
command -v promtool > /dev/null || skip "needs promtool (package prometheus)"

# fetch PATH [METHOD]: the status, and the body in $FABRIC/body
fetch() {
	ip netns exec ev-node python3 - "$@" > "$FABRIC/body" <<-'P'
		import http.client, sys
		c = http.client.HTTPConnection("127.0.0.1", 9470, timeout=20)
		c.request(sys.argv[2] if len(sys.argv) > 2 else "GET", sys.argv[1])
		r = c.getresponse()
		sys.stderr.write(str(r.status))
		sys.stdout.write(r.read().decode())
	P
}

# fetched STATUS PATH
fetched() {
	[ "$(fetch "$2" 2>&1 > /dev/null)" = "$1" ]
}

# has LINE : the metrics have it now
has() {
	fetched 200 /metrics && finds -xF -- "$1" "$FABRIC/body"
}

export EVPND_MODULE_DIR=$BUILD/core/.libs
leaf_up
conf 's/^health/metrics = { listen = "127.0.0.1:9470"; };\n&/'
daemon_start
wait_until 60 "healthy" has 'evpnd_state{state="healthy"} 1'

step "promtool finds nothing wrong"
promtool check metrics < "$FABRIC/body" > "$FABRIC/promtool" 2>&1 || fail "promtool: $(cat "$FABRIC/promtool" "$FABRIC/body")"
[ ! -s "$FABRIC/promtool" ] || fail "promtool: $(cat "$FABRIC/promtool")"
"$BUILD/evpnctl" --socket "$FABRIC/state/control.sock" metrics > "$FABRIC/metrics"
# Without what changes by itself.
names() { sed -n 's/^\([a-z_]*\).*/\1/p' "$1" | sort -u; }
names "$FABRIC/metrics" > "$FABRIC/names"
names "$FABRIC/body" | diff "$FABRIC/names" - || fail "evpnctl metrics has other metrics"

step "the values are FRR's"
has 'evpnd_bgp_session_established{neighbor="192.168.11.2",fabric="true"} 1' || fail "no session in: $(cat "$FABRIC/body")"
has 'evpnd_vni_up{vni="110"} 1' || fail "no VNI in: $(cat "$FABRIC/body")"
wait_until 60 "the leaf's VTEP" has 'evpnd_vni_remote_vteps{vni="110"} 1'
vtysh_in frr 'show evpn vni 110' | finds '100.64.0.2' || fail "FRR does not know the VTEP"
has 'evpnd_runs_total{result="applied"} 1' || fail "runs: $(cat "$FABRIC/body")"
has 'evpnd_frr_reloads_total 1' || fail "reloads: $(cat "$FABRIC/body")"

step "/healthz and the metrics follow the state"
fetched 200 /healthz || fail "/healthz: $(cat "$FABRIC/body")"
fetched 404 / || fail "/ is there"
ip -n ev-leaf2 link set node down
wait_until 60 "degraded" fetched 503 /healthz
has 'evpnd_faults{reason="SessionDown"} 1' || fail "faults: $(cat "$FABRIC/body")"
has 'evpnd_bgp_session_established{neighbor="192.168.11.2",fabric="true"} 0' || fail "session: $(cat "$FABRIC/body")"
ip -n ev-leaf2 link set node up
wait_until 60 "healthy again" fetched 200 /healthz

step "other methods, and connections that say nothing"
ip netns exec ev-node python3 - <<-'P'
	import http.client, socket
	c = http.client.HTTPConnection("127.0.0.1", 9470, timeout=20)
	try:
	    c.request("POST", "/metrics", body=b"x" * 100000)
	    assert c.getresponse().status >= 400
	except (http.client.HTTPException, OSError):
	    pass
	silent = [socket.create_connection(("127.0.0.1", 9470)) for _ in range(40)]
	for s in silent:
	    s.settimeout(60)
	    try:
	        while s.recv(4096):
	            pass
	    except ConnectionResetError:
	        pass
P
fetched 200 /metrics || fail "no answer after connections that said nothing"

step "the address changes, and goes"
conf 's/^health/metrics = { listen = "[::1]:9470"; };\n&/'
listens() { ip netns exec ev-node ss -Hlnt | finds -F "$1"; }
wait_until 60 "the other address" listens '[::1]:9470'
conf
closed() { ip netns exec ev-node ss -Hlnt > "$FABRIC/ss" && lacks -F :9470 "$FABRIC/ss"; }
wait_until 60 "nothing listens" closed

step "a port that is taken: evpnd says so once, and works"
ip netns exec ev-node python3 -c '
import socket, sys
s = socket.create_server(("127.0.0.1", 9470))
print("ready", flush=True)
s.accept()' > "$FABRIC/holder" &
PIDS+=($!)
wait_until 60 "the port is taken" grep -q ready "$FABRIC/holder"
conf 's/^health/metrics = { listen = "127.0.0.1:9470"; };\n&/'
wait_until 60 "the warning" logged 'metrics.listen = "127.0.0.1:9470": cannot listen: Address already in use'
"$BUILD/evpnctl" --socket "$FABRIC/state/control.sock" wait --timeout 60 > "$FABRIC/out" || fail "not healthy: $(cat "$FABRIC/out")"
[ "$(count "metrics.listen .* cannot listen" "$FABRIC/daemon.log")" = 1 ] || fail "not once in the log: $(cat "$FABRIC/daemon.log")"
daemon_stop
