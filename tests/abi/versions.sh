#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A plugin of version 1.0 loads and opens, in its smallest form and its full one; so does one from the future.
set -euo pipefail
# shellcheck source=tests/abi/lib.sh
. "$(dirname "$0")/lib.sh"
[ "$(id -u)" = 0 ] || skip "needs root: a plugin must be root's"

echo "hostname frr" >"$tmp/frr.conf.in"
# opens PLUGIN: evpnd opens it in both roles, with the options that old-1.0.c asks for.
opens() {
	cat >"$tmp/evpn.conf" <<-END
		plugins = { netns = "$1"; frr = "$1"; };
		old = { text = "a text"; number = 42; labels = { app = "frr"; tier = "fabric"; }; };
		underlay = { interfaces = ( { name = "eth1"; } ); vtep = "100.65.0.2"; };
		frr = { config = "$tmp/frr.conf"; source = "$tmp/frr.conf.in"; };
	END
	"$build/evpnd" --config "$tmp/evpn.conf" --check >"$tmp/check" 2>&1 || fail "$1: $(cat "$tmp/check")"
	grep -q "old-1.0 is open, which is good" "$tmp/check" || fail "$1 was not opened: $(cat "$tmp/check")"
}

module "$tmp/smallest.so" "$here/old-1.0.c"
loads "$tmp/smallest.so" name=old "role=netns frr" "options=text number labels absent"
opens "$tmp/smallest.so"
module "$tmp/whole.so" "$here/old-1.0.c" -DWHOLE
loads "$tmp/whole.so" name=old "role=netns frr" questions=query_frr
opens "$tmp/whole.so"

