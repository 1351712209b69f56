/* SPDX-License-Identifier: Apache-2.0 */
/* plan.c - see plan.h */
#include <stdarg.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "plan.h"
#include "util.h"

/*
 * Order within a stage: a thing comes after what it refers to. Build: what a new device reads at its birth, what has
 * to go before it is made anew, devices from the outermost master in, the NIC, then what is set on devices.
 */
enum rank {
	RANK_SYSCTL,
	RANK_REMAKE,
	RANK_VRF,
	RANK_BRIDGE,
	RANK_VXLAN,
	RANK_VETH,
	RANK_MOVE,
	RANK_LINK_SYSCTL,
	RANK_IPV6,
	RANK_SET,
	RANK_PORT,
	RANK_ADDR,
	RANK_ROUTE,
};

struct planner {
	const struct net *desired, *actual;
	struct plan *plan;
	bool *remade; /* by actual link: it will be deleted and made anew, so nothing of it counts */
};

static unsigned int kind_rank(enum net_kind kind)
{
	switch (kind) {
	case NET_KIND_VRF:
		return RANK_VRF;
	case NET_KIND_BRIDGE:
		return RANK_BRIDGE;
	case NET_KIND_VXLAN:
		return RANK_VXLAN;
	case NET_KIND_VETH:
	case NET_KIND_OTHER:
		return RANK_VETH;
	}
	return RANK_VETH;
}

/* Deleting goes the other way round: ports before masters, and after addresses. */
static unsigned int delete_rank(enum net_kind kind)
{
	return RANK_ROUTE + RANK_VETH - kind_rank(kind);
}

static struct op *add_op(struct planner *p, enum plan_stage stage, enum op_type type, unsigned int rank,
			 unsigned int group)
{
	struct op *op = util_append(&p->plan->ops, &p->plan->n_ops, sizeof(*op));

	op->stage = stage;
	op->type = type;
	op->rank = rank;
	op->group = group;
	return op;
}

__attribute__((format(printf, 4, 5))) static void add_problem(struct planner *p, enum plan_fault fault,
							      unsigned int group, const char *format, ...)
{
	struct plan_problem *problem = util_append(&p->plan->problems, &p->plan->n_problems, sizeof(*problem));
	va_list ap;

	problem->fault = fault;
	problem->group = group;
	va_start(ap, format);
	vsnprintf(problem->text, sizeof(problem->text), format, ap);
	va_end(ap);
	p->plan->blocked[group] = true;
}

/* The actual link, unless it is going to be replaced. */
static const struct net_link *standing(const struct planner *p, enum net_ns ns, const char *name)
{
	const struct net_link *link = net_find_link(p->actual, ns, name);

	return link && !p->remade[link - p->actual->links] ? link : NULL;
}

static bool is_lo(const struct net_link *link)
{
	return streq(link->name, "lo");
}

/* What the kernel does not change on an existing device. */
static bool same_identity(const struct planner *p, const struct net_link *want, const struct net_link *have)
{
	const struct net_link *peer;

	if (want->kind != have->kind)
		return false;
	switch (want->kind) {
	case NET_KIND_VRF:
		return want->table == have->table;
	case NET_KIND_VXLAN:
		return want->vni == have->vni && ipaddr_compare(&want->local, &have->local) == 0 &&
		       want->port == have->port && want->learning == have->learning;
	case NET_KIND_VETH:
		/* The pair must be this pair: the other end, by its own word, where and what it shall be. */
		peer = net_find_link(p->actual, want->peer_ns, want->peer);
		return have->peer_ns == want->peer_ns && streq(have->peer, want->peer) && peer &&
		       peer->owner != NET_OWNER_FOREIGN;
	case NET_KIND_BRIDGE:
	case NET_KIND_OTHER:
		return true;
	}
	return true;
}

static void check_adopted(struct planner *p, const struct net_link *want)
{
	const struct net_link *inside = net_find_link(p->actual, NET_NS_FRR, want->name);
	const struct net_link *outside = net_find_link(p->actual, NET_NS_HOST, want->name);

	if (inside && inside->owner == NET_OWNER_OURS)
		return;
	if (inside)
		add_problem(p, PLAN_FOREIGN, want->group,
			    "underlay NIC %s: FRR's namespace has a device of that name which evpnd did not move there "
			    "(no evpnd mark); rename or remove that one",
			    want->name);
	else if (!outside)
		add_problem(p, PLAN_ABSENT, want->group,
			    "underlay NIC %s: no such device on the host, nor in FRR's namespace", want->name);
	else if (outside->master[0])
		add_problem(p, PLAN_BUSY, want->group,
			    "underlay NIC %s: it is a port of %s on the host; take it out of there first", want->name,
			    outside->master);
}

