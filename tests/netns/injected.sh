#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Faults in the system calls of evpnd: a sample of what tests/faults/run --all injects, with each kind of call and error that
# comes first by $SEED.
set -euo pipefail
exec "$(dirname "$(readlink -f "$0")")/../faults/run" --seconds "${SECONDS_EACH:-10}" --seed "${SEED:-1}"
