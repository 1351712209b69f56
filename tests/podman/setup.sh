#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# setup.sh - evpnd-setup: what it refuses, that --dry-run changes nothing, that it changes nothing when it runs again, and that a file
# of the user's survives; and the node that it makes for frr-signal works
set -euo pipefail
# shellcheck source=tests/podman/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/podman/lib-node.sh
. "$(dirname "$0")/lib-node.sh"

# All that evpnd-setup may change.
state() {
	# shellcheck disable=SC2016 # the inner shell expands it
	inside sh -c 'for dir in /etc /usr/share/containers /var/lib/evpnd /run/netns /run/evpnd /run/evpnd-netns; do
		[ ! -e $dir ] || find $dir -printf "%p %y %m %U:%G %T@ %l\n"; done; cat /etc/subuid /etc/subgid; systemctl list-unit-files; true'
}

same() {
	state > "$T/state.after"
	diff "$T/state.before" "$T/state.after" || fail "evpnd-setup $1 has changed something"
}

refuses() {
	local status=$1 words=$2

	shift 2
	state > "$T/state.before"
	ends "$status" setup "$@" || fail "evpnd-setup $*: $(cat "$T/setup")"
	finds -F -e "$words" "$T/setup" || fail "evpnd-setup $* says: $(cat "$T/setup")"
	same "$*"
}

# has FILE "MODE UID:GID"
has() {
	local now

	now=$(inside stat -c '%a %u:%g' "$1")
	[ "$now" = "$2" ] || fail "$1: $now, not $2"
}

# first LINE : the line of evpnd in /etc/subuid and /etc/subgid
first() {
	local file line

	for file in subuid subgid; do
		line=$(grep evpnd "$T/os/etc/$file")
		[ "$line" = "$1" ] || fail "/etc/$file: $line"
	done
}

need_systemd
set_up
make_node
node_up systemd.log_level=notice
user=$(id -u frr) group=$(id -g frr)

step "what it refuses, before it changes anything"
refuses 64 'unknown argument --frobnicate' --frobnicate
refuses 64 '--plugin netns-path: must be frr-vtysh or frr-signal' --plugin netns-path
refuses 64 '--instance needs a value' --instance
refuses 64 'is not the name of an image' --frr-image 'x y'
refuses 1 'image localhost/nothing is not on this node' --frr-image localhost/nothing
refuses 1 'no /usr/local/sbin/evpn-reloader' --frr-image localhost/frr --plugin frr-signal

# As Debian's package frr has it.
printf '[Service]\nExecStart=true\n' > "$T/units/frr.service"
inside systemctl daemon-reload
refuses 1 'systemd/system/frr.service, which would start in place of the container'
rm "$T/units/frr.service"
inside systemctl daemon-reload

step "--dry-run"
state > "$T/state.before"
setup --dry-run || fail "--dry-run: $(cat "$T/setup")"
same --dry-run
for words in 'append evpnd:100000:65536 /etc/subuid' 'write /etc/evpnd/frr/daemons' 'write /etc/systemd/system/frr.service' \
	'systemctl enable --quiet frr' 'systemctl enable --quiet evpnd'; do
	finds -F "+ $words" "$T/setup" || fail "--dry-run does not print: $words"
done

step "it prepares the node"
setup --no-enable || fail "$(cat "$T/setup")"
first evpnd:100000:65536
has /etc/evpnd '755 0:0'
has /etc/evpnd/frr "755 $((FIRST + user)):$((FIRST + group))"
for file in daemons vtysh.conf frr.conf; do
	has "/etc/evpnd/frr/$file" "640 $((FIRST + user)):$((FIRST + group))"
done
has /etc/systemd/system/frr.service '644 0:0'
ends 1 inside systemctl is-enabled frr || fail "--no-enable enables frr.service"
setup --plugin frr-vtysh || fail "$(cat "$T/setup")"
inside systemctl is-enabled frr evpnd > /dev/null || fail "frr.service or evpnd.service is not enabled"
inside systemd-analyze verify --man=no /etc/systemd/system/frr.service /usr/lib/systemd/system/evpnd.service \
	/usr/lib/systemd/system/evpnd-netns.service > "$T/verify" 2>&1 || fail "$(cat "$T/verify")"
