/* SPDX-License-Identifier: Apache-2.0 */
/* plan_rule.c - where the rule for the local table stands in FRR's namespace; see plan_parts.h */
#include <sys/socket.h>

#include "base/util.h"
#include "plan/plan_parts.h"

/* The preference of the rule that the kernel adds with the first VRF: l3mdev (vrf_add_fib_rules()). */
#define L3MDEV_PREF 1000

static bool is_any(const struct net_rule *rule)
{
	return true;
}

static bool is_first(const struct net_rule *rule)
{
	return rule->pref == NET_LOCAL_FIRST;
}

static bool is_behind(const struct net_rule *rule)
{
	return rule->pref > L3MDEV_PREF;
}

static bool is_ours(const struct net_rule *rule)
{
	return rule->ours;
}

/* The first rule of the family of which `is` says so. NULL: not found. */
static const struct net_rule *find(const struct net *net, uint8_t family, bool (*is)(const struct net_rule *rule))
{
	for (size_t i = 0; i < net->n_rules; i++)
		if (net->rules[i].family == family && is(&net->rules[i]))
			return &net->rules[i];
	return NULL;
}

static void add_op(struct planner *p, enum plan_stage stage, enum op_type type, const struct net_rule *rule)
{
	plan_add_op(p, stage, type, type == OP_RULE_ADD ? RANK_RULE_ADD : RANK_RULE_DELETE, 0)->rule = rule;
}

/*
 * With VRFs, a rule behind that for VRFs, and none in front of it; another program may have done that already. Without, the
 * kernel's own comes back if evpnd has replaced it.
 */
static void plan_family(struct planner *p, uint8_t family)
{
	static const struct net_rule kernels[] = { { .family = AF_INET, .pref = NET_LOCAL_FIRST },
						   { .family = AF_INET6, .pref = NET_LOCAL_FIRST } };
	const struct net_rule *want = find(p->desired, family, is_any);
	const struct net_rule *first = find(p->actual, family, is_first), *ours = find(p->actual, family, is_ours);

	if (want && !find(p->actual, family, is_behind))
		add_op(p, PLAN_BUILD, OP_RULE_ADD, want);
	if (want && first)
		add_op(p, PLAN_BUILD, OP_RULE_DELETE, first);
	if (!want && ours && !first)
		add_op(p, PLAN_PRUNE, OP_RULE_ADD, &kernels[family == AF_INET6]);
	if (!want && ours)
		add_op(p, PLAN_PRUNE, OP_RULE_DELETE, ours);
}

void plan_rules(struct planner *p)
{
	plan_family(p, AF_INET);
	if (!p->actual->no_ipv6[NET_NS_FRR])
		plan_family(p, AF_INET6);
}
