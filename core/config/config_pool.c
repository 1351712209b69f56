/* SPDX-License-Identifier: Apache-2.0 */
/* config_pool.c - values of evpn.conf that differ by node: a group in place of an address or an AS; see config_parts.h */
#include <sys/socket.h>

#include "base/util.h"
#include "config/config_parts.h"

/* { pool = "10.1.0.0/16"; length = 31; number = 1; } */
struct pool {
	struct ipaddr subnet;
	uint32_t length; /* each node has a subnet of this length; 0: an address */
	uint32_t number; /* of the address in the node's subnet; without `length': added to node.index */
	uint32_t first, last; /* of AS numbers */
};

static const struct config_key *const address_keys = (const struct config_key[]){
	{ "pool", value_read_subnet, MEMBER(struct pool, subnet), .required = true },
	{ "length", value_read_number, MEMBER(struct pool, length), RANGE(1, 128) },
	{ "number", value_read_number, MEMBER(struct pool, number), RANGE(0, UINT32_MAX) },
	{ NULL },
};

static const struct config_key *const subnet_keys = (const struct config_key[]){
	{ "pool", value_read_subnet, MEMBER(struct pool, subnet), .required = true },
	{ "length", value_read_number, MEMBER(struct pool, length), RANGE(1, 128), .required = true },
	{ NULL },
};

/* "4200000000-4200000999" */
static void read_as_range(struct config_reader *r, const config_setting_t *s, const struct config_key *key, void *base)
{
	struct pool *pool = base;
	const char *text = config_setting_get_string(s), *dash = text ? strchr(text, '-') : NULL;
	_cleanup_free_ char *low = dash ? xasprintf("%.*s", (int)(dash - text), text) : NULL;

	if (!dash || !config_parse_index(low, &pool->first) || !config_parse_index(dash + 1, &pool->last) ||
	    pool->first < 1 || pool->last < pool->first) {
		config_problem_value(r, s,
				     "the first and the last of a range of AS numbers, for example "
				     "\"4200000000-4200000999\"");
		pool->first = pool->last = 0;
	}
}

static const struct config_key *const as_keys = (const struct config_key[]){
	{ "pool", read_as_range, .required = true },
	{ NULL },
};

/* False: reported. */
static bool read_group(struct config_reader *r, const config_setting_t *s, const struct config_key *keys,
		       struct pool *ret)
{
	_cleanup_free_ char *path = config_path(s);
	const struct config_section section = { path, keys, sizeof(*ret), CONFIG_NO_WHERE, NULL };
	struct config_where where = config_place(r, s);
	size_t n = r->n_problems;

	config_read_section(r, s, &section, ret);
	if (!r->config->node.has_index)
		config_problem(r, &where, "%s: the number of this node is missing: set node.index or node.index_from",
			       path);
	return r->n_problems == n && !r->index_is_bad;
}

/* The kernel accepts such an address, but other hosts do not. False: reported. */
static bool is_host(struct config_reader *r, const config_setting_t *s, const struct ipaddr *ip,
		    const struct ipaddr *subnet)
{
	char text[IPADDR_TEXT_SIZE];
	_cleanup_free_ char *path = config_path(s);
	struct config_where where = config_place(r, s);

	ipaddr_format(subnet, true, text);
	if (ipaddr_is_network_of(ip, subnet))
		config_problem(r, &where, "%s: node.index %u is the network address of %s: number nodes from 1", path,
			       r->config->node.index, text);
	else if (ipaddr_is_broadcast_of(ip, subnet))
		config_problem(r, &where, "%s: node.index %u is the broadcast address of %s: use a larger subnet", path,
			       r->config->node.index, text);
	else
		return true;
	return false;
}

bool config_pool_address(struct config_reader *r, const config_setting_t *s, const struct ipaddr *pool, uint32_t offset,
			 struct ipaddr *ret_ip)
{
	uint64_t number = (uint64_t)r->config->node.index + offset;
	_cleanup_free_ char *path = config_path(s);
	struct config_where where = config_place(r, s);
	char text[IPADDR_TEXT_SIZE];
	struct ipaddr ip;

