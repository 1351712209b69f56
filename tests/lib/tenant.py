#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""tenant.py - a hostile machine in a VNI, and what shows whether it got anywhere

    tenant.py attack DEVICE MAC[,MAC...] ADDRESS...
        From DEVICE: ARP and ND for each ADDRESS; echo requests, TCP to PORTS and UDP to PORTS, with its own, forged and unspecified
        sources, to each MAC and to the broadcast address; VXLAN packets with a frame from INNER_MAC; router advertisements, DHCP
        offers, redirects. A line for each kind of answer that comes, sorted; `sent N'.
    tenant.py listen DEVICE...
        Services on PORTS of all addresses, TCP and UDP. A line for whatever comes to them, one when a frame of an attack arrives on
        a DEVICE, and one when a frame from INNER_MAC does; first `ready'.
    tenant.py counters
        What the network namespace took for itself so far: echo requests, UDP without a socket, TCP connections that were begun.
"""
import ipaddress
import select
import socket
import struct
import sys
import time

PORTS = (53, 68, 179, 8080)
VXLAN = 4789
INNER_MAC = bytes.fromhex('02bad0bad0ba')
TENANT_MAC = bytes.fromhex('02bad0000001')
BROADCAST = b'\xff' * 6
OWN4, OWN6 = '192.168.20.66', 'fe80::ba:d0ff:fe00:1'
QUIET_S = 1.5


def checksum(data):
    data += b'\0' * (len(data) % 2)
    total = sum(struct.unpack(f'!{len(data) // 2}H', data))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return ~total & 0xffff


def ether(dst, kind, payload):
    return dst + TENANT_MAC + struct.pack('!H', kind) + payload


def pack(address):
    return ipaddress.ip_address(address).packed


def ip(src, dst, proto, payload, at=None):
    """`at` is where the checksum of the payload, with the pseudo header, goes; None: it has none."""
    src, dst = pack(src), pack(dst)
    if at is not None:
        pseudo = src + dst + (struct.pack('!BBH', 0, proto, len(payload)) if len(src) == 4
                              else struct.pack('!IHBB', len(payload), 0, 0, proto))
        value = checksum((b'' if proto == 1 else pseudo) + payload)
        payload = payload[:at] + struct.pack('!H', value) + payload[at + 2:]
    if len(src) == 16:
        return 0x86dd, struct.pack('!IHBB', 6 << 28, len(payload), proto, 255) + src + dst + payload
    head = struct.pack('!BBHHHBBH4s4s', 0x45, 0, 20 + len(payload), 0, 0, 255, proto, 0, src, dst)
    return 0x0800, head[:10] + struct.pack('!H', checksum(head)) + head[12:] + payload


def udp(sport, dport, payload):
    return struct.pack('!HHHH', sport, dport, 8 + len(payload), 0) + payload


def tcp(dport):
    return struct.pack('!HHIIBBHHH', 40000, dport, 1, 0, 5 << 4, 2, 1024, 0, 0)


def arp(op, sender, target):
    return struct.pack('!HHBBH', 1, 0x800, 6, 4, op) + TENANT_MAC + pack(sender) + bytes(6) + pack(target)


def vxlan(vni):
    inner = BROADCAST + INNER_MAC + struct.pack('!H', 0x806) + arp(1, OWN4, '192.168.20.99')
    return struct.pack('!II', 1 << 27, vni << 8) + inner


def solicited_node(address):
    return ipaddress.IPv6Address(bytes.fromhex('ff0200000000000000000001ff') + pack(address)[13:])


def multicast_mac(address):
    return b'\x33\x33' + pack(address)[12:]


def packets_to(address):
    """(ethertype, packet) of everything that asks the address for an answer."""
    v4 = ipaddress.ip_address(address).version == 4
    beside = str(ipaddress.ip_address(address) + 57)
    for src in (OWN4, beside, '127.0.0.1', '0.0.0.0', address) if v4 else (OWN6, beside, '::1', address):
        if v4:
            yield ip(src, address, 1, struct.pack('!BBHHH', 8, 0, 0, 7, 7), 2)
        else:
            yield ip(src, address, 58, struct.pack('!BBHHH', 128, 0, 0, 7, 7), 2)
        for port in PORTS:
            yield ip(src, address, 6, tcp(port), 16)
            yield ip(src, address, 17, udp(40000, port, b'tenant'), 6)
        for vni in (110, 120):
            yield ip(src, address, 17, udp(40000, VXLAN, vxlan(vni)), 6)


def announcements():
    """What tells a host that it has a router, an address, a better way."""
    option = struct.pack('!BBBBIII', 3, 4, 64, 0xc0, 3600, 3600, 0) + pack('2001:db8:bad::')
    ra = struct.pack('!BBHBBHII', 134, 0, 0, 64, 0x08, 1800, 0, 0) + option
    yield multicast_mac('ff02::1'), *ip(OWN6, 'ff02::1', 58, ra, 2)
    echo = struct.pack('!BBHHH', 128, 0, 0, 7, 7)
    yield multicast_mac('ff02::1'), *ip(OWN6, 'ff02::1', 58, echo, 2)
    yield multicast_mac('ff02::1'), *ip('2001:db8:bad::66', 'ff02::1', 58, echo, 2)
    offer = struct.pack('!BBBBIHH4s4s4s4s', 2, 1, 6, 0, 7, 0, 0, bytes(4), pack('192.168.20.77'), pack(OWN4), bytes(4))
    offer += bytes(16 + 192) + b'\x63\x82\x53\x63' + b'\x35\x01\x02' + b'\x36\x04' + pack(OWN4) + b'\x03\x04' + pack(OWN4) + b'\xff'
    yield BROADCAST, *ip(OWN4, '255.255.255.255', 17, udp(67, 68, offer), 6)
    yield bytes.fromhex('01005e000001'), *ip(OWN4, '224.0.0.1', 1, struct.pack('!BBHHH', 8, 0, 0, 7, 7), 2)


def unspecified():
    """From 0.0.0.0, which strict RPF takes for that of a host without an address."""
    for mac, dst in ((BROADCAST, '255.255.255.255'), (bytes.fromhex('01005e000001'), '224.0.0.1')):
        for vni in (110, 120):
            yield mac, *ip('0.0.0.0', dst, 17, udp(40000, VXLAN, vxlan(vni)), 6)
        yield mac, *ip('0.0.0.0', dst, 17, udp(68, 53, b'tenant'), 6)


def frames(macs, addresses):
    for address in addresses:
        if ipaddress.ip_address(address).version == 4:
            for sender in (OWN4, '0.0.0.0', str(ipaddress.ip_address(address) + 57)):
                yield ether(BROADCAST, 0x806, arp(1, sender, address))
            yield ether(BROADCAST, 0x806, arp(2, address, address))
        else:
            group = solicited_node(address)
            ns = struct.pack('!BBHI', 135, 0, 0, 0) + pack(address)
            yield ether(multicast_mac(group), *ip(OWN6, group, 58, ns + b'\x01\x01' + TENANT_MAC, 2))
            yield ether(multicast_mac(group), *ip('::', group, 58, ns, 2))
        for kind, packet in packets_to(address):
            for mac in macs:
                yield ether(mac, kind, packet)
    for mac, kind, packet in [*announcements(), *unspecified()]:
        yield ether(mac, kind, packet)


def tcp_answer(segment):
    """A port that is open says SYN and ACK, a closed one RST."""
    if len(segment) < 14:
        return 'TCP'
    return f'TCP {struct.unpack("!H", segment[:2])[0]}' if segment[13] & 2 else 'TCP RST'


def answer(frame):
    """What a received frame is; None: nobody's answer."""
    kind, body = struct.unpack('!H', frame[12:14])[0], frame[14:]
    if kind == 0x806 and len(body) >= 28:
        sender = ipaddress.ip_address(body[14:18])
        return f'ARP of {sender}' if body[7] == 2 else f'ARP request of {sender}'
    if kind == 0x800 and len(body) >= 20:
        src, proto = ipaddress.ip_address(body[12:16]), body[9]
        head = (body[0] & 15) * 4
        names = {1: 'ICMP', 6: tcp_answer(body[head:]), 17: 'UDP'}
        return f'{names[proto]} of {src}' if proto in names else None
    if kind == 0x86dd and len(body) >= 48:
        src, proto = ipaddress.ip_address(body[8:24]), body[6]
        # Reports of multicast groups, router solicitations, duplicate address detection are not about the tenant.
        if proto == 58 and body[40] in (128, 129, 134, 136, 1):
            return f'ICMPv6 {body[40]} of {src}'
        names = {6: tcp_answer(body[40:]), 17: 'UDP'}
        return f'{names[proto]} of {src}' if proto in names else None
    return None


