/* SPDX-License-Identifier: Apache-2.0 */
/* plan_text.c - operations in the words of ip(8), for --dry-run and error messages */
#include <linux/rtnetlink.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "base/util.h"
#include "plan/plan_parts.h"

/* A buffer that text is appended to; text that does not fit is cut. */
struct text {
	char *buf;
	size_t size, len;
};

__attribute__((format(printf, 2, 3))) static void put(struct text *t, const char *format, ...)
{
	va_list ap;
	int n;

	va_start(ap, format);
	n = vsnprintf(t->buf + t->len, t->size - t->len, format, ap);
	va_end(ap);
	if (n > 0)
		t->len = t->len + (size_t)n < t->size ? t->len + (size_t)n : t->size - 1;
}

static void put_ip(struct text *t, const struct ipaddr *ip, bool with_prefix)
{
	char buf[IPADDR_TEXT_SIZE];

	put(t, " %s", ipaddr_format(ip, with_prefix, buf));
}

static void put_mac(struct text *t, const uint8_t mac[6])
{
	put(t, " %02x:%02x:%02x:%02x:%02x:%02x", mac[0], mac[1], mac[2], mac[3], mac[4], mac[5]);
}

static void put_word(struct text *t, const char *word)
{
	if (word)
		put(t, " %s", word);
}

/* Our mark is printed without the instance, the user's alias in full. */
static void put_alias(struct text *t, const struct net_link *link)
{
	if (link->given_back)
		put(t, " alias \"%s\"", link->alias);
	else
		put(t, " alias evpnd");
}

/* Word number n, from 0, of a list of words with a space between two. */
static void put_nth(struct text *t, const char *words, unsigned int n)
{
	for (; n && strchr(words, ' '); n--)
		words = strchr(words, ' ') + 1;
	put(t, " %.*s", (int)strcspn(words, " "), words);
}

static void put_attr(struct text *t, const struct net_link *link, enum net_attr attr)
{
	const struct net_attr_row *row = &net_attrs[attr];
	const void *value = net_attr_value(link, attr);

	/* It takes each packet's own. */
	if (attr == NET_ATTR_VNI && link->external)
		return;
	switch (row->type) {
	case NET_TYPE_BOOL:
		put_word(t, *(const bool *)value ? row->on : row->off);
		break;
	case NET_TYPE_U8:
		put(t, " %s %u", row->on, *(const uint8_t *)value);
		break;
	case NET_TYPE_WORD:
		put_word(t, row->on);
		put_nth(t, row->off, *(const uint8_t *)value);
		break;
	case NET_TYPE_U16:
		put(t, " %s %u", row->on, *(const uint16_t *)value);
		break;
	case NET_TYPE_U32:
		put(t, " %s %u", row->on, *(const uint32_t *)value);
		break;
	case NET_TYPE_IP:
		put_word(t, row->on);
		put_ip(t, value, false);
		break;
	case NET_TYPE_MAC:
		put_word(t, row->on);
		put_mac(t, value);
		break;
	case NET_TYPE_NAME:
		put_word(t, *(const char *)value ? row->on : row->off);
		if (row->on && *(const char *)value)
			put_word(t, value);
		break;
	/* In front: see put_create(). */
	case NET_TYPE_PARENT:
		break;
	case NET_TYPE_PEER:
		put(t, " %s %s", row->on, (const char *)value);
		if (link->peer_mtu && link->peer_mtu != link->mtu)
			put(t, " mtu %u", link->peer_mtu);
		put(t, " netns %s", net_ns_name(link->peer_ns));
		break;
	case NET_TYPE_MARK:
		put_alias(t, link);
		break;
	/* It has an operation of its own. */
	case NET_TYPE_LIMITS:
		break;
	}
}

static void put_attrs(struct text *t, const struct net_link *link, net_attr_set attrs)
{
	for (; attrs; attrs &= attrs - 1)
		put_attr(t, link, net_attr_first(attrs));
}

static void put_create(struct text *t, const struct net_link *link)
{
	const struct net_kind_row *kind = &net_kinds[link->kind];

	put(t, "link add%s%s %s", link->parent[0] ? " link " : "", link->parent, link->name);
	put_attrs(t, link, net_link_birth(link));
	put(t, " type %s", kind->name);
	put_attrs(t, link, net_link_birth_data(link));
	put(t, "%s", kind->words);
	if (link->parent[0] && link->parent_ns != link->ns)
		put(t, " netns %s", net_ns_name(link->ns));
}

static void put_set(struct text *t, const struct net_link *link, net_attr_set attrs)
{
	put(t, "link set %s", link->name);
	put_attrs(t, link, attrs & ~(net_attr_set)(NET_LINK_PORT | NET_LINK_DATA));
	if (attrs & NET_LINK_DATA)
		put(t, " type %s", net_kind_name(link->kind));
	put_attrs(t, link, attrs & NET_LINK_DATA);
	if (attrs & NET_LINK_PORT)
		put(t, " type bridge_slave");
	put_attrs(t, link, attrs & NET_LINK_PORT);
}

