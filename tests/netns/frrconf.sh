#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The generated frr.conf is FRR's own form of it.
set -euo pipefail
# shellcheck source=tests/netns/lib-frrconf.sh
. "$(dirname "$0")/lib-frrconf.sh"
frrconf_run
