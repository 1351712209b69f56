#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# reloader-restore.sh - a reload by evpn-reloader fails after FRR was changed, in each way in which it can: FRR runs its former
# configuration again, as FRR itself shows it
# test-run: waits
# shellcheck disable=SC2016 # the tools' lines are for them
set -euo pipefail
# shellcheck source=tests/netns/lib-reloader.sh
. "$(dirname "$0")/lib-reloader.sh"

# conf [LINE...] : a configuration with these lines in the middle of router bgp
conf() {
	{
		printf '%s\n' 'frr defaults traditional' "hostname $(hostname)" '!' 'ip route 10.9.0.0/16 blackhole' '!' 'vrf red' \
			' vni 100' 'exit-vrf' '!' 'router bgp 65001' ' no bgp ebgp-requires-policy' ' neighbor 10.0.0.2 remote-as 65002' \
			"$@" ' !' ' address-family l2vpn evpn' '  neighbor 10.0.0.2 activate' '  advertise-all-vni' \
			' exit-address-family' 'exit' '!' 'router bgp 65001 vrf red' ' !' ' address-family l2vpn evpn' \
			'  advertise ipv4 unicast' ' exit-address-family' 'exit' '!' 'route-map A permit 10' ' set metric 5' 'exit' '!' \
			'end'
	} > "$T/frr/frr.conf.new"
	mv "$T/frr/frr.conf.new" "$T/frr/frr.conf"
}

# What FRR runs, whatever the order in which it shows that.
running() {
	vtysh_frr -c 'show running-config' | grep -v '^Building' | sort
}

# restored STATUS PATTERN : the reload has this status, with FRR's words, and nothing of it is left
restored() {
	drive 120 reload "$T/frr/frr.conf" 1
	[ "$RC" = "$1" ] || fail "exit status $RC: $OUT"
	expect "$OUT" "$2"
	[[ $OUT = *"FRR's former configuration is in force again" ]] || fail "not restored: $OUT"
	running > "$T/after"
	diff -u "$T/before" "$T/after" || fail "FRR does not run its former configuration"
	vtysh_frr -c 'show running-config' > "$T/shown"
	leaves_nothing
}

leaves_nothing() {
	local left
	left=$(find "$T/frr" -name 'reload-*' -o -name '*.sav' -o -name 'evpn-reloader*')
	[ -z "$left" ] || fail "left behind: $left"
	grep -q 'vrf red' "$T/frr/frr.conf" || fail "frr.conf was overwritten: $(cat "$T/frr/frr.conf")"
	[ "$(cat "$T/frr/vtysh.conf")" = 'service integrated-vtysh-config' ] || fail "vtysh.conf: $(cat "$T/frr/vtysh.conf")"
}

# tool NAME LINE... : a frr-reload.py that does what these lines say. `apply' runs the real one; `applies' and `restores' tell for
# what it is called.
tool() {
	local name=$1
	shift
	{
		printf '%s\n' '#!/bin/bash' 'args="$*"' "apply() { /usr/lib/frr/frr-reload.py \"\$@\"; }"
		printf '%s\n' 'restores() { [[ $args = */evpn-reloader-* ]]; }' \
			'applies() { [[ $args = *" --reload "* && $args != */evpn-reloader-* ]]; }' "$@"
	} > "$T/$name"
	chmod +x "$T/$name"
}

set_up_frr
echo 'service integrated-vtysh-config' > "$T/frr/vtysh.conf"
frr_start "$DAEMONS"

step "FRR is empty, and the first configuration is refused: it is empty again"
reloader first --listen "unix:$SOCK"
running > "$T/before"
conf ' neighbor 10.0.0.5 peer-group nosuch'
restored 3 "Configure the peer-group first"
lacks 'router bgp' "$T/after" || fail "a part is left"
conf
reload_conf
[ $RC = 0 ] || fail "$OUT"
running > "$T/before"
grep -q 'advertise-all-vni' "$T/before" || fail "not applied: $(cat "$T/before")"

step "a refused line between others"
conf ' neighbor 10.0.0.4 remote-as 65004' ' neighbor 10.0.0.5 peer-group nosuch' ' neighbor 10.0.0.6 remote-as 65006'
restored 3 "neighbor 10.0.0.5 peer-group nosuch"
expect "$(ask 'reload again/1')" "refused .* changed=1 restored=1 length="

step "lines that are gone, and a refused one"
conf ' neighbor 10.0.0.5 peer-group nosuch'
sed -i '/^vrf red/,/^exit-vrf/d; /^router bgp 65001 vrf red/,/^exit/d; /^ip route/d; /^route-map/,/^exit/d; s/advertise-all-vni//' \
	"$T/frr/frr.conf"
echo '! vrf red' >> "$T/frr/frr.conf"
restored 3 "neighbor 10.0.0.5 peer-group nosuch"

step "another AS, and a refused line: the instance is the former one"
conf ' neighbor 10.0.0.5 peer-group nosuch'
sed -i 's/router bgp 65001/router bgp 65099/' "$T/frr/frr.conf"
restored 3 "peer-group nosuch|BGP"

