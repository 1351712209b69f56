#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Two VRFs with an L3VNI each, and one host that has a session in both: it is reached from either, but they not from each other.
set -euo pipefail
# shellcheck source=tests/vm/lib-lab.sh
. "$(dirname "$0")/lib-lab.sh"
lab_run
