#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# musl.sh - evpn-reloader, as the packages and the images have it, runs in a root file system whose C library is musl, like that of FRR's
# Alpine image: it answers from the vty sockets of a real FRR, and starts programs of that root file system
#
# Alpine itself is not needed: the root has musl's dynamic linker and a program linked with it, which stands for vtysh and frr-reload.py
# there. That the root is one of musl is shown, too: the program runs there, and one linked with this machine's glibc does not.
set -euo pipefail
# shellcheck source=tests/netns/lib-reloader.sh
. "$(dirname "$0")/../netns/lib-reloader.sh"

answers() {
	drive 60 ask "$1" 'show version'
	finds 'FRRouting [0-9]' <<< "$OUT"
}

command -v musl-gcc > /dev/null || skip "needs musl-gcc"
set_up_frr
ROOT=$T/musl
SOCK=$ROOT/run/evpnd/reloader.sock

step "a root file system with musl alone"
mkdir -p "$ROOT"/{bin,dev,lib,proc,tmp,etc/frr,run/evpnd,run/frr,usr/{bin,sbin},var}
ln -s ../run "$ROOT/var/run"
chmod 700 "$ROOT/run/evpnd"
linker=$(ls /lib/ld-musl-*.so.1)
cp -L "$linker" "$ROOT/lib"
cat > "$T/libc.c" <<-'END'
	#include <stdio.h>
	int main(int argc, char *argv[])
	{
		(void)argv;
	#ifdef __GLIBC__
		puts("glibc");
	#else
		puts("another libc");
	#endif
		return argc > 1; /* as frr-reload.py, it refuses */
	}
END
musl-gcc -o "$ROOT/bin/with-musl" "$T/libc.c"
ln -s ../../bin/with-musl "$ROOT/usr/bin/vtysh"
gcc -o "$ROOT/bin/with-glibc" "$T/libc.c"
[ "$("$ROOT/bin/with-glibc")" = glibc ] || fail "this machine's compiler does not link glibc: the test shows nothing"
[ "$(chroot "$ROOT" /bin/with-musl)" = "another libc" ] || fail "musl's program does not run with musl"
ends 127 chroot "$ROOT" /bin/with-glibc 2> "$T/no-glibc" || fail "glibc's program runs: this root file system is not musl's alone"
cat "$T/no-glibc"

step "evpn-reloader, linked as the images have it"
gcc -std=c11 -D_GNU_SOURCE -O2 -Wall -static -s -I"$REPO/plugins" -o "$ROOT/usr/sbin/evpn-reloader" "$REPO"/plugins/frr-signal/reloader*.c \
	"$REPO"/plugins/lib/vty*.c
ls -l "$ROOT/usr/sbin/evpn-reloader"
chroot "$ROOT" /usr/sbin/evpn-reloader --version

step "and linked with musl itself"
# The kernel's headers are beside those of glibc, which must not be found.
mkdir "$T/kernel"
for dir in linux asm-generic "$(gcc -print-multiarch)/asm"; do ln -s "/usr/include/$dir" "$T/kernel/$(basename "$dir")"; done
musl-gcc -std=c11 -D_GNU_SOURCE -O2 -Wall -Werror -static -s -I"$REPO/plugins" -idirafter "$T/kernel" \
	-o "$ROOT/usr/sbin/evpn-reloader-musl" "$REPO"/plugins/frr-signal/reloader*.c "$REPO"/plugins/lib/vty*.c
ls -l "$ROOT/usr/sbin/evpn-reloader-musl"


# As a container has it.
mount -t proc proc "$ROOT/proc"
mknod -m 666 "$ROOT/dev/null" c 1 3
frr_start "$DAEMONS"
for dir in etc/frr run/frr; do mount --bind "$T/frr" "$ROOT/$dir"; done
for program in evpn-reloader evpn-reloader-musl; do
	step "$program: real FRR answers through it, and a program of the root file system runs"
	: > "$T/reloader.log"
	chroot "$ROOT" "/usr/sbin/$program" --listen unix:/run/evpnd/reloader.sock --frr-reload /bin/with-musl 2> "$T/reloader.log" &
	PID=$!
	PIDS+=("$PID")
	wait_until 60 "$program listens" grep -q 'listens at' "$T/reloader.log"
	for daemon in $DAEMONS; do wait_until 60 "$daemon answers" answers "$daemon"; done
	: > "$T/frr/frr.conf"
	ask "reload $program/1" | tee "$T/answer"
	finds 'another libc' "$T/answer" || fail "the program that reloads did not run in the root file system of musl"
	reloader_end
done
