/* SPDX-License-Identifier: Apache-2.0 */
/* plan_link.c - what to do about links: make, move, change, delete; see plan_parts.h */
#include <stdlib.h>

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
		return have->peer_ns == want->peer_ns && streq(have->peer, want->peer) && peer && net_is_made(peer);
	case NET_KIND_VLAN:
		return want->vlan == have->vlan && streq(want->parent, have->parent);
	case NET_KIND_MACVLAN:
		return streq(want->parent, have->parent);
	case NET_KIND_BRIDGE:
	case NET_KIND_OTHER:
		return true;
	}
	return true;
}

/* An underlay NIC is the same device wherever it is and whatever it is called there. */
static bool is_nic(const struct net_link *want)
{
	return want->adopted || want->returned;
}

static const struct net_link *find_nic(const struct planner *p, const struct net_link *want)
{
	const char *outer = want->returned ? want->name : want->other_name;

	return net_find_nic(p->actual, outer, want->name, want->hw_mac);
}

const struct net_link *plan_find_wanted(const struct planner *p, const struct net_link *nic)
{
	for (size_t i = 0; i < p->desired->n_links; i++)
		if (is_nic(&p->desired->links[i]) && find_nic(p, &p->desired->links[i]) == nic)
			return &p->desired->links[i];
	return NULL;
}

/* The actual device, if it is where it shall be, under the name it shall have. */
static const struct net_link *find_in_place(const struct planner *p, const struct net_link *want)
{
	const struct net_link *have = is_nic(want) ? find_nic(p, want) : plan_standing(p, want->ns, want->name);

	return have && have->ns == want->ns && streq(have->name, want->name) ? have : NULL;
}

/* It will be deleted and made again; a veth end takes the other with it. */
static void mark_remade(struct planner *p, const struct net_link *have)
{
	const struct net_link *peer = have->kind == NET_KIND_VETH ? net_find_link(p->actual, have->peer_ns, have->peer)
								  : NULL;

	p->remade[have - p->actual->links] = true;
	if (peer && net_is_made(peer))
		p->remade[peer - p->actual->links] = true;
}

static void check_adopted(struct planner *p, const struct net_link *want)
{
	const struct net_link *nic = find_nic(p, want), *there = net_find_link(p->actual, NET_NS_FRR, want->name);

	if (there && there != nic && net_is_made(there))
		mark_remade(p, there);
	else if (there && there != nic)
		plan_add_problem(p, PLAN_FOREIGN, want->group,
				 "underlay NIC %s: FRR's namespace has a device %s already, which evpnd did not move "
				 "there; rename or remove that one, or give this one another name there by "
				 "underlay.interfaces.rename",
				 want->other_name, want->name);
	else if (!nic)
		plan_add_problem(
			p, PLAN_ABSENT, want->group,
			"underlay NIC %s: no such device on the host, nor in FRR's namespace%s", want->other_name,
			memcmp(want->hw_mac, (uint8_t[6]){ 0 }, 6) != 0
				? "; it was moved before: a virtual device goes with its namespace, make it again"
				: "");
	else if (nic->ns == NET_NS_HOST && nic->master[0])
		plan_add_problem(p, PLAN_BUSY, want->group,
				 "underlay NIC %s: it is a port of %s on the host; take it out of there first",
				 want->other_name, nic->master);
}

static void check_returned(struct planner *p, const struct net_link *want)
{
	const struct net_link *nic = find_nic(p, want), *there = net_find_link(p->actual, NET_NS_HOST, want->name);

	/* A virtual one is forgotten before it comes to this. */
	if (!nic)
		plan_add_problem(p, PLAN_ABSENT, want->group,
				 "NIC %s is neither on the host nor in FRR's namespace: the kernel puts it back on the "
				 "host when the namespace that it is in is gone, give it back then (--down); if it is "
				 "gone for good, remove its record, nic-%s.json in the state directory",
				 want->name, want->name);
	else if (there && there != nic)
		plan_add_problem(p, PLAN_FOREIGN, want->group,
				 "NIC %s cannot be given back: the host has another device of that name now; rename or "
				 "remove that one",
				 want->name);
}

/* What a VLAN or macvlan sits on stays the host's: evpnd does not even set it up. */
static void check_parent(struct planner *p, const struct net_link *want)
{
	const struct net_link *parent = net_find_link(p->actual, NET_NS_HOST, want->parent);
	const struct net_link *returned = net_find_link(p->desired, NET_NS_HOST, want->parent);

	if (returned && returned->returned && find_nic(p, returned))
		return;
	if (!parent)
		plan_add_problem(p, PLAN_ABSENT, want->group, "underlay NIC %s: its parent %s is not on the host",
				 want->name, want->parent);
	else if (!parent->up)
		plan_add_problem(p, PLAN_BUSY, want->group, "underlay NIC %s: its parent %s is down: set it up",
				 want->name, want->parent);
}

