#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# test-run: long
# Killed after each change of the kernel, with a VRF and an L3VNI, whose devices come up only after the reload.
set -euo pipefail
L3VNI=1 exec "$(dirname "$(readlink -f "$0")")/../netns/killed.sh"
