#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# One L3VNI: HOST1 behind leaf1 and what the host announces, in one VRF.
set -euo pipefail
# shellcheck disable=SC2034
LAB_FRR=frr-signal
# shellcheck source=tests/vm/lib-lab.sh
. "$(dirname "$0")/lib-lab.sh"
lab_run
