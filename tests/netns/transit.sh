#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A node behind two leaf switches announces nothing of the one to the other, and carries no traffic between them, unless it is
# to; its own routes go out, and theirs are used.
set -euo pipefail
# shellcheck source=tests/netns/lib-transit.sh
. "$(dirname "$0")/lib-transit.sh"
transit_run
