# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# machine.sh - to be sourced: a real machine, a guest of QEMU with Debian 12 or 13, systemd, podman, and evpnd from Debian's packages
#
# What the machine is connected to is outside of it: its NICs are tap devices in network namespaces of the test (tests/lib/private),
# where routers and hosts are processes of this machine. So a test sees from outside what the machine does, and the machine may be
# switched off at any time.
#
#   need_machine RELEASE        makes the image, or ends the test as skipped. RELEASE: 12 or 13
#   machine_new RELEASE NAMESPACE:TAP...   a disk of its own from that image, and a tap device in each namespace: the NICs eth0, eth1, ...
#                               of the machine. The disk and the taps outlive the machine's runs; a tap's carrier is up while it runs.
#                               After make_folder. All state is in $T/$MACHINE, and so is MACHINE the machine that the other
#                               functions are about, "machine" if unset
#   machine_on                  switches it on, with $MACHINE_WORDS on the kernel's command line, too; $MACHINE_ON is when
#   machine_off                 shuts it down from inside, and waits for its end
#   machine_cut                 takes its power
#   machine_ended               whether it has ended, for wait_until
#   guest_wait                  waits until the agent in it answers, which is before any network
#   guest_reboot                restarts it from inside, and waits for the agent of the next boot
#   guest_run COMMAND...        runs it there, as root: its output and its status; $GUEST_LIMIT seconds at the most (120)
#   guest_sh SCRIPT             the same for a script of bash's. One runs at a time; what a script leaves in the background stays
#   guest_put FILE PATH         copies a file of this machine there, with its mode; guest_write PATH writes what comes in
#   guest_log                   the journal of all boots since machine_new, while it runs and afterwards: `[seconds since boot] unit[pid]: text'.
#                               A line `-- boot N --' begins each
#   logged PATTERN              whether the journal of this boot has it, for wait_until
#   machine_tell                what a failed test has to show: call it in the test's function tell
#
# The folder $T/$MACHINE/share is /srv there: files in it, in both directions. Clocks are the same, inside and outside.
# It runs without KVM, too: a boot is 30 s then, and each fork 20 ms, so time limits are to be generous.

MACHINE_LIB=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")
# shellcheck source=tests/lib/test.sh
. "$MACHINE_LIB/test.sh"
MACHINE=${MACHINE:-machine}
declare -A MACHINE_IN=() MACHINE_OUT=() MACHINE_PID=()

need_machine() {
	[ "$(id -u)" = 0 ] || skip "needs root"
	[ -d "$BUILD/guest" ] || skip "needs a guest: $(cat "$BUILD/guest.why" 2>&1)"
	command -v qemu-img > /dev/null || skip "needs qemu-img"
	"$MACHINE_LIB/machine-image" "$1"
	[ ! -e "$BUILD/machine-base/$1.why" ] || skip "$(cat "$BUILD/machine-base/$1.why")"
}

machine_new() {
	local dir=$T/$MACHINE nic fd
	mkdir -p "$dir/share"
	echo "$1" > "$dir/release"
	# The image may be made anew meanwhile.
	ln "$BUILD/machine/$1.ext4" "$BUILD/machine/$1.ext4.$$-$MACHINE"
	at_end rm -f "$BUILD/machine/$1.ext4.$$-$MACHINE"
	qemu-img create -q -f qcow2 -F raw -b "$BUILD/machine/$1.ext4.$$-$MACHINE" "$dir/disk"
	shift
	echo "$*" > "$dir/nics"
	for nic; do
		ip -n "${nic%:*}" tuntap add dev "${nic#*:}" mode tap
		ip -n "${nic%:*}" link set "${nic#*:}" up
	done
	mkfifo "$dir/agent.in" "$dir/agent.out"
	# Kept open for reading and writing: neither end ever waits for the other one to come.
	exec {fd}<> "$dir/agent.in"
	MACHINE_IN[$MACHINE]=$fd
	exec {fd}<> "$dir/agent.out"
	MACHINE_OUT[$MACHINE]=$fd
	echo 0 > "$dir/boots"
}

