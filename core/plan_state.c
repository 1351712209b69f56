/* SPDX-License-Identifier: Apache-2.0 */
/* plan_state.c - what to do about addresses, routes and sysctls; see plan_parts.h */
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

/* Walks two sorted arrays together: `only_want` and `only_have` get what the other side lacks. */
void plan_addrs(struct planner *p)
{
	const struct net *d = p->desired, *a = p->actual;
	size_t i = 0, k = 0;

	while (i < d->n_addrs || k < a->n_addrs) {
		int c = i == d->n_addrs ? 1 : k == a->n_addrs ? -1 : net_addr_compare(&d->addrs[i], &a->addrs[k]);
		const struct net_addr *have = c >= 0 ? &a->addrs[k] : NULL;
		bool stands = have && plan_standing(p, have->ns, have->link);

		if (c <= 0 && !(c == 0 && stands))
			plan_add_op(p, addr_stage(&d->addrs[i]), OP_ADDR_ADD, RANK_ADDR, d->addrs[i].group)->addr =
				&d->addrs[i];
		else if (c > 0 && have->ours && stands) {
			const struct net_link *link = net_find_link(a, have->ns, have->link);
			bool goes = link->owner != NET_OWNER_FOREIGN && link->kind != NET_KIND_OTHER &&
				    !net_find_link(d, have->ns, have->link);

			if (!goes)
				plan_add_op(p, PLAN_PRUNE, OP_ADDR_DELETE, RANK_ADDR, plan_group_of_old(p, link))
					->addr = have;
		}
		i += c <= 0;
		k += c >= 0;
	}
}

void plan_routes(struct planner *p)
{
	const struct net *d = p->desired, *a = p->actual;
	size_t i = 0, k = 0;

	while (i < d->n_routes || k < a->n_routes) {
		int c = i == d->n_routes ? 1 : k == a->n_routes ? -1 : net_route_compare(&d->routes[i], &a->routes[k]);

		if (c < 0) {
			/* A next hop resolves once the VRF is up; the unreachable default must be there before. */
			enum plan_stage stage = d->routes[i].type == NET_ROUTE_UNICAST ? PLAN_RAISE : PLAN_BUILD;

			if (d->routes[i].dst.family != AF_INET6 || !a->no_ipv6[d->routes[i].ns])
				plan_add_op(p, stage, OP_ROUTE_ADD, RANK_ROUTE, d->routes[i].group)->route =
					&d->routes[i];
		} else if (c > 0) {
			plan_add_op(p, PLAN_PRUNE, OP_ROUTE_DELETE, RANK_SYSCTL, 0)->route = &a->routes[k];
		}
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

		if (!fresh && (have ? streq(want->value, have->value) : want->optional))
			continue;
		plan_add_op(p, PLAN_BUILD, OP_SYSCTL_SET, want->link[0] ? RANK_LINK_SYSCTL : RANK_SYSCTL, want->group)
			->sysctl = want;
	}
}
