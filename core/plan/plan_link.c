/* SPDX-License-Identifier: Apache-2.0 */
/* plan_link.c - what to do about links: create, move, change, delete; see plan_parts.h */
#include <stdlib.h>

#include "base/util.h"
#include "plan/desired.h"
#include "plan/plan_parts.h"

/* One operation makes both. */
#define FILTERS (NET_LINK_LIMITS | NET_LINK_RELAY)

static bool is_lo(const struct net_link *link)
{
	return streq(link->name, "lo");
}

static bool peer_is_made(const struct planner *p, const struct net_link *want)
{
	const struct net_link *peer = net_find_link(p->actual, want->peer_ns, want->peer);

	return peer && net_is_made(peer);
}

bool plan_is_lent(const struct planner *p, const struct net_link *want)
{
	const struct net_link *inner = want->is_users ? net_find_link(p->actual, want->peer_ns, want->peer) : NULL;

	return inner && inner->kind == want->kind && inner->elsewhere && net_is_made(inner) &&
	       !net_find_link(p->actual, want->ns, want->name);
}

static bool peer_is_lent(const struct planner *p, const struct net_link *want)
{
	const struct net_link *peer = want->peer[0] ? net_find_link(p->desired, want->peer_ns, want->peer) : NULL;

	return peer && plan_is_lent(p, peer);
}

/* Whether the device can stay: the kernel cannot change these attributes of an existing one. */
static bool same_identity(const struct planner *p, const struct net_link *want, const struct net_link *have)
{
	if (want->kind != have->kind)
		return false;
	if (peer_is_lent(p, want))
		return true;
	return !net_link_differences(want, have, net_kinds[want->kind].attrs & NET_LINK_KIND) &&
	       (!want->peer[0] || peer_is_made(p, want));
}

/* The actual device, if it has the wanted namespace and name. */
static const struct net_link *find_in_place(const struct planner *p, const struct net_link *want)
{
	const struct net_link *have = plan_is_nic(want) ? plan_find_nic(p, want)
							: plan_standing(p, want->ns, want->name);

	return have && have->ns == want->ns && streq(have->name, want->name) ? have : NULL;
}

void plan_mark_remade(struct planner *p, const struct net_link *have)
{
	const struct net_link *peer = net_find_link(p->actual, have->peer_ns, have->peer);

	p->remade[have - p->actual->links] = true;
	if (peer && net_is_made(peer))
		p->remade[peer - p->actual->links] = true;
	plan_mark_svis(p, have);
}

/* The parent of a NIC's VLAN or macvlan stays the host's: evpnd does not even set it up. */
static void check_parent(struct planner *p, const struct net_link *want)
{
	const struct net_link *parent = net_find_link(p->actual, NET_NS_HOST, want->parent);
	const struct net_link *given_back = net_find_link(p->desired, NET_NS_HOST, want->parent);

	if (given_back && given_back->given_back && plan_find_nic(p, given_back))
		return;
	if (!parent)
		plan_add_problem(
			p, PLAN_ABSENT, want->group,
			"underlay NIC %s: its parent %s does not exist on the host; create it, or correct `parent' in "
			"underlay.interfaces",
			want->name, want->parent);
	else if (!parent->up)
		plan_add_problem(p, PLAN_BUSY, want->group,
				 "underlay NIC %s: its parent %s is down; set it up: ip link set %s up", want->name,
				 want->parent, want->parent);
}

static void check_master(struct planner *p, const struct net_link *want)
{
	const struct net_link *master = net_find_link(p->actual, want->ns, want->master);

	/* A master that evpnd creates is checked as a link of its own. */
	if (!want->master[0] || net_find_link(p->desired, want->ns, want->master))
		return;
	if (!master)
		plan_add_problem(p, PLAN_ABSENT, want->group,
				 "%s: %s cannot become a port of %s: no such device; create it, or correct `%s' in "
				 "evpn.conf",
				 net_ns_name(want->ns), want->name, want->master, want->in_vrf ? "vrf" : "bridge");
	else if (want->in_vrf && master->kind != NET_KIND_VRF)
		plan_add_problem(
			p, PLAN_BUSY, want->group,
			"%s: %s cannot become a port of %s: that device is not a VRF; correct `vrf' in evpn.conf",
			net_ns_name(want->ns), want->name, want->master);
	else if (!want->in_vrf && master->kind != NET_KIND_BRIDGE)
		plan_add_problem(
			p, PLAN_BUSY, want->group,
			"%s: %s cannot become a port of %s: that device is not a bridge; correct `bridge' in evpn.conf",
			net_ns_name(want->ns), want->name, want->master);
}

