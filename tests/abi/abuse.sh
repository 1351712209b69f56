#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Plugins that load and then break the contract: evpnd says which plugin and which callback, and neither hangs, nor spins, nor
# fills the log. Each runs in a network namespace of its own.
set -euo pipefail
# shellcheck source=tests/abi/lib.sh
. "$(dirname "$0")/lib.sh"
[ "$(id -u)" = 0 ] || skip "needs root: a plugin must be root's"

echo "hostname frr" >"$tmp/frr.conf.in"
mkdir "$tmp/volume"
ulimit -c 0
ip netns add "evpnd-abuse-$$"
at_end ip netns del "evpnd-abuse-$$"
netns=/run/netns/evpnd-abuse-$$

# bad FLAG...: builds the plugin, and takes it in both roles, or in one beside $NETNS or $FRR
bad() {
	module "$tmp/bad.so" "$here/bad.c" -D_GNU_SOURCE -DFRR "$@"
	cat >"$tmp/evpn.conf" <<-END
		plugins = { netns = "${NETNS:-$tmp/bad.so}"; frr = "${FRR:-$tmp/bad.so}"; };
		underlay = { vtep = "100.65.0.2"; };
		frr = { config = "$tmp/volume/frr.conf"; source = "$tmp/frr.conf.in"; check = ""; };
	END
}

# run STATUS WORDS OPTION...: evpnd ends so, and says so
run() {
	local want=$1 words=$2 status=0
	shift 2
	rm -rf "$tmp/state" "$tmp/volume/"*
	timeout 60 unshare -n "$build/evpnd" --config "$tmp/evpn.conf" --state-dir "$tmp/state" "$@" >"$tmp/out" 2>&1 || status=$?
	[ $status = "$want" ] || fail "status $status where $want is right: $(cat "$tmp/out")"
	grep -qF -- "$words" "$tmp/out" || fail "no \`$words' in: $(cat "$tmp/out")"
	echo "as it should be: $(grep -F -m1 -- "$words" "$tmp/out")"
}

step "what --check finds"
bad
run 0 ": good: " --check
bad -DEVENTS -DEVENT_FD=999
run 78 "plugin bad: event_fd returned descriptor 999, which is not open" --check
bad -DEVENTS -DEVENT_FD=0
run 78 "plugin bad: event_fd returned descriptor 0, which is evpnd's own" --check
bad -DEVENTS '-DEVENT_FD=closed()'
run 78 "which is not open" --check
bad -DEVENTS '-DEVENT_FD=file()'
run 78 "which cannot be polled: it is a regular file" --check
bad -DOPENING=-1
run 78 "plugin bad: open failed without a reason" --check
bad '-DOPENING=without_end(err)'
run 78 "plugin bad: xxxxxxxx" --check
bad '-DOPENING=wait_ms(150)'
run 0 "plugin bad: open took " --check
bad '-DOPENING=write_to_nobody()'
run 0 ": good: " --check
bad '-DOPENING=log_line(host, "one\n<3>two\033[2J")'
run 0 '<6>bad: <3>two\x1b[2J' --check

step "a plugin that floods the log: a burst of it, a warning, and how many lines are missing"
bad '-DOPENING=log_lines(host, 5000, EVPN_LOG_INFO)'
run 0 "<4>plugin bad: logs more than 200 lines at once, or 10 a second" --check
[ "$(count -F "<6>bad: line " "$tmp/out")" -le 500 ] || fail "more than a burst in each role"
grep -E '^<4>plugin bad: 4[7-9][0-9]{2} lines of it were not logged$' "$tmp/out"
bad '-DOPENING=log_lines(host, 5000, EVPN_LOG_DEBUG)'
run 0 ": good: " --check
lacks -F 'logs more than' "$tmp/out" || fail "lines that nobody sees count"
bad "-DOPENING=log_line(host, LINES)" "-DLINES=\"$(printf 'line\\n%.0s' {1..400})\""
run 0 "<4>plugin bad: logs more than 200 lines at once" --check
grep -E '^<4>plugin bad: (1[89][0-9]|200) lines of it were not logged$' "$tmp/out"

