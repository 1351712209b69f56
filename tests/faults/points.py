# SPDX-License-Identifier: Apache-2.0
"""points.py - what can be injected into a run: its system calls, as a trace shows them, each with the errors that make sense"""
import collections
import re

SOCKETS = {"socket", "bind", "connect", "sendto", "sendmsg", "recvfrom", "recvmsg", "accept4", "setsockopt", "socketpair"}
MAKERS = {"openat", "openat2", "socket", "pipe2", "pipe", "dup", "dup2", "dup3", "epoll_create1", "timerfd_create", "signalfd4",
          "inotify_init1", "accept4", "memfd_create", "eventfd2", "pidfd_open", "socketpair"}
FILES = {"openat", "openat2", "newfstatat", "fstat", "statx", "fstatfs", "statfs", "readlink", "readlinkat", "getdents64", "mkdir",
         "mkdirat", "rename", "renameat", "renameat2", "unlink", "unlinkat", "rmdir", "link", "linkat", "symlink", "fsync",
         "fdatasync", "ftruncate", "fchown", "fchmod", "fchmodat", "lseek", "read", "pread64", "write", "pwrite64", "writev",
         "execve", "access", "faccessat2", "chroot", "chdir", "fchdir", "fcntl", "ioctl", "flock", "utimensat"}
# brk(2) has no error: the system call returns the break that it has, which no libc takes for -ENOMEM.
MEMORY = {"mmap", "mremap", "mprotect", "clone", "clone3", "fork", "vfork", "execve", "epoll_ctl", "inotify_add_watch",
          "setns", "unshare", "prctl", "seccomp", "poll", "getsockopt", "capset", "getdents64", "timerfd_settime", "setgroups"}

# close(2) has closed the descriptor, whatever it returns; a close that is injected has not, so there is none.
# The errors that a call can end with, by its man page or by what a file system, a driver or the kernel's memory can add.
ERRORS = {
    "ENOMEM": MAKERS | MEMORY | SOCKETS | {"read", "write", "newfstatat", "mkdir", "renameat", "unlink", "unlinkat", "readlink"},
    "EMFILE": MAKERS | {"recvmsg", "fcntl"},
    "ENOSPC": {"write", "pwrite64", "writev", "openat", "mkdir", "mkdirat", "rename", "renameat", "renameat2", "fsync", "fdatasync",
               "ftruncate", "link", "linkat", "symlink", "inotify_add_watch", "epoll_ctl", "utimensat"},
    "EIO": FILES,
    "EINTR": {"read", "pread64", "write", "pwrite64", "writev", "openat", "openat2", "connect", "accept4", "sendto", "sendmsg",
              "recvfrom", "recvmsg", "poll", "ppoll", "select", "pselect6", "epoll_wait", "epoll_pwait", "wait4", "waitid",
              "flock", "fcntl", "futex", "fsync", "getrandom", "clock_nanosleep", "ftruncate", "dup2", "dup3",
              "inotify_add_watch"},
    "ENOBUFS": SOCKETS,
    "EBUSY": {"rename", "renameat", "renameat2", "unlink", "unlinkat", "rmdir", "mkdir", "openat", "mount", "umount2", "dup2",
              "dup3", "write", "execve"},
}
# These never come back, or are what strace itself waits with.
NEVER = {"exit_group", "exit", "rt_sigreturn", "restart_syscall", "execveat"}

Point = collections.namedtuple("Point", "call n what lasting")


def name(point):
    return "%s:%s:%d%s" % (point.call, point.what, point.n, "+" if point.lasting else "")


def parse(text):
    call, what, n = text.split(":")
    return Point(call, int(n.rstrip("+")), what, n.endswith("+"))


def inject(point):
    """The options of strace."""
    what = "signal=KILL" if point.what == "KILL" else "error=" + point.what
    return ["-e", "trace=" + point.call, "-e", "inject=%s:%s:when=%d%s" % (point.call, what, point.n, "+" if point.lasting else "")]


def calls(trace, marker):
    """{call: (the first one, the last one)} that the run makes after the line of its first process that has the marker"""
    counts = collections.defaultdict(collections.Counter)
    before, first = None, None
    with open(trace, encoding="utf-8", errors="replace") as lines:
        for line in lines:
            match = re.match(r"(\d+) +([a-z0-9_]+)\(", line)
            if not match:
                continue
            pid, call = match.groups()
            first = first or pid
            if before is None and pid == first and marker in line:
                before = counts[pid].copy()
            counts[pid][call] += 1
    if before is None:
        raise SystemExit("%s: no call has `%s'" % (trace, marker))
    every = {call for count in counts.values() for call in count if call not in NEVER}
    ends = {call: max(count[call] for count in counts.values()) for call in every}
    return {call: (before[call] + 1, ends[call]) for call in sorted(every) if ends[call] > before[call]}


def points(ranges, rng):
    """All of them, in an order that has each kind early: one of each call and error, then the next of each."""
    kinds = []
    for call, (first, last) in ranges.items():
        errors = sorted(e for e in ERRORS if call in ERRORS[e])
        for what in errors + ["KILL"]:
            kind = [Point(call, n, what, False) for n in range(first, last + 1)]
            rng.shuffle(kind)
            # A call that is always interrupted is no fault that exists, and all loops that try again would go on for ever.
            if what not in ("KILL", "EINTR"):
                kind[1:1] = [Point(call, n, what, True) for n in {first, (first + last) // 2}]
            kinds.append(kind)
    rng.shuffle(kinds)
    longest = max(len(kind) for kind in kinds)
    return [kind[i] for i in range(longest) for kind in kinds if i < len(kind)]
