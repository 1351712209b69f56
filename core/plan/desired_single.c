/* SPDX-License-Identifier: Apache-2.0 */
/* desired_single.c - one bridge and one VXLAN device for all VNIs, and the VLAN of each; see desired_parts.h */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/util.h"
#include "plan/desired_parts.h"

#define VLANS (NET_VLAN_LAST + 1)

/* The lowest free VLAN, from *next on; 0: there is none. */
static uint16_t take_next(bool *taken, uint16_t *next)
{
	while (*next <= NET_VLAN_LAST && taken[*next])
		++*next;
	if (*next > NET_VLAN_LAST)
		return 0;
	taken[*next] = true;
	return *next;
}

static void take_fixed(bool *taken, uint16_t vlan, uint16_t *ret)
{
	taken[vlan] = true;
	*ret = vlan;
}

/* A VNI that is a VLAN's number gets that VLAN, if no other one has it. */
static void take_same(bool *taken, uint32_t vni, uint16_t *vlan)
{
	if (*vlan || vni > NET_VLAN_LAST || taken[vni])
		return;
	taken[vni] = true;
	*vlan = (uint16_t)vni;
}

/*
 * The VLANs that evpn.conf says, then those that are VNIs, too, then the others in their order: VNIs that follow each other get VLANs
 * that do, which the kernel takes in one message. It depends on evpn.conf alone; desired_keep_vlans() keeps it stable.
 */
static void assign(const struct config *config, struct desired_vlans *vlans)
{
	bool taken[VLANS] = { [0] = true };
	uint16_t next = NET_VLAN_FIRST;

	for (size_t i = 0; i < config->n_l3vnis; i++)
		take_fixed(taken, config->l3vnis[i].vlan, &vlans->l3[i]);
	for (size_t i = 0; i < config->n_l2vnis; i++)
		take_fixed(taken, config->l2vnis[i].vlan, &vlans->l2[i]);
	for (size_t i = 0; i < config->n_l3vnis; i++)
		take_same(taken, config->l3vnis[i].vni, &vlans->l3[i]);
	for (size_t i = 0; i < config->n_l2vnis; i++)
		take_same(taken, config->l2vnis[i].vni, &vlans->l2[i]);
	for (size_t i = 0; i < config->n_l3vnis; i++)
		vlans->l3[i] = vlans->l3[i] ? vlans->l3[i] : take_next(taken, &next);
	for (size_t i = 0; i < config->n_l2vnis; i++)
		vlans->l2[i] = vlans->l2[i] ? vlans->l2[i] : take_next(taken, &next);
}

/* The largest MTU of all VNIs: the bridge and its VXLAN device carry the frames of each. */
static unsigned int largest_mtu(const struct maker *m)
{
	unsigned int mtu = m->inner_mtu;

	for (size_t i = 0; i < m->config->n_l3vnis; i++)
		mtu = m->config->l3vnis[i].mtu > mtu ? m->config->l3vnis[i].mtu : mtu;
	for (size_t i = 0; i < m->config->n_l2vnis; i++)
		mtu = m->config->l2vnis[i].mtu > mtu ? m->config->l2vnis[i].mtu : mtu;
	return mtu;
}

void desired_add_single(struct maker *m, struct desired_vlans *ret_vlans)
{
	struct net_link *link;
	uint8_t mac[6];

	if (m->config->n_l3vnis + m->config->n_l2vnis == 0)
		return;
	ret_vlans->l3 = xcalloc(m->config->n_l3vnis, sizeof(uint16_t));
	ret_vlans->l2 = xcalloc(m->config->n_l2vnis, sizeof(uint16_t));
	assign(m->config, ret_vlans);

	m->single = desired_add_group(m, NET_GROUP_VNI, 0, "single VXLAN device");
	link = desired_add_link(m, m->single, NET_NS_FRR, NET_KIND_BRIDGE, NET_SINGLE_BRIDGE);
	link->want |= NET_LINK_FILTERS | NET_LINK_NO_PVID | NET_LINK_ADDRGEN_NONE;
	link->filters = link->no_pvid = link->addrgen_none = true;
	/* That of the SVIs of L3VNIs: the bridge delivers frames for its own address in each VLAN. */
	desired_router_mac(m->config, mac);
	desired_set_mac(link, mac);
	desired_set_mtu(link, largest_mtu(m));
	desired_set_ipv6(link, false);

	link = desired_add_vxlan(m, m->single, NET_SINGLE_VXLAN, NET_SINGLE_BRIDGE);
	link->external = true;
	link->want |= NET_LINK_VLAN_TUNNEL;
	link->vlan_tunnel = true;
	link->neigh_suppress = m->config->vxlan.arp_suppression;
	desired_set_mtu(link, largest_mtu(m));
	desired_add_trunk(m, largest_mtu(m));
}

static struct net_vlan *add(struct maker *m, unsigned int group, enum net_vlan_kind kind, const struct desired_vni *vni)
{
	struct net_vlan *vlan = util_append(&m->net->vlans, &m->net->n_vlans, sizeof(*vlan));

	vlan->ns = NET_NS_FRR;
	vlan->kind = kind;
	vlan->group = group;
	vlan->raised = vni->raised;
	net_set_name(vlan->link,
		     kind == NET_VLAN_VNI || kind == NET_VLAN_TUNNEL ? NET_SINGLE_VXLAN : NET_SINGLE_BRIDGE);
	if (kind != NET_VLAN_VNI)
		vlan->vid = vni->vlan;
	if (kind == NET_VLAN_VNI || kind == NET_VLAN_TUNNEL)
		vlan->vni = vni->vni;
	return vlan;
}