step "a plugin that ends evpnd"
bad '-DOPENING=(exit(0), 0)'
run 1 "<3>plugin bad: open has called exit(), which ends evpnd" --check
bad '-DOPENING=(quick_exit(0), 0)'
run 1 "<3>plugin bad: open has called exit(), which ends evpnd" --check
# Where the program is built with a sanitizer, that reports the crash.
if ! nm -D "$build/evpnd" | grep -q __asan_init; then
	bad '-DOPENING=use_null()'
	run 139 "<3>plugin bad: open has crashed (SIGSEGV), which ends evpnd" --check
	bad -O0 '-DOPENING=use_up_the_stack(1)'
	run 139 "<3>plugin bad: open has crashed (SIGSEGV), which ends evpnd" --check
	bad '-DOPENING=(abort(), 0)'
	run 134 "<3>plugin bad: open has crashed (SIGABRT), which ends evpnd" --check
	bad '-DOPENING=raise(SIGFPE)'
	run 136 "<3>plugin bad: open has crashed (SIGFPE), which ends evpnd" --check
	bad '-DFINDING=use_null()'
	run 139 "<3>plugin bad: find_netns has crashed (SIGSEGV), which ends evpnd" --once
fi

step "what find_netns returns"
for fd in -1 0 999; do
	bad "-DFINDING=(*ret_fd = $fd, 1)"
	case $fd in
	0) run 1 "plugin bad: find_netns returned descriptor 0 (" --once ;;
	*) run 1 "plugin bad: find_netns returned descriptor $fd, which is not open" --once ;;
	esac
done
bad '-DFINDING=(*ret_fd = file(), 1)'
run 1 "(/etc/passwd), which is not of a network namespace" --once
bad '-DFINDING=netns("/proc/self/ns/mnt", ret_fd, ret_instance)'
run 1 "which is not of a network namespace" --once
bad '-DFINDING=netns("/proc/self/ns/net", ret_fd, ret_instance)'
run 1 "plugin bad found the host's own network namespace" --once
bad -DFINDING=-7
run 1 "find_netns failed without a reason; report it to the author of plugin bad" --once

step "answers"
bad "-DFINDING=netns(\"$netns\", ret_fd, ret_instance)" '-DQUERYING=1'
run 1 "plugin bad: query_frr returned 1 without a text" --once --timeout 30
bad "-DFINDING=netns(\"$netns\", ret_fd, ret_instance)" '-DRELOADING=-1'
run 1 "reload_frr failed without a reason" --once --timeout 30

step "no event_fd, and not ready: asked every second"
bad '-DFINDING=(wait_ms(0), evpn_wait(err, "for ever"))'
run 1 "for ever" --once --timeout 8 --log-level debug
calls=$(count -F 'bad: find_netns: not ready: for ever' "$tmp/out")
((calls >= 2 && calls <= 10)) || fail "$calls calls in 8 s: $(cat "$tmp/out")"

# cpu_ms PID: what it has used so far
cpu_ms() { awk -v hz="$(getconf CLK_TCK)" '{ sub(/.*\) /, ""); print int(($12 + $13) * 1000 / hz) }' "/proc/$1/stat"; }

