#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""contest.py [--bare] [--seconds S] [--rounds R] [--rows "ROW..."] [--only "NAME;..."] [--label TEXT] SIZE... : contenders make the devices of so many
L2VNIs, in turn, each in fresh namespaces, and the kernel is read after each row, before its time counts.

Prints progress to stderr and a line of JSON for each measurement to stdout: row, size, contender, value (ms), cpu (ms of the contender's processes and
the kernel's work for them), or why there is none. A contender that would take more than a third of SECONDS for a size, by what it took for
the one before, is left out. Rounds end with the time: each contender has one round at each size at least, and no round begins after it.
Runs as root in namespaces of its own (tests/lib/private, unshare --net).
"""
import argparse
import json
import random
import resource
import shutil
import sys
import tempfile
import time

import contenders
import others
import world

ROWS = ("build", "nothing", "more", "less", "drift", "remove")
ALL = (contenders.Evpnd, contenders.EvpndSingle, contenders.FloorWhole, contenders.Floor, contenders.IpBatch,
       contenders.IpBatchWithout, contenders.IpEach, others.Ifupdown2, others.Networkd, others.Nmstate)
# After these rows there are so many VNIs more than at first.
MORE = {"more": 1, "remove": None}


def emit(row, size, contender, **what):
    print(json.dumps({"row": row + LABEL, "size": size, "contender": contender.name, "note": contender.note, **what}), flush=True)


def tell(text):
    print("[%5.0f s] %s" % (time.monotonic() - BEGAN, text), file=sys.stderr, flush=True)


def children_ms():
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return (used.ru_utime + used.ru_stime) * 1000


def measure(contender, where, row, n):
    """The row's milliseconds, once the kernel has shown that its work is done."""
    if row == "drift":
        where.drift(n)
    before = where.indices() if row == "nothing" else None
    cpu, start = children_ms(), time.monotonic()
    getattr(contender, row)()
    ms, cpu = (time.monotonic() - start) * 1000, children_ms() - cpu
    more = MORE.get(row, 0)
    where.verify(0 if more is None else n + more, contender.filters)
    world.check(before is None or before == where.indices(), "devices were made anew, though there is nothing to do")
    # A service's time is known when it has ended.
    return {"value": round(ms, 2), **({} if contender.process else {"cpu": round(cpu, 2)})}


def round_of(kind, n, rows, where):
    """One contender's rows, from nothing to nothing. Returns its seconds; raises Failed where it cannot go on."""
    contender = kind(where, n)
    contender.prepare()
    spent = 0
    try:
        for row in ROWS:
            if getattr(contender, row) is None:
                continue
            # What comes after it needs that it was done, but a row that nobody wants need not be verified.
            if row in rows or row in ("build", "more", "less"):
                try:
                    result = measure(contender, where, row, n)
                except world.Failed as error:
                    emit(row, n, kind, why=str(error))
                    raise
                spent += result["value"] / 1000
                if row in rows:
                    emit(row, n, kind, **result)
    finally:
        contender.close()
    return spent


class Contest:
    def __init__(self, options, kinds):
        self.options, self.kinds = options, kinds
        self.out = {}  # who is out, and why
        self.took = {}  # seconds for a VNI, and why
        self.number = 0

    def once(self, kind, n):
        self.number += 1
        folder = tempfile.mkdtemp(prefix="evpnd-bench.")
        where = world.World(folder, self.number, kind.ipv6, self.options.bare)
        tell("%s, %d VNIs" % (kind.name, n))
        try:
            spent = round_of(kind, n, self.options.rows, where)
            self.took[kind] = spent / n, "took %.0f s with %d VNIs" % (spent, n)
        except world.Failed as error:
            self.out[kind] = str(error)
            tell("%s is out: %s" % (kind.name, error))
        finally:
            where.close()
            shutil.rmtree(folder)

    def leave_out(self, n):
        for kind, (seconds, why) in self.took.items():
            if seconds * n > self.options.seconds / 3:
                self.out.setdefault(kind, why)

    def size(self, n, until):
        """Rounds of all contenders in turn, each round in another order, as long as there is time for one more."""
        for i in range(self.options.rounds):
            began = time.monotonic()
            self.leave_out(n)
            turn = [kind for kind in self.kinds if kind not in self.out and not (kind.largest and n > kind.largest)]
            random.Random(i).shuffle(turn)
            for kind in turn:
                self.once(kind, n)
            if time.monotonic() * 2 - began > until:
                break

    def run(self):
        for kind in self.kinds:
            if kind.cannot():
                self.out[kind] = kind.cannot()
        left = sum(self.options.sizes)
        for n in self.options.sizes:
            self.leave_out(n)
            for kind, why in self.out.items():
                emit("build", n, kind, why=why)
            now = time.monotonic()
            self.size(n, now + (BEGAN + self.options.seconds - now) * n / left)
            left -= n


def main():
    global LABEL
    parser = argparse.ArgumentParser()
    parser.add_argument("--bare", action="store_true")
    parser.add_argument("--seconds", type=int, default=300)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--rows", type=str.split, default=ROWS)
    parser.add_argument("--label", default="")
    parser.add_argument("--only", type=lambda text: text.split(";"), default=[kind.name for kind in ALL])
    parser.add_argument("sizes", type=int, nargs="+")
    options = parser.parse_args()
    LABEL = "|" + options.label if options.label else ""
    Contest(options, [kind for kind in ALL if kind.name in options.only]).run()


BEGAN, LABEL = time.monotonic(), ""
main()
