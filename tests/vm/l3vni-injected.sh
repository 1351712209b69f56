#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Faults in the system calls of evpnd, as tests/netns/injected.sh, with a VRF and an L3VNI.
set -euo pipefail
exec "$(dirname "$(readlink -f "$0")")/../faults/lab-l3vni.sh" --again "--l3vni " --seconds "${SECONDS_EACH:-20}" --seed "${SEED:-1}" once
