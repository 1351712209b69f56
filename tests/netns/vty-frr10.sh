#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# vty-frr10.sh - what the daemons of FRR 10.3 answer on their vty sockets: mgmtd has the configuration of staticd
set -euo pipefail
BUILD=$(realpath -m "${BUILD:-$(dirname "$0")/../../build}")
export FRR_ROOT=$BUILD/frr10-root
# shellcheck source=tests/netns/lib-vty.sh
. "$(dirname "$0")/lib-vty.sh"
need_frr10
vty_tests 'mgmtd zebra bgpd staticd bfdd' mgmtd
