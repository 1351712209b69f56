#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Open vSwitch with the kernel's datapath: a port has a master then, which evpnd must not fight.
set -euo pipefail
here=$(dirname "$(readlink -f "$0")")
modprobe -q openvswitch || { echo "SKIP: the kernel has no openvswitch"; exit 77; }
OVS_DATAPATH=system exec "$here/../netns/ovs.sh"
