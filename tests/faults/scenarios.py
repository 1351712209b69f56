# SPDX-License-Identifier: Apache-2.0
"""scenarios.py - ways between two states, each of which a fault can meet"""
import os
import re
import signal
import subprocess
import time

import points
from lab import DEADLINE_S, Wrong, children, difference, end_with_parent, wait_for


# On a busy machine, any callback takes its time.
SLOW = re.compile(r"<4>plugin .* took \d+ ms, ")


def only_reload(said):
    """A reload by which evpnd learns FRR's configuration anew, if it could not write it down."""
    return [line for line in said.splitlines() if not line.startswith("<6>") and not SLOW.match(line)] == ["reload FRR"]


class Shots:
    """evpnd runs once for each way: `options' leads there, and `left' asks what is left to do. `confs' are written before."""

    def __init__(self, lab):
        self.lab, self.want, self.ready = lab, {}, {}

    def begin(self):
        """Each way once without a fault: what stands then is the measure."""
        initial = self.lab.stands() if self.from_nothing else None
        if not self.from_nothing:
            self.settle(self.ways[-1])
        for _ in range(2):
            for way in self.ways:
                self.configure(way)
                self.ready[way] = self.lab.evpnd_trace(*self.options[way])
                self.want[way] = self.lab.measure()
        if initial:
            # The files that evpnd wrote for FRR stay; all else is as before evpnd.
            def plain(lines):
                return [line for line in lines if line.startswith(("host: ", "frr: "))]
            if plain(initial) != plain(self.want[self.ways[-1]]):
                raise SystemExit("--down does not restore what was there")
        # The two frr.conf that may stand at any time.
        self.whole = [[line for line in self.want[way] if "/frr.conf " in line] for way in self.ways]

    def configure(self, way):
        if way in self.confs:
            self.lab.write_conf(self.confs[way])

    def ranges(self, way):
        return self.ready[way]

    def shot(self, way, point):
        self.configure(way)
        status, said, reached = self.lab.evpnd_fault(point, *self.options[way])
        if status < 0 and not (status == -signal.SIGKILL and point.what == "KILL"):
            raise Wrong("it died by signal %d: %s" % (-status, said))
        if status not in (0, 1, -signal.SIGKILL):
            raise Wrong("exit status %d: %s" % (status, said))
        if self.lab.frr_conf() not in self.whole:
            raise Wrong("frr.conf is not whole: %s" % self.lab.frr_conf())
        if status == 0 and ("<4>" in said or self.notes):
            # It is done but for its notes of that: the copy of the configuration, and what FRR showed afterwards.
            self.nothing_left(way, "after exit status 0 with `%s'" % said)
            self.quiet(way)
            return "done, or but for its notes" if reached else "not reached"
        if status == 0:
            self.check(way, "after exit status 0 with `%s'" % said)
            return "done all the same" if reached else "not reached"
        # What it says has the fault, too.
        is_mute = point.lasting and point.call in ("write", "poll")
        if status == 1 and not said and not is_mute:
            raise Wrong("it failed and said nothing")
        if way == self.ways[0] and self.from_nothing and self.lab.random.random() < 0.3:
            # What is half built is taken down, and then all of it is built.
            self.quiet(self.ways[-1])
        self.quiet(way)
        return "killed" if status < 0 else "failed, repaired by the next run"

    def settle(self, way):
        self.configure(way)
        return self.lab.evpnd_run(*self.options[way])

    def quiet(self, way):
        status, said = self.settle(way)
        if status != 0:
            raise Wrong("the run without a fault ended with %d: %s" % (status, said))
        self.check(way, "after the run without a fault")
        return "no fault"

    def nothing_left(self, way, when):
        status, said = self.lab.evpnd_run(*self.left[way])
        if status != 0 and not only_reload(said):
            raise Wrong("%s, something is left to do: %s" % (when, said))
        if not self.from_nothing and not self.lab.frr_has(way):
            raise Wrong("%s, FRR does not have the configuration" % when)

    def check(self, way, when):
        self.nothing_left(way, when)
        self.lab.must_be(self.want[way], 10, when)

    def recover(self, way):
        """After something wrong: whether the next ones start from where they should."""
        try:
            self.settle(self.ways[-1])
            self.lab.restore(self.want[self.ways[-1]])
            self.quiet(self.ways[-1])
            self.quiet(self.ways[0])
            if way == self.ways[-1]:
                self.quiet(way)
            return True
        except Wrong as wrong:
            print("it does not recover: %s" % wrong)
            return False

    def end(self):
        self.settle(self.ways[-1])


