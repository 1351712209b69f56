#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""inject.py - injects faults into evpnd's system calls, one after the other, and judges what is left behind

lab.sh has made the node, whose network namespace this runs in. Between two states there and back, each way with a fault:
    once     nothing -> evpn.conf by --once, and back by --down
    vtysh    one configuration -> another by --once with frr-vtysh, whose children have the same faults
    daemon   the same by a daemon that runs all the time, on a changed file, SIGHUP, or a deleted device
After each fault: no crash, no child left, frr.conf whole; an exit status of 0 is true; then a run without a fault converges,
and what stands is what an undisturbed run makes.
"""
import argparse
import collections
import os
import random
import sys
import time

import points
from lab import Lab, Wrong
from scenarios import SCENARIOS


def outcomes(counter):
    return ", ".join("%d %s" % (n, what) for what, n in counter.most_common())


def one(scenario, way, point, args):
    """Injects it; whether all is well."""
    where = "%s/%s/%s" % (scenario.name, way, points.name(point))
    try:
        outcome = scenario.shot(way, point)
    except Wrong as wrong:
        print("FAIL: %s: %s\n    again: tests/faults/run %s--at %s --seed %d" % (where, wrong, args.again, where, args.seed), flush=True)
        return None
    if args.verbose:
        print("%s: %s" % (where, outcome), flush=True)
    return outcome


def queue(scenario, args):
    """Yields (way, point). The ways alternate, as the scenario needs them to. A way with no points left runs without a fault."""
    if args.at:
        _, way, text = args.at.split("/")
        for turn in scenario.ways:
            yield turn, points.parse(text) if turn == way else None
        return
    rng = random.Random("%d %s" % (args.seed, scenario.name))
    todo = {way: points.points(scenario.ranges(way), rng) for way in scenario.ways}
    if args.calls:
        todo = {way: [p for p in some if p.call in args.calls.split(",")] for way, some in todo.items()}
    print("%s: %s" % (scenario.name, ", ".join("%d faults %s" % (len(some), way) for way, some in todo.items())), flush=True)
    i = 0
    while any(i < len(some) for some in todo.values()):
        for way in scenario.ways:
            yield way, todo[way][i] if i < len(todo[way]) else None
        i += 1


def run(scenario, args):
    counter, failed, injected = collections.Counter(), 0, 0
    scenario.begin()
    begin = time.monotonic()
    for way, point in queue(scenario, args):
        if time.monotonic() - begin > args.seconds and way == scenario.ways[0]:
            break
        outcome = one(scenario, way, point, args) if point else scenario.quiet(way)
        if point:
            injected += outcome != "not reached"
            counter[outcome or "WRONG"] += 1
            if injected % 500 == 0:
                print("%s: %d so far: %s" % (scenario.name, injected, outcomes(counter)), flush=True)
        if outcome is None:
            failed += 1
            if failed >= args.failures or not scenario.recover(way):
                print("%s: ended early" % scenario.name)
                break
    scenario.end()
    print("%s: %d faults injected in %d s: %s" % (scenario.name, injected, time.monotonic() - begin, outcomes(counter)), flush=True)
    return failed, injected


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--fabric", required=True)
    parser.add_argument("--build", required=True)
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--seconds", type=float, default=float("inf"), help="for each scenario")
    parser.add_argument("--failures", type=int, default=1, help="ends after so many")
    parser.add_argument("--calls", help="only these system calls")
    parser.add_argument("--at", help="just this fault: SCENARIO/WAY/CALL:WHAT:N")
    parser.add_argument("--again", default="", help="options that lead here")
    parser.add_argument("--verbose", action="store_true")
    parser.add_argument("scenario", nargs="*")
    args = parser.parse_args()
    names = [args.at.split("/")[0]] if args.at else args.scenario or sorted(SCENARIOS)
    lab = Lab(args.fabric, args.build, args.seed)
    total = failed = 0
    for name in names:
        wrong, injected = run(SCENARIOS[name](lab), args)
        failed, total = failed + wrong, total + injected
    print("%d faults injected, %d wrong, seed %d" % (total, failed, args.seed))
    sys.exit(1 if failed or not total else 0)


if __name__ == "__main__":
    os.umask(0o022)
    main()
