# SPDX-License-Identifier: Apache-2.0
"""others.py - contenders that a distribution configures its network with: ifupdown2, systemd-networkd, nmstate.

They know one namespace, so both ends of the veths are in FRR's: the same devices, less one move of each pair.
"""
import os
import shutil
import subprocess

import world
from contenders import BUILD, Contender, run

NO_SECOND_NAMESPACE = "both ends of the veths are in one namespace: it cannot put one into another"


class Service(Contender):
    """Runs in FRR's namespace and in a mount namespace of its own, where its files are the usual ones."""
    host_in_frr = True
    note = NO_SECOND_NAMESPACE
    setup = ""  # a script that mounts; $1 is the folder

    def inside(self, *command, limit=world.LIMIT_S):
        script = "set -e; mount --make-rprivate /; %s; shift; exec \"$@\"" % self.setup
        return run("nsenter", "--net=/run/netns/" + self.where.frr, "unshare", "--mount", "bash", "-c", script, "bash",
                   self.where.folder, *command, limit=limit)


class Ifupdown2(Service):
    name = "ifupdown2"
    root = os.path.join(BUILD, "ifupdown2")
    # Its programs are links to /usr/share.
    setup = ("mount -t sysfs sysfs /sys; mount -t tmpfs share /mnt; mkdir /mnt/up /mnt/work; mount -t overlay share -o lowerdir=/usr/share,upperdir=/mnt/up,workdir=/mnt/work"
             " /usr/share; mkdir /usr/share/ifupdown2; mount --bind %s/usr/share/ifupdown2 /usr/share/ifupdown2;"
             " mount --bind $1/network /etc/network; mount -t tmpfs run /run; mkdir -p $1/state; mount --bind $1/state /var/tmp;"
             " mkdir -p /run/network") % root

    @classmethod
    def cannot(cls):
        return None if os.path.isdir(cls.root) else "the package could not be downloaded"

    def write(self, n):
        # Its own `mtu' leaves some ends of veths as they are.
        text = "".join("auto lan%d\niface lan%d\n link-type veth\n veth-peer-name pe%d\n post-up ip link set lan%d mtu 1450\n"
                       " post-up ip link set pe%d mtu 1450 up\n"
                       "auto vni%d\niface vni%d\n vxlan-id %d\n vxlan-local-tunnelip %s\n vxlan-learning off\n mtu 1450\n"
                       " bridge-learning off\n bridge-arp-nd-suppress on\n"
                       "auto br%d\niface br%d\n bridge-ports vni%d pe%d\n bridge-stp off\n mtu 1450\n"
                       % ((i,) * 8 + (world.VTEP,) + (i,) * 4) for i in range(1, n + 1))
        os.makedirs(self.path("network"), exist_ok=True)
        with open(self.path("network/interfaces"), "w") as interfaces:
            interfaces.write("auto lo\niface lo inet loopback\n" + text)

    def prepare(self):
        super().prepare()
        shutil.copytree(self.root + "/etc/network", self.path("network"))
        self.write(self.n)

    def reload(self, n):
        self.write(n)
        self.inside("python3", self.root + "/sbin/ifreload", "-a")

    def build(self):
        self.reload(self.n)

    nothing = less = drift = build

    def more(self):
        self.reload(self.n + 1)

    def remove(self):
        self.reload(0)