class Once(Shots):
    name, from_nothing, notes = "once", True, False
    ways = ("up", "down")
    options = {"up": ("--once",), "down": ("--down",)}
    left = {"up": ("--dry-run",), "down": ("--dry-run", "--down")}
    confs = {"up": "plain"}


class Vtysh(Shots):
    name, from_nothing, notes = "vtysh", False, True
    ways = ("b", "a")
    options = {"a": ("--once",), "b": ("--once",)}
    left = {"a": ("--dry-run",), "b": ("--dry-run",)}
    confs = {"a": "a", "b": "b"}

    def end(self):
        super().end()
        self.lab.evpnd_run("--down")


class Daemon:
    """One daemon for all of them, to which strace attaches before something changes; a killed one is started anew."""
    name = "daemon"
    ways = ("b", "a")

    def __init__(self, lab):
        self.lab, self.want, self.ready, self.process = lab, {}, {}, None
        self.log, self.size = open(lab.fabric + "/daemon.log", "ab"), 0
        self.point = self.ended = None

    def begin(self):
        self.lab.write_conf("a")
        self.start()
        for _ in range(2):
            for way in self.ways:
                tracer = self.attach(["-o", self.lab.trace])
                self.lab.write_conf(way)
                self.converges(way, DEADLINE_S)
                # The last that a run writes.
                if wait_for(DEADLINE_S, self.unwritten):
                    raise Wrong("not written: %s" % self.unwritten())
                self.detach(tracer)
                self.want[way] = self.lab.measure()
                self.ready[way] = points.calls(self.lab.trace, "")
                for call in self.ready[way]:
                    self.ready[way][call] = (1, self.ready[way][call][1])
        self.whole = [[line for line in self.want[way] if "/frr.conf " in line] for way in self.ways]
        # It has done all that it keeps something open for.
        self.descriptors = self.count()

    def unwritten(self):
        return " ".join(name for name in ("frr.running", "history.json") if not os.path.exists(self.lab.fabric + "/state/" + name))

    def start(self):
        self.process = subprocess.Popen(self.lab.evpnd, stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log, preexec_fn=end_with_parent)

    def log_since(self, size):
        with open(self.log.name, "rb") as log:
            log.seek(size)
            return log.read(100000).decode(errors="replace")

    def count(self):
        return len(os.listdir("/proc/%d/fd" % self.process.pid))

    def ranges(self, way):
        return self.ready[way]

    def attach(self, options):
        tracer = subprocess.Popen(["strace", "-f", "-p", str(self.process.pid)] + options, stderr=subprocess.PIPE, start_new_session=True,
                                  preexec_fn=end_with_parent)
        line = tracer.stderr.readline()
        if b"attached" not in line:
            raise SystemExit("strace: %s" % line)
        return tracer

    def detach(self, tracer):
        tracer.terminate()
        tracer.communicate()

    def left(self, way):
        status, said = self.lab.evpnd_run("--dry-run")
        if status == 0 or only_reload(said):
            said = "" if self.lab.frr_has(way) else "FRR does not have the configuration"
        return said

    def right(self, way):
        """What shall stand; of what FRR showed last there is no note if it could not be written, which evpnd has said then."""
        want = self.want[way]
        if "the next start of evpnd reloads FRR" in self.log_since(self.size):
            note = "file %s/state/frr.running" % self.lab.fabric
            want = [line for line in want if line != note or os.path.exists(line[5:])]
        return want

    def converges(self, way, seconds):
        def missing():
            return self.look_after() or self.left(way) or (difference(self.right(way), self.lab.stands()) if way in self.want else "")
        wrong = wait_for(seconds, missing)
        if wrong:
            raise Wrong("within %d s it does not converge: %s\nits log:\n%s" % (seconds, wrong, self.log_since(self.size)))

    def provoke(self, way):
        self.lab.write_conf(way)
        what = self.lab.random.random()
        if what < 0.3:
            self.process.send_signal(signal.SIGHUP)
        elif what < 0.5:
            # The device may be gone, or evpnd about to delete it.
            subprocess.run(["ip", "link", "delete", "lan0"], stderr=subprocess.DEVNULL, check=False)

    def shot(self, way, point):
        tracer = self.attach(["-o", self.lab.trace] + points.inject(point))
        self.size = self.log.seek(0, os.SEEK_END)
        try:
            self.provoke(way)
            wait_for(3, lambda: "" if self.lab.was_reached(point) or not self.left(way) else "not yet")
            if point.lasting:
                # As long as the fault is there, it goes on at a pace.
                wait_for(0.5, lambda: "on and on")
        finally:
            self.detach(tracer)
        reached = self.lab.was_reached(point)
        if self.lab.frr_conf() not in self.whole:
            raise Wrong("frr.conf is not whole: %s" % self.lab.frr_conf())
        self.point, self.ended = point, None
        try:
            self.converges(way, DEADLINE_S)
        finally:
            self.point = None
        self.judge_life(self.ended is not None)
        return "killed" if self.ended is not None and self.ended < 0 else "ended, started anew" if self.ended is not None else \
            "not reached" if not reached else "repaired by itself"

    def look_after(self):
        """Starts it anew if it has ended, as systemd would; that may be a moment after the fault. Only a fault ends it."""
        status = self.process.poll()
        if status is not None:
            if not self.point:
                raise Wrong("it ended with %d, without a fault" % status)
            self.ended = status
            self.judge_end(status, self.point)
            self.start()
        return ""

    def judge_end(self, status, point):
        if self.lab.reap():
            raise Wrong("it ended with %d and left a child" % status)
        if status < 0 and not (status == -signal.SIGKILL and point.what == "KILL"):
            raise Wrong("it died by signal %d" % -status)
        if status > 1:
            raise Wrong("it ended with %d" % status)

    def judge_life(self, is_new):
        def too_much():
            now = self.count()
            return "it has %d descriptors, %d before" % (now, self.descriptors) if now > self.descriptors else ""
        wrong = wait_for(5, too_much) or wait_for(5, lambda: "it has a child still" if children(self.process.pid) else "")
        if wrong:
            raise Wrong(wrong)
        written = self.log.seek(0, os.SEEK_END) - self.size
        if written > 100000:
            raise Wrong("it wrote %d bytes of log" % written)
        if not is_new and self.process.poll() is not None:
            raise Wrong("it ended afterwards with %d" % self.process.returncode)

    def quiet(self, way):
        self.lab.write_conf(way)
        self.converges(way, DEADLINE_S)
        return "no fault"

    def recover(self, way):
        self.stop()
        self.lab.write_conf(way)
        self.start()
        try:
            self.converges(way, DEADLINE_S)
        except Wrong as wrong:
            print("it does not recover: %s" % wrong)
            return False
        self.descriptors = max(self.descriptors, self.count())
        return True

    def stop(self):
        self.process.terminate()
        try:
            return self.process.wait(DEADLINE_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            return self.process.wait()

    def end(self):
        status = self.stop()
        if status != 0:
            print("daemon: SIGTERM ended it with %d" % status)
        self.lab.evpnd_run("--down")


SCENARIOS = {kind.name: kind for kind in (Once, Vtysh, Daemon)}
