/* SPDX-License-Identifier: Apache-2.0 */
/* plan_link.c - what to do about links: make, move, change, delete; see plan_parts.h */
#include "plan_parts.h"
#include "util.h"

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
		plan_add_problem(
			p, PLAN_FOREIGN, want->group,
			"underlay NIC %s: FRR's namespace has a device of that name which evpnd did not move there "
			"(no evpnd mark); rename or remove that one",
			want->name);
	else if (!outside)
		plan_add_problem(p, PLAN_ABSENT, want->group,
				 "underlay NIC %s: no such device on the host, nor in FRR's namespace", want->name);
	else if (outside->master[0])
		plan_add_problem(p, PLAN_BUSY, want->group,
				 "underlay NIC %s: it is a port of %s on the host; take it out of there first",
				 want->name, outside->master);
}

void plan_check_link(struct planner *p, const struct net_link *want)
{
	const struct net_link *have;

	if (want->adopted) {
		check_adopted(p, want);
		return;
	}
	have = net_find_link(p->actual, want->ns, want->name);
	if (have && !is_lo(want) && have->owner == NET_OWNER_FOREIGN) {
		plan_add_problem(
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
		plan_add_problem(p, PLAN_ABSENT, want->group,
				 "%s: %s shall be a port of %s, and there is no such device", net_ns_name(want->ns),
				 want->name, want->master);
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
		/* The kernel does not take a port out of Open vSwitch's datapath; whoever put it there does. */
		attrs |= streq(want->master, have->master) || (have->ovs && !want->master[0]) ? 0 : NET_LINK_MASTER;
		attrs |= want->mtu != have->mtu ? NET_LINK_MTU : 0;
		attrs |= memcmp(want->mac, have->mac, 6) != 0 ? NET_LINK_MAC : 0;
		attrs |= want->addrgen_none != have->addrgen_none ? NET_LINK_ADDRGEN_NONE : 0;
		attrs |= want->ipv6 != have->ipv6 ? NET_LINK_IPV6 : 0;
		attrs |= want->neigh_suppress != have->neigh_suppress || want->port_learning != have->port_learning
				 ? NET_LINK_PORT
				 : 0;
		attrs |= want->up != have->up ? NET_LINK_UP : 0;
		/* The master is replaced by a new device of that name, so the port has to be put back. */
		if (want->master[0] && !plan_standing(p, want->ns, want->master))
			attrs |= NET_LINK_MASTER | (want->want & NET_LINK_PORT);
		attrs &= want->want;
	}
	if (p->actual->no_ipv6[want->ns])
		attrs &= ~(unsigned int)(NET_LINK_IPV6 | NET_LINK_ADDRGEN_NONE);
	return attrs;
}

void plan_link(struct planner *p, const struct net_link *want)
{
	const struct net_link *have = plan_standing(p, want->ns, want->name);
	unsigned int attrs;

	if (!have && want->adopted) {
		plan_add_op(p, PLAN_BUILD, OP_LINK_MOVE, RANK_MOVE, want->group)->link = want;
	} else if (!have && (want->kind != NET_KIND_VETH || want->makes_peer)) {
		plan_add_op(p, PLAN_BUILD, OP_LINK_CREATE, plan_create_rank(want->kind), want->group)->link = want;
	}

	attrs = link_difference(p, want, have);
	if (!have && want->adopted)
		attrs &= ~(unsigned int)NET_LINK_MARK; /* the move carries it */
	if (attrs & NET_LINK_IPV6)
		plan_add_op(p, PLAN_BUILD, OP_LINK_IPV6, RANK_IPV6, want->group)->link = want;
	if (attrs & NET_LINK_PORT)
		plan_add_op(p, PLAN_BUILD, OP_LINK_PORT, RANK_PORT, want->group)->link = want;
	attrs &= ~(unsigned int)(NET_LINK_IPV6 | NET_LINK_PORT);
	if (want->raised && (attrs & NET_LINK_UP)) {
		struct op *op = plan_add_op(p, PLAN_RAISE, OP_LINK_SET, plan_create_rank(want->kind), want->group);

		op->link = want;
		op->attrs = NET_LINK_UP;
		attrs &= ~(unsigned int)NET_LINK_UP;
	}
	if (attrs) {
		struct op *op = plan_add_op(p, PLAN_BUILD, OP_LINK_SET, RANK_SET, want->group);

		op->link = want;
		op->attrs = attrs;
	}
}

void plan_old_link(struct planner *p, const struct net_link *old)
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
	plan_add_op(p, remade ? PLAN_BUILD : PLAN_PRUNE, OP_LINK_DELETE,
		    remade ? RANK_REMAKE : plan_delete_rank(old->kind), plan_group_of_old(p, old))
		->link = old;
}
