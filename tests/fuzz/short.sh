#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Each fuzz target looks for inputs that break it, from its corpus: the same inputs each time, so that what fails here fails again.
# `tests/fuzz/run MINUTES` looks for others.
set -euo pipefail
exec "$(dirname "$(readlink -f "$0")")/run" --runs "${RUNS:-300}"
