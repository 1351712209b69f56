#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""dns.py ADDRESS NAME ANSWER : a DNS server on UDP port 53 of ADDRESS that knows one name, with one IPv4 address."""
import socket, struct, sys

server, name, answer = sys.argv[1:]
wanted = b"".join(bytes([len(label)]) + label.encode() for label in name.split(".")) + b"\0"
udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
udp.bind((server, 53))
while True:
    query, client = udp.recvfrom(4096)
    end = query.find(b"\0", 12) + 1
    if end == 0 or len(query) < end + 4:
        continue
    known = query[12:end].lower() == wanted
    kind, = struct.unpack("!H", query[end:end + 2])
    records = b""
    if known and kind == 1:
        records = b"\xc0\x0c" + struct.pack("!HHIH", 1, 1, 60, 4) + socket.inet_aton(answer)
    # An answer with recursion; NXDOMAIN for other names; no data for other types.
    flags = 0x8180 if known else 0x8183
    udp.sendto(query[:2] + struct.pack("!HHHHH", flags, 1, 1 if records else 0, 0, 0) + query[12:end + 4] + records, client)