/* Moves a NIC to the other namespace, or renames it. */
static void put_move(struct text *t, const struct op *op)
{
	put(t, "link set %s", op->have->name);
	if (op->have->ns != op->link->ns)
		put(t, " netns %s", net_ns_name(op->link->ns));
	if (!streq(op->have->name, op->link->name))
		put(t, " name %s", op->link->name);
	if (op->attrs & NET_LINK_MTU)
		put(t, " mtu %u", op->link->mtu);
	put_alias(t, op->link);
}

enum net_ns plan_op_ns(const struct op *op)
{
	if (op->have)
		return op->have->ns;
	if (op->type == OP_LINK_CREATE && op->link->parent[0])
		return op->link->parent_ns;
	if (op->ovs_port)
		return NET_NS_HOST;
	return op->link	    ? op->link->ns
	       : op->addr   ? op->addr->ns
	       : op->route  ? op->route->ns
	       : op->object ? op->object->ns
	       : op->rule   ? NET_NS_FRR
	       : op->vlan   ? op->vlan->ns
			    : op->sysctl->ns;
}

static const char *route_verb(enum op_type type)
{
	return type == OP_ROUTE_ADD ? "add" : type == OP_ROUTE_REPLACE ? "replace" : "del";
}

static void put_via(struct text *t, const struct ipaddr *via, uint8_t family)
{
	if (!ipaddr_is_set(via))
		return;
	put(t, " via%s", via->family == family ? "" : via->family == AF_INET6 ? " inet6" : " inet");
	put_ip(t, via, false);
}

/* As ip(8) names them. */
static const char *route_type(const struct net_route *route)
{
	static const char *const names[] = {
		[RTN_LOCAL] = "local",	       [RTN_BROADCAST] = "broadcast", [RTN_ANYCAST] = "anycast",
		[RTN_MULTICAST] = "multicast", [RTN_BLACKHOLE] = "blackhole", [RTN_UNREACHABLE] = "unreachable",
		[RTN_PROHIBIT] = "prohibit",   [RTN_THROW] = "throw"
	};
	uint8_t type = route->more && route->more->type	      ? route->more->type
		       : route->type == NET_ROUTE_UNREACHABLE ? RTN_UNREACHABLE
							      : RTN_UNICAST;

	return type < ARRAY_LEN(names) ? names[type] : NULL;
}

static void put_hops(struct text *t, const struct net_route *route)
{
	for (unsigned int i = 0; i < route->more->n_hops; i++) {
		const struct net_hop *hop = &route->more->hops[i];

		put(t, " nexthop");
		put_via(t, &hop->via, route->dst.family);
		put(t, " dev %s weight %u", hop->link, hop->weight + 1u);
	}
}

static void put_route(struct text *t, const struct net_route *route, const char *verb)
{
	bool is_default = route->dst.prefixlen == 0,
	     by_more = route->more && (route->more->n_hops || route->more->nexthop);

	if (route->dst.family == AF_INET6)
		put(t, "-6 ");
	put(t, "route %s", verb);
	put_word(t, route_type(route));
	if (is_default)
		put(t, " default");
	else
		put_ip(t, &route->dst, true);
	if (route->more && route->more->tos)
		put(t, " tos 0x%02x", route->more->tos);
	put_via(t, &route->via, route->dst.family);
	if (route->link[0] && !by_more)
		put(t, " dev %s", route->link);
	if (route->flags & RTNH_F_ONLINK)
		put(t, " onlink");
	if (ipaddr_is_set(&route->prefsrc)) {
		put(t, " src");
		put_ip(t, &route->prefsrc, false);
	}
	if (route->ns == NET_NS_FRR || route->table != RT_TABLE_MAIN)
		put(t, " table %u", route->table);
	if (route->metric)
		put(t, " metric %u", route->metric);
	if (route->more && route->more->expires)
		put(t, " expires %u", route->more->expires);
	if (route->more && route->more->nexthop)
		put(t, " nhid %u", route->more->nexthop);
	if (route->more)
		put_hops(t, route);
}

static void put_limits(struct text *t, const struct net_limits *limits)
{
	static const char *const kinds[] = { [NET_LIMIT_BROADCAST] = "broadcast", [NET_LIMIT_MULTICAST] = "multicast" };

	put(t, ", which polices");
	for (int kind = 0; kind < NET_LIMIT_COUNT; kind++) {
		const struct net_rate *rate = &limits->rates[kind];

		if (rate->n)
			put(t, " %s %s %llu", kinds[kind], rate->packets ? "pkts_rate" : "rate",
			    (unsigned long long)rate->n);
	}
}

static void put_filters(struct text *t, const struct net_link *link)
{
	bool limits = net_limits_any(&link->limits), relays = net_relays(link);

	put(t, "tc qdisc %s dev %s ingress", limits || relays ? "replace" : "del", link->name);
	if (limits)
		put_limits(t, &link->limits);
	if (relays)
		put(t, ", %s mirrors gratuitous ARP to %s", limits ? "and" : "which", link->relay);
}

