#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# What is not a good plugin is refused, by name and with the reason.
set -euo pipefail
# shellcheck source=tests/abi/lib.sh
. "$(dirname "$0")/lib.sh"
[ "$(id -u)" = 0 ] || skip "needs root: a plugin must be root's"

bad() { module "$tmp/$1.so" "$here/bad.c" -D_GNU_SOURCE "${@:2}"; }

# The measure: with nothing taken away it loads.
bad good
loads "$tmp/good.so" name=bad role=netns "path=$tmp/good.so"

bad symbol -DNO_SYMBOL
refused "$tmp/symbol.so" "no symbol evpn_plugin_v1" "one for another major version"
bad role -DNO_ROLE
refused "$tmp/role.so" "neither find_netns nor reload_frr is set"
bad open -DNO_OPEN
refused "$tmp/open.so" "\`open' is not set"
bad close -DNO_CLOSE
refused "$tmp/close.so" "\`close' is not set"
bad name -DNAME=NULL
refused "$tmp/name.so" "\`name' is not set"
bad empty -DNAME='""'
refused "$tmp/empty.so" "\`name' is not set"
bad event_fd -DONLY_EVENT_FD
refused "$tmp/event_fd.so" "\`on_event' is not set"
bad on_event -DONLY_ON_EVENT
refused "$tmp/on_event.so" "\`event_fd' is not set"
for size in 0 4 "(offsetof(struct evpn_plugin, reload_frr) + sizeof(void *) - 1)"; do
	bad size -DSIZE="$size"
	refused "$tmp/size.so" "struct_size is " "less than that of version 1.0"
done
# Sizes that cut a member in two, or are no size at all.
version_1_0="offsetof(struct evpn_plugin, reload_frr) + sizeof(void *)"
for more in 1 2 3 4 5 6 7 9 12 15; do
	bad cut -DSIZE="($version_1_0 + $more)"
	refused "$tmp/cut.so" "struct_size is " "the size of no version"
done
for size in 4104 4294967288; do
	bad huge -DSIZE=$size
	refused "$tmp/huge.so" "struct_size is $size, which is the size of no version"
done
bad undefined -DUNDEFINED
refused "$tmp/undefined.so" "undefined symbol: nobody_defines_this"

# Names that evpn.conf cannot have, or has for something else.
long=$(printf 'x%.0s' {1..64})
for name in "bad plugin" '\033[2J' 'bad\n<3>forged' 9bad bäd bad.so "$long"; do
	bad name -DNAME="\"$name\""
	refused "$tmp/name.so" "\`name' is not a letter and then letters, digits"
	lacks -F 'forged' "$tmp/dump"
done
for name in plugins underlay frr l2vnis l3vnis; do
	bad name -DNAME="\"$name\""
	refused "$tmp/name.so" "its name, \`$name', is a key of evpnd's own"
done
for option in "two words" "" 'a\tb' 1st; do
	bad option -DOPTION="\"$option\""
	refused "$tmp/option.so" "entry 2 of \`options' is not a letter"
done

# A constructor runs when the file is loaded.
status=0
bad constructor '-DCONSTRUCTOR=exit(0)'
dump "$tmp/constructor.so" >"$tmp/dump" 2>&1 || status=$?
[ $status = 1 ] || fail "exit(0) in a constructor ends evpnd with status $status"
finds -F "plugin $tmp/constructor.so: its constructor has called exit()" "$tmp/dump"

# Files that are no plugin.
printf "not a plugin %.0s" {1..100} >"$tmp/text.so"
refused "$tmp/text.so" "invalid ELF header"
: >"$tmp/nothing.so"
refused "$tmp/nothing.so" "file too short"
refused "$tmp/absent.so" "No such file"
refused "$tmp" "" # a directory: in the words of the C library
refused "$tmp/text.so/x.so" "Not a directory"
mkfifo "$tmp/fifo.so"
refused "$tmp/fifo.so" "FIFO"
ln -s /dev/zero "$tmp/zero.so"
refused "$tmp/zero.so" "device"

# Who could have written it.
for mode in 0775 0757 0777; do
	cp "$tmp/good.so" "$tmp/mode.so"
	chmod $mode "$tmp/mode.so"
	refused "$tmp/mode.so" "$tmp/mode.so can be written by others than root" "$mode"
done
cp "$tmp/good.so" "$tmp/owner.so"
chown 65534 "$tmp/owner.so"
refused "$tmp/owner.so" "owner 65534" "$tmp/owner.so"
mkdir "$tmp/open"
cp "$tmp/good.so" "$tmp/open/"
for mode in 0777 0775; do
	chmod $mode "$tmp/open"
	refused "$tmp/open/good.so" "$tmp/open can be written by others than root" "$mode"
done
# Through a link that only root can write it is no better; nor through a link that others can replace.
ln -s open/good.so "$tmp/link.so"
refused "$tmp/link.so" "$tmp/open can be written by others than root"
ln -s ../good.so "$tmp/open/link.so"
refused "$tmp/open/link.so" "$tmp/open can be written by others than root"
# Where only the owner can replace a file, it is as good as root's directory.
chmod 1777 "$tmp/open"
loads "$tmp/open/good.so" name=bad
loads "$tmp/link.so" name=bad
chown 65534 "$tmp/open"
refused "$tmp/open/good.so" "owner 65534"

# Without root: a plugin of one's own, in a directory of one's own, and nobody else's.
mkdir "$tmp/own"
cp "$tmp/good.so" "$build/evpnd" "$tmp/own/"
chown -R 65534:65534 "$tmp/own"
dump() { setpriv --reuid 65534 --regid 65534 --clear-groups "$tmp/own/evpnd" --dump-plugin "$1"; }
loads "$tmp/own/good.so" name=bad
loads "$tmp/good.so" name=bad
chmod 0775 "$tmp/own/good.so"
refused "$tmp/own/good.so" "can be written by others than you and root" "mode 0775"
chown 65533 "$tmp/own/good.so"
chmod 0755 "$tmp/own/good.so"
refused "$tmp/own/good.so" "owner 65533"
