#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""restarts.py FOLDER CYCLES PODS EVPND [ARGUMENT...]: evpnd, and FRR's container that is started anew CYCLES times.

The container is a process in a pod's network namespace, with nothing in it; its pid comes into FOLDER/pid by rename, as podman
does it. PODS times of all, evenly, the pod goes too: its namespace dies, and eth1 in it, which is put in again from ev-leaf2.
The socket FOLDER/plain.sock takes the plain signal to reload. The host's ends of veths have names that begin with "lan". Runs
in the host's namespace; prints a line for each cycle:
"pod" or "frr" for what is new, milliseconds from the pidfile to "converged" in evpnd's log, its descriptors, its resident
memory in KiB. evpnd's log goes to stderr.
"""
import ctypes
import os
import select
import signal
import socket
import subprocess
import sys
import threading
import time

CLONE_NEWNET = 0x40000000
LIMIT_S = 60
libc = ctypes.CDLL(None, use_errno=True)


def plain_reloader(path):
    s = socket.socket(socket.AF_UNIX)
    s.bind(path)
    s.listen()

    def serve():
        while True:
            s.accept()[0].close()

    threading.Thread(target=serve, daemon=True).start()


def process(enter):
    """A process that waits for its end; returns its pid when it is where `enter' takes it."""
    there, here = os.pipe()
    pid = os.fork()
    if pid == 0:
        libc.prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG
        if enter() < 0:
            os._exit(1)
        os.write(here, b".")
        os.close(here)
        while True:
            signal.pause()
    os.close(here)
    if os.read(there, 1) != b".":
        sys.exit("no network namespace: %s" % os.strerror(ctypes.get_errno()))
    os.close(there)
    return pid


def pod():
    return process(lambda: libc.unshare(CLONE_NEWNET))


def container(pod):
    def enter():
        with open("/proc/%d/ns/net" % pod) as netns:
            return libc.setns(netns.fileno(), CLONE_NEWNET)

    return process(enter)


def end(pid):
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)


def end_of_namespace():
    """The kernel deletes what was in it in the background, and the host's ends of its veths with it."""
    deadline = time.monotonic() + LIMIT_S
    while any(name.startswith("lan") for _, name in socket.if_nameindex()):
        if time.monotonic() > deadline:
            sys.exit("a dead namespace is kept: the host still has %s" % socket.if_nameindex())
        select.select([], [], [], 0.002)


def new_nic():
    subprocess.run(["ip", "-batch", "-"], check=True, text=True,
                   input="link add eth1 type veth peer name node netns ev-leaf2\nlink set eth1 up\n"
                   "netns exec ev-leaf2 ip link set node up\n")


class Evpnd:
    def __init__(self, command):
        self.process = subprocess.Popen(command, stderr=subprocess.PIPE)
        self.rest = b""

    def wait_for(self, text):
        """Reads the log up to a line that has the text; when that came."""
        now = time.monotonic()
        deadline = now + LIMIT_S
        while True:
            head, newline, self.rest = self.rest.partition(b"\n")
            if newline:
                sys.stderr.write(head.decode() + "\n")
                if text in head:
                    return now
                continue
            self.rest = head
            if not select.select([self.process.stderr], [], [], max(0, deadline - time.monotonic()))[0]:
                sys.exit("evpnd has not logged `%s' within %d s" % (text.decode(), LIMIT_S))
            now = time.monotonic()
            data = os.read(self.process.stderr.fileno(), 65536)
            if not data:
                sys.exit("evpnd has ended")
            self.rest += data

    def descriptors(self):
        return len(os.listdir("/proc/%d/fd" % self.process.pid))

    def memory(self):
        with open("/proc/%d/status" % self.process.pid) as status:
            return int(next(line for line in status if line.startswith("VmRSS:")).split()[1])


def main():
    folder, cycles, pods, command = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), sys.argv[4:]
    plain_reloader(folder + "/plain.sock")
    evpnd = Evpnd(command)
    evpnd.wait_for(b"waiting in step `find netns'")
    infra = None
    for cycle in range(cycles):
        is_new = cycle % (cycles // pods) == 0
        if is_new:
            if infra:
                end(infra)
                end_of_namespace()
            new_nic()
            infra = pod()
        pid = container(infra)
        with open(folder + "/pid.new", "w") as pidfile:
            pidfile.write(str(pid))
        start = time.monotonic()
        os.rename(folder + "/pid.new", folder + "/pid")
        ms = (evpnd.wait_for(b"converged in") - start) * 1000
        print("%s %.1f %d %d" % ("pod" if is_new else "frr", ms, evpnd.descriptors(), evpnd.memory()), flush=True)
        end(pid)
        evpnd.wait_for(b"waiting in step `find netns'")
    evpnd.process.terminate()
    sys.exit(evpnd.process.wait())


main()
