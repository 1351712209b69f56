#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Leaking between VRFs on four leaves and nodes: red and blue each with storage, and a default route of external for all; red and
# blue do not reach each other.
set -euo pipefail
# shellcheck source=tests/vm/lib-lab.sh
. "$(dirname "$0")/lib-lab.sh"
lab_run
