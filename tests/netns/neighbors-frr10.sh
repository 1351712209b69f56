#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# neighbors-frr10.sh - a host that does not talk keeps its route over restarts of FRR 10.3, too
set -euo pipefail
here=$(dirname "$(readlink -f "$0")")
BUILD=$(realpath -m "${BUILD:-$here/../../build}")
export BUILD
# shellcheck source=tests/lib/test.sh
. "$here/../lib/test.sh"
export FRR_ROOT=$BUILD/frr10-root
[ -d "$FRR_ROOT" ] || skip "$(cat "$FRR_ROOT.why" 2>/dev/null || echo "tests/lib/frr10 has not made $FRR_ROOT")"
"$here/neighbors.sh"
