#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# What frrdiff makes of two configurations, done by FRR 10.3.
set -euo pipefail
BUILD=$(realpath -m "${BUILD:-$(dirname "$0")/../../build}")
export FRR_ROOT=$BUILD/frr10-root
# shellcheck source=tests/netns/lib-frrdiff.sh
. "$(dirname "$0")/lib-frrdiff.sh"
[ -d "$FRR_ROOT" ] || skip "$(cat "$FRR_ROOT.why" 2>/dev/null || echo "tests/lib/frr10 has not made $FRR_ROOT")"
fabric_begin
frrdiff_pairs ""
