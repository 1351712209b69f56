#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The same where the kernel has all of traffic control.
set -euo pipefail
here=$(dirname "$(readlink -f "$0")")
modprobe -q act_police || { echo "SKIP: the kernel has no act_police"; exit 77; }
exec "$here/../netns/limits.sh"
