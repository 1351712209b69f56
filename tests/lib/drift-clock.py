#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""drift-clock.py NETNS...: how long the links and addresses of some network namespaces are not what they were.

Each NETNS is a path. Prints "ready" once it listens. Then, whenever names, masters, up or down, MTU, mark, bridge port
attributes and addresses are again what they were at the start, a line: for how many milliseconds they were not, by the
kernel's notifications. Link-local addresses do not count. Runs with real-time priority if it may, so that a busy machine
does not delay its clock.
"""
import ctypes
import os
import select
import socket
import struct
import sys
import time

NEWLINK, DELLINK, GETLINK, NEWADDR, DELADDR, GETADDR = 16, 17, 18, 20, 21, 22
GROUPS = 1 | 0x10 | 0x100  # RTMGRP_LINK, RTMGRP_IPV4_IFADDR, RTMGRP_IPV6_IFADDR
ADDRESS, IFNAME, MTU, MASTER, PROTINFO, LINKINFO, IFALIAS = 1, 3, 4, 10, 12, 18, 20
SLAVE_DATA, LEARNING, NEIGH_SUPPRESS = 5, 8, 32


def attributes(data):
    found = {}
    while len(data) >= 4:
        length, kind = struct.unpack_from("HH", data)
        found[kind & 0x3FFF] = data[4:length]
        data = data[(max(length, 4) + 3) & ~3:]
    return found


def number(data):
    return int.from_bytes(data, sys.byteorder)


def listen(path):
    libc = ctypes.CDLL(None, use_errno=True)
    with open(path) as netns:
        if libc.setns(netns.fileno(), 0) < 0:
            sys.exit("setns %s: %s" % (path, os.strerror(ctypes.get_errno())))
    s = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0)
    s.setsockopt(socket.SOL_SOCKET, 33, 1 << 22)  # SO_RCVBUFFORCE
    s.bind((0, GROUPS))
    return s


class Namespace:
    def __init__(self, path):
        self.socket = listen(path)
        self.links, self.addresses = {}, set()
        for kind in GETLINK, GETADDR:
            self.socket.send(struct.pack("=IHHIIB15x", 32, kind, 0x301, 1, 0, 0))
            while not self.receive():
                pass

    def receive(self):
        """Takes what is queued, and says whether that was a dump's end."""
        data = self.socket.recv(1 << 17)
        end = False
        while len(data) >= 16:
            length, kind = struct.unpack_from("=IH", data)
            if kind in (NEWLINK, DELLINK):
                self.take_link(kind, data[16:length])
            elif kind in (NEWADDR, DELADDR):
                self.take_address(kind, data[16:length])
            end |= kind == 3
            data = data[(length + 3) & ~3:]
        return end

    def take_link(self, kind, body):
        family, index, flags = struct.unpack_from("=BxxxiI", body)
        tb = attributes(body[16:])
        link = self.links.get(index, {"port": (None, None)})
        if family == socket.AF_BRIDGE and PROTINFO in tb and index in self.links:
            self.take_port(link, attributes(tb[PROTINFO]))
        if family != 0:
            return
        if kind == DELLINK:
            self.links.pop(index, None)
            self.addresses = {a for a in self.addresses if a[0] != index}
            return
        link["name"] = tb[IFNAME].rstrip(b"\0").decode()
        link["state"] = (flags & 1, number(tb[MTU]), tb.get(IFALIAS))
        link["master"] = number(tb.get(MASTER, b""))
        self.take_port(link, attributes(attributes(tb.get(LINKINFO, b"")).get(SLAVE_DATA, b"")))
        self.links[index] = link

    @staticmethod
    def take_port(link, port):
        link["port"] = tuple(port.get(a) for a in (LEARNING, NEIGH_SUPPRESS))

    def take_address(self, kind, body):
        family, length, _, scope, index = struct.unpack_from("=BBBBI", body)
        tb = attributes(body[8:])
        if scope == 253:
            return
        address = (index, family, length, tb.get(2, tb.get(1)))
        (self.addresses.add if kind == NEWADDR else self.addresses.discard)(address)

    def shape(self):
        name = {index: link["name"] for index, link in self.links.items()}
        name[0] = None
        return ({(k["name"], k["state"], name.get(k["master"], "?"), k["port"]) for k in self.links.values()},
                {(name.get(a[0], "?"),) + a[1:] for a in self.addresses})


def main():
    try:
        os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(1))
    except OSError:
        pass
    namespaces = [Namespace(path) for path in sys.argv[1:]]
    whole = [ns.shape() for ns in namespaces]
    since = None
    print("ready", flush=True)
    while True:
        for s in select.select([ns.socket for ns in namespaces], [], [])[0]:
            now = time.monotonic()
            next(ns for ns in namespaces if ns.socket == s).receive()
            if [ns.shape() for ns in namespaces] != whole:
                since = since or now
            elif since:
                print("%.1f" % ((now - since) * 1000), flush=True)
                since = None


main()
