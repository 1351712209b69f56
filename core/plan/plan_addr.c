/* SPDX-License-Identifier: Apache-2.0 */
/* plan_state.c - what to do about addresses, routes, sysctls and ports of Open vSwitch; see plan_parts.h */
#include <stdlib.h>
#include <sys/socket.h>

#include "plan_parts.h"
#include "util.h"

/*
 * zebra up to 8.5 reads links in one thread and addresses in another: an address that comes right behind its new link is
 * dropped for good (FRR issue 13288). Answering the reload, it has seen the links.
 */
static enum plan_stage addr_stage(const struct net_addr *addr)
{
	return addr->ns == NET_NS_FRR && !streq(addr->link, "lo") ? PLAN_RAISE : PLAN_BUILD;
}

/*
 * An IPv4 VTEP comes before the devices. Each one that comes up announces its multicast groups, and in a namespace without
 * any IPv4 address the kernel looks for one on every device there is. (For an IPv6 one, IPv6 may have to be put on first.)
 */
static unsigned int addr_rank(const struct net_addr *addr)
{
	bool early = addr->ns == NET_NS_FRR && streq(addr->link, "lo") && addr->ip.family == AF_INET;

	return early ? RANK_SYSCTL : RANK_ADDR;
}

/*
 * An address that is not wanted is deleted if it is ours and its device stays. Another instance has the same protocol
 * number, so the device has to be ours too; on the host evpnd sets addresses only on what it made.
 */
static void plan_old_addr(struct planner *p, const struct net_addr *have)
{
	const struct net_link *link = net_find_link(p->actual, have->ns, have->link);
	const struct net_link *want = net_find_link(p->desired, have->ns, have->link);
	bool is_lo = have->ns == NET_NS_FRR && streq(have->link, "lo");
	bool is_nic = have->ns == NET_NS_FRR && link->owner == NET_OWNER_NIC;

	if (!have->ours || !(is_lo || is_nic || net_is_made(link)))
		return;
	if (is_nic)
		want = plan_find_wanted(p, link);
	/* What goes back, or goes altogether, loses its addresses by that. */
	if (!is_lo && (!want || want->returned))
		return;
	/* A NIC that gets another name here starts afresh under that one. */
	if (is_nic && !streq(want->name, have->link))
		plan_add_op(p, PLAN_BUILD, OP_ADDR_DELETE, RANK_REMAKE, want->group)->addr = have;
	else
		plan_add_op(p, PLAN_PRUNE, OP_ADDR_DELETE, RANK_ADDR, want ? want->group : 0)->addr = have;
}

static bool is_vrf(const struct net *net, enum net_ns ns, const char *name)
{
	const struct net_link *link = name[0] ? net_find_link(net, ns, name) : NULL;

	return link && link->kind == NET_KIND_VRF;
}

/* A device that comes into a VRF, or out of one, is set down and up by the kernel, and loses its IPv6 addresses by that. */
static bool loses_ipv6(const struct planner *p, const struct net_link *have)
{
	const struct net_link *want = net_find_link(p->desired, have->ns, have->name);

	if (!want || !(want->want & NET_LINK_MASTER) ||
	    !(is_vrf(p->desired, want->ns, want->master) || is_vrf(p->actual, have->ns, have->master)))
		return false;
	return !streq(want->master, have->master) || !plan_standing(p, want->ns, want->master);
}

/* Whether the address will still be there when the links are as they shall be. */
static bool stays(const struct planner *p, const struct net_addr *have)
{
	const struct net_link *link = plan_standing(p, have->ns, have->link);

	return link && !(have->ip.family == AF_INET6 && loses_ipv6(p, link));
}

/* Walks two sorted arrays together: `only_want` and `only_have` get what the other side lacks. */
void plan_addrs(struct planner *p)
{
	const struct net *d = p->desired, *a = p->actual;
	size_t i = 0, k = 0;

	while (i < d->n_addrs || k < a->n_addrs) {
		int c = i == d->n_addrs ? 1 : k == a->n_addrs ? -1 : net_addr_compare(&d->addrs[i], &a->addrs[k]);
		const struct net_addr *have = c >= 0 ? &a->addrs[k] : NULL;
		bool stands = have && stays(p, have);

		if (c <= 0 && !(c == 0 && stands))
			plan_add_op(p, plan_stage_of(p, d->addrs[i].group, addr_stage(&d->addrs[i])), OP_ADDR_ADD,
				    addr_rank(&d->addrs[i]), d->addrs[i].group)
				->addr = &d->addrs[i];
		else if (c > 0 && (stands || net_find_link(a, have->ns, have->link)->owner == NET_OWNER_NIC))
			plan_old_addr(p, have);
		i += c <= 0;
		k += c >= 0;
	}
}

/*
 * A route's only mark is its protocol number, which others may use as well: what is in the kernel's own tables, or in that of
 * a VRF that is not ours, is not taken for ours.
 */
static bool route_goes(const struct planner *p, const struct net_route *have)
{
	struct net_link key = { .table = have->table };
	const struct net_link *wanted = &key;
	const struct net_link **vrf = p->n_vrfs ? bsearch(&wanted, p->vrfs, p->n_vrfs, sizeof(*p->vrfs), plan_by_table)
						: NULL;

	return have->ns == NET_NS_FRR && !(have->table >= 253 && have->table <= 255) && (!vrf || net_is_made(*vrf));
}

/* The kernel keeps one route for each of these. */
static bool same_place(const struct net_route *a, const struct net_route *b)
{
	return a->ns == b->ns && a->table == b->table && a->type == b->type && a->metric == b->metric &&
	       ipaddr_compare(&a->dst, &b->dst) == 0;
}

