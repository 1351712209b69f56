#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# debian12.sh - power.sh on Debian 12: podman 4.3 has no quadlets, and systemd 252 starts units again at once
# test-run: long
set -euo pipefail
# shellcheck source=tests/boot/lib.sh
. "$(dirname "$0")/lib.sh"

prepared_node 12
power_on

step "events"
no_loss "evpnd restarts" guest_run systemctl restart evpnd
no_loss "evpnd is killed" guest_run systemctl kill -s KILL evpnd
upgrade 99.0
ANSWERS=600
measure "systemctl restart frr" guest_run systemctl restart frr
measure "podman kill frr" guest_run podman kill frr

shut_down