# flood WORDS FLAG...: evpnd as a daemon for 5 s: it warns once, and is idle in the second half
flood() {
	local words=$1 pid before used lines all
	shift
	bad -DEVENTS "$@"
	rm -rf "$tmp/state" "$tmp/volume/"*
	unshare -n "$build/evpnd" --config "$tmp/evpn.conf" --state-dir "$tmp/state" ${LEVEL:+--log-level "$LEVEL"} 2>"$tmp/out" &
	pid=$!
	PIDS+=("$pid")
	wait_until 60 "the warning: $words" grep -qF -- "$words" "$tmp/out"
	before=$(cpu_ms "$pid")
	# The time in which it is measured, which ends by the limit of this.
	read -rt 2 -u "$TEST_NEVER" || :
	used=$(($(cpu_ms "$pid") - before))
	end_child "$pid"
	lines=$(count -vE "^<[67]>" "$tmp/out") && all=$(count . "$tmp/out")
	echo "   CPU $before ms until the warning, $used ms in the 2 s after it; $all lines, $(stat -c %s "$tmp/out") bytes"
	[ "$(count -F -- "$words" "$tmp/out")" = 1 ] || fail "it warns more than once: $(cat "$tmp/out")"
	[ "$used" -le 400 ] || fail "evpnd has used $used ms of CPU in 2 s: $(tail -5 "$tmp/out")"
	[ "$lines" = 1 ] || fail "more warnings than one: $(grep -vE "^<[67]>" "$tmp/out")"
	[ "$all" -le 3000 ] || fail "$all lines: $(tail -5 "$tmp/out")"
}

step "event_fd is readable all the time"
module "$tmp/quiet.so" "$here/bad.c" -D_GNU_SOURCE -DFRR '-DNAME="quiet"'
export FRR=$tmp/quiet.so
readable="plugin bad: on_event leaves event_fd readable"
flood "$readable" '-DEVENT_FD=readable()'
flood "$readable" '-DEVENT_FD=readable()' -DEVENT=EVPN_EVENT_RETRY
flood "$readable" '-DEVENT_FD=readable()' -DEVENT=4711
flood "$readable" '-DEVENT_FD=readable()' -DEVENT=EVPN_EVENT_CHANGED
flood "plugin bad: on_event reports changes again and again" '-DEVENT_FD=ticking(20)' '-DEVENT=tick(EVPN_EVENT_CHANGED)'
flood "plugin bad: on_event: on_event failed without a reason" '-DEVENT_FD=readable()' -DEVENT=-1
flood "plugin bad: on_event: the descriptor of event_fd has been closed" '-DEVENT_FD=readable()' \
	'-DFINDING=(close(event_fd), evpn_wait(err, "for ever"))'

unset FRR

step "an frr plugin whose event_fd is readable all the time"
# The namespace is there, and everything else is applied.
module "$tmp/quiet.so" "$here/bad.c" -D_GNU_SOURCE -DNAME='"quiet"' \
	"-DFINDING=(*ret_fd = open(\"$netns\", O_RDONLY | O_CLOEXEC), *ret_instance = 7, 1)"
export NETNS=$tmp/quiet.so LEVEL=debug
flood "$readable" '-DEVENT_FD=readable()' -DEVENT=EVPN_EVENT_RETRY
# evpn.conf is so new that evpnd reads it once more.
grep -o '"trigger":"[^"]*"' "$tmp/state/history.json" | lacks -vE '"(start|configuration)"' ||
	fail "RETRY while nothing waits is a run: $(cat "$tmp/state/history.json")"
flood "plugin bad: on_event reports changes again and again" '-DEVENT_FD=ticking(20)' '-DEVENT=tick(EVPN_EVENT_CHANGED)'
reloads=$(count -F 'bad: demand ' "$tmp/out")
echo "   $reloads reloads"
((reloads >= 10 && reloads <= 50)) || fail "$reloads reloads"
unset NETNS LEVEL

step "a file that is replaced"
bad
unshare -n "$build/evpnd" --config "$tmp/evpn.conf" --state-dir "$tmp/state" 2>"$tmp/out" &
PIDS+=($!)
wait_until 60 "it waits" grep -q 'waiting in step' "$tmp/out"
cp "$tmp/bad.so" "$tmp/new.so"
mv "$tmp/new.so" "$tmp/bad.so"
kill -HUP "${PIDS[-1]}"
wait_until 60 "the warning" grep -qF "plugin bad: $tmp/bad.so has been replaced" "$tmp/out"
kill -HUP "${PIDS[-1]}"
wait_until 60 "another run" test "$(count 'waiting in step' "$tmp/out")" -ge 1
[ "$(count -F 'has been replaced' "$tmp/out")" = 1 ] || fail "it warns more than once"
