/* SPDX-License-Identifier: Apache-2.0 */
/* plan_nic.c - what to do about underlay NICs: move, rename, give back; see plan_parts.h */
#include "base/util.h"
#include "plan/plan_parts.h"

const struct net_link *plan_find_nic(const struct planner *p, const struct net_link *want)
{
	const struct net_nic_key key = { .nic = want->nic,
					 .outer = want->given_back ? want->name : want->other_name,
					 .inner = want->name,
					 .recorded = want->recorded,
					 .anew = want->adopted };

	return net_find_nic(p->actual, &key);
}

const struct net_link *plan_find_wanted(const struct planner *p, const struct net_link *nic)
{
	for (size_t i = 0; i < p->desired->n_links; i++)
		if (plan_is_nic(&p->desired->links[i]) && plan_find_nic(p, &p->desired->links[i]) == nic)
			return &p->desired->links[i];
	return NULL;
}

static void check_adopted(struct planner *p, const struct net_link *want)
{
	const struct net_link *nic = plan_find_nic(p, want), *there = net_find_link(p->actual, NET_NS_FRR, want->name);
	const struct net_link *outside = net_find_called(p->actual, want->other_name);

	if (there && there != nic && net_is_made(there))
		plan_mark_remade(p, there);
	else if (there && there != nic)
		plan_add_problem(p, PLAN_FOREIGN, want->group,
				 "underlay NIC %s: FRR's namespace already has a device %s, which evpnd did not move "
				 "there; rename or delete that device, or set another name for the NIC with "
				 "underlay.interfaces.rename",
				 want->other_name, want->name);
	else if (!nic && outside && outside->impostor)
		plan_add_problem(p, PLAN_FOREIGN, want->group,
				 "underlay NIC %s: the device of its name on the host is not taken for it: %s",
				 want->other_name, outside->impostor);
	else if (!nic)
		plan_add_problem(
			p, PLAN_ABSENT, want->group,
			"underlay NIC %s: no such device on the host or in FRR's namespace; %s", want->other_name,
			want->recorded ? "a virtual device is deleted with the namespace that it is in: create it again"
				       : "create it, or correct underlay.interfaces in evpn.conf");
	else if (nic->ns == NET_NS_HOST && nic->bound)
		plan_add_problem(
			p, PLAN_BUSY, want->group,
			"underlay NIC %s: a %s cannot leave the host's namespace; leave it there, and set it as "
			"`parent' of an entry with `vlan' or `macvlan' in underlay.interfaces",
			want->other_name, nic->bound);
	else if (nic->ns == NET_NS_HOST && nic->master[0])
		plan_add_problem(p, PLAN_BUSY, want->group,
				 "underlay NIC %s: it is a port of %s on the host; remove it from there first: ip link "
				 "set %s nomaster",
				 want->other_name, nic->master, nic->name);
	else
		plan_check_dependents(p, want, nic);
}

static void check_given_back(struct planner *p, const struct net_link *want)
{
	const struct net_link *nic = plan_find_nic(p, want), *there = net_find_link(p->actual, NET_NS_HOST, want->name);
	const struct net_link *inside = net_find_link(p->actual, NET_NS_FRR, want->name);

	/* A record of a virtual NIC whose namespace has ended is deleted before (run/nic.c). */
	if (!nic)
		plan_add_problem(
			p, PLAN_ABSENT, want->group,
			"NIC %s is neither on the host nor in FRR's namespace%s; a program may have moved it on into "
			"another namespace of the container: lsns -t net. %s. If it was removed, delete its record "
			"nic-%s.json in the state directory",
			want->name, there || inside ? " (a device with its name is another one)" : "",
			want->device.kind[0] ? "The kernel deletes it with that namespace, because it is virtual"
					     : "The kernel moves it to the host when its namespace is deleted: run "
					       "evpnd --down then",
			want->name);
	else if (there && there != nic)
		plan_add_problem(
			p, PLAN_FOREIGN, want->group,
			"NIC %s cannot be given back: another device on the host has its name; rename or delete "
			"that device",
			want->name);
}

void plan_check_nic(struct planner *p, const struct net_link *want)
{
	if (want->adopted)
		check_adopted(p, want);
	else
		check_given_back(p, want);
}

static struct op *add_nic_op(struct planner *p, enum plan_stage stage, enum op_type type, const struct net_link *want,
			     const struct net_link *have)
{
	unsigned int rank = want->given_back || p->early[want->group] ? RANK_GIVE_BACK : RANK_MOVE;
	struct op *op = plan_add_op(p, stage, type, rank, want->group);

	op->link = want;
	op->have = have;
	return op;
}

net_attr_set plan_move_nic(struct planner *p, enum plan_stage stage, const struct net_link *want)
{
	const struct net_link *have = plan_find_nic(p, want);
	net_attr_set done = NET_LINK_MARK;
	struct op *op;

	/* The kernel renames a device only while it is down; a move to another namespace sets it down by itself. */
	if (have && have->ns == want->ns && have->up)
		add_nic_op(p, stage, OP_LINK_DOWN, want, have);
	op = add_nic_op(p, stage, want->given_back ? OP_LINK_GIVE_BACK : OP_LINK_MOVE, want, have);
	if (have && !net_link_differences(want, have, NET_LINK_MAC))
		done |= NET_LINK_MAC;
	if (have && have->mtu == want->mtu)
		return done | NET_LINK_MTU;
	/* It had this MTU before, so the kernel takes it; a VLAN that is created on the NIC next inherits it. */
	op->attrs = want->given_back ? want->want & NET_LINK_MTU : 0;
	return done | op->attrs;
}
