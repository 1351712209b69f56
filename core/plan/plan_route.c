/* SPDX-License-Identifier: Apache-2.0 */
/* plan_route.c - what to do about routes; see plan_parts.h */
#include <stdlib.h>
#include <sys/socket.h>

#include "base/util.h"
#include "plan/plan_parts.h"

/*
 * A route's only mark is its protocol number, which other programs may use too. So a route in one of the kernel's own
 * tables, or in that of a VRF that is not ours, does not count as ours.
 */
static bool route_goes(const struct planner *p, const struct net_route *have)
{
	struct net_link key = { .table = have->table };
	const struct net_link *wanted = &key;
	const struct net_link **vrf = p->n_vrfs ? bsearch(&wanted, p->vrfs, p->n_vrfs, sizeof(*p->vrfs), plan_by_table)
						: NULL;

	/* Only routes by devices of ours are read there. The default route of a lease is known by its metric, too. */
	if (have->ns == NET_NS_HOST || net_is_of_lease(have))
		return true;
	return !(have->table >= 253 && have->table <= 255) && (!vrf || net_is_made(*vrf));
}

/* The kernel has only one route with the same values of these. */
bool plan_same_place(const struct net_route *a, const struct net_route *b)
{
	return a->ns == b->ns && a->table == b->table && a->type == b->type && a->metric == b->metric &&
	       ipaddr_compare(&a->dst, &b->dst) == 0;
}

/* A veth is deleted with its other end. */
static bool stands(const struct planner *p, const struct net_link *link)
{
	return plan_standing(p, link->ns, link->name) &&
	       (!link->peer[0] || plan_standing(p, link->peer_ns, link->peer) ||
		!net_find_link(p->actual, link->peer_ns, link->peer));
}

/* A route of a VRF names no device: the kernel takes the one in whose subnet the next hop is. */
static bool goes_with_next_hop(const struct planner *p, const struct net_route *route)
{
	for (size_t i = 0; ipaddr_is_set(&route->via) && i < p->actual->n_addrs; i++) {
		const struct net_addr *addr = &p->actual->addrs[i];
		const struct net_link *link = addr->ns == route->ns && ipaddr_overlap(&addr->ip, &route->via)
						      ? net_find_link(p->actual, addr->ns, addr->link)
						      : NULL;

		if (link && streq(link->master, route->vrf) && !stands(p, link))
			return true;
	}
	return false;
}

/* The kernel deletes a route with its device, which is created anew. */
static bool goes_with_link(const struct planner *p, const struct net_route *route)
{
	return route->link[0] ? !plan_standing(p, route->ns, route->link)
			      : route->vrf[0] && goes_with_next_hop(p, route);
}

static bool holds_place(const struct planner *p, const struct net_route *want, const struct net_route *have)
{
	return plan_same_place(want, have) && route_goes(p, have) && !goes_with_link(p, have);
}

/* Whether a route of ours is in the place of `want`. Routes are ordered by next hop last, so it is beside `k`. */
static bool replaces(const struct planner *p, const struct net_route *want, size_t k)
{
	const struct net *a = p->actual;

	return (k < a->n_routes && holds_place(p, want, &a->routes[k])) ||
	       (k > 0 && holds_place(p, want, &a->routes[k - 1]));
}

static bool is_replaced(const struct planner *p, const struct net_route *have, size_t i)
{
	const struct net *d = p->desired;

	return (i < d->n_routes && plan_same_place(have, &d->routes[i])) ||
	       (i > 0 && plan_same_place(have, &d->routes[i - 1]));
}

/* A nexthop object may have one. */
static bool has_gateway(const struct net_route *route)
{
	return ipaddr_is_set(&route->via) || (route->more && (route->more->n_hops || route->more->nexthop));
}

/* A gateway must not lie behind a route of another type than unicast, such as one that makes all addresses local ones. */
static unsigned int route_rank(const struct net_route *route)
{
	return route->more && route->more->type ? RANK_ROUTE_TYPE : has_gateway(route) ? RANK_ROUTE_VIA : RANK_ROUTE;
}

static void add_route(struct planner *p, const struct net_route *want, size_t k)
{
	/* A next hop resolves only when the VRF is up; the unreachable default has to exist before. */
	enum plan_stage stage = want->type == NET_ROUTE_UNICAST ? PLAN_RAISE : PLAN_BUILD;
	unsigned int rank = route_rank(want);
	const struct net_link *link = want->link[0] ? net_find_link(p->desired, want->ns, want->link) : NULL;
	struct op *op;

	if ((want->dst.family == AF_INET6 && p->actual->no_ipv6[want->ns]) || (link && plan_is_lent(p, link)))
		return;
	op = plan_add_op(p, plan_stage_of(p, want->group, stage),
			 replaces(p, want, k) ? OP_ROUTE_REPLACE : OP_ROUTE_ADD, rank, want->group);
	op->route = want;
	op->order = want->order;
}

void plan_routes(struct planner *p)
{
	const struct net *d = p->desired, *a = p->actual;
	size_t i = 0, k = 0;

	while (i < d->n_routes || k < a->n_routes) {
		int c = i == d->n_routes ? 1 : k == a->n_routes ? -1 : net_route_compare(&d->routes[i], &a->routes[k]);

		if (c < 0 || (c == 0 && goes_with_link(p, &d->routes[i])))
			add_route(p, &d->routes[i], k);
		else if (c > 0 && route_goes(p, &a->routes[k]) && !is_replaced(p, &a->routes[k], i))
			plan_add_op(p, PLAN_PRUNE, OP_ROUTE_DELETE, RANK_SYSCTL, 0)->route = &a->routes[k];
		i += c <= 0;
		k += c >= 0;
	}
}

void plan_objects(struct planner *p)
{
	for (size_t i = 0; i < p->desired->n_objects; i++) {
		const struct net_object *want = &p->desired->objects[i];
		struct op *op;

		if (net_has_object(p->actual, want))
			continue;
		op = plan_add_op(p, plan_stage_of(p, want->group, PLAN_BUILD), OP_OBJECT_ADD, RANK_OBJECT, want->group);
		op->object = want;
		op->order = want->kind;
	}
}
