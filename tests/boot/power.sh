#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# power.sh - a node of Debian 13 has lost its power: it boots, and a host behind a leaf reaches it by EVPN, with nobody logged in. Then
# what happens to a node in its life: evpnd restarts, is upgraded, FRR's container restarts. At the end it shuts down, with
# a service that needs the network until its own end.
set -euo pipefail
# shellcheck source=tests/boot/lib.sh
. "$(dirname "$0")/lib.sh"

prepared_node 13
power_on

step "events without a loss"
no_loss "evpnd restarts" guest_run systemctl restart evpnd
no_loss "evpnd is killed" guest_run systemctl kill -s KILL evpnd
no_loss "evpnd reads its configuration again" guest_run systemctl reload evpnd
upgrade 99.0

step "FRR's container restarts"
measure "systemctl restart frr" guest_run systemctl restart frr

shut_down
