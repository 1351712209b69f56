#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# What frrdiff makes of two configurations, done by FRR 10.3.
set -euo pipefail
BUILD=$(realpath -m "${BUILD:-$(dirname "$0")/../../build}")
export FRR_ROOT=$BUILD/frr10-root
# shellcheck source=tests/netns/lib-frrdiff.sh
. "$(dirname "$0")/lib-frrdiff.sh"
need_frr10
fabric_begin
frrdiff_pairs ""
