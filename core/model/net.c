/* SPDX-License-Identifier: Apache-2.0 */
/* net.c - see net.h */
#include <linux/rtnetlink.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/hash.h"
#include "base/util.h"
#include "model/net.h"

const char *net_mark(const char *instance, char buf[NET_MARK_SIZE])
{
	snprintf(buf, NET_MARK_SIZE, "evpnd:%s", instance);
	return buf;
}

bool net_is_mark(const char *alias)
{
	return strncmp(alias, "evpnd:", 6) == 0;
}

/* Two instances hardly ever get the same group. */
static uint32_t hash_instance(const char *instance)
{
	uint32_t hash = hash_bytes32(HASH_START32, instance, strlen(instance));

	return (hash ^ hash >> 16) & 0xffffu;
}

uint32_t net_birth_group(const char *instance)
{
	return 0x65760000u | hash_instance(instance); /* "ev" */
}

uint32_t net_leaving_group(const char *instance)
{
	return 0x65770000u | hash_instance(instance);
}

void net_clear(struct net *net)
{
	for (size_t i = 0; i < net->n_links; i++) {
		free(net->links[i].alias);
		free(net->links[i].altnames);
	}
	free(net->links);
	free(net->addrs);
	net_free_routes(net->routes, net->n_routes);
	free(net->rules);
	free(net->objects);
	free(net->sysctls);
	free(net->vlans);
	free(net->ovs_ports);
	free(net->ovs_bridges);
	free(net->ovs_fault);
	free(net->groups);
	memset(net, 0, sizeof(*net));
}

void net_copy_link(struct net_link *dst, const struct net_link *src)
{
	*dst = *src;
	if (src->alias)
		dst->alias = xstrdup(src->alias);
	if (src->altnames)
		dst->altnames = xstrdup(src->altnames);
}

struct net_route_more *net_route_more(struct net_route *route)
{
	if (!route->more)
		route->more = xcalloc(1, sizeof(*route->more));
	return route->more;
}

void net_copy_route(struct net_route *dst, const struct net_route *src)
{
	*dst = *src;
	dst->more = NULL;
	if (src->more)
		*net_route_more(dst) = *src->more;
}

void net_free_routes(struct net_route *routes, size_t n)
{
	for (size_t i = 0; i < n; i++)
		free(routes[i].more);
	free(routes);
}

int net_link_compare(const struct net_link *a, const struct net_link *b)
{
	return a->ns != b->ns ? (int)a->ns - (int)b->ns : strcmp(a->name, b->name);
}

int net_addr_compare(const struct net_addr *a, const struct net_addr *b)
{
	int d = (int)a->ns - (int)b->ns;

	if (d == 0)
		d = strcmp(a->link, b->link);
	return d ? d : ipaddr_compare(&a->ip, &b->ip);
}

static int compare_hop(const struct net_hop *a, const struct net_hop *b)
{
	int d = ipaddr_compare(&a->via, &b->via);

	return d ? d : strcmp(a->link, b->link);
}

/* What tells two routes to the same destination apart, beside their next hop. */
static int compare_more(const struct net_route_more *a, const struct net_route_more *b)
{
	static const struct net_route_more none;
	int d;

	a = a ? a : &none;
	b = b ? b : &none;
	d = (int)a->type - (int)b->type;
	if (d == 0)
		d = (int)a->tos - (int)b->tos;
	if (d == 0)
		d = (a->nexthop > b->nexthop) - (a->nexthop < b->nexthop);
	if (d == 0)
		d = (a->n_hops > b->n_hops) - (a->n_hops < b->n_hops);
	for (unsigned int i = 0; i < a->n_hops && d == 0; i++)
		d = compare_hop(&a->hops[i], &b->hops[i]);
	return d;
}

bool net_is_of_lease(const struct net_route *route)
{
	return route->ns == NET_NS_FRR && route->table == RT_TABLE_MAIN && !route->dst.prefixlen &&
	       route->metric >= NET_LEASE_METRIC && route->metric < NET_LEASE_METRIC + NET_LEASE_METRICS;
}