	if (number > UINT32_MAX || !ipaddr_nth(pool, (uint32_t)number, &ip)) {
		config_problem(r, &where,
			       "%s: %s has no address number %llu (node.index and `number'): use a larger subnet", path,
			       ipaddr_format(pool, true, text), (unsigned long long)number);
		return false;
	}
	if (!is_host(r, s, &ip, pool))
		return false;
	*ret_ip = ip;
	return true;
}

/* Subnet number node.index of the pool. False: reported. */
static bool find_subnet(struct config_reader *r, const config_setting_t *s, const struct pool *pool, struct ipaddr *ret)
{
	_cleanup_free_ char *path = config_path(s);
	struct config_where where = config_place(r, s);
	uint32_t index = r->config->node.index;
	char text[IPADDR_TEXT_SIZE];

	if (ipaddr_nth_subnet(&pool->subnet, pool->length, index, ret))
		return true;
	config_problem(r, &where,
		       "%s: %s has no subnet /%u number %u (node.index): use a larger one, or another `length'", path,
		       ipaddr_format(&pool->subnet, true, text), pool->length, index);
	return false;
}

/* An address of the node's own subnet. False: reported. */
static bool find_in_subnet(struct config_reader *r, const config_setting_t *s, const struct pool *pool,
			   struct ipaddr *ret_ip)
{
	struct ipaddr subnet, ip;
	uint32_t number = pool->number;

	if (!find_subnet(r, s, pool, &subnet))
		return false;
	if (!config_setting_get_member(s, "number"))
		number = ipaddr_bits(&subnet) - subnet.prefixlen > 1;
	if (!ipaddr_nth(&subnet, number, &ip) || ipaddr_is_network_of(&ip, &subnet) ||
	    ipaddr_is_broadcast_of(&ip, &subnet)) {
		config_problem_value(r, config_setting_get_member(s, "number"),
				     "the number of an address that a host can have in a subnet /%u", pool->length);
		return false;
	}
	ip.prefixlen = subnet.prefixlen;
	*ret_ip = ip;
	return true;
}

bool config_read_pool(struct config_reader *r, const config_setting_t *s, bool with_prefix, struct ipaddr *ret_ip,
		      struct ipaddr *ret_pool)
{
	struct pool pool = { 0 };
	struct ipaddr ip;

	if (!read_group(r, s, address_keys, &pool))
		return false;
	if (pool.length) {
		if (!find_in_subnet(r, s, &pool, &ip))
			return false;
	} else {
		if (!config_pool_address(r, s, &pool.subnet, pool.number, &ip))
			return false;
		ip.prefixlen = pool.subnet.prefixlen;
	}
	if (!with_prefix)
		ip.prefixlen = (uint8_t)ipaddr_bits(&ip);
	*ret_ip = ip;
	if (ret_pool)
		*ret_pool = pool.subnet;
	return true;
}

bool config_read_pool_subnet(struct config_reader *r, const config_setting_t *s, struct ipaddr *ret_subnet)
{
	struct pool pool = { 0 };

	return read_group(r, s, subnet_keys, &pool) && find_subnet(r, s, &pool, ret_subnet);
}

void value_read_as(struct config_reader *r, const config_setting_t *s, const struct config_key *key, void *base)
{
	uint32_t *to = (uint32_t *)((char *)base + key->offset), index = r->config->node.index;
	_cleanup_free_ char *path = config_path(s);
	struct config_where where = config_place(r, s);
	struct pool pool = { 0 };

	if (!config_setting_is_group(s)) {
		value_read_number(r, s, &(struct config_key){ .min = 1, .max = UINT32_MAX }, to);
		return;
	}
	if (!read_group(r, s, as_keys, &pool))
		return;
	if (index > pool.last - pool.first)
		config_problem(r, &where, "%s: %u-%u has no AS number %u (node.index): use a larger range", path,
			       pool.first, pool.last, index);
	else
		*to = pool.first + index;
}
