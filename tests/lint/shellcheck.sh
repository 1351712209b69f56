#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# No script gives shellcheck reason to complain.
set -euo pipefail
cd "$(dirname "$(readlink -f "$0")")/../.."
grep -rlE '^#!/bin/(ba)?sh' --exclude-dir=.git --exclude-dir=build --exclude-dir=autom4te.cache \
	autogen.sh version.sh .ci etc plugins tests | xargs -d '\n' -n 20 -P "$(nproc)" shellcheck -x
