/* SPDX-License-Identifier: Apache-2.0 */
/* ipaddr.c - see ipaddr.h */
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "model/ipaddr.h"

size_t ipaddr_size(const struct ipaddr *ip)
{
	return ip->family == AF_INET ? 4 : ip->family == AF_INET6 ? 16 : 0;
}

unsigned int ipaddr_bits(const struct ipaddr *ip)
{
	return (unsigned int)ipaddr_size(ip) * 8;
}

bool ipaddr_parse(const char *text, bool with_prefix, struct ipaddr *ret_ip)
{
	struct ipaddr ip = { 0 };
	char host[IPADDR_TEXT_SIZE];
	const char *slash = strchr(text, '/');
	size_t len = slash ? (size_t)(slash - text) : strlen(text);

	if (with_prefix != (slash != NULL) || len >= sizeof(host))
		return false;
	memcpy(host, text, len);
	host[len] = '\0';
	if (inet_pton(AF_INET, host, ip.bytes) == 1)
		ip.family = AF_INET;
	else if (inet_pton(AF_INET6, host, ip.bytes) == 1)
		ip.family = AF_INET6;
	else
		return false;
	ip.prefixlen = (uint8_t)ipaddr_bits(&ip);
	if (slash) {
		size_t digits = strspn(slash + 1, "0123456789");
		unsigned long n = strtoul(slash + 1, NULL, 10);

		if (digits == 0 || digits > 3 || slash[1 + digits] != '\0' || n > ipaddr_bits(&ip))
			return false;
		ip.prefixlen = (uint8_t)n;
	}
	*ret_ip = ip;
	return true;
}

const char *ipaddr_format(const struct ipaddr *ip, bool with_prefix, char buf[IPADDR_TEXT_SIZE])
{
	size_t len;

	if (!ipaddr_is_set(ip) || !inet_ntop(ip->family, ip->bytes, buf, IPADDR_TEXT_SIZE)) {
		strcpy(buf, "none");
		return buf;
	}
	len = strlen(buf);
	if (with_prefix)
		snprintf(buf + len, IPADDR_TEXT_SIZE - len, "/%u", ip->prefixlen);
	return buf;
}

int ipaddr_compare(const struct ipaddr *a, const struct ipaddr *b)
{
	int d = (int)a->family - (int)b->family;

	if (d == 0)
		d = memcmp(a->bytes, b->bytes, sizeof(a->bytes));
	return d ? d : (int)a->prefixlen - (int)b->prefixlen;
}

bool ipaddr_overlap(const struct ipaddr *a, const struct ipaddr *b)
{
	unsigned int bits = a->prefixlen < b->prefixlen ? a->prefixlen : b->prefixlen;
	unsigned int rest = bits % 8;

	if (a->family != b->family)
		return false;
	if (memcmp(a->bytes, b->bytes, bits / 8) != 0)
		return false;
	return rest == 0 || ((a->bytes[bits / 8] ^ b->bytes[bits / 8]) >> (8 - rest)) == 0;
}

bool ipaddr_nth(const struct ipaddr *pool, uint32_t index, struct ipaddr *ret_ip)
{
	struct ipaddr ip = *pool;
	unsigned int bits = ipaddr_bits(pool), host_bits = bits - pool->prefixlen;

	if (host_bits < 32 && index >> host_bits)
		return false;
	ip.prefixlen = (uint8_t)bits;
	for (unsigned int i = 0; i < bits / 8; i++) {
		unsigned int keep = pool->prefixlen > i * 8 ? pool->prefixlen - i * 8 : 0;

		if (keep < 8)
			ip.bytes[i] &= (uint8_t)(0xff00 >> keep);
	}
	for (unsigned int i = 0; i < 4; i++)
		ip.bytes[bits / 8 - 1 - i] |= (uint8_t)(index >> (8 * i));
	*ret_ip = ip;
	return true;
}

bool ipaddr_nth_subnet(const struct ipaddr *pool, unsigned int length, uint32_t index, struct ipaddr *ret_subnet)
{
	struct ipaddr subnet;

	if (length < pool->prefixlen || length > ipaddr_bits(pool) ||
	    (length - pool->prefixlen < 32 && index >> (length - pool->prefixlen)))
		return false;
	ipaddr_network(pool, &subnet);
	/* Bit i of the number, from its end, is the bit of the address i bits before the end of the length. */
	for (unsigned int i = 0; i < 32 && i < length; i++)
		if (index >> i & 1)
			subnet.bytes[(length - 1 - i) / 8] |= (uint8_t)(0x80 >> (length - 1 - i) % 8);
	subnet.prefixlen = (uint8_t)length;
	*ret_subnet = subnet;
	return true;
}

void ipaddr_network(const struct ipaddr *ip, struct ipaddr *ret_network)
{
	uint8_t prefixlen = ip->prefixlen;

	*ret_network = *ip;
	if (!ipaddr_is_set(ip))
		return;
	/* Number 0 of a subnet is its network address; every subnet has it. */
	ipaddr_nth(ip, 0, ret_network);
	ret_network->prefixlen = prefixlen;
}

bool ipaddr_same(const struct ipaddr *a, const struct ipaddr *b)
{
	return a->family == b->family && memcmp(a->bytes, b->bytes, sizeof(a->bytes)) == 0;
}

static unsigned int host_bits(const struct ipaddr *subnet)
{
	return ipaddr_bits(subnet) - subnet->prefixlen;
}

bool ipaddr_is_network_of(const struct ipaddr *ip, const struct ipaddr *subnet)
{
	struct ipaddr network;

	ipaddr_network(subnet, &network);
	return host_bits(subnet) > 1 && ipaddr_same(ip, &network);
}

bool ipaddr_is_broadcast_of(const struct ipaddr *ip, const struct ipaddr *subnet)
{
	struct ipaddr last;

	if (subnet->family != AF_INET || host_bits(subnet) < 2)
		return false;
	ipaddr_nth(subnet, (uint32_t)((1ull << host_bits(subnet)) - 1), &last);
	return ipaddr_same(ip, &last);
}

bool ipaddr_is_loopback(const struct ipaddr *ip)
{
	static const uint8_t loopback6[16] = { [15] = 1 };

	return ip->family == AF_INET ? ip->bytes[0] == 127 : memcmp(ip->bytes, loopback6, 16) == 0;
}

bool ipaddr_is_multicast(const struct ipaddr *ip)
{
	return ip->family == AF_INET ? (ip->bytes[0] & 0xf0) == 0xe0 : ip->bytes[0] == 0xff;
}

bool ipaddr_is_link_local(const struct ipaddr *ip)
{
	return ip->family == AF_INET ? ip->bytes[0] == 169 && ip->bytes[1] == 254
				     : ip->bytes[0] == 0xfe && (ip->bytes[1] & 0xc0) == 0x80;
}

bool ipaddr_is_any(const struct ipaddr *ip)
{
	static const uint8_t zero[16];

	return memcmp(ip->bytes, zero, sizeof(zero)) == 0;
}