/* First pass: what stands in the way, and which devices have to be made anew. */
static void check_link(struct planner *p, const struct net_link *want)
{
	const struct net_link *have;

	if (want->adopted) {
		check_adopted(p, want);
		return;
	}
	have = net_find_link(p->actual, want->ns, want->name);
	if (have && !is_lo(want) && have->owner == NET_OWNER_FOREIGN) {
		add_problem(
			p, PLAN_FOREIGN, want->group,
			"%s: %s %s is there already and is not ours (no evpnd mark); rename or remove it, or choose "
			"another name in evpn.conf",
			net_ns_name(want->ns), net_kind_name(have->kind), want->name);
		return;
	}
	if (have && !same_identity(p, want, have)) {
		p->remade[have - p->actual->links] = true;
		/* A veth end takes the other with it. */
		const struct net_link *peer = have->kind == NET_KIND_VETH
						      ? net_find_link(p->actual, have->peer_ns, have->peer)
						      : NULL;

		if (peer && peer->owner != NET_OWNER_FOREIGN)
			p->remade[peer - p->actual->links] = true;
	}
	/* A master that evpnd does not make: the host's own bridge. */
	if (want->master[0] && !net_find_link(p->desired, want->ns, want->master) &&
	    !net_find_link(p->actual, want->ns, want->master))
		add_problem(p, PLAN_ABSENT, want->group, "%s: %s shall be a port of %s, and there is no such device",
			    net_ns_name(want->ns), want->name, want->master);
}

/* Which of the wanted attributes differ. `have` NULL: a device just made (or moved in), with what creation gave it. */
static unsigned int link_difference(const struct planner *p, const struct net_link *want, const struct net_link *have)
{
	unsigned int attrs = 0;

	if (!have) {
		attrs = want->want & (NET_LINK_MARK | NET_LINK_ADDRGEN_NONE | NET_LINK_PORT);
		/* The creating message carries master, MTU and MAC, but not to a veth's other end the master. */
		if (want->kind == NET_KIND_VETH && !want->makes_peer && want->master[0])
			attrs |= NET_LINK_MASTER;
		if (want->up)
			attrs |= want->want & NET_LINK_UP;
		attrs |= want->want & NET_LINK_IPV6;
	} else {
		attrs |= have->owner != NET_OWNER_OURS ? NET_LINK_MARK : 0;
		attrs |= streq(want->master, have->master) ? 0 : NET_LINK_MASTER;
		attrs |= want->mtu != have->mtu ? NET_LINK_MTU : 0;
		attrs |= memcmp(want->mac, have->mac, 6) != 0 ? NET_LINK_MAC : 0;
		attrs |= want->addrgen_none != have->addrgen_none ? NET_LINK_ADDRGEN_NONE : 0;
		attrs |= want->ipv6 != have->ipv6 ? NET_LINK_IPV6 : 0;
		attrs |= want->neigh_suppress != have->neigh_suppress || want->port_learning != have->port_learning
				 ? NET_LINK_PORT
				 : 0;
		attrs |= want->up != have->up ? NET_LINK_UP : 0;
		/* The master is replaced by a new device of that name, so the port has to be put back. */
		if (want->master[0] && !standing(p, want->ns, want->master))
			attrs |= NET_LINK_MASTER | (want->want & NET_LINK_PORT);
		attrs &= want->want;
	}
	if (p->actual->no_ipv6[want->ns])
		attrs &= ~(unsigned int)(NET_LINK_IPV6 | NET_LINK_ADDRGEN_NONE);
	return attrs;
}