static void check_master(struct planner *p, const struct net_link *want)
{
	const struct net_link *master = net_find_link(p->actual, want->ns, want->master);

	/* One that evpnd makes is checked on its own. */
	if (!want->master[0] || net_find_link(p->desired, want->ns, want->master))
		return;
	if (!master)
		plan_add_problem(p, PLAN_ABSENT, want->group,
				 "%s: %s shall be a port of %s, and there is no such device", net_ns_name(want->ns),
				 want->name, want->master);
	else if (master->kind != NET_KIND_BRIDGE)
		plan_add_problem(p, PLAN_BUSY, want->group, "%s: %s shall be a port of %s, which is no bridge",
				 net_ns_name(want->ns), want->name, want->master);
}

/*
 * zebra ends itself when it sees two VRFs with one table. What is ours and not wanted goes before the new one comes; what is
 * foreign stands in the way.
 */
static void check_table(struct planner *p, const struct net_link *want)
{
	struct net_link key = { .table = want->table };
	const struct net_link *wanted = &key;
	const struct net_link **first = bsearch(&wanted, p->vrfs, p->n_vrfs, sizeof(*p->vrfs), plan_by_table);

	if (!first)
		return;
	while (first > p->vrfs && first[-1]->table == want->table)
		first--;
	for (; first < p->vrfs + p->n_vrfs && (*first)->table == want->table; first++) {
		if (streq((*first)->name, want->name))
			continue;
		if (net_is_made(*first))
			p->remade[*first - p->actual->links] = true;
		else
			plan_add_problem(
				p, PLAN_FOREIGN, want->group,
				"frr: vrf %s shall have table %u, which vrf %s has already, and that one is not "
				"ours: choose another `table' in evpn.conf",
				want->name, want->table, (*first)->name);
	}
}

static void check_name(struct planner *p, const struct net_link *want, const struct net_link *have)
{
	const char *whose = have->owner == NET_OWNER_SIBLING ? "belongs to another instance of evpnd"
			    : have->owner == NET_OWNER_NIC   ? "is an underlay NIC"
							     : "is not ours (no evpnd mark)";

	plan_add_problem(p, PLAN_FOREIGN, want->group,
			 "%s: %s %s is there already and %s; rename or remove it, or choose another name in evpn.conf",
			 net_ns_name(want->ns), net_kind_name(have->kind), want->name, whose);
}

/* Whether an underlay NIC that has the name goes to another place or name; it does so first then. */
static bool leaves_name(struct planner *p, const struct net_link *have)
{
	const struct net_link *wanted = have->owner == NET_OWNER_NIC ? plan_find_wanted(p, have) : NULL;

	if (!wanted)
		return false;
	p->early[wanted->group] = true;
	return true;
}

void plan_check_link(struct planner *p, const struct net_link *want)
{
	const struct net_link *have = net_find_link(p->actual, want->ns, want->name);

	if (is_lo(want))
		return;
	if (want->adopted)
		check_adopted(p, want);
	else if (want->returned)
		check_returned(p, want);
	else if (have && leaves_name(p, have))
		p->remade[have - p->actual->links] = true;
	else if (have && !net_is_made(have))
		check_name(p, want, have);
	else if (have && !same_identity(p, want, have))
		mark_remade(p, have);
	if (want->parent[0])
		check_parent(p, want);
	if (want->kind == NET_KIND_VRF)
		check_table(p, want);
	check_master(p, want);
}

