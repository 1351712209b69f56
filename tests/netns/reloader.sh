#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# reloader.sh - what the plugin frr-signal and evpn-reloader make of real FRR: up, down, half up, refusing; shows; times
set -euo pipefail
# shellcheck source=tests/netns/lib-reloader.sh
. "$(dirname "$0")/lib-reloader.sh"

# conf [LINE...] : a configuration as FRR itself would write it, with these lines in the middle of router bgp.
conf() {
	{
		printf '%s\n' 'frr defaults traditional' "hostname $(hostname)" '!' \
			'ip route 10.9.0.0/16 blackhole' '!' 'router bgp 65001' ' no bgp ebgp-requires-policy' \
			' neighbor 10.0.0.2 remote-as 65002' "$@" 'exit' '!' 'end'
	} > "$T/frr/frr.conf.new"
	mv "$T/frr/frr.conf.new" "$T/frr/frr.conf"
}

runs() {
	vtysh_frr -c 'show running-config' | finds "$1"
}

# expect_counters TESTS RELOADS
expect_counters() {
	[ "$(counter tests) $(counter reloads)" = "$1 $2" ] || fail "not $1 tests and $2 reloads: $(ask status)"
}

set_up_frr
conf
reloader reloader --listen "unix:$SOCK"

step "FRR is down: not ready; it comes up: the same demand is fulfilled"
drive 3 reload "$T/frr/frr.conf" 1
[ $RC = 4 ] || fail "exit status $RC: $OUT"
expect "$OUT" "waiting: FRR's zebra does not answer in $T/frr: No such file or directory"
"$BUILD/plugin-drive" 60 "$MODULE" "address=unix:$SOCK" -- reload "$T/frr/frr.conf" 1 query 'show version' > "$T/drive.log" 2>&1 &
DRIVE=$!
wait_until 60 "the plugin waits for zebra" grep -q "waiting: FRR's zebra" "$T/drive.log"
frr_start zebra
wait_until 60 "the plugin waits for bgpd" grep -q "waiting: FRR's bgpd" "$T/drive.log"
expect_counters 0 0
frr_start bgpd
frr_start staticd
wait $DRIVE || fail "plugin-drive: $(cat "$T/drive.log")"
grep -q FRRouting "$T/drive.log" || fail "no answer to show version: $(cat "$T/drive.log")"
for line in 'neighbor 10.0.0.2 remote-as 65002' 'ip route 10.9.0.0/16 blackhole'; do
	runs "$line" || fail "not applied: $line"
done
expect_counters 1 1

step "a second, identical demand changes nothing"
reload_conf
[ $RC = 0 ] || fail "$OUT"
expect_counters 2 1

step "the same generation is not run again, two at once are one"
ask 'reload same/1' > "$T/first.log" &
FIRST=$!
ask 'reload same/1' > "$T/second.log"
wait $FIRST
cmp "$T/first.log" "$T/second.log"
expect "$(ask 'reload same/1')" "evpn-reloader 1 ok duration_ms=[0-9]+ generation=same/1 changed=0 length=0"
expect_counters 3 1
expect "$(ask 'reload same/2')" "^evpn-reloader 1 ok"
expect_counters 4 1

step "a change is applied"
conf ' neighbor 10.0.0.3 remote-as 65003'
reload_conf
[ $RC = 0 ] || fail "$OUT"
runs 'neighbor 10.0.0.3 remote-as 65003' || fail "not applied"
expect_counters 5 2
before=$(vtysh_frr -c 'show running-config')

step "a syntax error is refused, and nothing is touched"
conf ' neighbor 10.0.0.4 remote-as 65004' ' nonsense here'
reload_conf
[ $RC = 3 ] || fail "exit status $RC: $OUT"
expect "$OUT" "failed: % Unknown command:  *nonsense here"
[ "$(vtysh_frr -c 'show running-config')" = "$before" ] || fail "the running configuration has changed"
expect "$(ask 'reload syntax/1')" "refused .* changed=0"
expect_counters 7 2

step "what a daemon refuses is told in its words, the rest runs on"
conf ' neighbor 10.0.0.5 peer-group nosuch'
reload_conf
[ $RC = 3 ] || fail "exit status $RC: $OUT"
expect "$OUT" "Configure the peer-group first"
expect "$OUT" "neighbor 10.0.0.5 peer-group nosuch"
[[ $OUT != *$'\033'* && $OUT != *"Can't open"* && $OUT != *INFO* ]] || fail "noise: $OUT"
runs 'neighbor 10.0.0.2 remote-as 65002' || fail "the old configuration does not run any more"
expect_counters 8 3

step "the file beside FRR is another one than evpnd's"
cp "$T/frr/frr.conf" "$T/other.conf"
conf
drive 60 reload "$T/other.conf" 1
[ $RC = 1 ] || fail "exit status $RC: $OUT"
expect "$OUT" "$T/frr/frr.conf is not the file that evpnd installed"
expect_counters 8 3