static void plan_link(struct planner *p, const struct net_link *want)
{
	const struct net_link *have = standing(p, want->ns, want->name);
	unsigned int attrs;

	if (!have && want->adopted) {
		add_op(p, PLAN_BUILD, OP_LINK_MOVE, RANK_MOVE, want->group)->link = want;
	} else if (!have && (want->kind != NET_KIND_VETH || want->makes_peer)) {
		add_op(p, PLAN_BUILD, OP_LINK_CREATE, kind_rank(want->kind), want->group)->link = want;
	}

	attrs = link_difference(p, want, have);
	if (!have && want->adopted)
		attrs &= ~(unsigned int)NET_LINK_MARK; /* the move carries it */
	if (attrs & NET_LINK_IPV6)
		add_op(p, PLAN_BUILD, OP_LINK_IPV6, RANK_IPV6, want->group)->link = want;
	if (attrs & NET_LINK_PORT)
		add_op(p, PLAN_BUILD, OP_LINK_PORT, RANK_PORT, want->group)->link = want;
	attrs &= ~(unsigned int)(NET_LINK_IPV6 | NET_LINK_PORT);
	if (want->raised && (attrs & NET_LINK_UP)) {
		struct op *op = add_op(p, PLAN_RAISE, OP_LINK_SET, kind_rank(want->kind), want->group);

		op->link = want;
		op->attrs = NET_LINK_UP;
		attrs &= ~(unsigned int)NET_LINK_UP;
	}
	if (attrs) {
		struct op *op = add_op(p, PLAN_BUILD, OP_LINK_SET, RANK_SET, want->group);

		op->link = want;
		op->attrs = attrs;
	}
}

static unsigned int group_of_old(const struct planner *p, const struct net_link *old)
{
	const struct net_link *want = net_find_link(p->desired, old->ns, old->name);

	return want ? want->group : 0;
}

static void plan_old_link(struct planner *p, const struct net_link *old)
{
	bool remade = p->remade[old - p->actual->links];
	bool wanted = net_find_link(p->desired, old->ns, old->name) != NULL;

	/* A NIC is given back, not deleted: what evpnd makes is never of this kind. */
	if (old->owner == NET_OWNER_FOREIGN || old->kind == NET_KIND_OTHER || (wanted && !remade))
		return;
	/* One message deletes a pair: the end in FRR's namespace goes with the one on the host. */
	if (old->kind == NET_KIND_VETH && old->ns == NET_NS_FRR) {
		const struct net_link *outer = net_find_link(p->actual, old->peer_ns, old->peer);

		if (outer && outer->ns == NET_NS_HOST && outer->owner != NET_OWNER_FOREIGN &&
		    (!net_find_link(p->desired, outer->ns, outer->name) || p->remade[outer - p->actual->links]))
			return;
	}
	/* What is made anew under the same name goes first; the rest after FRR has dropped it, ports before masters. */
	add_op(p, remade ? PLAN_BUILD : PLAN_PRUNE, OP_LINK_DELETE, remade ? RANK_REMAKE : delete_rank(old->kind),
	       group_of_old(p, old))
		->link = old;
}

/*
 * zebra up to 8.5 reads links in one thread and addresses in another: an address that comes right behind its new link is
 * dropped for good (FRR issue 13288). Answering the reload, it has seen the links.
 */
static enum plan_stage addr_stage(const struct net_addr *addr)
{
	return addr->ns == NET_NS_FRR && !streq(addr->link, "lo") ? PLAN_RAISE : PLAN_BUILD;
}

/* Walks two sorted arrays together: `only_want` and `only_have` get what the other side lacks. */
static void plan_addrs(struct planner *p)
{
	const struct net *d = p->desired, *a = p->actual;
	size_t i = 0, k = 0;

	while (i < d->n_addrs || k < a->n_addrs) {
		int c = i == d->n_addrs ? 1 : k == a->n_addrs ? -1 : net_addr_compare(&d->addrs[i], &a->addrs[k]);
		const struct net_addr *have = c >= 0 ? &a->addrs[k] : NULL;
		bool stands = have && standing(p, have->ns, have->link);

		if (c <= 0 && !(c == 0 && stands))
			add_op(p, addr_stage(&d->addrs[i]), OP_ADDR_ADD, RANK_ADDR, d->addrs[i].group)->addr =
				&d->addrs[i];
		else if (c > 0 && have->ours && stands) {
			const struct net_link *link = net_find_link(a, have->ns, have->link);
			bool goes = link->owner != NET_OWNER_FOREIGN && link->kind != NET_KIND_OTHER &&
				    !net_find_link(d, have->ns, have->link);

			if (!goes)
				add_op(p, PLAN_PRUNE, OP_ADDR_DELETE, RANK_ADDR, group_of_old(p, link))->addr = have;
		}
		i += c <= 0;
		k += c >= 0;
	}
}