/* Which of the wanted attributes differ. `have` NULL: a device just made (or moved in), with what creation gave it. */
static unsigned int link_difference(const struct planner *p, const struct net_link *want, const struct net_link *have)
{
	unsigned int attrs = 0;

	if (!have) {
		attrs = want->want & (NET_LINK_MARK | NET_LINK_ADDRGEN_NONE | NET_LINK_PORT);
		/* A NIC comes with the MTU that it has. */
		if (is_nic(want))
			attrs |= want->want & NET_LINK_MTU;
		/* The creating message carries master, MTU and MAC, but not to a veth's other end the master. */
		if (want->kind == NET_KIND_VETH && !want->makes_peer && want->master[0])
			attrs |= NET_LINK_MASTER;
		if (want->up)
			attrs |= want->want & NET_LINK_UP;
		attrs |= want->want & NET_LINK_IPV6;
	} else {
		/* A NIC that went back has lost our mark with the move; what it is called now is its user's. */
		attrs |= have->owner != want->owner && !want->returned ? NET_LINK_MARK : 0;
		attrs |= have->owner == NET_OWNER_NIC && want->returned ? NET_LINK_MARK : 0;
		/* One that was to go and is wanted again: its former group comes with the mark. */
		attrs |= have->leaving ? NET_LINK_MARK : 0;
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

/* Whether an L3VNI's bridge or VXLAN, which stands, comes under another VRF than it was under. */
static bool changes_vrf(const struct planner *p, const struct net_link *want)
{
	const struct net_link *bridge = want->kind == NET_KIND_VXLAN ? net_find_link(p->desired, want->ns, want->master)
					: want->kind == NET_KIND_BRIDGE ? want
									: NULL;
	const struct net_link *have = bridge ? plan_standing(p, bridge->ns, bridge->name) : NULL;

	return want->raised && bridge &&
	       (!have || !streq(have->master, bridge->master) || !plan_standing(p, bridge->ns, bridge->master));
}

/* Makes the device, or brings the NIC to its place. Returns the attributes that are done by that. */
static unsigned int plan_birth(struct planner *p, const struct net_link *want)
{
	enum plan_stage stage = plan_stage_of(p, want->group, PLAN_BUILD);
	struct op *op;

	if (is_nic(want)) {
		op = plan_add_op(p, stage, want->returned ? OP_LINK_RETURN : OP_LINK_MOVE,
				 want->returned || p->early[want->group] ? RANK_RETURN : RANK_MOVE, want->group);
		op->link = want;
		op->have = find_nic(p, want);
		if (op->have && op->have->mtu == want->mtu)
			return NET_LINK_MARK | NET_LINK_MTU;
		/* It had this MTU before, so the kernel takes it; what is made on the NIC next has its MTU from it. */
		op->attrs = want->returned ? want->want & NET_LINK_MTU : 0;
		return NET_LINK_MARK | op->attrs;
	}
	/* The other end of a veth makes this one too. */
	if (want->kind != NET_KIND_VETH || want->makes_peer)
		plan_add_op(p, stage, OP_LINK_CREATE, plan_create_rank(want->kind), want->group)->link = want;
	return 0;
}

static void plan_set(struct planner *p, enum plan_stage stage, unsigned int rank, const struct net_link *want,
		     unsigned int attrs)
{
	struct op *op = plan_add_op(p, stage, OP_LINK_SET, rank, want->group);

	op->link = want;
	op->attrs = attrs;
}

void plan_link(struct planner *p, const struct net_link *want)
{
	const struct net_link *have = find_in_place(p, want);
	enum plan_stage stage = plan_stage_of(p, want->group, PLAN_BUILD);
	unsigned int attrs = link_difference(p, want, have);

	if (!have)
		attrs &= ~plan_birth(p, want);
	/* FRR takes it for what it was until it has its new configuration: down till then, as one just made. */
	if (have && have->up && changes_vrf(p, want)) {
		plan_add_op(p, stage, OP_LINK_DOWN, RANK_DOWN, want->group)->link = want;
		attrs |= NET_LINK_UP;
	}
	if (attrs & NET_LINK_IPV6)
		plan_add_op(p, stage, OP_LINK_IPV6, RANK_IPV6, want->group)->link = want;
	attrs &= ~(unsigned int)NET_LINK_IPV6;
	if (want->raised && (attrs & NET_LINK_UP)) {
		plan_set(p, PLAN_RAISE, plan_create_rank(want->kind), want, NET_LINK_UP);
		attrs &= ~(unsigned int)NET_LINK_UP;
	}
	/* The kernel takes a port's attributes for the master it has before the message. */
	if ((attrs & NET_LINK_PORT) && (attrs & NET_LINK_MASTER)) {
		plan_set(p, stage, RANK_PORT, want, NET_LINK_PORT);
		attrs &= ~(unsigned int)NET_LINK_PORT;
	}
	if (attrs)
		plan_set(p, stage, RANK_SET, want, attrs);
}

void plan_old_link(struct planner *p, const struct net_link *old)
{
	bool remade = p->remade[old - p->actual->links];
	bool wanted = net_find_link(p->desired, old->ns, old->name) != NULL;

	if (!net_is_made(old) || (wanted && !remade))
		return;
	/* One message deletes a pair: the end in FRR's namespace goes with the one on the host. */
	if (old->kind == NET_KIND_VETH && old->ns == NET_NS_FRR) {
		const struct net_link *outer = net_find_link(p->actual, old->peer_ns, old->peer);

		if (outer && outer->ns == NET_NS_HOST && net_is_made(outer) &&
		    (!net_find_link(p->desired, outer->ns, outer->name) || p->remade[outer - p->actual->links]))
			return;
	}
	/* What is made anew under the same name goes first; the rest after FRR has dropped it, ports before masters. */
	plan_add_op(p, remade ? PLAN_BUILD : PLAN_PRUNE, OP_LINK_DELETE,
		    remade ? RANK_REMAKE : plan_delete_rank(old->kind), plan_group_of_old(p, old))
		->link = old;
}
