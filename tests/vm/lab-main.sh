#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The host gives away its only NIC, the one with its default route, and reaches the outside through the VRF meanwhile: by a
# default route from its session, and by host.gateway.
set -euo pipefail
# shellcheck source=tests/vm/lib-lab.sh
. "$(dirname "$0")/lib-lab.sh"
lab_run