int net_route_compare(const struct net_route *a, const struct net_route *b)
{
	if (a->ns != b->ns)
		return a->ns < b->ns ? -1 : 1;
	if (a->table != b->table)
		return a->table < b->table ? -1 : 1;
	if (a->type != b->type)
		return a->type < b->type ? -1 : 1;
	if (a->metric != b->metric)
		return a->metric < b->metric ? -1 : 1;
	int d = ipaddr_compare(&a->dst, &b->dst);

	if (d == 0)
		d = ipaddr_compare(&a->via, &b->via);
	/* In FRR's namespace the metric tells the NICs' routes apart, and those of VRFs have none. */
	if (d == 0 && a->ns == NET_NS_HOST)
		d = strcmp(a->link, b->link);
	return d ? d : compare_more(a->more, b->more);
}

static int sysctl_compare(const struct net_sysctl *a, const struct net_sysctl *b)
{
	return a->ns != b->ns ? (int)a->ns - (int)b->ns : strcmp(a->key, b->key);
}

int net_ovs_port_compare(const struct net_ovs_port *a, const struct net_ovs_port *b)
{
	return strcmp(a->name, b->name);
}

static int by_link(const void *a, const void *b)
{
	return net_link_compare(a, b);
}

static int by_addr(const void *a, const void *b)
{
	return net_addr_compare(a, b);
}

static int by_route(const void *a, const void *b)
{
	return net_route_compare(a, b);
}

static int by_sysctl(const void *a, const void *b)
{
	return sysctl_compare(a, b);
}

static int by_vlan(const void *a, const void *b)
{
	return net_vlan_compare(a, b);
}

static int by_ovs_port(const void *a, const void *b)
{
	return net_ovs_port_compare(a, b);
}

static int by_ovs_bridge(const void *a, const void *b)
{
	return strcmp(((const struct net_ovs_bridge *)a)->name, ((const struct net_ovs_bridge *)b)->name);
}

void net_sort(struct net *net)
{
	if (net->n_links)
		qsort(net->links, net->n_links, sizeof(*net->links), by_link);
	if (net->n_addrs)
		qsort(net->addrs, net->n_addrs, sizeof(*net->addrs), by_addr);
	if (net->n_routes)
		qsort(net->routes, net->n_routes, sizeof(*net->routes), by_route);
	if (net->n_sysctls)
		qsort(net->sysctls, net->n_sysctls, sizeof(*net->sysctls), by_sysctl);
	if (net->n_vlans)
		qsort(net->vlans, net->n_vlans, sizeof(*net->vlans), by_vlan);
	if (net->n_ovs_ports)
		qsort(net->ovs_ports, net->n_ovs_ports, sizeof(*net->ovs_ports), by_ovs_port);
	if (net->n_ovs_bridges)
		qsort(net->ovs_bridges, net->n_ovs_bridges, sizeof(*net->ovs_bridges), by_ovs_bridge);
}

const struct net_link *net_find_link(const struct net *net, enum net_ns ns, const char *name)
{
	struct net_link key = { .ns = ns };

	if (!net->n_links)
		return NULL;
	net_set_name(key.name, name);
	return bsearch(&key, net->links, net->n_links, sizeof(key), by_link);
}

bool net_has_altname(const char *names, const char *name, size_t len)
{
	while (*names) {
		size_t n = strcspn(names, " ");

		if (n == len && strncmp(names, name, len) == 0)
			return true;
		names += n + (names[n] != '\0');
	}
	return false;
}

bool net_is_called(const struct net_link *link, const char *name)
{
	return streq(link->name, name) || (link->altnames && net_has_altname(link->altnames, name, strlen(name)));
}

const struct net_link *net_find_called(const struct net *net, const char *name)
{
	const struct net_link *link = net_find_link(net, NET_NS_HOST, name);

	for (size_t i = 0; !link && i < net->n_links; i++)
		if (net->links[i].ns == NET_NS_HOST && net_is_called(&net->links[i], name))
			link = &net->links[i];
	return link;
}

const struct net_link *net_find_nic(const struct net *net, const struct net_nic_key *key)
{
	const struct net_link *inside = net_find_link(net, NET_NS_FRR, key->inner);
	const struct net_link *outside = net_find_called(net, key->outer);

	if (outside && outside->impostor)
		outside = NULL;
	for (size_t i = 0; key->recorded && i < net->n_links; i++)
		if (streq(net->links[i].nic, key->nic))
			return &net->links[i];
	if (!key->recorded && inside && inside->owner == NET_OWNER_NIC)
		return inside;
	if (!key->recorded && outside && outside->owner == NET_OWNER_NIC)
		return outside;
	/* It was not moved yet, or it is another one now. */
	return (!key->recorded || key->anew) && outside && outside->owner <= NET_OWNER_SIBLING ? outside : NULL;
}

