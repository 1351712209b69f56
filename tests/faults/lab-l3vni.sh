#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# tests/faults/lab-l3vni.sh [OPTION...] : lab.sh with a VRF and an L3VNI.
set -euo pipefail
L3VNI=1 exec "$(dirname "$(readlink -f "$0")")/lab.sh" "$@"
