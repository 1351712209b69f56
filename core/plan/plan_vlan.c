/* SPDX-License-Identifier: Apache-2.0 */
/* plan_vlan.c - what to do about the VLANs and VNIs of the single bridge, its VXLAN device and the trunk; see plan_parts.h */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/util.h"
#include "plan/plan_parts.h"

static int by_place(const void *a, const void *b)
{
	return net_vlan_compare(a, b);
}

const struct net_vlan *plan_find_vlan(const struct net *net, const struct net_vlan *key)
{
	return net->n_vlans ? bsearch(key, net->vlans, net->n_vlans, sizeof(*key), by_place) : NULL;
}

/* The VNI that the VLAN is sent in; 0: in none. */
static uint32_t find_vni(const struct net *net, uint16_t vid)
{
	struct net_vlan key = { .ns = NET_NS_FRR, .link = NET_SINGLE_VXLAN, .kind = NET_VLAN_TUNNEL, .vid = vid };
	const struct net_vlan *tunnel = plan_find_vlan(net, &key);

	return tunnel ? tunnel->vni : 0;
}

/* The entry, as long as its device stays. */
static const struct net_vlan *find_standing(const struct planner *p, const struct net_vlan *key)
{
	const struct net_link *link = net_find_link(p->desired, key->ns, key->link);

	if (key->kind == NET_VLAN_PORT ? !plan_keeps_vlans(p, link) : !plan_standing(p, key->ns, key->link))
		return NULL;
	return plan_find_vlan(p->actual, key);
}

/*
 * The kernel keeps no owner of an entry. On a device of ours what concerns a VNI is ours; a VLAN that is sent in no VNI is another
 * program's.
 */
static bool is_ours(const struct planner *p, const struct net_vlan *have)
{
	return have->kind == NET_VLAN_VNI || find_vni(p->actual, have->vid);
}

static int compare_vnis(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return (x > y) - (x < y);
}

/* The VNIs that get a VLAN. */
struct placed {
	uint32_t *vnis; /* sorted */
	size_t n;
};

/* Whether a VLAN keeps another VNI, or its VNI another VLAN, from what is wanted: then it goes first. */
static bool is_in_the_way(const struct net_vlan *have, const struct net_vlan *wanted, const struct placed *placed)
{
	return have->kind == NET_VLAN_TUNNEL &&
	       (wanted || (placed->n && bsearch(&have->vni, placed->vnis, placed->n, sizeof(uint32_t), compare_vnis)));
}

static unsigned int rank_of(bool adds, const struct net_vlan *vlan)
{
	return adds ? RANK_VLAN + (unsigned int)vlan->kind
		    : RANK_VLAN_DELETE + NET_VLAN_KIND_COUNT - 1 - (unsigned int)vlan->kind;
}

/* Takes the entry into the last operation, if that has the entry before it. */
static void add(struct planner *p, enum plan_stage stage, enum op_type type, unsigned int rank,
		const struct net_vlan *vlan)
{
	struct op *last = p->plan->n_ops ? &p->plan->ops[p->plan->n_ops - 1] : NULL, *op;
	const struct net_link *link = net_find_link(p->desired, vlan->ns,
						    vlan->kind == NET_VLAN_PORT ? vlan->link : NET_SINGLE_VXLAN);

	if (last && last->type == type && last->stage == stage && last->rank == rank &&
	    last->vlan + last->n_vlans == vlan && net_vlan_follows(vlan - 1, vlan)) {
		last->n_vlans++;
		return;
	}
	op = plan_add_op(p, stage, type, rank, link ? link->group : 0);
	op->vlan = vlan;
	op->n_vlans = 1;
}

static void plan_wanted(struct planner *p, struct placed *placed)
{
	for (size_t i = 0; i < p->desired->n_vlans; i++) {
		const struct net_vlan *want = &p->desired->vlans[i], *have = find_standing(p, want);

		if ((have && net_vlan_same(want, have)) || plan_group_in(p->desired, p->plan->blocked, want->group))
			continue;
		if (want->kind == NET_VLAN_TUNNEL)
			placed->vnis[placed->n++] = want->vni;
		add(p, want->raised ? PLAN_RAISE : PLAN_BUILD, OP_VLAN_ADD, rank_of(true, want), want);
	}
	if (placed->n)
		qsort(placed->vnis, placed->n, sizeof(uint32_t), compare_vnis);
}

/*
 * An end of the trunk is evpnd's, so what it has beside what is wanted goes: before a VNI that leaves the trunk gets a port of its own in
 * that VLAN, which would be a loop.
 */
static void plan_old_port(struct planner *p, const struct net_vlan *have)
{
	const struct net_link *link = net_find_link(p->desired, have->ns, have->link);

	if (link && link->trunk && plan_keeps_vlans(p, link) && !plan_find_vlan(p->desired, have))
		add(p, PLAN_BUILD, OP_VLAN_DELETE, RANK_REMAKE, have);
}

