#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# IPv6 beside IPv4 in the VNIs: a host session over IPv6 for both, prefixes of both, gateways of both.
# When the node leaves, nothing of it says so to the hosts behind leaf1, which has the same gateways.
set -euo pipefail
# shellcheck source=tests/vm/lib-lab.sh
. "$(dirname "$0")/lib-lab.sh"
lab_run
