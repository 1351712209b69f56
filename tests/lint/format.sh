#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The code is as clang-format would write it (version 14: others differ).
set -euo pipefail
cd "$(dirname "$(readlink -f "$0")")/../.."
[[ $(clang-format --version) = *"version 14"* ]] || { echo "SKIP: clang-format 14 is what the code is formatted with"; exit 77; }
find core plugins tests -name '*.[ch]' -print0 | xargs -0 clang-format --dry-run -Werror
