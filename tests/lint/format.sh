#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The code is as clang-format would write it (version 14: others differ).
set -eu
cd "$(dirname "$(readlink -f "$0")")/../.."
clang-format --version | grep -q 'version 14' || { echo "SKIP: clang-format 14 is what the code is formatted with"; exit 77; }
mapfile -t files < <(find core plugins tests -name '*.[ch]')
clang-format --dry-run -Werror "${files[@]}"