static void plan_old(struct planner *p, const struct net_vlan *have, const struct placed *placed)
{
	const struct net_link *link = net_find_link(p->desired, have->ns, have->link);
	const struct net_vlan *wanted = plan_find_vlan(p->desired, have);

	/* With a device that goes, all of it goes. */
	if (!link || !plan_standing(p, have->ns, have->link) || (wanted && net_vlan_same(wanted, have)) ||
	    !is_ours(p, have))
		return;
	if (is_in_the_way(have, wanted, placed))
		add(p, PLAN_BUILD, OP_VLAN_DELETE, RANK_REMAKE, have);
	else
		add(p, PLAN_PRUNE, OP_VLAN_DELETE, rank_of(false, have), have);
}

void plan_vlans(struct planner *p)
{
	struct placed placed = { .vnis = xcalloc(p->desired->n_vlans, sizeof(uint32_t)) };

	plan_wanted(p, &placed);
	for (size_t i = 0; i < p->actual->n_vlans; i++)
		if (p->actual->vlans[i].kind == NET_VLAN_PORT)
			plan_old_port(p, &p->actual->vlans[i]);
		else
			plan_old(p, &p->actual->vlans[i], &placed);
	free(placed.vnis);
}

static void put_span(char *buf, unsigned int first, unsigned int last)
{
	size_t len = strlen(buf);

	snprintf(buf + len, PLAN_VLAN_SIZE - len, last == first ? "%u" : "%u-%u", first, last);
}

const char *plan_vlan_text(const struct op *op, char buf[PLAN_VLAN_SIZE])
{
	const struct net_vlan *first = op->vlan, *last = first + op->n_vlans - 1;
	const uint8_t *mac = first->mac;
	bool adds = op->type == OP_VLAN_ADD;

	switch (first->kind) {
	case NET_VLAN_VNI:
		snprintf(buf, PLAN_VLAN_SIZE, "bridge vni %s dev %s vni ", adds ? "add" : "delete", first->link);
		put_span(buf, first->vni, last->vni);
		break;
	case NET_VLAN_TUNNEL:
		snprintf(buf, PLAN_VLAN_SIZE, "bridge vlan %s dev %s vid ", adds ? "add" : "del", first->link);
		put_span(buf, first->vid, last->vid);
		strcat(buf, " tunnel_info id ");
		put_span(buf, first->vni, last->vni);
		break;
	case NET_VLAN_SELF:
		snprintf(buf, PLAN_VLAN_SIZE, "bridge vlan %s dev %s vid ", adds ? "add" : "del", first->link);
		put_span(buf, first->vid, last->vid);
		strcat(buf, " self");
		break;
	case NET_VLAN_PORT:
		snprintf(buf, PLAN_VLAN_SIZE, "bridge vlan %s dev %s vid ", adds ? "add" : "del", first->link);
		put_span(buf, first->vid, last->vid);
		break;
	case NET_VLAN_MAC:
		snprintf(buf, PLAN_VLAN_SIZE,
			 "bridge fdb %s %02x:%02x:%02x:%02x:%02x:%02x dev %s vlan %u self permanent",
			 adds ? "replace" : "del", mac[0], mac[1], mac[2], mac[3], mac[4], mac[5], first->link,
			 first->vid);
		break;
	}
	return buf;
}

void plan_mark_svis(struct planner *p, const struct net_link *bridge)
{
	for (size_t i = 0; bridge->kind == NET_KIND_BRIDGE && i < p->actual->n_links; i++) {
		const struct net_link *svi = &p->actual->links[i];

		if (plan_is_svi(svi) && svi->ns == bridge->ns && streq(svi->parent, bridge->name))
			p->remade[i] = true;
	}
}

/*
 * Two VXLAN devices on one UDP port are in each other's way if one of them has a filter of VNIs and the other one has none
 * (vxlan_find_sock()): when vxlan.mode changes, the former ones go before the new ones come.
 */
void plan_check_mode(struct planner *p)
{
	const struct net_link *single = net_find_link(p->desired, NET_NS_FRR, NET_SINGLE_VXLAN);
	const struct net_link *vxlan = NULL;

	for (size_t i = 0; !vxlan && i < p->desired->n_links; i++)
		if (p->desired->links[i].kind == NET_KIND_VXLAN)
			vxlan = &p->desired->links[i];
	for (size_t i = 0; vxlan && i < p->actual->n_links; i++) {
		const struct net_link *old = &p->actual->links[i];

		if (old->ns == NET_NS_FRR && old->kind == NET_KIND_VXLAN && net_is_made(old) &&
		    old->external != (single != NULL) && old->port == vxlan->port)
			p->remade[i] = true;
	}
}