machine_on() {
	local dir=$T/$MACHINE release nics base boot words
	release=$(cat "$dir/release")
	read -ra nics < "$dir/nics"
	base=$BUILD/machine-base/$release
	# What the former run has left of questions and answers.
	dd if="$dir/agent.in" iflag=nonblock status=none > /dev/null 2>&1 || :
	dd if="$dir/agent.out" iflag=nonblock status=none > /dev/null 2>&1 || :
	boot=$(($(cat "$dir/boots") + 1))
	echo $boot > "$dir/boots"
	# Without KVM, what QEMU has translated holds for as long as code is at the same address.
	words="console=ttyS0 quiet rw norandmaps nokaslr audit=0 apparmor=0 no_timer_check mitigations=off init_on_alloc=0 panic=-1"
	words+=" net.ifnames=0 systemd.condition_needs_update=0 ${MACHINE_WORDS:-}"
	# The first container would switch a static key on, in the code that allocates memory. QEMU 7.2 without KVM runs the breakpoint
	# that the kernel has there meanwhile once more, on the other CPU, when it is gone: the kernel panics.
	words+=" cgroup_disable=cpuset"
	# On a busy machine, a boot takes longer than systemd waits for the agent's port.
	words+=" systemd.default_device_timeout_sec=900 systemd.default_timeout_start_sec=900"
	# shellcheck disable=SC2034 # for the test
	MACHINE_ON=$EPOCHREALTIME
	python3 "$MACHINE_LIB/machine-taps.py" "${nics[@]}" -- "qemu-system-$(uname -m)" -machine q35 \
		-accel "$(machine_accel)" -cpu "${MACHINE_CPU:-qemu64}" -smp 2 -m "${MACHINE_MEM:-2G}" -nodefaults -display none \
		-kernel "$base/vmlinuz" -initrd "$base/initrd.img" -append "$words" \
		-drive "file=$dir/disk,if=virtio,cache=unsafe,discard=unmap" \
		-chardev "file,id=console,path=$dir/console,append=on" -serial chardev:console \
		-device virtio-rng-pci -device virtio-serial-pci \
		-chardev "file,id=journal,path=$dir/journal.$boot" -device virtconsole,chardev=journal \
		-chardev "pipe,id=agent,path=$dir/agent" -device virtserialport,chardev=agent,name=agent \
		-fsdev "local,id=share,path=$dir/share,security_model=none,multidevs=remap" -device virtio-9p-pci,fsdev=share,mount_tag=share \
		< /dev/null > "$dir/qemu" 2>&1 &
	MACHINE_PID[$MACHINE]=$!
	PIDS+=($!)
}

machine_accel() {
	case $(cat "$BUILD/guest/accel") in
	kvm) echo kvm ;;
	*) echo tcg,thread=multi,tb-size=512 ;;
	esac
}

machine_ended() {
	[ ! -d "/proc/${MACHINE_PID[$MACHINE]}" ] || [ "$(sed -n 's/^State:\t\(.\).*/\1/p' "/proc/${MACHINE_PID[$MACHINE]}/status")" = Z ]
}

machine_cut() {
	end_child "${MACHINE_PID[$MACHINE]}"
}

machine_off() {
	guest_sh 'systemctl poweroff'
	wait_until 300 "the machine is off" machine_ended
	machine_cut
}

guest_boot_id() {
	GUEST_LIMIT=5 guest_run cat /proc/sys/kernel/random/boot_id
}

guest_answers() {
	if machine_ended; then fail "QEMU has ended: $(cat "$T/$MACHINE/qemu")"; fi
	guest_boot_id
}

guest_wait() {
	wait_until 600 "the machine's agent answers" guest_answers
}

guest_rebooted() {
	local id
	id=$(guest_boot_id) && [ "$id" != "$1" ]
}

guest_reboot() {
	local id
	id=$(guest_boot_id)
	guest_sh 'systemctl reboot'
	wait_until 900 "the machine has booted again" guest_rebooted "$id"
}

guest_run() {
	guest_sh "${*@Q}"
}

guest_sh() {
	local dir=$T/$MACHINE number=$BASHPID.$EPOCHREALTIME.$RANDOM answer status output end=$((SECONDS + ${GUEST_LIMIT:-120})) lock
	exec {lock}> "$dir/agent.lock"
	# A test that is interrupted while it asks still has the lock when its end asks.
	flock -w "${GUEST_LIMIT:-120}" "$lock" || { exec {lock}>&-; return 124; }
	# podman would tell systemd that the first process of a container is now the agent's.
	echo "$number $(base64 -w0 <<< "unset NOTIFY_SOCKET"$'\n'"$1")" >&"${MACHINE_IN[$MACHINE]}"
	while [ $((end - SECONDS)) -gt 0 ] && IFS=' ' read -r -t $((end - SECONDS)) -u "${MACHINE_OUT[$MACHINE]}" answer status output; do
		# An answer to somebody who no longer waits for it comes first.
		[ "$answer" = "$number" ] || continue
		exec {lock}>&-
		base64 -d <<< "$output"
		return "$status"
	done
	exec {lock}>&-
	echo "guest: no answer in ${GUEST_LIMIT:-120} s: $1" >&2
	return 124
}

guest_put() {
	local name
	name=$(mktemp "$T/$MACHINE/share/put.XXXXXX")
	cp -p "$1" "$name"
	guest_sh "cp --preserve=mode '/srv/$(basename "$name")' '$2'"
	rm "$name"
}

guest_write() {
	local name
	name=$(mktemp "$T/$MACHINE/share/write.XXXXXX")
	cat > "$name"
	guest_sh "mkdir -p '$(dirname "$1")' && cat '/srv/$(basename "$name")' > '$1'"
	rm "$name"
}

guest_log() {
	local boot dir=$T/$MACHINE
	for ((boot = 1; boot <= $(cat "$dir/boots"); boot++)); do
		echo "-- boot $boot --"
		# Without its colors.
		sed 's/\x1b\[[0-9;:]*m//g' "$dir/journal.$boot"
	done
}

logged() {
	finds -a -E "$@" "$T/$MACHINE/journal.$(cat "$T/$MACHINE/boots")"
}

machine_tell() {
	local dir=$T/$MACHINE
	[ -d "$dir" ] || return 0
	echo "== $MACHINE: QEMU, its console, its journal"
	tail -5 "$dir/qemu"
	tail -20 "$dir/console"
	guest_log | tail -"${MACHINE_LINES:-150}"
}
