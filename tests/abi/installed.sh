#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# What a third party has: what make install puts there. The example and the program that drives it build with the installed headers
# and evpnd.pc alone; the example installs, loads by path and by name, and works.
set -euo pipefail
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
[ "$($PKG_CONFIG --cflags evpnd | xargs)" = "-I$(dirname "$(find "$tmp/inst" -name evpn-plugin-options.h)")" ] ||
	fail "evpnd.pc says: $($PKG_CONFIG --cflags evpnd)"
[ "$($PKG_CONFIG --libs evpnd | xargs)" = "" ] || fail "a plugin links against nothing of evpnd's"
evpnd=$(find "$tmp/inst" -name evpnd -type f -perm -u+x)
[ -x "$evpnd" ] || fail "evpnd is not installed"
find "$tmp/inst" -name 'evpn-plugin.3*' | finds . || fail "evpn-plugin(3) is not installed"
grep -qF 'evpn.conf.example' "$tmp/log" || fail "make install does not say what to do next: $(cat "$tmp/log")"
archives=$(find "$tmp/inst" -name '*.la')
[ -z "$archives" ] || fail "libtool's files are installed: $archives"
example=$(find "$tmp/inst" -name evpn.conf.example)
[ -f "$example" ] || fail "evpn.conf.example is not installed"
cmp "$example" "$root/etc/evpn.conf" || fail "evpn.conf.example is not etc/evpn.conf"
conf=$(find "$tmp/inst" -name evpn.conf -path '*/etc/*')
[ -z "$conf" ] || fail "make install puts an evpn.conf where evpnd reads it"

# A copy of the folder that is installed.
examples=$(find "$tmp/inst" -path '*/doc/evpnd/examples' -type d)
cp -r "$examples/plugin" "$tmp/example"
for script in frr-netns frr-podman; do
	[ -x "$examples/sh/$script" ] || fail "the example $script is not installed as a program"
done
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
	"$3" --list-plugins
	"$3" --check --config "$4"
	sed "s/\"frr-signal\"/\"frr-vtysh\"/" "$4" > "$5/vtysh.conf"
	"$3" --check --config "$5/vtysh.conf"' - "$tmp/inst" "$libdir" "$evpnd" "$example" "$tmp" >"$tmp/list" 2>&1 ||
	fail "the plugins that are installed cannot be used: $(cat "$tmp/list")"
for line in "path=$libdir/evpnd/plugins/example.so" name=example; do
	grep -qxF "$line" "$tmp/list" || fail "no line $line in: $(cat "$tmp/list")"
done
for line in "example  *netns  *" "netns-cri  *netns  *" "netns-path  *netns  *" "netns-pidfile  *netns  *" "frr-signal  *frr  *" "frr-vtysh  *frr  *" \
	"sh  *netns frr  *"; do
	grep -q "^$line" "$tmp/list" || fail "--list-plugins: no $line in: $(cat "$tmp/list")"
done
# A name that is not there is reported with the place where it was looked for.
ends 1 "$evpnd" --dump-plugin no-such-plugin >"$tmp/dump" 2>&1 || fail "evpnd finds no-such-plugin"
grep -qF "plugin $libdir/evpnd/plugins/no-such-plugin.so: No such file" "$tmp/dump" || fail "$(cat "$tmp/dump")"

# It works, by the program that was installed with it.
DRIVE=("$tmp/example/plugin-drive" 20)
finds_namespaces "$tmp/example/example.so"
ends 1 "${DRIVE[@]}" "$tmp/example/example.so" path=run/netns/x -- find 2>"$tmp/said" || fail "a relative path is accepted"
finds -F 'failed: path = "run/netns/x": must be an absolute path' "$tmp/said" || fail "$(cat "$tmp/said")"
ends 1 "${DRIVE[@]}" "$tmp/example/example.so" path=/run/netns/x -- query 'show version' 2>"$tmp/said" || fail "it answers a query"
finds -F 'the plugin does not set query_frr' "$tmp/said" || fail "$(cat "$tmp/said")"

# make uninstall leaves nothing but what others have put there.
make -s -C "$build" uninstall DESTDIR="$tmp/inst" >"$tmp/log" 2>&1 || fail "$(cat "$tmp/log")"
left=$(find "$tmp/inst" ! -type d)
[ "$left" = "$plugindir/example.so" ] || fail "make uninstall leaves: $left"
