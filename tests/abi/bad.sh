#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# What is not a good plugin is refused, by name and with the reason.
# shellcheck source=tests/abi/lib.sh
. "$(dirname "$0")/lib.sh"
[ "$(id -u)" = 0 ] || skip "needs root: a plugin must be root's"

bad() { module "$tmp/$1.so" "$here/bad.c" "${@:2}"; }

# The measure: with nothing taken away it loads.
bad good
loads "$tmp/good.so" name=bad role=netns "path=$tmp/good.so"

bad symbol -DNO_SYMBOL
refused "$tmp/symbol.so" "no symbol evpn_plugin_v1" "another major version"
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
	refused "$tmp/size.so" "struct_size is " "less than version 1.0 ever had"
done
bad undefined -DUNDEFINED
refused "$tmp/undefined.so" "undefined symbol: nobody_defines_this"

# Files that are no plugin.
printf "not a plugin %.0s" {1..100} >"$tmp/text.so"
refused "$tmp/text.so" "invalid ELF header"
: >"$tmp/nothing.so"
refused "$tmp/nothing.so" "file too short"
refused "$tmp/absent.so" "No such file"
refused "$tmp" "" # a directory: in the words of the C library
refused "$tmp/text.so/x.so" "Not a directory"

# Who could have written it.
for mode in 0775 0757 0777; do
	cp "$tmp/good.so" "$tmp/mode.so"
	chmod $mode "$tmp/mode.so"
	refused "$tmp/mode.so" "others than root can write $tmp/mode.so" "$mode"
done
cp "$tmp/good.so" "$tmp/owner.so"
chown 65534 "$tmp/owner.so"
refused "$tmp/owner.so" "owner 65534" "$tmp/owner.so"
mkdir "$tmp/open"
cp "$tmp/good.so" "$tmp/open/"
for mode in 0777 0775; do
	chmod $mode "$tmp/open"
	refused "$tmp/open/good.so" "others than root can write $tmp/open " "$mode"
done
# Through a link that only root can write it is no better; nor through a link that others can replace.
ln -s open/good.so "$tmp/link.so"
refused "$tmp/link.so" "others than root can write $tmp/open "
ln -s ../good.so "$tmp/open/link.so"
refused "$tmp/open/link.so" "others than root can write $tmp/open "
# Where only the owner can replace a file, it is as good as root's directory.
chmod 1777 "$tmp/open"
loads "$tmp/open/good.so" name=bad
loads "$tmp/link.so" name=bad
chown 65534 "$tmp/open"
refused "$tmp/open/good.so" "owner 65534"
