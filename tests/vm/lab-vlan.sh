#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The underlay is VLAN 100 of a NIC that stays on the host, and goes on working there.
set -euo pipefail
# shellcheck source=tests/vm/lib-lab.sh
. "$(dirname "$0")/lib-lab.sh"
lab_run
