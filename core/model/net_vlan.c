/* SPDX-License-Identifier: Apache-2.0 */
/* net_vlan.c - see net_vlan.h */
#include <stdlib.h>
#include <string.h>

#include "base/util.h"
#include "model/net.h"

const char *net_ns_name(enum net_ns ns)
{
	return ns == NET_NS_HOST ? "host" : "frr";
}

int net_vlan_compare(const struct net_vlan *a, const struct net_vlan *b)
{
	int d = (int)a->ns - (int)b->ns;

	if (d == 0)
		d = strcmp(a->link, b->link);
	if (d == 0)
		d = (int)a->kind - (int)b->kind;
	if (d == 0)
		d = (int)a->vid - (int)b->vid;
	/* A VLAN of the VXLAN device has one VNI, so the VNI is not what tells two apart. */
	if (d == 0 && a->kind == NET_VLAN_VNI)
		d = (a->vni > b->vni) - (a->vni < b->vni);
	if (d == 0 && a->kind == NET_VLAN_MAC)
		d = memcmp(a->mac, b->mac, sizeof(a->mac));
	return d;
}

bool net_vlan_same(const struct net_vlan *a, const struct net_vlan *b)
{
	return net_vlan_compare(a, b) == 0 && a->vni == b->vni && a->access == b->access;
}

bool net_vlan_follows(const struct net_vlan *a, const struct net_vlan *b)
{
	bool same_place = a->ns == b->ns && a->kind == b->kind && streq(a->link, b->link);

	switch (a->kind) {
	case NET_VLAN_VNI:
		return same_place && b->vni == a->vni + 1;
	case NET_VLAN_TUNNEL:
		return same_place && b->vid == a->vid + 1 && a->vni && b->vni == a->vni + 1;
	case NET_VLAN_SELF:
	case NET_VLAN_PORT:
		return same_place && b->vid == a->vid + 1;
	case NET_VLAN_MAC:
		return false;
	}
	return false;
}

static int by_place(const void *a, const void *b)
{
	return net_vlan_compare(a, b);
}

const struct net_vlan *net_find_vni(const struct net *net, uint32_t vni)
{
	const struct net_vlan key = { .ns = NET_NS_FRR, .link = NET_SINGLE_VXLAN, .kind = NET_VLAN_VNI, .vni = vni };

	return net->n_vlans ? bsearch(&key, net->vlans, net->n_vlans, sizeof(key), by_place) : NULL;
}
