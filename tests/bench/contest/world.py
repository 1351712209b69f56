# SPDX-License-Identifier: Apache-2.0
"""world.py - two fresh network namespaces, what a contender has to make in them, and whether the kernel has it.

The host's namespace and FRR's are named after the round, so that no contender finds what another one has left. Everything is read from
the kernel, never from the contender.
"""
import contextlib
import ctypes
import json
import os
import socket
import struct
import subprocess

VTEP = "100.65.0.2"
MTU = 1450
LIMIT_S = 900
CLONE_NEWNET = 0x40000000
RTMGRP_LINK = 1
libc = ctypes.CDLL(None, use_errno=True)


class Failed(Exception):
    """What a contender has made is not what was asked for, or it took too long."""


def ip(*words, netns=None, program="ip"):
    command = [program] + (["-n", netns] if netns else []) + list(words)
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise Failed("%s: %s" % (" ".join(command), done.stderr.strip()))
    return done.stdout


def ip_json(*words, netns=None, program="ip"):
    return json.loads(ip("-json", *words, netns=netns, program=program) or "[]")


@contextlib.contextmanager
def inside(netns):
    """The thread is in that namespace, and afterwards where it was."""
    with open("/proc/thread-self/ns/net") as here, open("/run/netns/" + netns) as there:
        if libc.setns(there.fileno(), CLONE_NEWNET):
            raise OSError(ctypes.get_errno(), netns)
        try:
            yield
        finally:
            if libc.setns(here.fileno(), CLONE_NEWNET):
                os._exit(1)  # nothing is where it belongs any more


class LinkEvents:
    """Notifications of links of the namespace in which it was made."""

    def __init__(self):
        self.socket = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, socket.NETLINK_ROUTE)
        self.socket.setsockopt(socket.SOL_SOCKET, 33, 1 << 28)  # SO_RCVBUFFORCE
        self.socket.bind((0, RTMGRP_LINK))

    def until(self, true, limit=LIMIT_S, what=""):
        """Waits for a notification after which it is true. What was lost is read anew by the caller's function."""
        self.socket.settimeout(limit)
        while not true():
            try:
                self.socket.recv(1 << 16)
            except TimeoutError:
                raise Failed("not within %d s%s" % (limit, what)) from None

    def links(self, wanted, limit=LIMIT_S):
        """Reads notifications until each name of `wanted` is up, and has a master where wanted[name] says so."""
        missing = dict(wanted)
        self.socket.settimeout(limit)
        while missing:
            try:
                data = self.socket.recv(1 << 16)
            except TimeoutError:
                raise Failed("%d of %d devices are not up after %d s of silence" % (len(missing), len(wanted), limit)) from None
            for name, up, master in link_messages(data):
                if up and (master or not wanted.get(name)):
                    missing.pop(name, None)


def link_messages(data):
    at = 0
    while at + 16 <= len(data):
        size, kind = struct.unpack_from("=IH", data, at)
        if kind == 16:  # RTM_NEWLINK
            _, _, _, flags = struct.unpack_from("=BxHiI", data, at + 16)
            name, master, attr = "", 0, at + 32
            while attr + 4 <= at + size:
                length, tag = struct.unpack_from("=HH", data, attr)
                if tag == 3:  # IFLA_IFNAME
                    name = data[attr + 4:attr + length - 1].decode()
                elif tag == 10:  # IFLA_MASTER
                    master = struct.unpack_from("=I", data, attr + 4)[0]
                attr += (length + 3) & ~3
            yield name, bool(flags & 1), master
        at += (size + 3) & ~3


