#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# What a third party has: the installed header and evpnd.pc. The example builds with them alone, out of tree, installs,
# loads by path and by name, and works.
# shellcheck source=tests/abi/lib.sh
. "$(dirname "$0")/lib.sh"
[ "$(id -u)" = 0 ] || skip "needs root: a plugin must be root's"
command -v pkg-config >/dev/null || skip "needs pkg-config"

make -s -C "$build" install DESTDIR="$tmp/inst" >"$tmp/log" 2>&1 || fail "$(cat "$tmp/log")"
pc=$(find "$tmp/inst" -name evpnd.pc)
[ -n "$pc" ] || fail "evpnd.pc is not installed"
PKG_CONFIG_PATH=$(dirname "$pc")
export PKG_CONFIG_PATH
PKG_CONFIG="pkg-config --define-prefix"
plugindir=$($PKG_CONFIG --variable=plugindir evpnd)
[ "$($PKG_CONFIG --cflags evpnd | xargs)" = "-I$(dirname "$(find "$tmp/inst" -name evpn-plugin.h)")" ] ||
	fail "evpnd.pc says: $($PKG_CONFIG --cflags evpnd)"
[ "$($PKG_CONFIG --libs evpnd | xargs)" = "" ] || fail "a plugin links against nothing of evpnd's"
evpnd=$(find "$tmp/inst" -name evpnd -type f -perm -u+x)
[ -x "$evpnd" ] || fail "evpnd is not installed"
find "$tmp/inst" -name 'evpn-plugin.3*' | grep -q . || fail "evpn-plugin(3) is not installed"

# Out of tree: a copy of the folder, as it is shipped.
cp -r "$root/plugins/example" "$tmp/example"
make -s -C "$tmp/example" PKG_CONFIG="$PKG_CONFIG" CFLAGS="-O2 -Wall -Wextra -Werror"
(cd "$tmp/example" && "$evpnd" --dump-plugin ./example.so) >"$tmp/dump"
for line in "path=$tmp/example/example.so" name=example role=netns options=path api=1; do
	grep -qxF "$line" "$tmp/dump" || fail "no line $line in: $(cat "$tmp/dump")"
done
[ "$(nm -D --defined-only "$tmp/example/example.so" | wc -l)" = 1 ] || fail "the example exports more than its symbol"
make -s -C "$tmp/example" PKG_CONFIG="$PKG_CONFIG" install
[ -f "$plugindir/example.so" ] || fail "make install did not put it into $plugindir"

# By name, from where evpnd looks: what was installed is laid over the real directory, for this command alone.
libdir=${plugindir#"$tmp/inst"}
libdir=${libdir%/evpnd/plugins}
# shellcheck disable=SC2016
unshare --mount bash -eu -c '
	mount -t overlay -o "lowerdir=$1$2:$2" overlay "$2"
	"$3" --dump-plugin example
	"$3" --list-plugins' - "$tmp/inst" "$libdir" "$evpnd" >"$tmp/list"
for line in "path=$libdir/evpnd/plugins/example.so" name=example; do
	grep -qxF "$line" "$tmp/list" || fail "no line $line in: $(cat "$tmp/list")"
done
for line in "example  *netns  *" "netns-cri  *netns  *" "netns-pidfile  *netns  *" "frr-signal  *frr  *" "frr-vtysh  *frr  *"; do
	grep -q "^$line" "$tmp/list" || fail "--list-plugins: no $line in: $(cat "$tmp/list")"
done
# A name that is not there is reported with the place where it was looked for.
"$evpnd" --dump-plugin no-such-plugin >"$tmp/dump" 2>&1 && fail "evpnd finds no-such-plugin"
grep -qF "plugin $libdir/evpnd/plugins/no-such-plugin.so: No such file" "$tmp/dump" || fail "$(cat "$tmp/dump")"

# It works: the namespace is not there, is made, and goes.
"$CC" -I"$root/plugins" -I"$root/tests/unit" -D_GNU_SOURCE "$here/find.c" "$root/tests/unit/fake_host.c" -o "$tmp/find" -ldl
ns=evpn-abi-$$
trap 'ip netns del $ns 2>/dev/null || :; cleanup' EXIT
mkfifo "$tmp/said"
"$tmp/find" "$tmp/example/example.so" "/run/netns/$ns" >"$tmp/said" &
pid=$!
exec {from}<"$tmp/said"
# says WORD: that is the next thing that the plugin says, but for that it still waits.
says() {
	local word=
	while read -r -t 20 -u "$from" word; do
		[ "$word" != "$1" ] || return 0
		[ "$word" = waiting ] || break
	done
	fail "the example says \`$word', not \`$1'"
}
says waiting
ip netns add "$ns"
says found
ip netns del "$ns"
says changed
wait "$pid"