step "with one daemon missing nothing is done, for its part would be lost"
frr_stop staticd
drive 3 reload "$T/frr/frr.conf" 1
[ $RC = 4 ] || fail "exit status $RC: $OUT"
expect "$OUT" "FRR's staticd does not answer in $T/frr"
expect_counters 8 3
frr_start staticd
reload_conf
[ $RC = 0 ] || fail "$OUT"
runs 'ip route 10.9.0.0/16 blackhole' || fail "staticd's part is not there"

step "clients that only hold a place keep nobody out: watchers, and those that send nothing"
python3 - "$SOCK" <<-'P'
	import socket, sys

	def connect(request=b""):
	    s = socket.socket(socket.AF_UNIX)
	    # The backlog is full for moments.
	    s.setblocking(True)
	    s.connect(sys.argv[1])
	    s.settimeout(20)
	    s.sendall(request)
	    return s

	def status():
	    answer = connect(b"evpn-reloader 1 status\n").recv(4096)
	    assert answer.startswith(b"evpn-reloader 1 ok"), answer

	watchers = [connect(b"evpn-reloader 1 watch\n") for _ in range(20)]
	status()
	# The oldest are gone, the last four still watch.
	assert watchers[0].recv(1) == b"", "the oldest watcher still has its place"
	silent = [connect() for _ in range(20)]
	status()
	for w in watchers[-4:]:
	    w.settimeout(0.2)
	    try:
	        assert w.recv(1) != b"", "a watcher lost its place to clients that send nothing"
	    except TimeoutError:
	        pass
P

step "a daemon ends, and is there again before anybody has looked: who watches is told"
requests=$(counter requests)
ask watch > "$T/watch.log" &
WATCH=$!
watches() { [ "$(counter requests)" -gt $((requests + 2)) ]; }
wait_until 60 "the watching begins" watches
[ ! -s "$T/watch.log" ] || fail "it is told of nothing: $(cat "$T/watch.log")"
frr_stop bgpd
frr_start bgpd
wait $WATCH
expect "$(cat "$T/watch.log")" "evpn-reloader 1 ok .*FRR's bgpd has ended"
# For who comes later, too, until FRR has loaded its configuration again.
expect "$(ask watch)" "FRR's bgpd has ended"
reload_conf
[ $RC = 0 ] || fail "$OUT"
runs 'neighbor 10.0.0.2 remote-as 65002' || fail "bgpd's part is not there"

step "shows: what is allowed, and what is not"
# Without `advertise-all-vni' this is no JSON, but nothing at all.
drive 60 query 'show evpn vni json'
[ $RC = 0 ] || fail "$OUT"
drive 60 query 'show ip route vrf all'
[ $RC = 0 ] || fail "$OUT"
expect "$OUT" "10.9.0.0/16"
drive 60 query 'show nonsense'
[ $RC = 1 ] || fail "exit status $RC: $OUT"
expect "$OUT" "% Unknown command: show nonsense"
shows=$(counter shows)
for command in 'configure terminal' 'show running-config' 'show run' 'show  ru bgpd' 'show startup-config' 'show con running' \
	'show r' 'show version|cat' 'show version;x' "show ver\$(id)" 'clear bgp *' 'write' 'SHOW version'; do
	drive 60 query "$command"
	[ $RC = 1 ] || fail "$command: exit status $RC: $OUT"
	expect "$OUT" "(denied: |invalid: expected)"
done
[ "$(counter shows)" = "$shows" ] || fail "one of them was run"

step "nothing is left behind, and nobody but us has written frr.conf"
left=$(find "$T/frr" -name 'reload-*' -o -name '*.sav')
[ -z "$left" ] || fail "left behind: $left"

step "times (ms): nothing to do; one VNI more; a show"
vni() {
	conf
	for id in "$@"; do
		printf 'vrf v%s\n vni %s\nexit-vrf\n!\n' "$id" "$id"
	done > "$T/vnis"
	sed -i "/^router bgp/{
		e cat $T/vnis
	}" "$T/frr/frr.conf"
	grep -q "vni $1" "$T/frr/frr.conf"
}
field() {
	ask "$1" | sed -n '1s/.* \(ok\|refused\|failed\|notready\) duration_ms=\([0-9]*\) .*changed=\(.\).*/\1 \2 changed=\3/p'
}
ids=$(seq 100 199)
# shellcheck disable=SC2086
vni $ids
echo "100 VRFs with VNI, all new:   $(field 'reload time/1')"
echo "100 VRFs, nothing to do:      $(field 'reload time/2')"
# shellcheck disable=SC2086
vni $ids 200
one=$(field 'reload time/3')
echo "100 VRFs, one VNI more:       $one"
expect "$one" '^ok .* changed=1'
runs 'vni 200' || fail "VNI 200 is not there"
echo "show evpn vni json:           $(field 'show evpn vni json')"

reloader_end
