#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# test-run: long
# main-networkd.sh on Debian 12, whose podman has no quadlets
set -euo pipefail
RELEASE=12 exec "$(dirname "$0")/main-networkd.sh"