# systemd before 254 does not know these two, as the unit says.
sed -E '/Unknown key .(RestartSteps|RestartMaxDelaySec). /d' "$T/verify" > "$T/verified"
[ ! -s "$T/verified" ] || fail "$(cat "$T/verified")"

step "again"
state > "$T/state.before"
setup --plugin frr-vtysh || fail "$(cat "$T/setup")"
finds 'nothing to do' "$T/setup" || fail "$(cat "$T/setup")"
same "for the second time"

step "a file of the user's, and one that is evpnd-setup's"
inside sed -i 's/^bfdd=yes/bfdd=no/' /etc/evpnd/frr/daemons
inside cp -r "$PREFIX/share/evpnd" /root/templates
inside sed -i 's/^Description=FRR.*/Description=A newer one/' /root/templates/podman/frr.container
inside sed -i 's/^bgpd=yes/bgpd=no/' /root/templates/frr/daemons
inside env EVPND_SETUP_TEMPLATES=/root/templates "$PREFIX/sbin/evpnd-setup" > "$T/setup" 2>&1 || fail "$(cat "$T/setup")"
finds 'keeps /etc/evpnd/frr/daemons' "$T/setup" || fail "$(cat "$T/setup")"
inside grep -q '^bfdd=no' /etc/evpnd/frr/daemons || fail "the user's change is lost"
inside grep -q '^bgpd=yes' /etc/evpnd/frr/daemons || fail "the user's file is replaced"
inside grep -q '^Description=A newer one' /etc/systemd/system/frr.service || fail "evpnd-setup does not update its own file"

step "an image in which frr is another user"
inside podman run --name make --network=none localhost/evpnd-frr sed -i 's/^frr:x:[0-9]*:/frr:x:4711:/' /etc/passwd > /dev/null
inside podman commit -q make localhost/other > /dev/null
inside podman rm make > /dev/null
setup --frr-image localhost/other || fail "$(cat "$T/setup")"
has /etc/evpnd/frr/frr.conf "640 $((FIRST + 4711)):$((FIRST + group))"
inside grep -q localhost/other /etc/systemd/system/frr.service || fail "the unit has the former image"

step "an instance"
setup --instance blue --plugin frr-signal || fail "$(cat "$T/setup")"
inside cat /etc/systemd/system/frr-blue.service /etc/systemd/system/reloader-blue.service > "$T/blue"
lacks -E 'evpnd-netns\.service|netns/evpnd |/etc/evpnd/frr:|/run/evpnd/frr[/:.]|name=(frr|reloader) |-f -i (frr|reloader)$' "$T/blue" ||
	fail "the instance shares something with the other one"
inside systemctl start evpnd-netns@blue
inside nsenter --net=/run/netns/evpnd-blue ip link add x type bridge || fail "no namespace for the instance"

step "frr-signal"
setup --plugin frr-signal || fail "$(cat "$T/setup")"
make_node_config frr-signal
inside systemctl start frr reloader evpnd
wait_until 120 "evpnd has converged" converged
works_in_node
pid=$(inside podman inspect -f '{{.State.Pid}}' reloader)
has "/proc/$pid" "555 $FIRST:$FIRST"
kind=$(inside findmnt -no FSTYPE /run/evpnd/frr)
[ "$kind" = tmpfs ] || fail "the container can fill /run: it writes into $kind"

step "the users of somebody else"
inside systemctl stop evpnd reloader frr
for file in subuid subgid; do
	printf 'alice:100000:65536\nbob:165536:10\n' > "$T/os/etc/$file"
done
setup --plugin frr-signal || fail "$(cat "$T/setup")"
first evpnd:231072:65536
has /etc/evpnd/frr/frr.conf "640 $((231072 + user)):$((231072 + group))"
: > "$T/evpnd-netns.log"
ends 1 inside systemctl restart evpnd-netns || fail "evpnd-netns takes a namespace of other users"
grep 'was made for other users' "$T/evpnd-netns.log"
