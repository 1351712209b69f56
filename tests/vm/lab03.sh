#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Two bridged VNIs that are routed in one VRF, with the same gateways on leaf1 and the node: within a subnet, between subnets,
# and a machine that moves.
set -euo pipefail
# shellcheck source=tests/vm/lib-lab.sh
. "$(dirname "$0")/lib-lab.sh"
lab_run
