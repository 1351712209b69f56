/* SPDX-License-Identifier: Apache-2.0 */
/* config_address.c - values of evpn.conf that are addresses, prefixes, subnets or MAC addresses; see config_parts.h */
#include <ctype.h>
#include <sys/socket.h>

#include "base/util.h"
#include "config/config_parts.h"

/* Whether an interface can have this address. False: reported. */
static bool is_usable(struct config_reader *r, const config_setting_t *s, const struct ipaddr *ip)
{
	static const uint8_t broadcast[4] = { 255, 255, 255, 255 };

	if (ipaddr_is_any(ip))
		config_problem_unusable(r, s, "is the unspecified address: use a unicast address");
	else if (ipaddr_is_loopback(ip))
		config_problem_unusable(r, s, "is a loopback address: use an address that other hosts can reach");
	else if (ipaddr_is_multicast(ip))
		config_problem_unusable(r, s, "is a multicast address: use a unicast address");
	else if (ip->family == AF_INET && memcmp(ip->bytes, broadcast, 4) == 0)
		config_problem_unusable(r, s, "is the broadcast address: use a unicast address");
	else
		return true;
	return false;
}

/* False: reported, and *to is left unset. */
static bool read_ip(struct config_reader *r, const config_setting_t *s, bool with_prefix, struct ipaddr *to)
{
	const char *text = config_setting_get_string(s);
	struct ipaddr other;

	if (config_setting_is_group(s))
		return config_read_pool(r, s, with_prefix, to, NULL);
	if (text && ipaddr_parse(text, with_prefix, to))
		return true;
	if (with_prefix)
		config_problem_value(r, s, "an address with a prefix length, for example \"192.0.2.1/24\"");
	else if (text && ipaddr_parse(text, true, &other))
		config_problem_value(r, s, "an address without a prefix length");
	else
		config_problem_value(r, s, "an IPv4 or IPv6 address");
	return false;
}

void value_read_address(struct config_reader *r, const config_setting_t *s, const struct config_key *key, void *base)
{
	struct ipaddr *to = (struct ipaddr *)((char *)base + key->offset), ip;

	if (!read_ip(r, s, false, &ip) || !is_usable(r, s, &ip))
		return;
	if (ipaddr_is_link_local(&ip))
		config_problem_unusable(r, s, "is a link-local address: use an address that other subnets can reach");
	else
		*to = ip;
}

void value_read_next_hop(struct config_reader *r, const config_setting_t *s, const struct config_key *key, void *base)
{
	struct ipaddr *to = (struct ipaddr *)((char *)base + key->offset), ip;

	if (!read_ip(r, s, false, &ip) || !is_usable(r, s, &ip))
		return;
	if (ip.family == AF_INET && ipaddr_is_link_local(&ip))
		config_problem_unusable(r, s, "is a link-local address: use one of a subnet of this end");
	else
		*to = ip;
}

static void read_prefix(struct config_reader *r, const config_setting_t *s, const struct config_key *key, void *to)
{
	struct ipaddr ip;

	if (!read_ip(r, s, true, &ip))
		return;
	if (ip.prefixlen == 0)
		config_problem_unusable(r, s, "has prefix length 0, which is not allowed here: use that of the subnet");
	else if (is_usable(r, s, &ip))
		*(struct ipaddr *)to = ip;
}

void value_read_addresses(struct config_reader *r, const config_setting_t *s, const struct config_key *key, void *base)
{
	config_read_list(r, s, key, base, sizeof(struct ipaddr), "[ \"192.0.2.1/24\" ]", read_prefix);
}

void value_read_subnet(struct config_reader *r, const config_setting_t *s, const struct config_key *key, void *base)
{
	struct ipaddr *to = (struct ipaddr *)((char *)base + key->offset), ip, network;
	char text[IPADDR_TEXT_SIZE];

	if (config_setting_is_group(s)) {
		config_read_pool_subnet(r, s, to);
		return;
	}
	if (!read_ip(r, s, true, &ip))
		return;
	ipaddr_network(&ip, &network);
	if (ipaddr_compare(&ip, &network) != 0)
		config_problem_value(r, s, "a subnet without host bits, \"%s\"", ipaddr_format(&network, true, text));
	else if (ip.prefixlen == 0 || is_usable(r, s, &ip))
		*to = ip;
}

static bool parse_mac(const char *text, uint8_t ret_mac[6])
{
	uint8_t mac[6];

	for (int i = 0; i < 6; i++, text += 3) {
		if (!isxdigit((unsigned char)text[0]) || !isxdigit((unsigned char)text[1]) ||
		    text[2] != (i < 5 ? ':' : '\0'))
			return false;
		mac[i] = (uint8_t)strtoul(text, NULL, 16);
	}
	memcpy(ret_mac, mac, sizeof(mac));
	return true;
}

void value_read_mac(struct config_reader *r, const config_setting_t *s, const struct config_key *key, void *base)
{
	static const uint8_t zero[6];
	const char *text = config_setting_get_string(s);
	uint8_t mac[6];

	if (!text || !parse_mac(text, mac))
		config_problem_value(r, s, "a MAC address, for example \"00:00:5e:00:01:01\"");
	else if (mac[0] & 1)
		config_problem_unusable(r, s, "is a multicast MAC address: use a unicast one");
	else if (memcmp(mac, zero, sizeof(mac)) == 0)
		config_problem_unusable(r, s, "is no address of a device: use a unicast MAC address");
	else
		memcpy((char *)base + key->offset, mac, sizeof(mac));
}
