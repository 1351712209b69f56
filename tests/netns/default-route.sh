#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# FRR resolves next hops by a default route, and no reload takes that for a difference.
set -euo pipefail
# shellcheck source=tests/netns/lib-default-route.sh
. "$(dirname "$0")/lib-default-route.sh"
default_route_run