/*
 * zebra exits when it sees two VRFs with one table. A VRF of ours that is not wanted is deleted before the new one is
 * created; a foreign one is a problem.
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
			plan_add_problem(p, PLAN_FOREIGN, want->group,
					 "frr: vrf %s cannot have table %u: vrf %s, which evpnd did not create, has it "
					 "already; choose another `table' in evpn.conf",
					 want->name, want->table, (*first)->name);
	}
}

static void check_name(struct planner *p, const struct net_link *want, const struct net_link *have)
{
	const char *whose = have->owner == NET_OWNER_SIBLING  ? "belongs to another instance of evpnd"
			    : have->owner == NET_OWNER_FORGED ? "has evpnd's mark, but evpnd has not moved it there"
			    : have->owner == NET_OWNER_NIC    ? "is an underlay NIC"
							      : "was not created by evpnd (it has no evpnd mark)";

	plan_add_problem(p, PLAN_FOREIGN, want->group,
			 "%s: %s %s already exists and %s; rename or delete it, or choose another name in evpn.conf",
			 net_ns_name(want->ns), net_kind_name(have->kind), want->name, whose);
}

/* Whether an underlay NIC that has the name is to be moved or renamed. Then that is done first. */
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

	if (is_lo(want) || plan_is_lent(p, want))
		return;
	if (plan_is_nic(want))
		plan_check_nic(p, want);
	else if (have && leaves_name(p, have))
		p->remade[have - p->actual->links] = true;
	else if (have && !net_is_made(have))
		check_name(p, want, have);
	else if (have && !same_identity(p, want, have))
		plan_mark_remade(p, have);
	if (want->parent[0] && !plan_is_svi(want))
		check_parent(p, want);
	if (want->kind == NET_KIND_VRF)
		check_table(p, want);
	check_master(p, want);
}

/* Whether the message that creates the other end of a veth creates this one. */
static bool is_made_by_peer(const struct net_link *want)
{
	return want->peer[0] && !want->makes_peer;
}

/* The attributes that a link lacks when it was just created or moved. */
static net_attr_set missing_at_birth(const struct net_link *want)
{
	net_attr_set attrs = want->want & ~(net_attr_set)(NET_LINK_BIRTH | NET_LINK_KIND | NET_LINK_DATA);

	/* A NIC comes with the MTU that it has. */
	if (plan_is_nic(want))
		attrs |= want->want & (NET_LINK_MTU | NET_LINK_MAC);
	/* A veth's other end has its MTU from the message, but no master. */
	if (is_made_by_peer(want) && want->master[0])
		attrs |= NET_LINK_MASTER;
	if (!want->seals)
		attrs &= ~(net_attr_set)NET_LINK_SEALS;
	if (!net_limits_any(&want->limits))
		attrs &= ~(net_attr_set)NET_LINK_LIMITS;
	if (!want->relay[0])
		attrs &= ~(net_attr_set)NET_LINK_RELAY;
	if (want->max_macs)
		attrs |= want->want & NET_LINK_MAX_MACS;
	return want->up ? attrs : attrs & ~(net_attr_set)NET_LINK_UP;
}

/* Whether evpnd has put its user's end into the master that it has: its MAC says so. */
static bool is_placed(const struct net_link *want, const struct net_link *have)
{
	uint8_t mac[6];

	desired_end_mac(want->mac_seed, have->master, mac);
	return have->master[0] && memcmp(mac, have->mac, sizeof(mac)) == 0;
}

static net_attr_set differences(const struct planner *p, const struct net_link *want, const struct net_link *have)
{
	net_attr_set attrs = net_link_differences(want, have, want->want & (NET_LINK_COMMON | NET_LINK_DATA));

	if (want->is_users && !is_placed(want, have))
		attrs &= ~(net_attr_set)(NET_LINK_MASTER | NET_LINK_MAC);
	/* The kernel does not take a port out of Open vSwitch's datapath; the program that put it there does. */
	if (have->ovs && !want->master[0])
		attrs &= ~(net_attr_set)NET_LINK_MASTER;
	/* The master is replaced by a new device of that name, so the port has to be put back. */
	if (want->master[0] && !plan_standing(p, want->ns, want->master))
		attrs |= want->want & (NET_LINK_MASTER | NET_LINK_PORT);
	/* So does what relays to a device that is made anew. */
	if (net_relays(want) && !plan_standing(p, want->ns, want->relay))
		attrs |= NET_LINK_RELAY;
	return attrs;
}