/* Whether the one that stands in its place is ours; next hops are what the order looks at last, so it is beside `k`. */
static bool replaces(const struct planner *p, const struct net_route *want, size_t k)
{
	const struct net *a = p->actual;

	return (k < a->n_routes && same_place(want, &a->routes[k]) && route_goes(p, &a->routes[k])) ||
	       (k > 0 && same_place(want, &a->routes[k - 1]) && route_goes(p, &a->routes[k - 1]));
}

static bool is_replaced(const struct planner *p, const struct net_route *have, size_t i)
{
	const struct net *d = p->desired;

	return (i < d->n_routes && same_place(have, &d->routes[i])) || (i > 0 && same_place(have, &d->routes[i - 1]));
}

static void add_route(struct planner *p, const struct net_route *want, size_t k)
{
	/* A next hop resolves once the VRF is up; the unreachable default must be there before. */
	enum plan_stage stage = want->type == NET_ROUTE_UNICAST ? PLAN_RAISE : PLAN_BUILD;
	unsigned int rank = ipaddr_is_set(&want->via) ? RANK_ROUTE_VIA : RANK_ROUTE;

	if (want->dst.family == AF_INET6 && p->actual->no_ipv6[want->ns])
		return;
	plan_add_op(p, plan_stage_of(p, want->group, stage), replaces(p, want, k) ? OP_ROUTE_REPLACE : OP_ROUTE_ADD,
		    rank, want->group)
		->route = want;
}

void plan_routes(struct planner *p)
{
	const struct net *d = p->desired, *a = p->actual;
	size_t i = 0, k = 0;

	while (i < d->n_routes || k < a->n_routes) {
		int c = i == d->n_routes ? 1 : k == a->n_routes ? -1 : net_route_compare(&d->routes[i], &a->routes[k]);

		if (c < 0)
			add_route(p, &d->routes[i], k);
		else if (c > 0 && route_goes(p, &a->routes[k]) && !is_replaced(p, &a->routes[k], i))
			plan_add_op(p, PLAN_PRUNE, OP_ROUTE_DELETE, RANK_SYSCTL, 0)->route = &a->routes[k];
		i += c <= 0;
		k += c >= 0;
	}
}

void plan_sysctls(struct planner *p)
{
	for (size_t i = 0; i < p->desired->n_sysctls; i++) {
		const struct net_sysctl *want = &p->desired->sysctls[i];
		const struct net_sysctl *have = net_find_sysctl(p->actual, want->ns, want->key);
		bool fresh = want->link[0] && !plan_standing(p, want->ns, want->link);

		if (fresh ? want->is_default : have ? streq(want->value, have->value) : want->optional)
			continue;
		plan_add_op(p, plan_stage_of(p, want->group, PLAN_BUILD), OP_SYSCTL_SET,
			    want->link[0] ? RANK_LINK_SYSCTL : RANK_SYSCTL, want->group)
			->sysctl = want;
	}
}

static void check_ovs_port(struct planner *p, const struct net_ovs_port *want, const struct net_ovs_port *have)
{
	if (p->actual->ovs_fault)
		plan_add_problem(p, PLAN_ABSENT, want->group, "host: %s shall be a port of %s: %s", want->name,
				 want->bridge, p->actual->ovs_fault);
	else if (!net_find_ovs_bridge(p->actual, want->bridge))
		plan_add_problem(p, PLAN_ABSENT, want->group,
				 "host: %s shall be a port of %s, and Open vSwitch has no such bridge", want->name,
				 want->bridge);
	else if (have && have->owner == NET_OWNER_FOREIGN)
		plan_add_problem(p, PLAN_FOREIGN, want->group,
				 "host: Open vSwitch has a port %s in %s already that is not ours (no evpnd in its "
				 "external_ids); delete it, or choose another name in evpn.conf",
				 have->name, have->bridge);
}

static void delete_ovs_port(struct planner *p, const struct net_ovs_port *old)
{
	const struct net_link *want = net_find_link(p->desired, NET_NS_HOST, old->name);
	bool goes = !want && plan_standing(p, NET_NS_HOST, old->name);

	/* Before its device goes. A device that stays is for something else now, so that has to wait for this. */
	plan_add_op(p, goes ? PLAN_PRUNE : PLAN_BUILD, OP_OVS_PORT_DELETE, RANK_OVS_DELETE, want ? want->group : 0)
		->ovs_port = old;
}

/*
 * A device that is made anew gets a new port. ovs-vswitchd finds it by its name, but its userspace datapath goes on
 * with the socket of the former one (measured with 3.1.0, however long there was no device of that name).
 */
void plan_ovs_ports(struct planner *p)
{
	const struct net *d = p->desired, *a = p->actual;
	size_t i = 0, k = 0;

	while (i < d->n_ovs_ports || k < a->n_ovs_ports) {
		int c = i == d->n_ovs_ports   ? 1
			: k == a->n_ovs_ports ? -1
					      : net_ovs_port_compare(&d->ovs_ports[i], &a->ovs_ports[k]);
		const struct net_ovs_port *want = c <= 0 ? &d->ovs_ports[i] : NULL;
		const struct net_ovs_port *have = c >= 0 ? &a->ovs_ports[k] : NULL;
		bool stands = want && have && streq(want->bridge, have->bridge) &&
			      plan_standing(p, NET_NS_HOST, want->name);

		if (want)
			check_ovs_port(p, want, have);
		if (have && have->owner == NET_OWNER_OURS && !stands)
			delete_ovs_port(p, have);
		if (want && !stands)
			plan_add_op(p, PLAN_BUILD, OP_OVS_PORT_ADD, RANK_OVS_ADD, want->group)->ovs_port = want;
		i += c <= 0;
		k += c >= 0;
	}
}
