#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# test-run: long
# walk.sh through configurations with one VXLAN device for all VNIs, and FRR 10.3.
set -euo pipefail
MODE=single exec "${0%-single.sh}.sh"
