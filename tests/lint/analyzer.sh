#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# test-run: long
# gcc -fanalyzer finds nothing in what runs as root.
set -euo pipefail
cd "$(dirname "$(readlink -f "$0")")/../.."
build=${BUILD:-build}
flags=$(pkg-config --cflags libnl-3.0 libnl-route-3.0 libconfig libsystemd jansson)
read -ra flags <<< "$flags"
# Not use-of-uninitialized-value: gcc 12 loses the NULL that a variable with a cleanup function was initialised with.
compile() {
	gcc -fanalyzer -Werror -Wno-analyzer-use-of-uninitialized-value -c -o /dev/null -std=gnu11 -O1 -D_GNU_SOURCE \
		-DPLUGIN_DIR='"/"' -DMODULE_DIR='"/"' -DSYSCONF_DIR='"/"' -I "$build" -I core -I plugins "${flags[@]}" "$1"
}
status=0
for file in core/*.c core/*/*.c plugins/*/*.c; do compile "$file" || status=1; done
exit $status
