#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The headers build alone in every dialect that they promise, as the first thing included and twice; and C++20 has the form with
# names that the manual page shows, without a warning.
set -euo pipefail
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
	EVPN_PLUGIN_INIT, "use", "", NULL, use_open, use_close, NULL, NULL, NULL, NULL, NULL, NULL,
	"1.0", NULL
};
END
cp "$tmp/use.c" "$tmp/use.cc"
# The helpers for options: C99 or C++; C90 sees nothing of them.
cat >"$tmp/options.c" <<'END'
#include <evpn-plugin-options.h>
#include <evpn-plugin-options.h>
struct options {
	const char *text, *path;
	unsigned int number;
#if defined(__cplusplus) || (defined(__STDC_VERSION__) && __STDC_VERSION__ >= 199901L)
	bool is_set;
#endif
};
extern int read_options(const struct evpn_host *host, struct options *to, struct evpn_error *err);
int read_options(const struct evpn_host *host, struct options *to, struct evpn_error *err)
{
#if defined(__cplusplus) || (defined(__STDC_VERSION__) && __STDC_VERSION__ >= 199901L)
	if (evpn_option_required(host, "path", "a path", err) < 0 ||
	    evpn_option_path(host, "path", "/", &to->path, err) < 0 ||
	    evpn_option_text(host, "text", "", &to->text, err) < 0 ||
	    evpn_option_bool(host, "is_set", true, &to->is_set, err) < 0)
		return -1;
	return evpn_option_unsigned(host, "number", 1, 0, 2, NULL, &to->number, err);
#else
	(void)host, (void)err;
	to->number = 0;
	return 0;
#endif
}
END
cp "$tmp/options.c" "$tmp/options.cc"
flags=(-Wall -Wextra -Wstrict-aliasing -pedantic -Werror -I"$root/plugins" -fPIC -fvisibility=hidden -shared "-Wl,-z,defs")
compilers=0
for compiler in gcc:g++ clang:clang++; do
	if command -v "${compiler%:*}" >/dev/null; then
		for std in c90 c99 c11 gnu17; do
			"${compiler%:*}" -std=$std "${flags[@]}" "$tmp/use.c" "$tmp/options.c" -o "$tmp/use.so"
			compilers=$((compilers + 1))
		done
	fi
	# clang++ without a C++ library is no compiler.
	if echo 'int main() {}' | "${compiler#*:}" -x c++ - -o "$tmp/probe" 2>/dev/null; then
		for std in c++98 c++11 c++17 c++20; do
			"${compiler#*:}" -std=$std "${flags[@]}" "$tmp/use.cc" "$tmp/options.cc" -o "$tmp/use.so"
			# The symbol has its plain name, and is exported although all else is hidden.
			nm -D --defined-only "$tmp/use.so" | finds -w evpn_plugin_v1
			compilers=$((compilers + 1))
		done
	fi
done
# The form that the manual page shows leaves out what the plugin does not have.
cat >"$tmp/named.cc" <<'END'
#include <evpn-plugin.h>
static int named_open(const struct evpn_host *, void **ret_self, struct evpn_error *)
{
	*ret_self = nullptr;
	return 0;
}
static void named_close(void *) {}
static int named_find_netns(void *, int *, uint64_t *, struct evpn_error *err) { return evpn_wait(err, "x"); }
const struct evpn_plugin evpn_plugin_v1 = {
	.struct_size = EVPN_PLUGIN_INIT, .name = "named", .open = named_open, .close = named_close,
	.find_netns = named_find_netns,
};
END
for compiler in g++ clang++; do
	echo 'int main() {}' | "$compiler" -std=c++20 -x c++ - -o "$tmp/probe" 2>/dev/null || continue
	"$compiler" -std=c++20 "${flags[@]}" "$tmp/named.cc" -o "$tmp/named.so"
	compilers=$((compilers + 1))
done
[ $compilers -ge 4 ] || skip "no compiler"
echo "$compilers dialects"
