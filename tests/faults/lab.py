# SPDX-License-Identifier: Apache-2.0
"""lab.py - evpnd's runs in the lab, with and without a fault, and what is judged after each"""
import ctypes
import difflib
import os
import random
import re
import select
import signal
import subprocess
import time

import points
import state

# None of these is reached but on a machine that is very busy, or if something is wrong.
DEADLINE_S = 90
TEMPORARY = re.compile(r"^file .*/\.[^/]+\.evpnd-[0-9a-f]+$")
RUN_S = 60
# A run with a fault may end for its time: then it has failed.
FAULT_S = 15
PR_SET_PDEATHSIG, PR_SET_CHILD_SUBREAPER = 1, 36
libc = ctypes.CDLL(None)


class Wrong(Exception):
    """What must not be, after a fault."""


def wait_for(seconds, what):
    """Polls until what() is empty; the last answer, which says what is still missing."""
    end = time.monotonic() + seconds
    pause = 0.01
    while True:
        missing = what()
        if not missing or time.monotonic() > end:
            return missing
        time.sleep(pause)
        pause = min(pause * 2, 0.3)


def difference(want, have):
    """The lines that differ, and of files theirs."""
    if want == have:
        return ""
    gone, come = [line for line in want if line not in have], [line for line in have if line not in want]
    lines = difflib.unified_diff("\n".join(gone).splitlines(), "\n".join(come).splitlines(), "right", "found", "", "", 1, "")
    return "\n".join(line[:300] for line in list(lines)[:24])


def path_of(line):
    """Of a line of state.files() or state.names(); "" of another one."""
    path = line.removeprefix("file ").split(" ")[0]
    return path if path.startswith("/") else ""


def end_with_parent():
    """In a child: a test that is killed leaves nothing running."""
    libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)


def children(pid):
    try:
        with open("/proc/%d/task/%d/children" % (pid, pid), encoding="ascii") as f:
            return [int(p) for p in f.read().split()]
    except FileNotFoundError:
        return []


class Lab:
    def __init__(self, fabric, build, seed):
        self.fabric, self.random = fabric, random.Random(seed)
        with open(fabric + "/frr/pid", encoding="ascii") as f:
            self.namespaces = state.Namespaces(f.read().strip())
        self.conf, self.trace = fabric + "/evpn.conf", fabric + "/trace"
        self.evpnd = [build + "/evpnd", "--config", self.conf, "--state-dir", fabric + "/state"]
        # Children that evpnd leaves behind become this process's.
        libc.prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)

    def write_conf(self, name):
        """A prepared one takes effect by rename, as editors do it."""
        with open("%s/%s.conf" % (self.fabric, name), encoding="utf-8") as f:
            text = f.read()
        with open(self.conf + ".new", "w", encoding="utf-8") as f:
            f.write(text)
        os.rename(self.conf + ".new", self.conf)

    def run(self, command):
        """(exit status, what it said); what hangs is ended, and is wrong."""
        with open(self.fabric + "/said", "w+b") as said:
            with subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=said, stderr=said, start_new_session=True,
                                  preexec_fn=end_with_parent) as process:
                ends = os.pidfd_open(process.pid)
                hangs = not select.select([ends], [], [], DEADLINE_S)[0]
                os.close(ends)
                if hangs:
                    os.killpg(process.pid, signal.SIGKILL)
                    process.wait()
                    self.reap()
                    raise Wrong("it does not end: %s" % self.text(said))
            return process.returncode, self.text(said)

    @staticmethod
    def text(said):
        said.seek(0)
        return said.read().decode(errors="replace")

    @staticmethod
    def orphans(own):
        """The children that were left to this process, but for those that have ended."""
        left = [pid for pid in children(os.getpid()) if pid != own]
        return [pid for pid in left if os.waitpid(pid, os.WNOHANG) == (0, 0)]

    def reap(self, own=None):
        """Ends what goes on without evpnd for 3 s; how many processes that were. Not its `own' child."""
        left = wait_for(3, lambda: self.orphans(own))
        for pid in left:
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)
        return len(left)

    def evpnd_run(self, *options):
        return self.run(self.evpnd + ["--timeout", str(RUN_S), *options])

    def evpnd_trace(self, *options):
        """The system calls of an undisturbed run."""
        status, said = self.run(["strace", "-f", "-o", self.trace] + self.evpnd + ["--timeout", str(RUN_S), *options])
        if status != 0:
            raise SystemExit("evpnd under strace ended with %d: %s" % (status, said))
        return points.calls(self.trace, 'openat(AT_FDCWD, "%s"' % self.conf)

    def evpnd_fault(self, point, *options):
        """(exit status, what it said, whether the fault was reached)"""
        # With --seccomp-bpf, strace 6.1 injects errors, and is faster, but no signals.
        faster = [] if point.what == "KILL" else ["--seccomp-bpf"]
        injected = ["strace", "-f", *faster, "-o", self.trace] + points.inject(point)
        status, said = self.run(injected + self.evpnd + ["--timeout", str(FAULT_S), *options])
        if self.reap():
            raise Wrong("a child is left behind: %s" % said)
        return status, said, self.was_reached(point)

    def was_reached(self, point):
        with open(self.trace, encoding="utf-8", errors="replace") as f:
            trace = f.read()
        return "(INJECTED)" in trace or (point.what == "KILL" and "killed by SIGKILL" in trace)

    def stands(self):
        return self.namespaces.state() + list(state.files(self.fabric + "/frr/etc")) + state.names(self.fabric + "/state")

    def measure(self):
        """What stands after an undisturbed run, once evpnd writes no file any more."""
        stands = []

        def written():
            stands[:] = self.stands()
            return [line for line in stands if TEMPORARY.search(line)]

        wait_for(DEADLINE_S, written)
        return stands

    def must_be(self, want, seconds, when):
        """What stands becomes that of the undisturbed run: some of it a moment later, as the kernel deletes namespaces' ends."""
        missing = wait_for(seconds, lambda: difference(want, self.stands()))
        if missing:
            raise Wrong("%s, what stands is not what an undisturbed run leaves:\n%s" % (when, missing))

    def restore(self, want):
        """Sets by hand what a wrong run has left otherwise, and evpnd does not know of any more: sysctls and files."""
        have = set(self.stands())
        for line in want:
            where, _, rest = line.partition(": ")
            path, is_sysctl, value = rest.partition(" = ")
            if is_sysctl and line not in have:
                self.namespaces.write(where, path, value)
        right = {path_of(line) for line in want}
        for path in {path_of(line) for line in have} - right:
            if os.path.isfile(path):
                os.unlink(path)

    def frr_has(self, name):
        """Whether FRR's running configuration is that of the prepared configuration."""
        _, said = self.run(["vtysh", "--vty_socket", self.fabric + "/frr/run", "-c", "show running-config"])
        return " description %s\n" % name in said

    def frr_conf(self):
        return [line for line in state.files(self.fabric + "/frr/etc") if "/frr.conf " in line]
