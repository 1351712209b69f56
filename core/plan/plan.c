/* SPDX-License-Identifier: Apache-2.0 */
/* plan.c - see plan.h */
#include <stdarg.h>
#include <stdlib.h>

#include "base/util.h"
#include "plan/plan_parts.h"

unsigned int plan_create_rank(enum net_kind kind)
{
	return RANK_CREATE + net_kinds[kind].order;
}

unsigned int plan_delete_rank(enum net_kind kind)
{
	return RANK_DELETE + NET_ORDER_COUNT - 1 - net_kinds[kind].order;
}

enum plan_stage plan_stage_of(const struct planner *p, unsigned int group, enum plan_stage stage)
{
	const struct net_group *g = &p->desired->groups[group];

	if (g->kind != NET_GROUP_GIVE_BACK)
		return stage;
	return g->first || p->early[group] ? PLAN_BUILD : PLAN_GIVE_BACK;
}

struct op *plan_add_op(struct planner *p, enum plan_stage stage, enum op_type type, unsigned int rank,
		       unsigned int group)
{
	struct op *op = util_append(&p->plan->ops, &p->plan->n_ops, sizeof(*op));

	op->stage = stage;
	op->type = type;
	op->rank = rank;
	op->group = group;
	return op;
}

void plan_add_problem(struct planner *p, enum plan_fault fault, unsigned int group, const char *format, ...)
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

const struct net_link *plan_standing(const struct planner *p, enum net_ns ns, const char *name)
{
	const struct net_link *link = net_find_link(p->actual, ns, name);

	return link && !p->remade[link - p->actual->links] ? link : NULL;
}

unsigned int plan_group_of_old(const struct planner *p, const struct net_link *old)
{
	const struct net_link *want = net_find_link(p->desired, old->ns, old->name);

	return want ? want->group : 0;
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
	if (a->order != b->order)
		return a->order < b->order ? -1 : 1;
	return a < b ? -1 : a > b; /* qsort is not stable, so compare the order in which they were added */
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

int plan_by_table(const void *a, const void *b)
{
	uint32_t x = (*(const struct net_link *const *)a)->table, y = (*(const struct net_link *const *)b)->table;

	return (x > y) - (x < y);
}

static void collect_vrfs(struct planner *p)
{
	for (size_t i = 0; i < p->actual->n_links; i++)
		if (p->actual->links[i].ns == NET_NS_FRR && p->actual->links[i].kind == NET_KIND_VRF)
			p->vrfs[p->n_vrfs++] = &p->actual->links[i];
	if (p->n_vrfs)
		qsort(p->vrfs, p->n_vrfs, sizeof(*p->vrfs), plan_by_table);
}

/* One of several NICs may be missing. Without any of them nothing can be built. */
static void check_underlay(struct planner *p)
{
	size_t n_nics = 0, n_blocked = 0;

	for (size_t i = 0; i < p->desired->n_groups; i++)
		if (p->desired->groups[i].kind == NET_GROUP_NIC) {
			n_nics++;
			n_blocked += p->plan->blocked[i];
		}
	if (n_nics && n_blocked == n_nics)
		p->plan->blocked[0] = true;
}

/* Two instances in one namespace could not tell their routes and addresses apart. */
static void check_siblings(struct planner *p)
{
	for (size_t i = 0; i < p->actual->n_links; i++) {
		const struct net_link *link = &p->actual->links[i];

		if (link->ns == NET_NS_FRR && link->owner == NET_OWNER_SIBLING) {
			plan_add_problem(p, PLAN_FOREIGN, 0,
					 "frr: %s %s belongs to another instance of evpnd; run each instance with an "
					 "FRR of its own",
					 net_kind_name(link->kind), link->name);
			return;
		}
	}
}

void plan_make(const struct net *desired, const struct net *actual, struct plan *plan)
{
	_cleanup_free_ bool *remade = xcalloc(actual->n_links, sizeof(bool));
	_cleanup_free_ bool *early = xcalloc(desired->n_groups, sizeof(bool));
	_cleanup_free_ const struct net_link **vrfs = xcalloc(actual->n_links, sizeof(*vrfs));
	struct planner p = {
		.desired = desired, .actual = actual, .plan = plan, .vrfs = vrfs, .early = early, .remade = remade
	};

	collect_vrfs(&p);
	plan->blocked = xcalloc(desired->n_groups, sizeof(bool));
	for (size_t i = 0; i < desired->n_links; i++)
		plan_check_link(&p, &desired->links[i]);
	plan_check_mode(&p);
	plan_check_trunk(&p);
	check_siblings(&p);
	check_underlay(&p);
	plan_sysctls(&p);
	for (size_t i = 0; i < actual->n_links; i++)
		plan_old_link(&p, &actual->links[i]);
	for (size_t i = 0; i < desired->n_links; i++)
		plan_link(&p, &desired->links[i]);
	plan_addrs(&p);
	plan_routes(&p);
	plan_rules(&p);
	plan_objects(&p);
	plan_ovs_ports(&p);
	plan_vlans(&p);
	settle(&p);
}

void plan_clear(struct plan *plan)
{
	free(plan->ops);
	free(plan->problems);
	free(plan->blocked);
	memset(plan, 0, sizeof(*plan));
}
