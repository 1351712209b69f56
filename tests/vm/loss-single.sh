#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# loss.sh with one VXLAN device for all VNIs, and FRR 10.3: see LAB_MODE in lib-lab.sh.
set -euo pipefail
# shellcheck source=tests/vm/loss.sh
. "${0%-single.sh}.sh"
