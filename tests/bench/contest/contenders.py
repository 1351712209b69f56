# SPDX-License-Identifier: Apache-2.0
"""contenders.py - who makes the devices of N L2VNIs: evpnd, plain netlink, and scripts of ip(8); others.py has the rest.

A contender has a method for each row, which does it and returns when the kernel has it; what it raises is why it cannot. `prepare' is
called before, outside of the time that counts. A method that is None says that there is nothing in it that does this.
"""
import os
import subprocess

import world

BUILD = os.environ["BUILD"]


def run(*command, stdin=None, limit=world.LIMIT_S, allowed=(0,)):
    """Its output; a failure, or more than the limit, raises Failed."""
    try:
        done = subprocess.run(command, input=stdin, capture_output=True, text=True, timeout=limit, check=False)
    except subprocess.TimeoutExpired:
        raise world.Failed("%s took more than %d s" % (os.path.basename(command[0]), limit)) from None
    if done.returncode not in allowed:
        raise world.Failed("%s: %s" % (" ".join(command)[:80], (done.stderr or done.stdout).strip()[-200:]))
    return done.stdout


class Contender:
    largest = None  # number of VNIs
    ipv6 = True  # the namespaces' default, which is on unless somebody turns it off
    filters = False  # seals and relays are part of the work
    single = False
    host_in_frr = False  # works in one namespace only, so both ends of the veths are there
    process = None  # a service's
    note = ""

    def __init__(self, where, n):
        self.where, self.n = where, n
        where.single, where.host_in_frr = self.single, self.host_in_frr

    @classmethod
    def cannot(cls):
        """Why it takes no part at all, or None."""
        return None

    def path(self, name):
        return os.path.join(self.where.folder, name)

    def namespaces(self):
        return ["/run/netns/" + self.where.host, "/run/netns/" + self.where.frr]

    def prepare(self):
        self.where.vtep()

    def close(self):
        pass

    drift = None


class Evpnd(Contender):
    """bench-reconcile is evpnd's own code from reading evpn.conf to the last operation, without FRR."""
    name, filters = "evpnd", True
    mode = ""

    def write(self, name, n):
        host = lambda i: "" if self.where.bare else " host = { interface = \"lan%d\"; };" % i
        vnis = ["{ vni = \"1-%d\"; }" % n] if self.where.bare and n > 1 else ["{ vni = %d;%s }" % (i, host(i)) for i in range(1, n + 1)]
        with open(self.path(name), "w") as conf:
            conf.write("plugins = { netns = \"netns-path\"; frr = \"frr-vtysh\"; };\n"
                       "underlay = { vtep = \"%s\"; };\n"
                       "frr = { config = \"/etc/evpnd/frr/frr.conf\"; source = \"/etc/evpnd/frr.conf.in\"; };\n"
                       "%s\nl2vnis = ( %s );\n" % (world.VTEP, self.mode, ",\n".join(vnis)))

    def prepare(self):
        for name, n in ("some", self.n), ("more", self.n + 1), ("none", 0):
            self.write(name, n)

    def reconcile(self, name):
        run(os.path.join(BUILD, "bench-reconcile"), *self.namespaces(), self.path(name))

    def build(self):
        self.reconcile("some")

    nothing = less = drift = build

    def more(self):
        self.reconcile("more")

    def remove(self):
        self.reconcile("none")


class EvpndSingle(Evpnd):
    name, single = "evpnd, single", True
    mode = "vxlan = { mode = \"single\"; };"

    @classmethod
    def cannot(cls):
        """A bridge with VLANs, which a kernel can lack."""
        words = ["unshare", "--net", "ip", "link", "add", "br-probe", "type", "bridge", "vlan_filtering", "1"]
        try:
            run(*words)
        except world.Failed as error:
            return "the kernel has no bridge with VLANs: %s" % error
        return None


class Floor(Contender):
    """The devices alone."""
    name, ipv6 = "netlink", False
    whole = []
    note = "nothing to do: two raw dumps of links"

    def add(self, first, last):
        run(os.path.join(BUILD, "bench-floor"), *self.namespaces(), "add", str(first), str(last), *self.whole)

    def delete(self, first, last):
        run(os.path.join(BUILD, "bench-remove"), *self.namespaces(), str(first), str(last), "kinds", "32")

    def build(self):
        self.add(1, self.n)

    def nothing(self):
        run(os.path.join(BUILD, "bench-floor"), *self.namespaces(), "dump")

    def more(self):
        self.add(self.n + 1, self.n + 1)

    def less(self):
        self.delete(self.n + 1, self.n + 1)

    def remove(self):
        self.delete(1, self.n)


class FloorWhole(Floor):
    """All that evpnd makes."""
    name, ipv6, filters = "netlink, all", True, True
    whole = ["whole"]


class IpBatch(Contender):
    """A script that knows which VNIs are new and which go, one process for each namespace: the best that scripts do."""
    name = "ip -batch"
    note = "nothing to do, drift: the whole script again, with -force"

    def lines(self, first, last):
        frr, host, ports = [], [], []
        for i in range(first, last + 1):
            frr += ["link add br%d mtu 1450 type bridge" % i, "link set br%d addrgenmode none up" % i,
                    "link add vni%d mtu 1450 master br%d type vxlan id %d local %s dstport 4789 nolearning" % (i, i, i, world.VTEP),
                    "link set vni%d addrgenmode none up type bridge_slave neigh_suppress on learning off" % i]
            host += ["link add lan%d mtu 1450 type veth peer name pe%d mtu 1450 netns %s" % (i, i, self.where.frr),
                     "link set lan%d up" % i]
            ports += ["link set pe%d master br%d up" % (i, i)]
        return (self.where.frr, frr), (self.where.host, host), (self.where.frr, ports)

    def gone(self, first, last):
        every = range(first, last + 1)
        return ((self.where.host, ["link del lan%d" % i for i in every]),
                (self.where.frr, ["link del %s%d" % (name, i) for i in every for name in ("vni", "br")]))

    def batch(self, parts, again=False):
        for netns, lines in parts:
            run("ip", "-n", netns, *["-force"] * again, "-batch", "-", stdin="\n".join(lines) + "\n", allowed=(0, 1) if again else (0,))

    def build(self):
        self.batch(self.lines(1, self.n))

    def nothing(self):
        self.batch(self.lines(1, self.n), again=True)

    drift = nothing

    def more(self):
        self.batch(self.lines(self.n + 1, self.n + 1))

    def less(self):
        self.batch(self.gone(self.n + 1, self.n + 1))

    def remove(self):
        self.batch(self.gone(1, self.n))


class IpBatchWithout(IpBatch):
    name, ipv6 = "ip -batch, IPv6 off", False


class IpEach(IpBatch):
    """One process for each command, as ifupdown(8) has it."""
    name, largest = "ip, ip, ...", 100
    note = "one process for each command"

    def batch(self, parts, again=False):
        for netns, lines in parts:
            for line in lines:
                run("ip", "-n", netns, *line.split(), allowed=(0, 2) if again else (0,))
