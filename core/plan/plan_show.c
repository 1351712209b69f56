/* SPDX-License-Identifier: Apache-2.0 */
/* plan_show.c - see plan_show.h */
#include <string.h>

#include "plan_show.h"
#include "util.h"

const char *plan_state_name(enum plan_state state)
{
	static const char *const names[PLAN_STATE_COUNT] = {
		[PLAN_STATE_OWN] = "own",
		[PLAN_STATE_MISSING] = "missing",
		[PLAN_STATE_TAKEN] = "foreign",
		[PLAN_STATE_ORPHANED] = "orphaned",
	};

	return names[state];
}

void plan_states(const struct net *desired, const struct net *actual,
		 void (*each)(void *arg, const struct net_link *link, enum plan_state state), void *arg)
{
	for (size_t i = 0; i < desired->n_links; i++) {
		const struct net_link *want = &desired->links[i];
		const struct net_link *have = net_find_link(actual, want->ns, want->name);

		/* lo is the namespace's own; what goes back is the user's. */
		if (streq(want->name, "lo") || want->returned)
			continue;
		if (!have)
			each(arg, want, PLAN_STATE_MISSING);
		else
			each(arg, have, net_is_ours(have) ? PLAN_STATE_OWN : PLAN_STATE_TAKEN);
	}
	for (size_t i = 0; i < actual->n_links; i++)
		if (net_is_ours(&actual->links[i]) &&
		    !net_find_link(desired, actual->links[i].ns, actual->links[i].name))
			each(arg, &actual->links[i], PLAN_STATE_ORPHANED);
}

static void count(void *arg, const struct net_link *link, enum plan_state state)
{
	((size_t *)arg)[state]++;
}

static void print_odd(void *arg, const struct net_link *link, enum plan_state state)
{
	if (state == PLAN_STATE_TAKEN || state == PLAN_STATE_ORPHANED)
		fprintf(arg, "%s: %s: %s %s\n", plan_state_name(state), net_ns_name(link->ns),
			net_kind_name(link->kind), link->name);
}

void plan_print_states(const struct net *desired, const struct net *actual, FILE *out)
{
	size_t counts[PLAN_STATE_COUNT] = { 0 };

	plan_states(desired, actual, count, counts);
	if (counts[PLAN_STATE_TAKEN] + counts[PLAN_STATE_ORPHANED] == 0)
		return;
	fprintf(out, "links: %zu own, %zu missing, %zu foreign, %zu orphaned\n", counts[PLAN_STATE_OWN],
		counts[PLAN_STATE_MISSING], counts[PLAN_STATE_TAKEN], counts[PLAN_STATE_ORPHANED]);
	plan_states(desired, actual, print_odd, out);
}

static void add_object(void *arg, const struct net_link *link, enum plan_state state)
{
	json_array_append_new(arg, json_pack("{ss ss ss ss}", "namespace", net_ns_name(link->ns), "kind",
					     net_kind_name(link->kind), "name", link->name, "state",
					     plan_state_name(state)));
}

static json_t *op_json(const struct op *op, const struct net *desired)
{
	char text[PLAN_OP_SIZE];
	const char *ns = net_ns_name(plan_op_ns(op));
	const char *command = plan_op_text(op, text) + strlen(ns) + 2;

	return json_pack("{ss ss ss ss}", "step", plan_stage_name(op->stage), "namespace", ns, "command", command,
			 "group", desired->groups[op->group].label);
}

json_t *plan_json(const struct plan *plan, const struct net *desired, const struct net *actual)
{
	json_t *operations = json_array(), *problems = json_array(), *objects = json_array();

	for (size_t i = 0; i < plan->n_ops; i++)
		json_array_append_new(operations, op_json(&plan->ops[i], desired));
	for (size_t i = 0; i < plan->n_problems; i++)
		json_array_append_new(problems,
				      json_pack("{ss ss}", "group", desired->groups[plan->problems[i].group].label,
						"text", plan->problems[i].text));
	plan_states(desired, actual, add_object, objects);
	return json_pack("{so so so}", "operations", operations, "problems", problems, "objects", objects);
}
