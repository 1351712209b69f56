#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# cppcheck finds nothing.
set -eu
cd "$(dirname "$(readlink -f "$0")")/../.."
cppcheck --quiet --std=c11 --enable=warning,performance,portability --inline-suppr --suppress=missingIncludeSystem \
	--error-exitcode=1 -I core/base -I core/model -I core/config -I core/plan -I core/kernel -I core/frr -I core/run -I plugins -D_GNU_SOURCE -DEVPN_UNUSED= core plugins tests