class Networkd(Service):
    """A networkd of its own, with a D-Bus of its own."""
    name = "systemd-networkd"
    note = NO_SECOND_NAMESPACE + "; it deletes no device, so that is `ip -batch'; drift is repaired when it starts anew"
    daemon = "/lib/systemd/systemd-networkd"
    start = """
        set -e
        mount --make-rprivate /
        mount -t tmpfs run /run
        # Without udev, which it does not wait for if sysfs is read-only.
        mount -t sysfs -o ro sysfs /sys
        mkdir -p /run/dbus /run/systemd/netif/links /run/systemd/netif/leases /run/systemd/netif/lldp /run/systemd/network
        chown -R systemd-network:systemd-network /run/systemd/netif
        mount --bind "$1/units" /etc/systemd/network
        mount -t proc proc /proc
        dbus-daemon --system --fork --nopidfile
        "$2"
        """

    @classmethod
    def cannot(cls):
        return None if os.path.exists(cls.daemon) else "systemd-networkd is not installed"

    def unit(self, name, text):
        with open(self.path("units/" + name), "w") as unit:
            unit.write(text)

    def write(self, i):
        self.unit("br%d.netdev" % i, "[NetDev]\nName=br%d\nKind=bridge\nMTUBytes=1450\n" % i)
        self.unit("vni%d.netdev" % i, "[NetDev]\nName=vni%d\nKind=vxlan\nMTUBytes=1450\n[VXLAN]\nVNI=%d\nLocal=%s\n"
                  "DestinationPort=4789\nMacLearning=no\nIndependent=yes\n" % (i, i, world.VTEP))
        self.unit("lan%d.netdev" % i, "[NetDev]\nName=lan%d\nKind=veth\nMTUBytes=1450\n[Peer]\nName=pe%d\n" % (i, i))
        for name, more in (("br%d" % i, ""), ("lan%d" % i, ""), ("pe%d" % i, "Bridge=br%d\n" % i),
                           ("vni%d" % i, "Bridge=br%d\n[Bridge]\nLearning=no\nNeighborSuppression=yes\n" % i)):
            self.unit(name + ".network", "[Match]\nName=%s\n[Link]\nMTUBytes=1450\n[Network]\nLinkLocalAddressing=no\nIPv6AcceptRA=no\n"
                      "ConfigureWithoutCarrier=yes\n%s" % (name, more))

    def prepare(self):
        super().prepare()
        os.mkdir(self.path("units"))
        for i in range(1, self.n + 1):
            self.write(i)

    def reload(self):
        """networkctl(1) needs a number of its namespace, which one without another namespace has not."""
        with open("/proc/%d/task/%d/children" % (self.process.pid, self.process.pid)) as children:
            first = children.read().split()[0]
        run("nsenter", "--net", "--mount", "--target", first, "busctl", "call", "org.freedesktop.network1",
            "/org/freedesktop/network1", "org.freedesktop.network1.Manager", "Reload")

    def up(self, first, last, act, kinds=("br", "lan", "vni", "pe")):
        """What it does after a command is seen by the kernel's notifications alone."""
        wanted = {kind + str(i): kind in ("vni", "pe") for i in range(first, last + 1) for kind in kinds}
        with world.inside(self.where.frr):
            events = world.LinkEvents()
        act()
        events.links(wanted, limit=60)

    def begin(self):
        self.process = subprocess.Popen(["nsenter", "--net=/run/netns/" + self.where.frr, "unshare", "--mount", "--pid", "--fork", "--kill-child",
                                         "bash", "-c", self.start,
                                         "bash", self.where.folder, self.daemon], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def build(self):
        self.up(1, self.n, self.begin)

    def nothing(self):
        self.reload()

    def more(self):
        self.write(self.n + 1)
        self.up(self.n + 1, self.n + 1, self.reload)

    def drift(self):
        """Reload makes no device that it has made before; another start does."""
        self.close()
        self.up(1, min(self.n, 10), self.begin, ("vni",))

    def gone(self, first, last):
        names = []
        for i in range(first, last + 1):
            for name in "br%d" % i, "vni%d" % i, "lan%d" % i:
                os.remove(self.path("units/%s.netdev" % name))
                names.append(name)
            for name in "br", "vni", "lan", "pe":
                os.remove(self.path("units/%s%d.network" % (name, i)))
        self.reload()
        run("ip", "-n", self.where.frr, "-batch", "-", stdin="".join("link del %s\n" % name for name in names))

    def less(self):
        self.gone(self.n + 1, self.n + 1)

    def remove(self):
        self.gone(1, self.n)

    def close(self):
        if self.process:
            # Its D-Bus ends with the namespace of processes.
            self.process.kill()
            self.process.wait()


class Nmstate(Contender):
    name = "nmstate"

    @classmethod
    def cannot(cls):
        if not shutil.which("nmstatectl"):
            return "nmstate is not packaged for this system"
        return "it makes devices by NetworkManager, which knows the machine's first namespace alone"