# The declarations of then and of now: every member has its place.
cat >"$tmp/layout.c" <<END
#include <stddef.h>
#define WHOLE
#include "$here/old-1.0.c"
#undef WHOLE
#define evpn_plugin_v1 evpn_plugin_now
#include <evpn-plugin.h>
#define SAME(old, now, member) \\
	_Static_assert(offsetof(struct old, member) == offsetof(struct now, member) && \\
		sizeof(((struct old *)0)->member) == sizeof(((struct now *)0)->member), #now "." #member)
$(for member in struct_size name summary options open close event_fd on_event find_netns reload_frr query_frr; do
	echo "SAME(plugin_1_0, evpn_plugin, $member);"
done)
$(for member in struct_size option option_entry log; do echo "SAME(host_1_0, evpn_host, $member);"; done)
SAME(error_1_0, evpn_error, code);
SAME(error_1_0, evpn_error, msg);
_Static_assert(offsetof(struct evpn_plugin, ask_daemon) == sizeof(struct plugin_1_0), "1.1 begins where 1.0 ends");
_Static_assert(sizeof(struct evpn_host) >= sizeof(struct host_1_0), "host");
_Static_assert(sizeof(struct evpn_error) == sizeof(struct error_1_0), "the error is the caller's: it cannot grow");
_Static_assert(EVPN_ERROR_REFUSED == 10000 && EVPN_LOG_ERROR == 3 && EVPN_LOG_WARNING == 4 && EVPN_LOG_NOTICE == 5 &&
	EVPN_LOG_INFO == 6 && EVPN_LOG_DEBUG == 7 && EVPN_EVENT_NONE == 0 && EVPN_EVENT_RETRY == 1 &&
	EVPN_EVENT_CHANGED == 2 && EVPN_PLUGIN_API == 1, "values");
END
"$CC" -std=c11 -I"$root/plugins" -fsyntax-only "$tmp/layout.c"

# Version 1.1: the member that it added counts if struct_size covers it. A size that cuts a member in two is none.
cat >"$tmp/asks.c" <<'END'
#include <evpn-plugin.h>
static int asks_open(const struct evpn_host *host, void **ret_self, struct evpn_error *err)
{
	(void)host, (void)err;
	*ret_self = NULL;
	return 0;
}
static void asks_close(void *self) { (void)self; }
static int asks_reload_frr(void *self, const char *conf_path, uint64_t generation, struct evpn_error *err)
{
	(void)self, (void)conf_path, (void)generation, (void)err;
	return 1;
}
static int asks_ask_daemon(void *self, const char *daemon, const char *command, const char **ret_text,
			   struct evpn_error *err)
{
	(void)self, (void)daemon, (void)err;
	*ret_text = command;
	return 1;
}
const struct evpn_plugin evpn_plugin_v1 = {
	SIZE, .name = "asks", .open = asks_open, .close = asks_close, .reload_frr = asks_reload_frr,
	.ask_daemon = asks_ask_daemon,
};
END
after_1_1="(offsetof(struct evpn_plugin, ask_daemon) + sizeof(void *))"
module "$tmp/asks.so" "$tmp/asks.c" -DSIZE="$after_1_1"
loads "$tmp/asks.so" role=frr questions=ask_daemon
loads "$tmp/asks.so" header=1.1 version=
module "$tmp/before.so" "$tmp/asks.c" -DSIZE="($after_1_1 - sizeof(void *))"
loads "$tmp/before.so" role=frr questions= header=1.0
for cut in 1 4 7; do
	module "$tmp/cut.so" "$tmp/asks.c" -DSIZE="($after_1_1 - $cut)"
	refused "$tmp/cut.so" "struct_size is " "the size of no version"
done

# Version 1.2 added the plugin's own version.
sed 's/\.ask_daemon = asks_ask_daemon,/& .version = "3.1 \\033[31m",/' "$tmp/asks.c" >"$tmp/numbered.c"
after_1_2="(offsetof(struct evpn_plugin, version) + sizeof(void *))"
module "$tmp/numbered.so" "$tmp/numbered.c" -DSIZE="$after_1_2"
loads "$tmp/numbered.so" header=1.2 'version=3.1 \x1b[31m'
module "$tmp/old.so" "$tmp/numbered.c" -DSIZE="$after_1_1"
loads "$tmp/old.so" header=1.1 version=

# Version 1.3 added describe.
module "$tmp/described.so" "$tmp/numbered.c" -DSIZE=EVPN_PLUGIN_INIT
loads "$tmp/described.so" header=1.3 'version=3.1 \x1b[31m'

# From the future: members that this evpnd has never heard of.
sed 's/^};$/&/; /^struct evpn_plugin {/,/^};/ s/^};$/\tint (*from_the_future)(void *self);\n\tint more[64];\n};/' \
	"$root/plugins/evpn-plugin.h" >"$tmp/evpn-plugin.h"
cat >"$tmp/newer.c" <<'END'
#include <stdlib.h>
#include <evpn-plugin.h>
static int newer_open(const struct evpn_host *host, void **ret_self, struct evpn_error *err)
{
	(void)host, (void)err;
	*ret_self = NULL;
	return 0;
}
static void newer_close(void *self) { (void)self; }
static int newer_reload_frr(void *self, const char *conf_path, uint64_t generation, struct evpn_error *err)
{
	(void)self, (void)conf_path, (void)generation, (void)err;
	return 1;
}
/* Calling this would be calling what the host cannot know. */
static int newer_future(void *self) { (void)self; abort(); }
const struct evpn_plugin evpn_plugin_v1 = {
	EVPN_PLUGIN_INIT, .name = "newer", .open = newer_open, .close = newer_close, .reload_frr = newer_reload_frr,
	.from_the_future = newer_future, .more = { 1, 2, 3 },
};
END
"$CC" -Wall -Wextra -Werror -I"$tmp" -fPIC -shared "$tmp/newer.c" -o "$tmp/newer.so"
loads "$tmp/newer.so" name=newer role=frr
now=$(dump "$tmp/whole.so" | sed -n 's/^struct_size=//p')
newer=$(dump "$tmp/newer.so" | sed -n 's/^struct_size=//p')
[ "$newer" -gt "$now" ] || fail "the plugin from the future is not larger: $newer"
