#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# vtysh-undo.sh - a reload that fails after FRR was changed: frr-vtysh restores real FRR's former configuration, whatever has
# failed. A script stands in front of vtysh, and one in place of frr-reload.py, where these do not fail by themselves.
set -euo pipefail
# shellcheck source=tests/netns/lib-vtysh.sh
. "$(dirname "$0")/lib-vtysh.sh"
RESTORED="FRR's former configuration is in force again"

# refused STATUS PATTERN OPTION... : the reload of $FABRIC/frr.conf fails twice, with the same message, and FRR runs $before
refused() {
	local status=$1 pattern=$2 first=''
	shift 2
	for _ in 1 2; do
		[ -z "$TRIP" ] || touch "$TRIP"
		reload "$status" "$@"
		expect "$pattern"
		expect "$RESTORED"
		[ "$(running)" = "$before" ] || fail "FRR runs something else: $(diff <(running) - <<< "$before")"
		: "${first:=${OUT##*failed: }}"
		[ "${OUT##*failed: }" = "$first" ] || fail "the second error is another one: $first -- ${OUT##*failed: }"
	done
}

# untouched PATTERN : the reload is refused before FRR is changed
untouched() {
	reload 3
	expect "$1"
	[[ $OUT != *"changing FRR's configuration"* ]] || fail "FRR was changed: $OUT"
	[ "$(running)" = "$before" ] || fail "FRR runs something else: $(diff <(running) - <<< "$before")"
}

# add LINE... : at the end of the file
add() {
	sed -i '/^end$/d' "$FABRIC/frr.conf"
	printf '%s\n' "$@" end >> "$FABRIC/frr.conf"
}

fabric_begin
PLACE=vty_dir=$FABRIC/frr/run
TRIP=
container 'zebra bgpd staticd'
conf
reload 0
before=$(running)

# The script does SCRIPT for the first `copy' after $FABRIC/trip was created; $FILE is the text that it applies.
# vtysh opens its text by a path, from which it can be read again.
wrapper() {
	TRIP=$FABRIC/trip
	cat > "$FABRIC/vtysh" <<-END
		#!/bin/bash
		trip=$TRIP run=$FABRIC/frr/run pid=$(cat "$FABRIC/frr/pid")
		inside() { nsenter -m -u -i -n -p -t \$pid "\$@"; }
		case "\$*" in
		*"-c copy "*)
		        if [ -e \$trip ]; then
		                rm \$trip
		                cat /proc/self/fd/0 > \$trip.text
		                $1
		        fi ;;
		${2:-}
		esac
		exec vtysh "\$@"
	END
	chmod +x "$FABRIC/vtysh"
}

step "lines that contradict each other: refused before FRR is changed"
add 'router bgp 65009' ' neighbor 203.0.113.1 remote-as 1' exit
untouched "line 13: 'router bgp 65009': line 6 has already defined this instance with AS 65001"
conf
add 'no router bgp 65001'
untouched "'no router bgp 65001' deletes what line 6 has defined: 'router bgp 65001'"
conf ' no neighbor 10.0.0.2'
untouched "'no neighbor 10.0.0.2' deletes what line [0-9]+ has defined"
conf
add 'vrf red' ' vni 100' exit-vrf 'no vrf red'
untouched "'no vrf red' deletes what line [0-9]+ has defined: 'vrf red'"
conf
add 'ip prefix-list P seq 5 permit any' 'no ip prefix-list P'
untouched "'no ip prefix-list P' deletes what line [0-9]+ has defined"

step "deletions of what the file does not define have no effect; of two router-ids the last one counts"
conf ' bgp router-id 10.0.0.77'
add 'no router bgp 65009' 'no vrf red' 'no route-map nosuch'
reload 0
runs 'bgp router-id 10.0.0.77'
conf
reload 0
[ "$(running)" = "$before" ] || fail "FRR runs something else: $(diff <(running) - <<< "$before")"

step "an instance with another AS replaces FRR's, and a line of it is refused"
conf ' neighbor 10.0.0.6 peer-group nosuch'
sed -i 's/^router bgp.*/router bgp 65009/' "$FABRIC/frr.conf"
refused 3 "Configure the peer-group first"

step "vtysh hangs after half of the lines: time limit, restored"
conf ' neighbor 10.0.0.9 remote-as 65009' ' neighbor 10.0.0.10 remote-as 65010'
sed -i 's/^router bgp.*/router bgp 65009/' "$FABRIC/frr.conf"
wrapper "head -n 5 \$trip.text | vtysh --vty_socket \$run -c 'copy /proc/self/fd/0 running-config'; exec tail -f /dev/null"
refused 1 "did not end within 8 s and was killed" vtysh="$FABRIC/vtysh" timeout=8

step "vtysh crashes after all of the lines: restored"
wrapper "vtysh --vty_socket \$run -c 'copy /proc/self/fd/0 running-config' < \$trip.text; kill -SEGV \$\$"
refused 1 "was killed by signal 11" vtysh="$FABRIC/vtysh"

