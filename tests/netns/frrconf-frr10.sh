#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The same with FRR 10.3.
set -euo pipefail
BUILD=$(realpath -m "${BUILD:-$(dirname "$0")/../../build}")
FRR_ROOT=$BUILD/frr10-root
# shellcheck source=tests/netns/lib-frrconf.sh
. "$(dirname "$0")/lib-frrconf.sh"
[ -d "$FRR_ROOT" ] || skip "$(cat "$FRR_ROOT.why" 2>/dev/null || echo "tests/lib/frr10 has not made $FRR_ROOT")"
frrconf_run
