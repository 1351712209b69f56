#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
# userns.py PIDFILE FIRST COMMAND... : COMMAND as the first process of a container in the kernel's eyes: user (root is FIRST on the host),
# network, mount, pid, uts and ipc namespaces of its own. PIDFILE gets its pid, as podman writes it. Ends with the command.
import ctypes
import os
import sys

CLONE_NEWNS, CLONE_NEWUTS, CLONE_NEWIPC = 0x20000, 0x4000000, 0x8000000
CLONE_NEWUSER, CLONE_NEWPID, CLONE_NEWNET = 0x10000000, 0x20000000, 0x40000000
libc = ctypes.CDLL(None, use_errno=True)
libc.mount.argtypes = [ctypes.c_char_p, ctypes.c_char_p, ctypes.c_char_p, ctypes.c_ulong, ctypes.c_void_p]


def check(result):
    if result < 0:
        sys.exit(os.strerror(ctypes.get_errno()))


def inside(ready, go):
    check(libc.unshare(CLONE_NEWUSER))
    os.write(ready, b"x")
    os.read(go, 1)
    os.setgroups([])
    os.setresgid(0, 0, 0)
    os.setresuid(0, 0, 0)
    check(libc.unshare(CLONE_NEWNET | CLONE_NEWNS | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWPID))
    pid = os.fork()
    if pid:
        # Seen from outside of the new pid namespace.
        os.write(ready, b"%d" % pid)
        os._exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) & 255)
    check(libc.mount(b"proc", b"/proc", b"proc", 0, None))
    check(libc.mount(b"tmpfs", b"/run", b"tmpfs", 0, None))
    check(libc.mount(b"/etc/evpnd/frr", b"/etc/frr", None, 4096, None))
    os.execvp(sys.argv[3], sys.argv[3:])


ready, said = os.pipe()
going, go = os.pipe()
child = os.fork()
if child == 0:
    inside(said, going)
os.close(said)
os.read(ready, 1)
for kind in "uid", "gid":
    with open("/proc/%d/%s_map" % (child, kind), "w") as f:
        f.write("0 %s 65536\n" % sys.argv[2])
os.write(go, b"x")
pid = os.read(ready, 16)
with open(sys.argv[1], "wb") as f:
    f.write(pid)
sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) & 255)