step "bgpd dies of each application: not applied for ever; restored when bgpd is there"
# The new bgpd does not start before the old one has gone.
wrapper "inside pkill -KILL -x bgpd; until inside /usr/lib/frr/bgpd -d -A 127.0.0.1; do :; done
	echo x >> \$trip.n; [ \$(wc -l < \$trip.n) = 3 ] || touch \$trip
	echo ' zebra staticd'; exec vtysh --vty_socket \$run -c 'show running-config no-header'"
touch "$TRIP"
reload 3 vtysh="$FABRIC/vtysh"
expect "FRR's bgpd has ended 3 times while its configuration was changed"
expect "$RESTORED"
[ "$(running)" = "$before" ] || fail "FRR runs something else: $(diff <(running) - <<< "$before")"

# frr-reload.py is used when vtysh refuses the difference, but not the file.
DRIVER=(unshare --mount "$FABRIC/with-reload" "$BUILD/plugin-drive")
printf '%s\n' '#!/bin/sh' "mount --bind $FABRIC/frr-reload.py /usr/lib/frr/frr-reload.py" 'exec "$@"' > "$FABRIC/with-reload"
chmod +x "$FABRIC/with-reload"
# fake_reload LINE...
fake_reload() {
	printf '%s\n' '#!/bin/bash' "run=$FABRIC/frr/run" "$@" > "$FABRIC/frr-reload.py"
	chmod +x "$FABRIC/frr-reload.py"
}
# shellcheck disable=SC2016 # the script expands it
half='vtysh --vty_socket $run -c "configure terminal" -c "no router bgp" -c "router bgp 65077"'
conf ' neighbor 10.0.0.9 remote-as 65009'
wrapper : "*-C*) cat /proc/self/fd/0 > \$trip.text; if grep -qx '!' \$trip.text; then exit 0; fi; echo 'line 2: % Unknown command[4]: no x' >&2; exit 2 ;;"
TRIP=

step "frr-reload.py fails after it has deleted the BGP instance: restored"
fake_reload "$half" 'echo "line refused"' 'exit 1'
refused 3 "frr-reload.py ended with status 1:"$'\n'"line refused" vtysh="$FABRIC/vtysh"
expect "vtysh -C accepts $FABRIC/frr.conf, but refuses the lines that change FRR to it: line 2: % Unknown"

step "frr-reload.py hangs: time limit, restored"
fake_reload "$half" 'exec tail -f /dev/null'
refused 1 "frr-reload.py did not end within 8 s and was killed" vtysh="$FABRIC/vtysh" timeout=8

step "frr-reload.py crashes: restored"
fake_reload "$half" 'kill -SEGV $$'
refused 1 "frr-reload.py was killed by signal 11" vtysh="$FABRIC/vtysh"

step "frr-reload.py claims success, and FRR does not run the file: what remains is applied, and compared"
fake_reload "$half" 'exit 0'
reload 0 vtysh="$FABRIC/vtysh"
runs 'neighbor 10.0.0.9 remote-as 65009'
runs 'router bgp 65001'

step "no frr-reload.py: the reason for the fallback is the error"
DRIVER=("$BUILD/plugin-drive")
conf
before=$(running)
reload 3 vtysh="$FABRIC/vtysh" fallback=false
expect "but refuses the lines that change FRR to it: line 2: % Unknown"
[ "$(running)" = "$before" ] || fail "FRR runs something else: $(diff <(running) - <<< "$before")"

step "the container is restarted before its former configuration is restored: told, and the new FRR is left alone"
PLACE=pidfile=$PIDFILE
cat > "$FABRIC/vtysh" <<-'END'
	#!/bin/bash
	for word; do [[ $word != "copy "* ]] || { text=${word#copy } text=${text% running-config}; }; done
	if [ -n "$text" ]; then
	        if grep -q ' no neighbor 10.0.0.11' "$text"; then exec tail -f "$text"; fi
	        vtysh -c 'configure terminal' -c 'router bgp 65001' -c 'neighbor 10.0.0.11 remote-as 65011'
	        echo "% No."
	        exit 13
	fi
	exec vtysh "$@"
END
chmod +x "$FABRIC/vtysh"
conf ' neighbor 10.0.0.11 remote-as 65011' ' neighbor 10.0.0.12 remote-as 65012'
drive_begin vtysh="$FABRIC/vtysh"
wait_until 60 "the restoration" drive_says "restoring FRR.s former configuration: [0-9]+ lines"
container_stop KILL
wait_until 60 "its end is noticed" drive_says "% No."
container 'zebra bgpd staticd'
drive_end
[ "$RC" = 3 ] || fail "exit status $RC: $OUT"
expect "failed: % No."$'\n'"FRR has been restarted since then"
running > "$FABRIC/running"
lacks '^router bgp' "$FABRIC/running" || fail "the new FRR was changed"