const char *plan_op_text(const struct op *op, char buf[PLAN_OP_SIZE])
{
	struct text t = { .buf = buf, .size = PLAN_OP_SIZE };
	char key[NET_SYSCTL_KEY_SIZE], words[PLAN_VLAN_SIZE];

	put(&t, "%s: ", net_ns_name(plan_op_ns(op)));
	switch (op->type) {
	case OP_SYSCTL_SET:
		put(&t, "sysctl %s=%s", op->sysctl->key, op->sysctl->value);
		break;
	case OP_LINK_DELETE:
		put(&t, "link del %s", op->link->name);
		break;
	case OP_LINK_CREATE:
		put_create(&t, op->link);
		break;
	case OP_LINK_MOVE:
	case OP_LINK_GIVE_BACK:
		put_move(&t, op);
		break;
	case OP_LINK_IPV6:
		put(&t, "sysctl net/ipv6/conf/%s/disable_ipv6=%d", op->link->name, !op->link->ipv6);
		break;
	case OP_LINK_SEAL:
		put(&t, "tc qdisc %s dev %s %s%s%s", op->link->seals ? "add" : "del", op->link->name,
		    op->link->seals & NET_SEAL_GOODBYE ? "clsact" : "ingress",
		    op->link->seals & NET_SEAL_IPV4 ? ", which drops IPv4" : "",
		    op->link->seals & NET_SEAL_GOODBYE ? ", which keeps the end of router advertisements back" : "");
		break;
	case OP_LINK_FILTER:
		put_filters(&t, op->link);
		break;
	case OP_LINK_VLAN:
		if (op->link->trunk)
			put(&t, "bridge vlan del dev %s vid 1-%d", op->link->name, NET_VLAN_LAST);
		else
			put(&t, "bridge vlan add dev %s vid %u pvid untagged, and none but this", op->link->name,
			    op->link->pvid);
		break;
	case OP_LINK_DOWN:
		put(&t, "link set %s down", op->have ? op->have->name : op->link->name);
		break;
	case OP_LINK_SET:
		put_set(&t, op->link, op->attrs);
		break;
	case OP_ADDR_PROMOTE:
		put(&t, "sysctl %s=%d", net_promote_key(op->addr->link, key), !op->attrs);
		break;
	case OP_ADDR_ADD:
	case OP_ADDR_DELETE:
		put(&t, "address %s", op->type != OP_ADDR_ADD ? "del" : op->attrs == OP_ADDR_AGAIN ? "replace" : "add");
		put_ip(&t, &op->addr->ip, true);
		put(&t, " dev %s", op->addr->link);
		break;
	case OP_OBJECT_ADD:
		put(&t, "%s", op->object->text);
		break;
	case OP_ROUTE_ADD:
	case OP_ROUTE_REPLACE:
	case OP_ROUTE_DELETE:
		put_route(&t, op->route, route_verb(op->type));
		break;
	case OP_RULE_ADD:
	case OP_RULE_DELETE:
		put(&t, "%srule %s pref %u table local", op->rule->family == AF_INET6 ? "-6 " : "",
		    op->type == OP_RULE_ADD ? "add" : "del", op->rule->pref);
		break;
	case OP_VLAN_ADD:
	case OP_VLAN_DELETE:
		put(&t, "%s", plan_vlan_text(op, words));
		break;
	case OP_OVS_PORT_ADD:
	case OP_OVS_PORT_DELETE:
		put(&t, "ovs-vsctl %s-port %s %s", op->type == OP_OVS_PORT_ADD ? "add" : "del", op->ovs_port->bridge,
		    op->ovs_port->name);
		if (op->type == OP_OVS_PORT_ADD && op->ovs_port->tag)
			put(&t, " tag=%u", op->ovs_port->tag);
		break;
	case OP_OVS_PORT_SET:
		put(&t, "ovs-vsctl set port %s tag=%u", op->ovs_port->name, op->ovs_port->tag);
		break;
	}
	return buf;
}

const char *plan_stage_name(enum plan_stage stage)
{
	static const char *const names[PLAN_STAGE_COUNT] = { "build", "raise", "prune", "give back" };

	return names[stage];
}

void plan_print_stage(const struct plan *plan, enum plan_stage stage, FILE *out)
{
	char buf[PLAN_OP_SIZE];

	for (size_t i = 0; i < plan->n_ops; i++)
		if (plan->ops[i].stage == stage)
			fprintf(out, "%s: %s\n", plan_stage_name(stage), plan_op_text(&plan->ops[i], buf));
}

void plan_print_problems(const struct plan *plan, FILE *out)
{
	for (size_t i = 0; i < plan->n_problems; i++)
		fprintf(out, "problem: %s\n", plan->problems[i].text);
}
