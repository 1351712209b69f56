#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A bridged VNI that reaches from leaf1 to the node: two machines in one subnet, and each is told the other's MAC address
# where it stands, without a question on the fabric.
set -euo pipefail
# shellcheck source=tests/vm/lib-lab.sh
. "$(dirname "$0")/lib-lab.sh"
lab_run
