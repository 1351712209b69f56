# SPDX-License-Identifier: Apache-2.0
# lifetimes.py DEVICE : prints the lifetime in seconds of each router advertisement (RFC 4861, 4.2) that DEVICE receives, with its source
import socket
import sys

ICMPV6, ROUTER_ADVERTISEMENT = 58, 134
ETH_P_IPV6 = 0x86DD
s = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM)
s.bind((sys.argv[1], ETH_P_IPV6))
while True:
    packet = s.recv(2048)
    if len(packet) >= 56 and packet[6] == ICMPV6 and packet[40] == ROUTER_ADVERTISEMENT:
        print(int.from_bytes(packet[46:48], "big"), socket.inet_ntop(socket.AF_INET6, packet[8:24]), flush=True)
