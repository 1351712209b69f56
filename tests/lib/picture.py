#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""picture.py - what ip(8) says in JSON, and lines of sysctl(8), from stdin: a thing a line, sorted, without chance

Two pictures are the same if the same things stand there, in whatever order and under whatever index they were made.
PICTURE_MACS=no leaves out the hardware addresses, which the kernel invents for most devices.
"""
import json
import os
import sys

# Indices, clocks, and what a bridge makes of the order in which its ports came.
CHANCE = {
    "ifindex", "link_index", "link_netnsid", "valid_life_time", "preferred_life_time", "bridge_id", "root_id",
    "designated_root", "designated_bridge", "port_id", "port_no", "designated_port", "no", "hello_timer", "tcn_timer",
    "topology_change_timer", "gc_timer", "message_age_timer", "forward_delay_timer", "hold_timer", "state", "operstate",
    "topology_change", "topology_change_detected", "tso_max_size", "tso_max_segs",
}


if os.environ.get("PICTURE_MACS") == "no":
    CHANCE |= {"address", "permaddr"}

# Whether a bridge has a carrier follows from its ports.
CARRIER = {"LOWER_UP", "NO-CARRIER"}


def plain(value):
    if isinstance(value, dict):
        # A port's id has its number in it; elsewhere an id is the VNI or the VLAN.
        chance = CHANCE | {"id"} if "designated_port" in value else CHANCE
        return {k: plain(v) for k, v in value.items() if k not in chance}
    if isinstance(value, list):
        return sorted((plain(v) for v in value if not isinstance(v, str) or v not in CARRIER), key=lambda v: json.dumps(v, sort_keys=True))
    return value


def comes_by_itself(thing):
    """Link-local addresses come a while after their link, with routes of their own."""
    return thing.get("dst", "").startswith(("fe80:", "ff00:", "multicast")) or thing.get("type") == "anycast"


def lines(said):
    for line in said:
        if not line.startswith("["):
            yield line.rstrip()
            continue
        for thing in json.loads(line):
            if "addr_info" in thing:
                thing["addr_info"] = [a for a in thing["addr_info"] if not a.get("local", "").startswith("fe80:")]
            if not comes_by_itself(thing):
                yield json.dumps(plain(thing), sort_keys=True)


if __name__ == "__main__":
    print("\n".join(sorted(lines(sys.stdin))))
