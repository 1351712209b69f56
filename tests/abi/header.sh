#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The header builds alone in every dialect that it promises, as the first thing included and twice.
# shellcheck source=tests/abi/lib.sh
. "$(dirname "$0")/lib.sh"

cat >"$tmp/use.c" <<'END'
#include <evpn-plugin.h>
#include <evpn-plugin.h>
static int use_open(const struct evpn_host *host, void **ret_self, struct evpn_error *err)
{
	host->log(host, EVPN_LOG_DEBUG, "%s", host->option(host, "key"));
	err->code = EVPN_ERROR_REFUSED;
	*ret_self = (void *)ret_self;
#if defined(__cplusplus) || (defined(__STDC_VERSION__) && __STDC_VERSION__ >= 199901L)
	if (evpn_wait(err, "%s", "x") != 0)
		return evpn_fail(err, 1, "%d", 1);
#endif
	return 0;
}
static void use_close(void *self)
{
	(void)self;
}
const struct evpn_plugin evpn_plugin_v1 = {
	EVPN_PLUGIN_INIT, "use", "", NULL, use_open, use_close, NULL, NULL, NULL, NULL, NULL
};
END
cp "$tmp/use.c" "$tmp/use.cc"
flags=(-Wall -Wextra -Wstrict-aliasing -pedantic -Werror -I"$root/plugins" -fPIC -fvisibility=hidden -shared "-Wl,-z,defs")
compilers=0
for compiler in gcc:g++ clang:clang++; do
	if command -v "${compiler%:*}" >/dev/null; then
		for std in c90 c99 c11 gnu17; do
			"${compiler%:*}" -std=$std "${flags[@]}" "$tmp/use.c" -o "$tmp/use.so"
			compilers=$((compilers + 1))
		done
	fi
	# clang++ without a C++ library is no compiler.
	if echo 'int main() {}' | "${compiler#*:}" -x c++ - -o "$tmp/probe" 2>/dev/null; then
		for std in c++98 c++11 c++17 c++20; do
			"${compiler#*:}" -std=$std "${flags[@]}" "$tmp/use.cc" -o "$tmp/use.so"
			# The symbol has its plain name, and is exported although all else is hidden.
			nm -D --defined-only "$tmp/use.so" | grep -qw evpn_plugin_v1
			compilers=$((compilers + 1))
		done
	fi
done
[ $compilers -ge 4 ] || skip "no compiler"
echo "$compilers dialects"
