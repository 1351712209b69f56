/* SPDX-License-Identifier: Apache-2.0 */
/* config_limit.c - the keys of l2vnis.host.limit, and the rates in them; see config_parts.h */
#include "base/util.h"
#include "config/config_parts.h"

static const struct {
	const char *name;
	uint64_t factor, least, most; /* in the unit itself */
	bool packets;
} units[] = {
	{ "pps", 1, 1, 10000000, true },
	{ "kbit", 1000, 64, 30000000, false },
	{ "mbit", 1000000, 1, 30000, false },
	{ "gbit", 1000000000, 1, 30, false },
};

static bool parse_rate(const char *text, struct net_rate *ret_rate)
{
	size_t digits = strspn(text, "0123456789");
	uint64_t n = digits && digits < 12 ? strtoull(text, NULL, 10) : 0;

	for (size_t i = 0; i < ARRAY_LEN(units); i++) {
		if (!streq(text + digits, units[i].name) || n < units[i].least || n > units[i].most)
			continue;
		*ret_rate = (struct net_rate){ .n = n * units[i].factor, .packets = units[i].packets };
		return true;
	}
	return false;
}

static void read_rate(struct config_reader *r, const config_setting_t *s, const struct config_key *key, void *base)
{
	struct net_rate *to = (struct net_rate *)((char *)base + key->offset);

	if (config_setting_type(s) != CONFIG_TYPE_STRING || !parse_rate(config_setting_get_string(s), to))
		config_problem_value(r, s,
				     "a rate as a string, \"1pps\" to \"10000000pps\" or \"64kbit\" to \"30gbit\"");
}

const struct config_section config_limit_section = {
	.path = "l2vnis.host.limit",
	.size = sizeof(struct config_host),
	.where = CONFIG_NO_WHERE,
	.keys =
		(const struct config_key[]){
			{ "broadcast", read_rate, MEMBER(struct config_host, limits.rates[NET_LIMIT_BROADCAST]) },
			{ "multicast", read_rate, MEMBER(struct config_host, limits.rates[NET_LIMIT_MULTICAST]) },
			{ NULL },
		},
};
