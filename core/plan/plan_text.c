/* SPDX-License-Identifier: Apache-2.0 */
/* plan_print.c - a plan in the words of ip(8): what --dry-run shows, and what an error names */
#include <linux/rtnetlink.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "plan.h"
#include "util.h"

/* A string that is written from left to right and cut, never overrun. */
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
	put(t, " address %02x:%02x:%02x:%02x:%02x:%02x", mac[0], mac[1], mac[2], mac[3], mac[4], mac[5]);
}

static void put_create(struct text *t, const struct net_link *link)
{
	put(t, "link add%s%s %s", link->parent[0] ? " link " : "", link->parent, link->name);
	if (link->want & NET_LINK_MTU)
		put(t, " mtu %u", link->mtu);
	if (link->want & NET_LINK_MAC)
		put_mac(t, link->mac);
	if (link->master[0])
		put(t, " master %s", link->master);
	put(t, " type %s", net_kind_name(link->kind));
	switch (link->kind) {
	case NET_KIND_VRF:
		put(t, " table %u", link->table);
		break;
	case NET_KIND_VXLAN:
		put(t, " id %u local", link->vni);
		put_ip(t, &link->local, false);
		put(t, " dstport %u%s", link->port, link->learning ? "" : " nolearning");
		break;
	case NET_KIND_VETH:
		put(t, " peer %s netns %s", link->peer, net_ns_name(link->peer_ns));
		break;
	case NET_KIND_VLAN:
		put(t, " id %u", link->vlan);
		break;
	case NET_KIND_MACVLAN:
		put(t, " mode bridge");
		break;
	case NET_KIND_BRIDGE:
	case NET_KIND_OTHER:
		break;
	}
	if (link->parent[0])
		put(t, " netns %s", net_ns_name(link->ns));
}

static void put_set(struct text *t, const struct net_link *link, unsigned int attrs)
{
	put(t, "link set %s", link->name);
	if ((attrs & NET_LINK_MASTER) && link->master[0])
		put(t, " master %s", link->master);
	else if (attrs & NET_LINK_MASTER)
		put(t, " nomaster");
	if (attrs & NET_LINK_MTU)
		put(t, " mtu %u", link->mtu);
	if (attrs & NET_LINK_MAC)
		put_mac(t, link->mac);
	if (attrs & NET_LINK_ADDRGEN_NONE)
		put(t, " addrgenmode none");
	if ((attrs & NET_LINK_MARK) && link->returned)
		put(t, " alias \"%s\"", link->alias);
	else if (attrs & NET_LINK_MARK)
		put(t, " alias evpnd");
	if (attrs & NET_LINK_UP)
		put(t, " %s", link->up ? "up" : "down");
	if (attrs & NET_LINK_PORT)
		put(t, " type bridge_slave neigh_suppress %s learning %s", link->neigh_suppress ? "on" : "off",
		    link->port_learning ? "on" : "off");
}

/* A NIC's way between the namespaces, or to another name. */
static void put_move(struct text *t, const struct op *op)
{
	put(t, "link set %s", op->have->name);
	if (op->have->ns != op->link->ns)
		put(t, " netns %s", net_ns_name(op->link->ns));
	if (!streq(op->have->name, op->link->name))
		put(t, " name %s", op->link->name);
	if (op->attrs & NET_LINK_MTU)
		put(t, " mtu %u", op->link->mtu);
	if (op->link->returned)
		put(t, " alias \"%s\"", op->link->alias);
	else
		put(t, " alias evpnd");
}

enum net_ns plan_op_ns(const struct op *op)
{
	if (op->have)
		return op->have->ns;
	if (op->ovs_port || (op->type == OP_LINK_CREATE && op->link->parent[0]))
		return NET_NS_HOST;
	return op->link ? op->link->ns : op->addr ? op->addr->ns : op->route ? op->route->ns : op->sysctl->ns;
}

static const char *route_verb(enum op_type type)
{
	return type == OP_ROUTE_ADD ? "add" : type == OP_ROUTE_REPLACE ? "replace" : "del";
}

static void put_route(struct text *t, const struct net_route *route, const char *verb)
{
	bool is_default = route->dst.prefixlen == 0;

	if (route->dst.family == AF_INET6)
		put(t, "-6 ");
	put(t, "route %s%s", verb, route->type == NET_ROUTE_UNREACHABLE ? " unreachable" : "");
	if (is_default)
		put(t, " default");
	else
		put_ip(t, &route->dst, true);
	if (ipaddr_is_set(&route->via)) {
		put(t, " via");
		put_ip(t, &route->via, false);
	}
	if (route->link[0])
		put(t, " dev %s", route->link);
	if (ipaddr_is_set(&route->prefsrc)) {
		put(t, " src");
		put_ip(t, &route->prefsrc, false);
	}
	if (route->ns == NET_NS_FRR || route->table != RT_TABLE_MAIN)
		put(t, " table %u", route->table);
	if (route->metric)
		put(t, " metric %u", route->metric);
}

const char *plan_op_text(const struct op *op, char buf[PLAN_OP_SIZE])
{
	struct text t = { .buf = buf, .size = PLAN_OP_SIZE };

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
	case OP_LINK_RETURN:
		put_move(&t, op);
		break;
	case OP_LINK_IPV6:
		put(&t, "sysctl net/ipv6/conf/%s/disable_ipv6=%d", op->link->name, !op->link->ipv6);
		break;
	case OP_LINK_DOWN:
		put(&t, "link set %s down", op->link->name);
		break;
	case OP_LINK_SET:
		put_set(&t, op->link, op->attrs);
		break;
	case OP_ADDR_ADD:
	case OP_ADDR_DELETE:
		put(&t, "address %s", op->type == OP_ADDR_ADD ? "add" : "del");
		put_ip(&t, &op->addr->ip, true);
		put(&t, " dev %s", op->addr->link);
		break;
	case OP_ROUTE_ADD:
	case OP_ROUTE_REPLACE:
	case OP_ROUTE_DELETE:
		put_route(&t, op->route, route_verb(op->type));
		break;
	case OP_OVS_PORT_ADD:
	case OP_OVS_PORT_DELETE:
		put(&t, "ovs-vsctl %s-port %s %s", op->type == OP_OVS_PORT_ADD ? "add" : "del", op->ovs_port->bridge,
		    op->ovs_port->name);
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