static void plan_routes(struct planner *p)
{
	const struct net *d = p->desired, *a = p->actual;
	size_t i = 0, k = 0;

	while (i < d->n_routes || k < a->n_routes) {
		int c = i == d->n_routes ? 1 : k == a->n_routes ? -1 : net_route_compare(&d->routes[i], &a->routes[k]);

		if (c < 0) {
			/* A next hop resolves once the VRF is up; the unreachable default must be there before. */
			enum plan_stage stage = d->routes[i].type == NET_ROUTE_UNICAST ? PLAN_RAISE : PLAN_BUILD;

			if (d->routes[i].dst.family != AF_INET6 || !a->no_ipv6[d->routes[i].ns])
				add_op(p, stage, OP_ROUTE_ADD, RANK_ROUTE, d->routes[i].group)->route = &d->routes[i];
		} else if (c > 0) {
			add_op(p, PLAN_PRUNE, OP_ROUTE_DELETE, RANK_SYSCTL, 0)->route = &a->routes[k];
		}
		i += c <= 0;
		k += c >= 0;
	}
}

static void plan_sysctls(struct planner *p)
{
	for (size_t i = 0; i < p->desired->n_sysctls; i++) {
		const struct net_sysctl *want = &p->desired->sysctls[i];
		const struct net_sysctl *have = net_find_sysctl(p->actual, want->ns, want->key);
		bool fresh = want->link[0] && !standing(p, want->ns, want->link);

		if (!fresh && (have ? streq(want->value, have->value) : want->optional))
			continue;
		add_op(p, PLAN_BUILD, OP_SYSCTL_SET, want->link[0] ? RANK_LINK_SYSCTL : RANK_SYSCTL, want->group)
			->sysctl = want;
	}
}

bool plan_group_in(const struct net *desired, const bool *flags, unsigned int group)
{
	for (;; group = desired->groups[group].parent) {
		if (flags[group])
			return true;
		if (group == 0)
			return false;
	}
}

static int op_compare(const void *va, const void *vb)
{
	const struct op *a = *(const struct op *const *)va, *b = *(const struct op *const *)vb;

	if (a->stage != b->stage)
		return a->stage < b->stage ? -1 : 1;
	if (a->rank != b->rank)
		return a->rank < b->rank ? -1 : 1;
	return a < b ? -1 : a > b; /* qsort is not stable: the order in which they were added decides */
}

/* Orders the operations and leaves out those of blocked groups. */
static void settle(struct planner *p)
{
	struct plan *plan = p->plan;
	_cleanup_free_ const struct op **order = xcalloc(plan->n_ops, sizeof(struct op *));
	struct op *sorted = xcalloc(plan->n_ops, sizeof(*sorted));
	size_t n = 0;

	for (size_t i = 0; i < plan->n_ops; i++)
		order[i] = &plan->ops[i];
	if (plan->n_ops)
		qsort(order, plan->n_ops, sizeof(struct op *), op_compare);
	for (size_t i = 0; i < plan->n_ops; i++)
		if (!plan_group_in(p->desired, plan->blocked, order[i]->group))
			sorted[n++] = *order[i];
	free(plan->ops);
	plan->ops = sorted;
	plan->n_ops = n;
}

void plan_make(const struct net *desired, const struct net *actual, struct plan *plan)
{
	_cleanup_free_ bool *remade = xcalloc(actual->n_links, sizeof(bool));
	struct planner p = { .desired = desired, .actual = actual, .plan = plan, .remade = remade };

	plan->blocked = xcalloc(desired->n_groups, sizeof(bool));
	for (size_t i = 0; i < desired->n_links; i++)
		check_link(&p, &desired->links[i]);
	plan_sysctls(&p);
	for (size_t i = 0; i < actual->n_links; i++)
		plan_old_link(&p, &actual->links[i]);
	for (size_t i = 0; i < desired->n_links; i++)
		plan_link(&p, &desired->links[i]);
	plan_addrs(&p);
	plan_routes(&p);
	settle(&p);
}

void plan_clear(struct plan *plan)
{
	free(plan->ops);
	free(plan->problems);
	free(plan->blocked);
	memset(plan, 0, sizeof(*plan));
}
