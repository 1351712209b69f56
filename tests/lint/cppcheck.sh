#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# cppcheck finds nothing.
set -euo pipefail
cd "$(dirname "$(readlink -f "$0")")/../.."
cppcheck --quiet --std=c11 --enable=warning,performance,portability --inline-suppr --suppress=missingIncludeSystem \
	--error-exitcode=1 -I core -I plugins -D_GNU_SOURCE -DEVPN_UNUSED= core plugins tests
