#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""nic-random.py SEED - commands of `ip -batch' that give the NIC eth1 a random state, always the same one for a seed

The kernel refuses some of them, such as a gateway that is in no subnet: run it with -force. eth2 is another device, with
192.168.12.3/24.
"""
import random
import sys

SUBNETS4 = ["192.168.11", "10.66.0", "10.67.0", "172.31.0"]
SUBNETS6 = ["2001:db8:11", "2001:db8:12", "fd00:7"]
PROTOCOLS = ["static", "boot", "dhcp", "ra", "kernel", "42"]

rnd = random.Random(int(sys.argv[1]))


def maybe(words, chance=0.3):
    return f" {words}" if rnd.random() < chance else ""


def address4(first):
    net = SUBNETS4[0] if first else rnd.choice(SUBNETS4)
    local = f"{net}.{rnd.randint(3, 250)}"
    words = f"{local}/24" + maybe("broadcast +") if rnd.random() < 0.85 else f"{local} peer 198.51.100.{rnd.randint(1, 9)}/32"
    words += maybe(f"label eth1:{rnd.choice('abc')}") + maybe("scope link", 0.15) + maybe(f"metric {rnd.randint(1, 99)}")
    return f"address add {words} dev eth1" + maybe("noprefixroute") + maybe("preferred_lft 0", 0.15)


def address6():
    words = f"{rnd.choice(SUBNETS6)}::{rnd.randint(3, 250):x}/64"
    words += maybe(f"metric {rnd.randint(1, 99)}")
    return f"address add {words} dev eth1 nodad" + maybe("noprefixroute") + maybe("preferred_lft 0", 0.15) + maybe("home", 0.1)


def gateway4():
    return f"{rnd.choice(SUBNETS4)}.{rnd.randint(251, 254)}"


def gateway6():
    return rnd.choice([f"fe80::{rnd.randint(1, 99):x}", f"{rnd.choice(SUBNETS6)}::ff{rnd.randint(10, 99)}"])


def hops(gateway, other):
    some = [f" nexthop via {gateway()} dev eth1 weight {rnd.randint(1, 9)}" + maybe("onlink") for _ in range(rnd.randint(1, 3))]
    return "".join(some) + maybe(f"nexthop via {other} dev eth2", 0.3)


def route4():
    verb = rnd.choice(["add", "add", "append", "prepend"])
    dst = rnd.choice(["default", f"10.{rnd.randint(1, 5)}.0.0/16", f"203.0.113.{rnd.randint(1, 9)}/32"])
    words = maybe(f"proto {rnd.choice(PROTOCOLS)}", 0.5) + maybe(f"metric {rnd.randint(1, 99)}") + maybe(f"tos 0x{rnd.randint(1, 7) * 4:02x}", 0.1)
    words += maybe(f"table {rnd.choice([66, 67, 300])}") + maybe(f"mtu {rnd.randint(600, 1500)} advmss 500", 0.2)
    shape = rnd.random()
    if shape < 0.15:
        return f"route {verb} {dst}{words}" + hops(gateway4, "192.168.12.2")
    if shape < 0.3:
        return f"route {verb} {dst} dev eth1 scope link{words}"
    if shape < 0.4:
        return f"route {verb} {dst} via inet6 fe80::{rnd.randint(1, 99):x} dev eth1{words}"
    if shape < 0.5:
        return f"route {verb} {rnd.choice(['local', 'multicast', 'broadcast'])} {dst} dev eth1{words}"
    return f"route {verb} {dst} via {gateway4()} dev eth1{words}" + maybe("onlink")


def route6():
    dst = rnd.choice(["default", f"2001:db8:{rnd.randint(100, 104)}::/48", f"2001:db8:99::{rnd.randint(1, 9)}/128"])
    words = maybe(f"proto {rnd.choice(PROTOCOLS)}", 0.5) + maybe(f"metric {rnd.randint(1, 99)}") + maybe(f"table {rnd.choice([66, 67])}")
    words += maybe(f"pref {rnd.choice(['low', 'high'])}", 0.2) + maybe("mtu 1400", 0.2)
    shape = rnd.random()
    if shape < 0.2:
        return f"route add {dst}{words}" + "".join(f" nexthop via {gateway6()} dev eth1" for _ in range(rnd.randint(2, 3)))
    if shape < 0.4:
        return f"route add {dst} dev eth1{words}" + maybe("expires 5000")
    return f"route add {dst} via {gateway6()} dev eth1{words}" + maybe("onlink") + maybe("expires 5000")


def neighbor():
    ip = gateway4() if rnd.random() < 0.5 else gateway6()
    if rnd.random() < 0.3:
        return f"neigh add proxy {ip} dev eth1"
    return f"neigh add {ip} lladdr 02:00:00:00:00:{rnd.randint(1, 255):02x} dev eth1" + maybe("nud noarp") + maybe("router", 0.2)


def nexthops():
    ids = rnd.sample(range(1, 60), 4)
    for number in ids[:3]:
        gateway = gateway4() if rnd.random() < 0.6 else gateway6()
        yield f"nexthop add id {number} via {gateway} dev eth1" + maybe("onlink") + maybe("proto static")
    yield f"nexthop add id {ids[3]} group {ids[0]}" + maybe(f"/{ids[1]}")
    yield f"route add 10.{rnd.randint(6, 9)}.0.0/16 nhid {rnd.choice(ids)}" + maybe("metric 9")
    yield f"-6 route add 2001:db8:2{rnd.randint(1, 9)}::/48 nhid {rnd.choice(ids)}"


def rule():
    words = rnd.choice(["iif eth1", "oif eth1", f"from {rnd.choice(SUBNETS4)}.0/24", "fwmark 7"])
    return f"rule add {words} lookup {rnd.choice([66, 67])} pref {rnd.randint(100, 900)}"


def main():
    print(f"link set dev eth1 mtu {rnd.randint(1400, 1500)} txqueuelen {rnd.randint(100, 2000)} group {rnd.randint(0, 9)}")
    if rnd.random() < 0.5:
        print("link set dev eth1 alias number-%d" % rnd.randint(1, 99))
    for flag in ("promisc", "allmulticast"):
        if rnd.random() < 0.3:
            print(f"link set dev eth1 {flag} on")
    things = [lambda: address4(False)] * 5 + [address6] * 4
    print(address4(True))
    for _ in range(rnd.randint(2, 9)):
        print(rnd.choice(things)())
    things = [route4] * 5 + [route6] * 4 + [neighbor, rule]
    for _ in range(rnd.randint(10, 40)):
        print(rnd.choice(things)())
    for line in nexthops():
        print(line)
    if rnd.random() < 0.1:
        print("link set dev eth1 down")


main()
