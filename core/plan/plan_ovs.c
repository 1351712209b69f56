/* SPDX-License-Identifier: Apache-2.0 */
/* plan_ovs.c - what to do about ports of Open vSwitch; see plan_parts.h */
#include "base/util.h"
#include "plan/plan_parts.h"

/*
 * A device that joins before would give the bridge its own MTU, by which all others of the bridge had to go: the bridge takes the
 * least of its ports'.
 */
static bool is_being_made(const struct planner *p, const struct net_ovs_port *want)
{
	return !net_find_link(p->actual, NET_NS_HOST, want->bridge) &&
	       !net_find_link(p->actual, NET_NS_HOST, want->name);
}

static void check_ovs_port(struct planner *p, const struct net_ovs_port *want, const struct net_ovs_port *have)
{
	if (p->actual->ovs_fault)
		plan_add_problem(p, PLAN_ABSENT, want->group, "host: %s cannot become a port of %s: %s", want->name,
				 want->bridge, p->actual->ovs_fault);
	else if (!net_find_ovs_bridge(p->actual, want->bridge))
		plan_add_problem(p, PLAN_ABSENT, want->group,
				 "host: %s cannot become a port of %s: Open vSwitch has no such bridge; create it, or "
				 "correct `ovs_bridge' in evpn.conf",
				 want->name, want->bridge);
	else if (is_being_made(p, want))
		plan_add_problem(
			p, PLAN_ABSENT, want->group,
			"host: %s cannot become a port of %s: Open vSwitch has the bridge, but has not made its device "
			"yet; does ovs-vswitchd run?",
			want->name, want->bridge);
	else if (have && have->owner == NET_OWNER_FOREIGN)
		plan_add_problem(
			p, PLAN_FOREIGN, want->group,
			"host: Open vSwitch already has a port %s in %s that evpnd did not create (no evpnd in "
			"its external_ids); delete it, or choose another name in evpn.conf",
			have->name, have->bridge);
}

static void delete_ovs_port(struct planner *p, const struct net_ovs_port *old)
{
	const struct net_link *want = net_find_link(p->desired, NET_NS_HOST, old->name);
	bool goes = !want && plan_standing(p, NET_NS_HOST, old->name);

	/* Before its device is deleted. A device that stays gets another use, which has to wait for this. */
	plan_add_op(p, goes ? PLAN_PRUNE : PLAN_BUILD, OP_OVS_PORT_DELETE, RANK_OVS_DELETE, want ? want->group : 0)
		->ovs_port = old;
}

/*
 * A device that is created anew gets a new port. ovs-vswitchd finds the device by its name, but its userspace datapath
 * keeps using the socket of the former one (measured with 3.1.0, however long there was no device of that name).
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
		else if (want && want->tag && want->tag != have->tag)
			plan_add_op(p, PLAN_BUILD, OP_OVS_PORT_SET, RANK_OVS_ADD, want->group)->ovs_port = want;
		i += c <= 0;
		k += c >= 0;
	}
}