bool net_has_addr(const struct net *net, const struct net_addr *addr)
{
	return net->n_addrs && bsearch(addr, net->addrs, net->n_addrs, sizeof(*addr), by_addr) != NULL;
}

static int by_place(const void *a, const void *b)
{
	const struct net_addr *x = a, *y = b;

	return x->ns != y->ns ? (int)x->ns - (int)y->ns : strcmp(x->link, y->link);
}

const struct net_addr *net_addrs_of(const struct net *net, enum net_ns ns, const char *link, size_t *ret_n)
{
	struct net_addr key = { .ns = ns };
	const struct net_addr *first, *end = net->addrs + net->n_addrs, *last;

	net_set_name(key.link, link);
	first = net->n_addrs ? bsearch(&key, net->addrs, net->n_addrs, sizeof(key), by_place) : NULL;
	last = first;
	while (first > net->addrs && by_place(first - 1, &key) == 0)
		first--;
	while (last && last < end && by_place(last, &key) == 0)
		last++;
	*ret_n = first ? (size_t)(last - first) : 0;
	return first;
}

bool net_has_object(const struct net *net, const struct net_object *object)
{
	for (size_t i = 0; i < net->n_objects; i++) {
		const struct net_object *other = &net->objects[i];

		if (other->kind == object->kind && streq(other->link, object->link) && other->size == object->size &&
		    memcmp(other->message, object->message, object->size) == 0)
			return true;
	}
	return false;
}

const struct net_sysctl *net_find_sysctl(const struct net *net, enum net_ns ns, const char *key_text)
{
	struct net_sysctl key = { .ns = ns };

	if (!net->n_sysctls)
		return NULL;
	snprintf(key.key, sizeof(key.key), "%s", key_text);
	return bsearch(&key, net->sysctls, net->n_sysctls, sizeof(key), by_sysctl);
}

const struct net_ovs_bridge *net_find_ovs_bridge(const struct net *net, const char *name)
{
	struct net_ovs_bridge key = { 0 };

	if (!net->n_ovs_bridges)
		return NULL;
	net_set_name(key.name, name);
	return bsearch(&key, net->ovs_bridges, net->n_ovs_bridges, sizeof(key), by_ovs_bridge);
}

const char *net_promote_key(const char *link, char buf[NET_SYSCTL_KEY_SIZE])
{
	snprintf(buf, NET_SYSCTL_KEY_SIZE, "net/ipv4/conf/%s/promote_secondaries", link);
	return buf;
}

const char *net_default_key(const struct net_sysctl *sysctl, char buf[NET_SYSCTL_KEY_SIZE])
{
	/* "net/ipv4/conf/" or "net/ipv6/conf/" */
	const size_t prefix = strlen("net/ipvN/conf/");

	snprintf(buf, NET_SYSCTL_KEY_SIZE, "%.*sdefault%s", (int)prefix, sysctl->key,
		 sysctl->key + prefix + strlen(sysctl->link));
	return buf;
}

bool net_has_ipv4(const struct net *net, enum net_ns ns, const char *link, bool of_user)
{
	/* The first address of the link has no lower one: AF_INET is the lowest family, and its bytes and length are 0. */
	struct net_addr key = { .ns = ns };
	size_t low = 0, high = net->n_addrs;

	net_set_name(key.link, link);
	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (net_addr_compare(&net->addrs[middle], &key) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	for (; low < net->n_addrs && net->addrs[low].ns == ns && streq(net->addrs[low].link, link) &&
	       net->addrs[low].ip.family == AF_INET;
	     low++)
		if (!of_user || !net->addrs[low].ours)
			return true;
	return false;
}

void net_set_name(char dst[IFNAMSIZ], const char *src)
{
	snprintf(dst, IFNAMSIZ, "%s", src);
}

void net_name_bridge(uint32_t vni, char ret_name[IFNAMSIZ])
{
	snprintf(ret_name, IFNAMSIZ, "br%u", vni);
}

void net_name_vxlan(uint32_t vni, char ret_name[IFNAMSIZ])
{
	snprintf(ret_name, IFNAMSIZ, "vni%u", vni);
}
