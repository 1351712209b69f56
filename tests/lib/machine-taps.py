#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""machine-taps.py NAMESPACE:TAP... -- QEMU ARG... : becomes QEMU, with each tap device as a NIC.

A tap device is in any network namespace, where it stays without QEMU (its carrier is down then): QEMU itself finds only those
of its own namespace, so they are opened here, and QEMU gets the descriptors.
"""
import ctypes, fcntl, os, struct, sys

TUNSETIFF = 0x400454CA
IFF_TAP, IFF_NO_PI = 2, 0x1000
CLONE_NEWNET = 0x40000000
libc = ctypes.CDLL(None, use_errno=True)


def enter(ns):
    if libc.setns(ns, CLONE_NEWNET) != 0:
        sys.exit("machine-taps: setns: " + os.strerror(ctypes.get_errno()))


end = sys.argv.index("--")
options = []
home = os.open("/proc/self/ns/net", os.O_RDONLY)
for number, nic in enumerate(sys.argv[1:end]):
    namespace, name = nic.split(":")
    enter(os.open("/run/netns/" + namespace, os.O_RDONLY))
    tap = os.open("/dev/net/tun", os.O_RDWR)
    fcntl.ioctl(tap, TUNSETIFF, struct.pack("16sH22x", name.encode(), IFF_TAP | IFF_NO_PI))
    os.set_inheritable(tap, True)
    options += ["-netdev", "tap,id=nic%d,fd=%d" % (number, tap),
                "-device", "virtio-net-pci,netdev=nic%d,mac=52:54:00:%02x:00:%02x,romfile=" % (number, os.getpid() % 256, number)]
enter(home)
os.execvp(sys.argv[end + 1], sys.argv[end + 1:] + options)
