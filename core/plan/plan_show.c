/* SPDX-License-Identifier: Apache-2.0 */
/* plan_show.c - see plan_show.h */
#include <string.h>

#include "base/json.h"
#include "base/util.h"
#include "plan/plan_show.h"

const char *plan_link_state_name(enum plan_link_state state)
{
	static const char *const names[PLAN_LINK_STATE_COUNT] = {
		[PLAN_LINK_OWN] = "own",
		[PLAN_LINK_MISSING] = "missing",
		[PLAN_LINK_FOREIGN] = "foreign",
		[PLAN_LINK_ORPHANED] = "orphaned",
	};

	return names[state];
}

void plan_link_states(const struct net *desired, const struct net *actual,
		      void (*each)(void *arg, const struct net_link *link, enum plan_link_state state), void *arg)
{
	for (size_t i = 0; i < desired->n_links; i++) {
		const struct net_link *want = &desired->links[i];
		const struct net_link *have = net_find_link(actual, want->ns, want->name);

		/* lo is the namespace's; a NIC that is given back is the user's. */
		if (streq(want->name, "lo") || want->given_back)
			continue;
		if (!have)
			each(arg, want, PLAN_LINK_MISSING);
		else
			each(arg, have, net_is_ours(have) ? PLAN_LINK_OWN : PLAN_LINK_FOREIGN);
	}
	for (size_t i = 0; i < actual->n_links; i++)
		if (net_is_ours(&actual->links[i]) &&
		    !net_find_link(desired, actual->links[i].ns, actual->links[i].name))
			each(arg, &actual->links[i], PLAN_LINK_ORPHANED);
}

static void count(void *arg, const struct net_link *link, enum plan_link_state state)
{
	((size_t *)arg)[state]++;
}

static void print_odd(void *arg, const struct net_link *link, enum plan_link_state state)
{
	if (state == PLAN_LINK_FOREIGN || state == PLAN_LINK_ORPHANED)
		fprintf(arg, "%s: %s: %s %s\n", plan_link_state_name(state), net_ns_name(link->ns),
			net_kind_name(link->kind), link->name);
}

void plan_print_link_states(const struct net *desired, const struct net *actual, FILE *out)
{
	size_t counts[PLAN_LINK_STATE_COUNT] = { 0 };

	plan_link_states(desired, actual, count, counts);
	if (counts[PLAN_LINK_FOREIGN] + counts[PLAN_LINK_ORPHANED] == 0)
		return;
	fprintf(out, "links: %zu own, %zu missing, %zu foreign, %zu orphaned\n", counts[PLAN_LINK_OWN],
		counts[PLAN_LINK_MISSING], counts[PLAN_LINK_FOREIGN], counts[PLAN_LINK_ORPHANED]);
	plan_link_states(desired, actual, print_odd, out);
}

static void add_object(void *arg, const struct net_link *link, enum plan_link_state state)
{
	json_array_append_new(arg, json_pack("{ss ss so ss}", "namespace", net_ns_name(link->ns), "kind",
					     net_kind_name(link->kind), "name", json_printable(link->name), "state",
					     plan_link_state_name(state)));
}

static json_t *op_json(const struct op *op, const struct net *desired)
{
	char text[PLAN_OP_SIZE];
	const char *ns = net_ns_name(plan_op_ns(op));
	const char *command = plan_op_text(op, text) + strlen(ns) + 2;

	return json_pack("{ss ss so so}", "step", plan_stage_name(op->stage), "namespace", ns, "command",
			 json_printable(command), "group", json_printable(desired->groups[op->group].label));
}

json_t *plan_json(const struct plan *plan, const struct net *desired, const struct net *actual)
{
	json_t *operations = json_array(), *problems = json_array(), *objects = json_array();

	for (size_t i = 0; i < plan->n_ops; i++)
		json_array_append_new(operations, op_json(&plan->ops[i], desired));
	for (size_t i = 0; i < plan->n_problems; i++)
		json_array_append_new(problems,
				      json_pack("{so so}", "group",
						json_printable(desired->groups[plan->problems[i].group].label), "text",
						json_printable(plan->problems[i].text)));
	plan_link_states(desired, actual, add_object, objects);
	return json_pack("{so so so}", "operations", operations, "problems", problems, "objects", objects);
}
