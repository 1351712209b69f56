#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The same with FRR 10.3 in the container: Type-5 routes appear although it starts with an empty configuration (FRR 17430).
set -euo pipefail
here=$(dirname "$(readlink -f "$0")")
BUILD=$(realpath -m "${BUILD:-$here/../../build}")
export BUILD FRR_ROOT=$BUILD/frr10-root
[ -d "$FRR_ROOT" ] || { echo "SKIP: $(cat "$FRR_ROOT.why" 2>/dev/null || echo "tests/lib/frr10 has not made $FRR_ROOT")"; exit 77; }
exec "$here/l3vni-demo.sh"