step "a syntax error changes nothing, and is not restored"
conf ' nonsense'
reload_conf
[ $RC = 3 ] || fail "exit status $RC: $OUT"
[[ $OUT != *"former configuration"* ]] || fail "$OUT"
reloader_end

step "frr-reload.py hangs after it has changed FRR; it crashes; it is killed"
tool hang 'apply "$@" || exit' 'if applies; then sleep infinity; fi'
reloader hang --listen "unix:$SOCK" --frr-reload "$T/hang" --timeout 15
conf ' neighbor 10.0.0.4 remote-as 65004'
sed -i '/^ip route/d' "$T/frr/frr.conf"
restored 1 "frr-reload.py --reload did not end within 15 s and was killed"
reloader_end
tool crash 'apply "$@" || exit' 'if applies; then echo "Traceback: oops" >&2; exit 7; fi'
reloader crash --listen "unix:$SOCK" --frr-reload "$T/crash"
restored 1 "frr-reload.py --reload ended with status 7"
reloader_end
tool killed 'apply "$@" || exit' 'if applies; then kill -KILL $$; fi'
reloader killed --listen "unix:$SOCK" --frr-reload "$T/killed"
restored 1 "frr-reload.py --reload was killed by signal 9"
reloader_end

step "the restoration succeeds at its second attempt; it does not succeed; it hangs"
tool second 'if restores && [ ! -e '"$T"'/tried ]; then touch '"$T"'/tried; exit 1; fi' 'apply "$@" || exit' \
	'if applies; then exit 7; fi'
reloader second --listen "unix:$SOCK" --frr-reload "$T/second"
restored 1 "frr-reload.py --reload ended with status 7"
[ -e "$T/tried" ] || fail "there was one attempt only"
reloader_end
tool never 'restores && exit 1' 'apply "$@" || exit' 'if applies; then exit 7; fi'
reloader never --listen "unix:$SOCK" --frr-reload "$T/never"
reload_conf
[ $RC = 1 ] || fail "exit status $RC: $OUT"
expect "$OUT" "FRR's former configuration could not be restored completely; remaining difference:"
expect "$OUT" $'difference:\n-ip route 10.9.0.0/16 blackhole\n[+] neighbor 10.0.0.4 remote-as 65004$'
expect "$(ask 'reload never/2')" "^evpn-reloader 1 (ok|failed) "
leaves_nothing
reloader_end
# What FRR runs now is the former configuration from here on.
running > "$T/before"
conf
tool hangs 'if restores; then sleep infinity; fi' 'apply "$@" || exit' 'if applies; then exit 7; fi'
reloader hangs --listen "unix:$SOCK" --frr-reload "$T/hangs" --timeout 15
reload_conf
[ $RC = 1 ] || fail "exit status $RC: $OUT"
expect "$OUT" "could not be restored: frr-reload.py --reload did not end within 15 s and was killed"
leaves_nothing
reloader_end

step "a daemon that ends at each attempt: refused at the end, and restored to what ran before the first"
reloader real --listen "unix:$SOCK"
reload_conf
[ $RC = 0 ] || fail "$OUT"
reloader_end
running > "$T/before"
cat > "$T/restart-bgpd" <<-END
	kill -KILL \$(cat $T/frr/bgpd.pid)
	while [ -e /proc/\$(cat $T/frr/bgpd.pid) ]; do :; done
	ip netns exec $NS /usr/lib/frr/bgpd -d -A 127.0.0.1 -u frr -g frr -i $T/frr/bgpd.pid -z $T/frr/zserv.api \
		--vty_socket $T/frr -f $T/frr/empty
	echo >> $T/restarts
END
tool ends 'if applies; then apply "$@"; . '"$T"'/restart-bgpd; exit; fi' 'apply "$@"'
reloader ends --listen "unix:$SOCK" --frr-reload "$T/ends"
conf ' neighbor 10.0.0.4 remote-as 65004'
restored 3 "FRR's bgpd has ended 3 times while its configuration was changed"
[ "$(wc -l < "$T/restarts")" = 3 ] || fail "$(wc -l < "$T/restarts") attempts"
reloader_end

step "FRR in a pathspace"
frr_stop bgpd staticd zebra
mkdir -p "$T/frr/space" "$T/space"
chown frr:frr "$T/frr/space"
echo 'service integrated-vtysh-config' > "$T/frr/space/vtysh.conf"
for daemon in $DAEMONS; do
	ip netns exec "$NS" "/usr/lib/frr/$daemon" -d -N space -A 127.0.0.1 -u frr -g frr -i "$T/frr/$daemon.pid" \
		-z "$T/frr/zserv.api" --vty_socket "$T/frr/space" -f "$T/frr/empty" 2>> "$T/frr.log"
done
vtysh_frr() { vtysh --vty_socket "$T/frr" --config_dir "$T/frr" -N space "$@"; }
reloader space --listen "unix:$SOCK" -N space
conf
reload_conf
[ $RC = 0 ] || fail "$OUT"
running > "$T/before"
grep -q 'router bgp' "$T/before" || fail "not applied: $(cat "$T/before")"
conf ' neighbor 10.0.0.5 peer-group nosuch'
restored 3 "neighbor 10.0.0.5 peer-group nosuch"
reloader_end
