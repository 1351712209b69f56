#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""walk.py SEED N FOLDER [single] - N valid random configurations, FOLDER/0000.conf and on, each a change of the one before

With `single' they are of that vxlan.mode, and now and then of the other one.

What a configuration says of plugins and frr.conf is in FOLDER/rest.conf, which each includes.
"""
import random
import sys

VNIS = range(100, 108)
TABLES = range(1100, 1108)
VLANS = range(2, 30)
VRFS = ("red", "green", "blue")


def quoted(items):
    return "[ " + ", ".join('"%s"' % i for i in items) + " ]"


class Walk:
    def __init__(self, seed, single):
        self.r = random.Random(seed)
        self.single = single
        self.vxlan = {"mode": "single"} if single else {}
        self.trunk = self.range = None
        self.nics = self.vtep = None
        self.l3, self.l2 = {}, {}
        self.change_nics()
        self.change_vtep()

    def maybe(self, chance, *items):
        return [i for i in items if self.r.random() < chance]

    def change_nics(self):
        plain = {"name": "eth1"}
        self.nics = self.r.choice((
            [], [plain], [plain], [plain, {"name": "eth2", "addresses": ["192.168.12.4/24"]}],
            [{"name": "eth1", "rename": "up0", "addresses": ["192.168.11.4/24", "2001:db8:11::4/64"]}],
            [{"name": "eth1.100", "parent": "eth1", "vlan": 100, "addresses": ["192.168.13.4/24"]}],
            [{"name": "up0", "parent": "eth2", "vlan": 7}, plain],
            [{"name": "eth1", "mtu": self.r.choice((1400, 1450))}],
            [{"name": "eth1", "addresses": ["192.168.11.3/24", "192.168.11.%d/24" % self.r.randint(10, 20)]}],
        ))

    def change_vtep(self):
        self.vtep = self.r.choice(("100.65.0.2", "100.65.0.3", "100.65.0.2", "2001:db8:65::2"))

    def change_single(self):
        what = self.r.random()
        if what < 0.2:
            self.vxlan["mode"] = self.r.choice(("per-vni", "single", "single"))
        elif what < 0.4:
            self.vxlan["arp_suppression"] = self.r.random() < 0.5
        elif what < 0.7:
            self.trunk = self.r.choice((None, {"interface": "trunk0"}, {"interface": "trunk1", "peer": "p-trunk"},
                                        {"interface": "trunk0", "bridge": "br-trunk", "managed": True}))
        else:
            first, last = self.r.randint(1000, 1010), self.r.randint(1011, 1020)
            self.range = self.r.choice((None, {"vni": "%d-%d" % (first, last), "vlan": "%d-%d" % (first - 900, last - 900)}))

    def fix_vlan(self, made, chance):
        """The trunk carries VNIs without `host', and only in a VLAN that evpn.conf says."""
        if self.single and self.r.random() < chance:
            used = [other.get("vlan") for other in (*self.l3.values(), *self.l2.values())]
            made["vlan"] = self.r.choice([v for v in VLANS if v not in used])

    def fix_vlans(self):
        """A VNI keeps a VLAN that evpnd has chosen, so only with these does the same configuration make the same from nothing."""
        for made in (*self.l3.values(), *self.l2.values()):
            if "vlan" not in made:
                self.fix_vlan(made, 1)

    def drop(self, vni):
        gone = self.l3.pop(vni, None)
        self.l2.pop(vni, None)
        for other in self.l2.values():
            if gone and other.get("vrf") == gone["vrf"]:
                other.pop("vrf")
                other.pop("gateways", None)

    def host(self, vni, bridge):
        host = {"interface": self.r.choice(("h%d" % vni, "h%d" % vni, "other%d" % vni))}
        if self.r.random() < 0.5:
            host["peer"] = "p%d" % vni
        if bridge == "lan":
            host["bridge"] = "br-lan"
            return host
        if bridge == "own":
            host.update(bridge="lan%d" % vni, managed=True)
        net = "10.%d.1" % (vni - 100)
        host["addresses"] = self.maybe(0.8, net + ".1/24") + self.maybe(0.4, "fd00:%d::1/64" % vni)
        return host

    def make_l3(self, vni):
        free = [v for v in VRFS if v not in [l["vrf"] for l in self.l3.values()]]
        if not free:
            return
        l3 = {"vrf": self.r.choice(free)}
        tables = [t for t in TABLES if t not in [l.get("table") for l in self.l3.values()]]
        if self.r.random() < 0.7:
            l3["table"] = self.r.choice(tables)
        self.fix_vlan(l3, 0.3)
        if self.r.random() < 0.7:
            l3["host"] = self.host(vni, None)
            net = "10.%d.1" % (vni - 100)
            l3["host"]["addresses"] = [net + ".1/24"] + self.maybe(0.4, "fd00:%d::1/64" % vni)
            l3["host"]["peer_addresses"] = [net + ".2/24"] + self.maybe(0.3, net + ".3/24") + \
                self.maybe(0.4, "fd00:%d::2/64" % vni)
            l3["routes"] = [{"prefix": "172.16.%d.0/24" % n, "via": net + ".1"}
                            for n in self.r.sample(range(4), self.r.randint(0, 2))]
        self.l3[vni] = l3

    def make_l2(self, vni):
        l2 = {}
        if self.l3 and self.r.random() < 0.6:
            l2["vrf"] = self.r.choice(sorted(l["vrf"] for l in self.l3.values()))
            l2["gateways"] = self.maybe(0.8, "10.%d.1.1/24" % vni) + self.maybe(0.3, "10.%d.2.1/24" % vni) + \
                self.maybe(0.4, "2001:db8:%d::1/64" % vni)
        if self.r.random() < 0.7:
            l2["host"] = self.host(vni, self.r.choice((None, "lan", "own")))
        self.fix_vlan(l2, 0.3 if "host" in l2 else 1)
        self.l2[vni] = l2

    def step(self):
        for _ in range(self.r.choice((1, 1, 1, 2, 5))):
            if self.single and self.r.random() < 0.2:
                self.change_single()
            what = self.r.random()
            vni = self.r.choice(VNIS)
            if what < 0.12:
                self.change_nics()
            elif what < 0.18:
                self.change_vtep()
            elif what < 0.4:
                self.drop(vni)
            else:
                self.drop(vni)
                (self.make_l3 if self.r.random() < 0.4 else self.make_l2)(vni)
                made = self.l3.get(vni) or self.l2.get(vni)
                if made is not None and self.r.random() < 0.2:
                    made["mtu"] = self.r.choice((1280, 1300, 1330))

    def text(self, value):
        if isinstance(value, bool):
            return "true" if value else "false"
        if isinstance(value, dict):
            return "{ " + " ".join("%s = %s;" % (k, self.text(v)) for k, v in value.items()) + " }"
        if isinstance(value, list):
            if value and isinstance(value[0], dict):
                return "( " + ", ".join(self.text(v) for v in value) + " )"
            return quoted(value)
        return str(value) if isinstance(value, int) else '"%s"' % value

    def config(self):
        def vnis(table):
            return [dict(vni=vni, **table[vni]) for vni in sorted(table)]

        def groups(items):
            return self.text(items) if items else "( )"

        mode, l2vnis = "", vnis(self.l2)
        if self.vxlan:
            mode = "vxlan = %s;\n" % self.text(self.vxlan)
        if self.vxlan.get("mode") == "single":
            l2vnis += [self.range] if self.range else []
            mode += "host = { trunk = %s; };\n" % self.text(self.trunk) if self.trunk else ""
        return '@include "rest.conf"\nunderlay = { interfaces = %s; vtep = "%s"; };\nl3vnis = %s;\nl2vnis = %s;\n%s' % (
            groups(self.nics), self.vtep, groups(vnis(self.l3)), groups(l2vnis), mode)


def main():
    walk = Walk(int(sys.argv[1]), "single" in sys.argv[4:])
    steps = int(sys.argv[2])
    for i in range(steps):
        walk.step()
        # walk.sh compares what these make.
        if i % 50 == 49 or i == steps - 1:
            walk.fix_vlans()
        with open("%s/%04d.conf" % (sys.argv[3], i), "w", encoding="ascii") as f:
            f.write(walk.config())


main()