class World:
    """ipv6: what the kernel's default for new devices is. bare: VNIs without a veth to the host."""

    def __init__(self, folder, number, ipv6=True, bare=False):
        self.folder = folder
        self.host, self.frr = "host%d" % number, "frr%d" % number
        self.canary = "canary%d" % number
        self.bare = bare
        self.single = False
        self.host_in_frr = False
        ip("netns", "add", self.host)
        ip("netns", "add", self.frr)
        # What a namespace's end deletes in the background holds the kernel's lock for links: the canary in it dies with it.
        ip("link", "add", self.canary, "type", "veth", "peer", "name", "canary", "netns", self.frr)
        # A host has an address. Without one the kernel looks for it on all devices whenever one comes up.
        ip("link", "add", "eth0", "up", "type", "bridge", netns=self.host)
        ip("address", "add", "198.51.100.1/24", "dev", "eth0", netns=self.host)
        if not ipv6:
            for netns in (self.host, self.frr):
                ip("netns", "exec", netns, "sysctl", "-qw", "net.ipv6.conf.default.disable_ipv6=1")

    def vtep(self):
        """For those that do not set it themselves."""
        ip("link", "set", "lo", "up", netns=self.frr)
        ip("address", "add", VTEP + "/32", "dev", "lo", netns=self.frr)

    def close(self):
        events = LinkEvents()
        ip("netns", "del", self.host)
        ip("netns", "del", self.frr)
        events.until(lambda: self.canary not in [name for _, name in socket.if_nameindex()], what=": the end of the namespaces")

    def drift(self, n):
        """Another program deletes up to ten VXLAN devices, or VNIs of the single one; one by one, as it would."""
        for i in range(1, min(n, 10) + 1):
            if self.single:
                ip("vni", "delete", "dev", "vx-evpn", "vni", str(i), netns=self.frr, program="bridge")
            else:
                ip("link", "del", "vni%d" % i, netns=self.frr)

    def indices(self):
        return {link["ifname"]: link["ifindex"] for netns in (self.host, self.frr) for link in ip_json("link", netns=netns)}

    def verify(self, n, filters=False):
        """Raises Failed unless the kernel has just these n VNIs. filters: sealed bridges and relays as well."""
        frr = {link["ifname"]: link for link in ip_json("-details", "link", netns=self.frr)}
        host = frr if self.host_in_frr else {link["ifname"]: link for link in ip_json("-details", "link", netns=self.host)}
        ours = [name for name in {**frr, **host} if name.rstrip("0123456789") in ("br", "vni", "pe", "lan")]
        check(len(ours) == n * ((0 if self.single else 2) + (0 if self.bare else 2)), "%d devices for %d VNIs" % (len(ours), n))
        for i in range(1, n + 1):
            if not self.single:
                check_up(frr, "br%d" % i, "bridge")
                check_vxlan(check_up(frr, "vni%d" % i, "vxlan", "br%d" % i), i)
            if not self.bare:
                check_up(frr, "pe%d" % i, "veth", "br-evpn" if self.single else "br%d" % i)
                check_up(host, "lan%d" % i, "veth")
        if self.single and n:
            check_vxlan(check_up(frr, "vx-evpn", "vxlan", "br-evpn"), None)
            check(self.filtered_vnis() == n and self.mapped_vnis() == n, "the single VXLAN has not %d VNIs" % n)
        if filters:
            text = ip("qdisc", netns=self.frr, program="tc")
            have, want = text.count("qdisc ingress "), n * ((0 if self.single else 1) + (0 if self.bare else 1))
            check(have == want, "%d of %d bridges and ports have filters" % (have, want))

    def filtered_vnis(self):
        return sum(vni.get("vniEnd", vni["vni"]) - vni["vni"] + 1 for device in ip_json("vni", "show", netns=self.frr, program="bridge")
                   for vni in device["vnis"])

    def mapped_vnis(self):
        return sum(vlan.get("tunidEnd", vlan["tunid"]) - vlan["tunid"] + 1
                   for device in ip_json("vlan", "tunnelshow", netns=self.frr, program="bridge") for vlan in device["tunnels"])


def check(true, what):
    if not true:
        raise Failed(what)


def check_up(links, name, kind, master=None):
    link = links.get(name)
    check(link and link["linkinfo"]["info_kind"] == kind and "UP" in link["flags"] and link["mtu"] == MTU and
          (master is None or link.get("master") == master), "%s is not a %s that is up, with MTU %d: %s" % (name, kind, MTU, link))
    return link


def check_vxlan(link, number):
    vxlan, port = link["linkinfo"]["info_data"], link["linkinfo"]["info_slave_data"]
    # That of all VNIs has none, which some versions of ip(8) show as 0, and by default does not suppress.
    check((vxlan.get("id") or None) == number and vxlan["local"] == VTEP and not vxlan["learning"] and not port["learning"] and
          port["neigh_suppress"] == (number is not None), "%s is not as it should be: %s" % (link["ifname"], link["linkinfo"]))