/* Which of the wanted attributes differ. `have` NULL: the link will be created or moved. */
static net_attr_set link_difference(const struct planner *p, const struct net_link *want, const struct net_link *have)
{
	net_attr_set attrs = have ? differences(p, want, have) : missing_at_birth(want);

	/* A port of another bridge has the VLANs that new ports have there. */
	if (!have || (attrs & NET_LINK_MASTER))
		attrs |= want->trunk && want->joins[0] ? NET_LINK_PVID : want->want & NET_LINK_PVID;
	if (p->actual->no_ipv6[want->ns])
		attrs &= ~(net_attr_set)(NET_LINK_IPV6 | NET_LINK_ADDRGEN_NONE);
	return attrs;
}

/* Whether the bridge or VXLAN of an L3VNI exists, and gets another VRF than it has. */
static bool changes_vrf(const struct planner *p, const struct net_link *want)
{
	const struct net_link *bridge = want->kind == NET_KIND_VXLAN ? net_find_link(p->desired, want->ns, want->master)
					: want->kind == NET_KIND_BRIDGE || plan_is_svi(want) ? want
											     : NULL;
	const struct net_link *have = bridge ? plan_standing(p, bridge->ns, bridge->name) : NULL;

	return want->raised && bridge &&
	       (!have || !streq(have->master, bridge->master) || !plan_standing(p, bridge->ns, bridge->master));
}

/* Creates the device, or moves the NIC. Returns the attributes that this sets. */
static net_attr_set plan_birth(struct planner *p, const struct net_link *want)
{
	enum plan_stage stage = plan_stage_of(p, want->group, PLAN_BUILD);

	if (plan_is_nic(want))
		return plan_move_nic(p, stage, want);
	if (!is_made_by_peer(want))
		plan_add_op(p, stage, OP_LINK_CREATE, plan_create_rank(want->kind), want->group)->link = want;
	return 0;
}

static void plan_set(struct planner *p, enum plan_stage stage, unsigned int rank, const struct net_link *want,
		     net_attr_set attrs)
{
	struct op *op = plan_add_op(p, stage, OP_LINK_SET, rank, want->group);

	op->link = want;
	op->attrs = attrs;
}

static bool has_gateway(const struct net *net, const char *bridge, uint8_t family)
{
	size_t n;
	const struct net_addr *addrs = net_addrs_of(net, NET_NS_FRR, bridge, &n);

	for (size_t i = 0; i < n; i++)
		if (addrs[i].ours && (!family || addrs[i].ip.family == family))
			return true;
	return false;
}

/*
 * Whether the bridge of this L2VNI's VXLAN loses its IPv6 gateways, which the other nodes keep. FRR that is told to send no more
 * router advertisements sends a last one, of lifetime 0, from the address that all nodes share (rtadv_stop_ra()), and the hosts
 * of all nodes lose their default route. So nothing leaves by the VXLAN until FRR has been told.
 */
static bool loses_gateways(const struct planner *p, const struct net_link *want)
{
	return want->kind == NET_KIND_VXLAN && !want->raised && want->ns == NET_NS_FRR &&
	       has_gateway(p->actual, want->master, AF_INET6) && !has_gateway(p->desired, want->master, AF_INET6);
}

/* zebra tells bgpd the router MAC when the bridge of an L3VNI comes up (zebra_vxlan_svi_up()), and says nothing of a later change. */
static bool changes_router_mac(const struct net_link *want, net_attr_set attrs)
{
	return want->raised && (want->kind == NET_KIND_BRIDGE || plan_is_svi(want)) && (attrs & NET_LINK_MAC);
}

