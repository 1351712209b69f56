#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# test-run: long
# lab-ipv6.sh with one VXLAN device for all VNIs, and FRR 10.3: see LAB_MODE in lib-lab.sh.
set -euo pipefail
# shellcheck source=tests/vm/lab-ipv6.sh
. "${0%-single.sh}.sh"
