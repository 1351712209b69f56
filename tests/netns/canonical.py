#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""canonical.py DIR VERSION NAME... : compares DIR/NAME.shown, FRR's `show running-config', with DIR/NAME.conf, ours.
Nothing but this is put in order, all else must be the same line by line:
 - the running configuration's own head (versions, host name, the integrated configuration) and its `end';
 - our first line, which is a comment;
 - the host name, the profile and where FRR logs, which FRR shows in its head (they must be the same there);
 - what the profile datacenter has and does not show;
 - the VNIs within l2vpn evpn, which FRR has by a hash;
 - route-maps, which ours has before router bgp, so that bgpd knows them in time; FRR shows them elsewhere;
 - prefix lists, which FRR 10 shows before VRFs, 8.4 behind router bgp, and which the user's own lines may have;
 - with FRR 10 (profile traditional), that next hops are resolved by a default route, which it does without a line."""
import difflib
import pathlib
import re
import sys


def blocks(lines):
    """Top-level blocks, each with the `!' that ends it."""
    found = [[]]
    for line in lines:
        found[-1].append(line)
        if line == "!":
            found.append([])
    return [b for b in found if b]


def sort_vnis(text):
    def in_order(match):
        vnis = re.findall(r"  vni \d+\n(?:   .*\n)*  exit-vni\n", match.group())
        return "".join(sorted(vnis, key=lambda v: int(v.split()[1])))
    return re.sub(r"(?:  vni \d+\n(?:   .*\n)*  exit-vni\n)+", in_order, text)


def lists_behind_bgp(found):
    lists = [b for b in found if "prefix-list" in b[0].split()[1:2]]
    others = [b for b in found if b not in lists]
    last = max(i for i, b in enumerate(others) if b[0].startswith("router bgp"))
    return others[:last + 1] + lists + others[last + 1:]


def maps_first(found):
    return sorted(found, key=lambda b: not b[0].startswith("route-map "))


def of_running(lines):
    head = lines.index("!", lines.index("!") + 1)
    known = "(Building|$|Current|!|frr |hostname |log |service )"
    assert lines[-1] == "end" and all(re.match(known, line) for line in lines[:head]), lines
    return lines[:head], lines[head + 1:-1]


def of_file(lines, version):
    assert lines[0].startswith("! "), lines[0]
    n = 1
    while re.match("(hostname|frr defaults|log) ", lines[n]):
        n += 1
    head = lines[1:n]
    lines = lines[n + 1:] if head else lines[1:]
    for line in ("ip nht resolve-via-default", "ipv6 nht resolve-via-default"):
        at = lines.index(line)
        if version == "10" and "frr defaults datacenter" not in head:
            del lines[at:at + 2]
    if "frr defaults datacenter" in head:
        lines = [line for line in lines if line not in (" no bgp ebgp-requires-policy", " bgp log-neighbor-changes")]
    return head, lines


def canonical(lines):
    found = lists_behind_bgp(maps_first(blocks(lines)))
    return sort_vnis("\n".join(line for b in found for line in b) + "\n").splitlines()


def main(folder, version, *names):
    different = 0
    for name in names:
        ours = pathlib.Path(folder, name + ".conf").read_text().splitlines()
        shown = pathlib.Path(folder, name + ".shown").read_text().splitlines()
        (ours_head, ours), (head, shown) = of_file(ours, version), of_running(shown)
        difference = list(difflib.unified_diff(canonical(ours), canonical(shown), name, "FRR's", lineterm=""))
        if [line for line in head if line in ours_head] != ours_head:
            difference.append(f"{name}: {ours_head}, where FRR shows {head}")
        print("\n".join(difference), end="\n" if difference else "")
        different += bool(difference)
    return different


sys.exit(main(*sys.argv[1:]) > 0)