void plan_link(struct planner *p, const struct net_link *want)
{
	const struct net_link *have = find_in_place(p, want);
	enum plan_stage stage = plan_stage_of(p, want->group, PLAN_BUILD);
	net_attr_set attrs = link_difference(p, want, have);
	bool leaves_set = have && loses_gateways(p, want);

	if (plan_is_lent(p, want))
		return;
	if (!have)
		attrs &= ~plan_birth(p, want);
	/* Down until FRR has its new configuration, like a new device: until then FRR counts it to the former VRF. */
	if (have && have->up && (changes_vrf(p, want) || leaves_set || changes_router_mac(want, attrs))) {
		plan_add_op(p, stage, OP_LINK_DOWN, RANK_DOWN, want->group)->link = want;
		attrs |= NET_LINK_UP;
	}
	/* Before the SVIs are made: none may have a larger MTU than their bridge (vlan_newlink()). */
	if (have && want->filters && (attrs & NET_LINK_MTU) && want->mtu > have->mtu) {
		plan_set(p, stage, plan_create_rank(NET_KIND_BRIDGE), want, NET_LINK_MTU);
		attrs &= ~(net_attr_set)NET_LINK_MTU;
	}
	if (attrs & NET_LINK_IPV6)
		plan_add_op(p, stage, OP_LINK_IPV6, RANK_IPV6, want->group)->link = want;
	/* Before a new port is up; after it has joined another bridge. */
	if (attrs & NET_LINK_PVID)
		plan_add_op(p, stage, OP_LINK_VLAN, have || is_made_by_peer(want) ? RANK_PORT : RANK_IPV6, want->group)
			->link = want;
	/* Sealed before it is up or leaves a VRF, opened for IPv4 after it is in one. */
	if (attrs & NET_LINK_SEALS)
		plan_add_op(p, stage, OP_LINK_SEAL,
			    have && (have->seals & ~want->seals & NET_SEAL_IPV4) ? RANK_PORT : RANK_IPV6, want->group)
			->link = want;
	if (attrs & FILTERS)
		plan_add_op(p, stage, OP_LINK_FILTER, RANK_IPV6, want->group)->link = want;
	attrs &= ~(net_attr_set)(NET_LINK_IPV6 | NET_LINK_PVID | NET_LINK_SEALS | FILTERS);
	if ((want->raised || leaves_set) && (attrs & NET_LINK_UP)) {
		plan_set(p, PLAN_RAISE, plan_is_svi(want) ? RANK_SVI : plan_create_rank(want->kind), want, NET_LINK_UP);
		attrs &= ~(net_attr_set)NET_LINK_UP;
	}
	/* After its VLAN has its VNI: beside a VXLAN device of one VNI, zebra takes an SVI without for the L3VNI's (23028). */
	if (plan_is_svi(want) && (attrs & NET_LINK_UP)) {
		plan_set(p, stage, RANK_SVI, want, NET_LINK_UP);
		attrs &= ~(net_attr_set)NET_LINK_UP;
	}
	/* The kernel applies a port's attributes to the master that it has before the message. */
	if ((attrs & NET_LINK_PORT) && (attrs & NET_LINK_MASTER)) {
		plan_set(p, stage, RANK_PORT, want, NET_LINK_PORT);
		attrs &= ~(net_attr_set)NET_LINK_PORT;
	}
	/* ip(8) has a command of its own for the attributes of a kind. */
	if (attrs & NET_LINK_DATA) {
		plan_set(p, stage, RANK_SET, want, attrs & NET_LINK_DATA);
		attrs &= ~(net_attr_set)NET_LINK_DATA;
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
	/* Deleting one end of a veth deletes both, so the end on the host is enough. */
	if (old->peer[0] && old->ns == NET_NS_FRR) {
		const struct net_link *outer = net_find_link(p->actual, old->peer_ns, old->peer);

		if (outer && outer->ns == NET_NS_HOST && net_is_made(outer) &&
		    (!net_find_link(p->desired, outer->ns, outer->name) || p->remade[outer - p->actual->links]))
			return;
	}
	/*
	 * A device that is created anew under its name is deleted first; the others after FRR's configuration no longer
	 * uses them, ports before masters. A bridge with a gateway goes down before FRR is told, so that FRR says no goodbye from
	 * the addresses that other nodes have, too: see loses_gateways(). With --down, FRR is not told.
	 */
	if (!remade && !p->desired->is_nothing && old->ns == NET_NS_FRR &&
	    (old->kind == NET_KIND_BRIDGE || plan_is_svi(old)) && old->up && has_gateway(p->actual, old->name, 0)) {
		struct op *down = plan_add_op(p, PLAN_BUILD, OP_LINK_DOWN, RANK_DOWN, plan_group_of_old(p, old));

		down->link = down->have = old;
	}
	plan_add_op(p, remade ? PLAN_BUILD : PLAN_PRUNE, OP_LINK_DELETE,
		    remade ? RANK_REMAKE : plan_delete_rank(old->kind), plan_group_of_old(p, old))
		->link = old;
}