void desired_add_single_vni(struct maker *m, unsigned int group, const struct desired_vni *vni)
{
	add(m, group, NET_VLAN_VNI, vni);
	add(m, group, NET_VLAN_TUNNEL, vni)->fixed = vni->fixed;
	if (vni->has_svi)
		add(m, group, NET_VLAN_SELF, vni);
	if (vni->mac)
		memcpy(add(m, group, NET_VLAN_MAC, vni)->mac, vni->mac, 6);
}

struct standing {
	uint32_t vni;
	uint16_t vid;
};

static int by_vni(const void *a, const void *b)
{
	const struct standing *x = a, *y = b;

	return (x->vni > y->vni) - (x->vni < y->vni);
}

struct standings {
	struct standing *items; /* sorted by VNI */
	size_t n;
};

static const struct standing *find_standing(const struct standings *standings, uint32_t vni)
{
	const struct standing key = { vni, 0 };

	return standings->n ? bsearch(&key, standings->items, standings->n, sizeof(key), by_vni) : NULL;
}

static void sort_standings(struct standings *standings)
{
	if (standings->n)
		qsort(standings->items, standings->n, sizeof(*standings->items), by_vni);
}

/* Another program may have deleted the VLAN of a VNI: its SVI says which one it was. */
static void add_svis(const struct net *actual, struct standings *standings)
{
	struct standings by_tunnel = *standings;
	uint32_t vni;

	for (size_t i = 0; i < actual->n_links; i++) {
		const struct net_link *svi = &actual->links[i];

		if (svi->ns == NET_NS_FRR && svi->kind == NET_KIND_VLAN && net_is_made(svi) &&
		    streq(svi->parent, NET_SINGLE_BRIDGE) && sscanf(svi->name, "br%u", &vni) == 1 &&
		    !find_standing(&by_tunnel, vni))
			standings->items[standings->n++] = (struct standing){ vni, svi->vlan };
	}
	sort_standings(standings);
}

/* The VLANs of the VNIs now. The VLANs of other programs are taken. The caller frees the items. */
static struct standings read_standings(const struct net *actual, bool *taken)
{
	struct standings standings = { .items = xcalloc(actual->n_vlans + actual->n_links, sizeof(struct standing)) };

	for (size_t i = 0; i < actual->n_vlans; i++) {
		const struct net_vlan *vlan = &actual->vlans[i];

		if (vlan->kind == NET_VLAN_TUNNEL && vlan->vni)
			standings.items[standings.n++] = (struct standing){ vlan->vni, vlan->vid };
		else if (vlan->kind == NET_VLAN_TUNNEL || vlan->kind == NET_VLAN_SELF)
			taken[vlan->vid] = true;
	}
	sort_standings(&standings);
	add_svis(actual, &standings);
	for (size_t i = 0; i < standings.n; i++)
		taken[standings.items[i].vid] = false;
	return standings;
}

static void rename_all(struct net *net, const uint16_t *names)
{
	for (size_t i = 0; i < net->n_vlans; i++)
		if (net->vlans[i].kind != NET_VLAN_VNI)
			net->vlans[i].vid = names[net->vlans[i].vid];
	for (size_t i = 0; i < net->n_links; i++) {
		struct net_link *link = &net->links[i];

		if (link->ns != NET_NS_FRR)
			continue;
		if (streq(link->parent, NET_SINGLE_BRIDGE))
			link->vlan = names[link->vlan];
		else if (streq(link->master, NET_SINGLE_BRIDGE) && (link->want & NET_LINK_PVID))
			link->pvid = names[link->pvid];
	}
	net_sort(net);
}

void desired_keep_vlans(struct net *desired, const struct net *actual)
{
	bool taken[VLANS] = { [0] = true };
	uint16_t names[VLANS] = { 0 }, next = NET_VLAN_FIRST;
	bool renames = false;
	struct standings standings = read_standings(actual, taken);

	for (size_t i = 0; i < desired->n_vlans; i++)
		if (desired->vlans[i].fixed) {
			names[desired->vlans[i].vid] = desired->vlans[i].vid;
			taken[desired->vlans[i].vid] = true;
		}
	for (size_t i = 0; i < desired->n_vlans; i++) {
		const struct net_vlan *vlan = &desired->vlans[i];
		const struct standing *now;

		if (vlan->kind != NET_VLAN_TUNNEL || vlan->fixed)
			continue;
		now = find_standing(&standings, vlan->vni);
		if (now && !taken[now->vid])
			take_fixed(taken, now->vid, &names[vlan->vid]);
	}
	for (int pass = 0; pass < 2; pass++)
		for (size_t i = 0; i < desired->n_vlans; i++) {
			const struct net_vlan *vlan = &desired->vlans[i];

			if (vlan->kind != NET_VLAN_TUNNEL || names[vlan->vid])
				continue;
			/* One that nobody has stays as it was assigned. */
			if (!taken[vlan->vid])
				take_fixed(taken, vlan->vid, &names[vlan->vid]);
			else if (pass == 1)
				names[vlan->vid] = take_next(taken, &next);
		}
	for (uint16_t vid = 0; vid <= NET_VLAN_LAST; vid++)
		renames |= names[vid] && names[vid] != vid;
	if (renames)
		rename_all(desired, names);
	free(standings.items);
}
