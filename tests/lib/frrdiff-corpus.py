#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""frrdiff-corpus.py TOOL DIR EXPECTED CHAIN... : frrdiff against real FRR, and against frr-reload.py

A chain is files, FIRST:SECOND:...; each two neighbours of it are a pair, and ~N stands for N random edits of the file
before it. FRR is started once for each text that a pair ends in, to see what it makes of it. Two more FRRs go from
pair to pair: one by what TOOL says, in one vtysh each, the other by frr-reload.py; each is started anew where it does
not stand where the next pair begins. TOOL reads what the daemons show on their vty sockets, one after another; after
each step that must say the same as what vtysh shows. For each pair the first one must then show what a fresh FRR
shows, and TOOL must find nothing left to do. EXPECTED names the pairs in which frr-reload.py ends elsewhere: no other
may, and all of these must. With $FRR_RELOAD only: that takes five minutes.
With $FRR_ROOT, FRR 10 from that root file system. Needs root and a mount namespace of its own for each FRR (tests/lib/router).
"""
import concurrent.futures
import os
import random
import re
import select
import shutil
import socket
import subprocess
import sys
import tempfile
import time

LIB = os.path.dirname(os.path.realpath(__file__))
DAEMONS = "zebra bgpd ospfd ospf6d bfdd staticd"
SEED = 4
ROOT = os.environ.get("FRR_ROOT", "")
# bgpd 10.3 crashes when that is taken back, whoever says it (`bgp network import-check').
CRASHES = " no bgp network import-check\n"
# What FRR says of references that are not there, and of what it does not do at once; no error.
CHATTER = re.compile(r"route-map '.*' does not exist|not installed currently|Graceful restart configuration|"
                     r"Echo mode works|deprecated|Please,? use|Reference bandwidth|Please ensure|Can't find rule|"
                     r"\[\d+\|\w+\] (sending configuration|done)$|Waiting for children to finish|"
                     r"MGMTD: No changes found to be committed|"
                     # FRR 10: said again and again until the lock is free, and then vtysh goes on.
                     r"datastore locked by another session")
# After `no rd X' FRR 8.4 does not take `rd X' again, whoever says it, until the instance is another one. Earlier pairs have had it.
FRESH = {"27-extra:28-everything"}


def run(*words, **more):
    return subprocess.run(words, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          errors="replace", timeout=120, **more)


class Frr:
    def __init__(self, base):
        # The folder's name is the host's name, and so part of the configuration.
        self.dir = os.path.join(tempfile.mkdtemp(dir=base), "router")
        for name in ("run", "etc"):
            os.makedirs(os.path.join(self.dir, name))
            shutil.chown(os.path.join(self.dir, name), "frr", "frr")
        for path in (os.path.dirname(self.dir), self.dir):
            os.chmod(path, 0o755)
        self.write("daemons", DAEMONS)
        self.write("root", ROOT)
        self.log = open(os.path.join(self.dir, "log"), "w")
        # With forwarding off, as it is in a new namespace, FRR says so.
        enter = "sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1; ip link add eth0 type veth peer name eth1; " \
                "exec \"$0\" \"$@\""
        self.process = subprocess.Popen(["unshare", "--net", "--mount", "--uts", "--pid", "--fork", "--kill-child", "sh", "-c",
                                         enter, os.path.join(LIB, "router"), self.dir], stdin=subprocess.DEVNULL,
                                        stdout=self.log, stderr=self.log)
        deadline = time.monotonic() + 60
        while not os.path.exists(os.path.join(self.dir, "pid")):
            if time.monotonic() > deadline or self.process.poll() is not None:
                raise RuntimeError("FRR does not come up: see " + self.dir)
            select.select([], [], [], 0.02)
        self.pid = open(os.path.join(self.dir, "pid")).read().strip()
        self.at = None

    def write(self, name, text):
        with open(os.path.join(self.dir, name), "w") as file:
            file.write(text)

    def inside(self, *words):
        return run("nsenter", "-m", "-n", "-u", "-p", "-t", self.pid, *(["chroot", ROOT] if ROOT else []), *words)

    def load(self, text, *words):
        """What vtysh says while it applies the text, as FRR does when it starts, without chatter."""
        self.write("etc/text", text)
        deadline = time.monotonic() + 60
        while True:
            done = self.inside("vtysh", *(words or ("-f", "/etc/frr/text")))
            # So says a bgpd that is not connected to zebra yet, soon after its start.
            if not ("Invalid value" in done.stdout and " graceful-restart" in done.stdout) or time.monotonic() > deadline:
                break
            select.select([], [], [], 0.1)
        lines = [line for line in done.stdout.splitlines() if line.strip() and not CHATTER.search(line)]
        if done.returncode and not lines:
            lines = ["vtysh: exit status %d" % done.returncode]
        return lines

    def apply(self, batch):
        """The same as the plugin does it: checked, and then applied."""
        self.write("etc/text", batch)
        checked = self.inside("vtysh", "-C", "-f", "/etc/frr/text")
        if checked.returncode:
            return ["vtysh -C: " + line for line in checked.stdout.splitlines()]
        text = "XFRR_start_configuration\n" + batch + "XFRR_end_configuration\n"
        return self.load(text, "-c", "copy /etc/frr/text running-config")

    def reload(self, text):
        self.write("etc/frr.conf", text)
        return self.inside("/usr/lib/frr/frr-reload.py", "--reload", "--stdout", "/etc/frr/frr.conf")

    def show(self):
        return self.inside("vtysh", "-c", "show running-config no-header").stdout

    def read(self):
        """The same as the plugin reads it: from each daemon, in the form of its answers."""
        run_dir, parts = os.path.join(self.dir, "run"), []
        for name in sorted(os.listdir(run_dir)):
            if not name.endswith(".vty") or name == "watchfrr.vty":
                continue
            with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as daemon:
                daemon.settimeout(60)
                daemon.connect(os.path.join(run_dir, name))
                for command in b"enable", b"show running-config":
                    answer = b""
                    daemon.sendall(command + b"\0")
                    # Three zeros and a status.
                    while answer[-4:-1] != b"\0\0\0":
                        block = daemon.recv(1 << 16)
                        if not block:
                            raise RuntimeError(name + " has closed the connection")
                        answer += block
            text = answer[:-4].decode(errors="replace")
            parts.append(text[text.index("frr version "):])
        return "".join(parts)

    def end(self):
        self.process.kill()
        self.process.wait()
        self.log.close()


def canonical(text):
    """Every line with the contexts it stands in, in no order: lists and families have none that matters."""
    lines, stack = [], []
    for line in text.splitlines():
        words = line.strip()
        if not words or words[0] == "!" or words == "end" or words.startswith("exit"):
            continue
        depth = len(line) - len(line.lstrip())
        while stack and stack[-1][0] >= depth:
            stack.pop()
        stack.append((depth, words))
        lines.append(" / ".join(entry[1] for entry in stack))
    # A VRF or an interface of which nothing is said.
    empty = [line for line in lines if re.fullmatch(r"(vrf|interface) \S+", line) and
             not any(other.startswith(line + " / ") for other in lines)]
    return sorted(line for line in lines if line not in empty)


def differ(have, want):
    have, want = canonical(have), canonical(want)
    return ["-" + line for line in have if line not in want] + ["+" + line for line in want if line not in have]


class Corpus:
    def __init__(self, tool, base):
        self.tool, self.base, self.goals = tool, base, {}

    def text(self, path):
        with open(path) as file:
            text = file.read()
        return text.replace(CRASHES, "") if ROOT else text

    def diff(self, running, wanted):
        with tempfile.NamedTemporaryFile("w") as a, tempfile.NamedTemporaryFile("w") as b:
            a.write(running)
            b.write(wanted)
            a.flush()
            b.flush()
            done = run(self.tool, a.name, b.name)
        if done.returncode not in (0, 2):
            raise RuntimeError(done.stdout)
        return done.stdout

    def unlike(self, frr, shown):
        """Where what the daemons show is not the same as what vtysh shows."""
        read = frr.read()
        return ["the daemons: " + line for line in self.diff(read, shown).splitlines()] + \
               ["vtysh: " + line for line in self.diff(shown, read).splitlines()]

    def fresh(self, path):
        frr = Frr(self.base)
        said = frr.load(self.text(path))
        shown = frr.show()
        unlike = self.unlike(frr, shown)
        frr.end()
        self.goals[path] = shown
        left = self.diff(shown, self.text(path))
        return [path + ": FRR refuses: " + line for line in said] + [path + ": " + line for line in unlike] + \
               [path + ": what FRR shows is taken for something else: " + line for line in left.splitlines()]

    def stand(self, frr, path):
        """An FRR that shows what one fresh from the text shows."""
        if frr and frr.at == path:
            return frr
        if frr:
            frr.end()
        frr = Frr(self.base)
        frr.load(self.text(path))
        return frr

    def ours(self, pairs):
        bad, frr = [], None
        for before, after in pairs:
            name = pair_name(before, after)
            if frr and name in FRESH:
                frr.at = None
            frr = self.stand(frr, before)
            batches = self.diff(frr.read(), self.text(after))
            said = [line for batch in batches.split("----\n") if batch for line in frr.apply(batch)]
            shown = frr.show()
            wrong = ["says: " + line for line in said] + differ(shown, self.goals[after]) + self.unlike(frr, shown) + \
                    ["left: " + line for line in self.diff(shown, self.text(after)).splitlines()]
            if batches.count("----\n"):
                wrong.append("more than one batch")
            bad += ["%s: %s" % (name, line) for line in wrong]
            if wrong:
                bad += ["%s:    | %s" % (name, line) for line in batches.splitlines()]
            frr.at = None if wrong else after
        frr.end()
        return bad

    def theirs(self, pairs):
        """The pairs where frr-reload.py ends elsewhere, and how."""
        found, frr = {}, None
        for before, after in pairs:
            frr = self.stand(frr, before)
            done = frr.reload(self.text(after))
            wrong = differ(frr.show(), self.goals[after])
            if done.returncode:
                wrong.insert(0, "exit status %d: %s" % (done.returncode, done.stdout[-400:]))
            if wrong:
                found[pair_name(before, after)] = wrong
            frr.at = None if wrong else after
        frr.end()
        return found


def pair_name(before, after):
    def short(path):
        name = os.path.basename(path)
        return os.path.basename(os.path.dirname(path)) if name == "frr.conf" else name.removesuffix(".conf")
    return short(before) + ":" + short(after)


NUMBER = re.compile(r"(timers|cost|local-preference|weight|metric|tag|time|description \w+|interval|multiplier|prefix) (\d+)")


def edit(text, dice):
    """Some neighbours, contexts and lines gone, some numbers changed; FRR takes the outcome as it took the text."""
    lines = text.splitlines()
    names = re.findall(r"^ neighbor (\S+) (?:remote-as|peer-group$|interface)", text, re.M)
    gone = {name for name in names if dice.random() < 0.2}
    gone |= {name for name, group in re.findall(r"^ neighbor (\S+) .*peer-group (\S+)$", text, re.M) if group in gone}
    out, skip = [], None
    for number, line in enumerate(lines):
        words, depth = line.split(), len(line) - len(line.lstrip())
        if skip is not None:
            # Its own exit is part of the context.
            if depth > skip or words[:1] == ["!"]:
                continue
            skip = None
            if words and words[0].startswith("exit"):
                continue
        after = lines[number + 1] if number + 1 < len(lines) else ""
        context = len(after) - len(after.lstrip()) > depth or after.startswith(" " * depth + "exit")
        if context and dice.random() < 0.1:
            skip = depth
            continue
        named = [word for word in words[1:] if word in gone] if "neighbor" in words[:2] or "listen" in words else []
        makes = re.search(r"neighbor \S+ (remote-as|peer-group|interface)", line) or \
            words[:1] == ["advertise-all-vni"] or line.strip().startswith("exit")
        if named or (not context and not makes and dice.random() < 0.2):
            continue
        if dice.random() < 0.5:
            line = NUMBER.sub(lambda match: "%s %d" % (match.group(1), int(match.group(2)) + dice.randint(1, 3)), line)
        out.append(line)
    return "\n".join(out) + "\n"


def pairs_of(chains, base):
    pairs, dice = [], random.Random(SEED)
    print("random edits with seed %d" % SEED)
    for chain in chains:
        before = None
        for path in chain.split(":"):
            steps = [path]
            if path[0] == "~":
                with open(before) as file:
                    text = file.read()
                steps = ["%s/%s~%d.conf" % (base, os.path.basename(before).removesuffix(".conf"), n + 1)
                         for n in range(int(path[1:]))]
                for step in steps:
                    with open(step, "w") as file:
                        file.write(edit(text, dice))
            for step in steps:
                if before:
                    pairs.append((before, step))
                before = step
    return pairs


def main():
    tool, base, expected = sys.argv[1:4]
    pairs = pairs_of(sys.argv[4:], base)
    with open(expected) as file:
        expected = {line.split()[0] for line in file if line.strip() and line[0] != "#"}
    corpus = Corpus(tool, base)
    bad, theirs = [], {}
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        for wrong in pool.map(corpus.fresh, sorted({path for pair in pairs for path in pair})):
            bad += wrong
        ours, reloads = pool.submit(corpus.ours, pairs), None
        if os.environ.get("FRR_RELOAD"):
            reloads = pool.submit(corpus.theirs, [pair for pair in pairs if "~" not in "".join(pair)])
        bad += ours.result()
        theirs = reloads.result() if reloads else {}
    for name in sorted(theirs):
        print("frr-reload.py ends elsewhere: %s%s" % (name, "" if name in expected else "   (not expected)"))
        if name not in expected:
            bad += ["%s: frr-reload.py: %s" % (name, line) for line in theirs[name]]
    names = {pair_name(*pair) for pair in pairs if reloads}
    expected = expected if reloads else set()
    bad += ["%s: frr-reload.py does it right, though it is listed" % name for name in sorted((expected & names) - set(theirs))]
    bad += ["%s is listed, but there is no such pair" % name for name in sorted(expected - names)]
    print("\n".join(bad))
    print("%d pairs, %d texts, %s" % (len(pairs), len(corpus.goals), "%d where frr-reload.py ends elsewhere" % len(theirs)
                                      if reloads else "frr-reload.py not asked"))
    sys.exit(bool(bad))


main()
