# SPDX-License-Identifier: Apache-2.0
"""state.py - what stands in the kernel and on FRR's volume, as ip(8) and the files say it, without what chance decides"""
import ctypes
import glob
import json
import os
import re
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.realpath(__file__)), "../lib"))
import picture  # pylint: disable=wrong-import-position

CLONE_NEWNET = 0x40000000
# All settings of the devices that are not evpnd's, and of those what evpnd sets.
SYSCTLS = ["ipv4/ip_forward", "ipv[46]/fib_multipath_hash_policy"] + \
    ["ipv[46]/conf/%s/*" % device for device in ("all", "default", "lo", "eth1", "br-lan", "canary-br")] + \
    ["ipv[46]/conf/*/" + key for key in ("disable_ipv6", "rp_filter", "arp_accept", "accept_untracked_na", "forwarding")]
BY_ITSELF = re.compile(r"/(mc_forwarding|stable_secret)$|ipv6/conf/.*/mtu$")
# What these have as hardware address and index, they keep.
KEPT = re.compile(r"canary-|eth1$|br-lan$")
libc = ctypes.CDLL(None, use_errno=True)
picture.CHANCE |= {"address", "permaddr"}


def enter(fd):
    if libc.setns(fd, CLONE_NEWNET) != 0:
        raise OSError(ctypes.get_errno(), "setns")


def ip(family, commands):
    run = subprocess.run(["ip", family, "-d", "-j", "-batch", "-"], input=commands, capture_output=True, text=True, check=True)
    return run.stdout.splitlines()


def kept(line):
    for link in json.loads(line):
        if KEPT.match(link["ifname"]):
            yield "%s %s%s" % (link["ifname"], link["address"], " %d" % link["ifindex"] if link["ifname"] != "eth1" else "")


def sysctls():
    for path in {path for pattern in SYSCTLS for path in glob.glob("/proc/sys/net/" + pattern)}:
        if not BY_ITSELF.search(path):
            with open(path, encoding="ascii") as f:
                yield "%s = %s" % (path, f.read().strip())


class Namespaces:
    """The host's, which is this process's own, and FRR's."""

    def __init__(self, pid):
        self.host = os.open("/proc/self/ns/net", os.O_RDONLY)
        self.frr = os.open("/proc/%s/ns/net" % pid, os.O_RDONLY)

    def lines(self, where, fd):
        enter(fd)
        try:
            shown = ip("-4", "link show\naddress show\nroute show table all\n") + ip("-6", "route show table all\n")
            yield from (where + line for line in sorted(kept(shown[0])))
            yield from (where + line for line in sorted(picture.lines(shown)))
            yield from (where + line for line in sorted(sysctls()))
        finally:
            enter(self.host)

    def write(self, where, path, value):
        enter(self.frr if where == "frr" else self.host)
        try:
            with open(path, "w", encoding="ascii") as f:
                f.write(value)
        finally:
            enter(self.host)

    def state(self):
        while True:
            try:
                return list(self.lines("host: ", self.host)) + list(self.lines("frr: ", self.frr))
            # A device went while its sysctls were read.
            except FileNotFoundError:
                pass


def files(folder):
    """The files there: names, owners, modes and contents. A temporary one may go while it is looked at."""
    for path in sorted(glob.glob(folder + "/**", recursive=True, include_hidden=True)):
        try:
            status = os.lstat(path)
            if os.path.isfile(path) and not os.path.islink(path):
                with open(path, encoding="utf-8", errors="replace") as f:
                    yield "%s %o %d %s" % (path, status.st_mode, status.st_uid, f.read())
        except FileNotFoundError:
            pass


def names(folder):
    return ["file " + path for path in sorted(glob.glob(folder + "/**", recursive=True, include_hidden=True))]
