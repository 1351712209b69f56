/* SPDX-License-Identifier: Apache-2.0 */
/* plan_trunk.c - the ports of the pair that carries the VLANs of all L2VNIs, and those that it takes the place of; see plan_parts.h */
#include "base/util.h"
#include "plan/plan_parts.h"

/* The trunk's end in FRR's namespace, if one is wanted. */
static const struct net_link *find_trunk(const struct net *desired)
{
	for (size_t i = 0; i < desired->n_links; i++)
		if (desired->links[i].trunk && desired->links[i].ns == NET_NS_FRR)
			return &desired->links[i];
	return NULL;
}

/* Without a filter of VLANs a machine behind the bridge sends into each VNI, by a tag of its own. */
static void check_bridge(struct planner *p, const struct net_link *end)
{
	const struct net_link *bridge = net_find_link(p->actual, end->ns, end->joins);

	if (bridge && bridge->kind == NET_KIND_BRIDGE && !bridge->filters)
		plan_add_problem(p, PLAN_BUSY, end->group,
				 "%s: %s cannot become a port of %s: that bridge does not filter VLANs, so a machine "
				 "behind it could send into every VNI: ip link set %s type bridge vlan_filtering 1",
				 net_ns_name(end->ns), end->name, bridge->name, bridge->name);
}

/* Whether a port of the single bridge, which is not wanted any more, has VLANs that another port has now. */
static bool is_second(const struct planner *p, const struct net_link *trunk, const struct net_link *old)
{
	struct net_vlan key = { .ns = NET_NS_FRR, .kind = NET_VLAN_PORT, .vid = old->pvid };

	if (old->ns != NET_NS_FRR || !old->peer[0] || !net_is_made(old) || !streq(old->master, NET_SINGLE_BRIDGE) ||
	    net_find_link(p->desired, old->ns, old->name))
		return false;
	net_set_name(key.link, trunk ? trunk->name : "");
	/* The VLANs of a former trunk are those of any VNI. */
	return old->pvid == NET_PVID_OTHER || plan_find_vlan(p->desired, &key);
}

void plan_check_trunk(struct planner *p)
{
	const struct net_link *trunk = find_trunk(p->desired);

	for (size_t i = 0; i < p->desired->n_links; i++)
		if (p->desired->links[i].trunk && p->desired->links[i].joins[0])
			check_bridge(p, &p->desired->links[i]);
	/* With --down nothing comes that one could be in the way of, and nothing is built. */
	for (size_t i = 0; i < p->actual->n_links && !p->desired->is_nothing; i++)
		if (is_second(p, trunk, &p->actual->links[i]))
			plan_mark_remade(p, &p->actual->links[i]);
}

bool plan_keeps_vlans(const struct planner *p, const struct net_link *want)
{
	const struct net_link *have = plan_standing(p, want->ns, want->name);

	return have && streq(have->master, want->master) && plan_standing(p, want->ns, want->master);
}