def drain(sock, answers, until):
    while select.select([sock], [], [], max(0, until - time.monotonic()))[0]:
        frame, where = sock.recvfrom(65536)
        # Its own leaf, which is not what is tested, takes the frame out of VXLAN, too.
        if where[2] == socket.PACKET_OUTGOING or len(frame) < 14 or frame[6:12] == INNER_MAC:
            continue
        what = answer(frame)
        if what:
            answers.add(what)


def attack(device, macs, addresses):
    sock = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))
    sock.bind((device, 3))
    answers, n = set(), 0
    for frame in frames([BROADCAST] + [bytes.fromhex(mac.replace(':', '')) for mac in macs.split(',')], addresses):
        sock.send(frame)
        n += 1
        drain(sock, answers, 0)
    drain(sock, answers, time.monotonic() + QUIET_S)
    for what in sorted(answers):
        print(what)
    print('sent', n)


def listen(devices):
    socks, frames_of = {}, {}
    for device in devices:
        sock = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))
        sock.bind((device, 3))
        frames_of[sock] = device
    for family, any_address in ((socket.AF_INET, '0.0.0.0'), (socket.AF_INET6, '::')):
        for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
            for port in PORTS:
                sock = socket.socket(family, kind)
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                if family == socket.AF_INET6:
                    sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
                sock.bind((any_address, port))
                if kind == socket.SOCK_STREAM:
                    sock.listen()
                socks[sock] = f'{family.name} {kind.name} {port}'
    print('ready', flush=True)
    seen = set()
    while True:
        for sock in select.select([*socks, *frames_of], [], [])[0]:
            if sock in frames_of:
                frame, where = sock.recvfrom(65536)
                word = {TENANT_MAC: 'arrives', INNER_MAC: 'inner'}.get(frame[6:12])
                what = word and where[2] != socket.PACKET_OUTGOING and f'{word} {frames_of[sock]}'
            else:
                what = 'taken: ' + socks[sock]
                sock.accept() if 'STREAM' in socks[sock] else sock.recvfrom(65536)
            if what and what not in seen:
                seen.add(what)
                print(what, flush=True)


def counters():
    lines = [line.split() for line in open('/proc/net/snmp')]
    for names, values in zip(lines[::2], lines[1::2]):
        for name in {'Icmp:': ['InEchos'], 'Udp:': ['NoPorts'], 'Tcp:': ['PassiveOpens']}.get(names[0], []):
            print(names[0], name, values[names.index(name)])
    for line in open('/proc/net/snmp6') if socket.has_ipv6 else []:
        if line.split()[0] in ('Icmp6InEchos', 'Udp6NoPorts', 'Icmp6InRouterAdvertisements'):
            print(*line.split())


{'attack': lambda: attack(sys.argv[2], sys.argv[3], sys.argv[4:]), 'listen': lambda: listen(sys.argv[2:]),
 'counters': counters}[sys.argv[1]]()
