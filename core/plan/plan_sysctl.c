/* SPDX-License-Identifier: Apache-2.0 */
/* plan_sysctl.c - which sysctls to set; see plan_parts.h */
#include <stdlib.h>

#include "base/util.h"
#include "plan/plan_parts.h"

static bool is_right(const struct net_sysctl *want, const struct net_sysctl *have)
{
	if (want->at_least)
		return strtoul(have->value, NULL, 10) >= strtoul(want->value, NULL, 10);
	return streq(want->value, have->value) || (want->written[0] && !streq(want->written, have->value));
}

void plan_sysctls(struct planner *p)
{
	for (size_t i = 0; i < p->desired->n_sysctls; i++) {
		const struct net_sysctl *want = &p->desired->sysctls[i];
		const struct net_sysctl *have = net_find_sysctl(p->actual, want->ns, want->key);
		const struct net_link *link = want->link[0] ? net_find_link(p->desired, want->ns, want->link) : NULL;
		bool fresh = want->link[0] && !plan_standing(p, want->ns, want->link);

		if (link && plan_is_lent(p, link))
			continue;
		if (want->inherits && !fresh && net_has_ipv4(p->actual, want->ns, want->link, false))
			continue;
		if (fresh ? want->is_default : have ? is_right(want, have) : want->optional)
			continue;
		plan_add_op(p, plan_stage_of(p, want->group, PLAN_BUILD), OP_SYSCTL_SET,
			    want->link[0] ? RANK_LINK_SYSCTL : RANK_SYSCTL, want->group)
			->sysctl = want;
	}
}
