/* SPDX-License-Identifier: Apache-2.0 */
/* desired_trunk.c - the pair between the single bridge and the host that carries all L2VNIs, tagged; see desired_parts.h */
#include "base/util.h"
#include "plan/desired_parts.h"

static void add_vlan(struct maker *m, unsigned int group, enum net_ns ns, const char *end, uint16_t vid)
{
	struct net_vlan *vlan = util_append(&m->net->vlans, &m->net->n_vlans, sizeof(*vlan));

	vlan->ns = ns;
	vlan->kind = NET_VLAN_PORT;
	vlan->group = group;
	vlan->vid = vid;
	net_set_name(vlan->link, end);
}

void desired_add_trunk(struct maker *m, unsigned int mtu)
{
	const struct config_host *trunk = &m->config->trunk;
	unsigned int group;

	if (!trunk->set)
		return;
	group = desired_add_group(m, NET_GROUP_VNI, m->single, "host.trunk");
	desired_add_host(m, group, &(struct desired_inner){ .master = NET_SINGLE_BRIDGE, .mtu = mtu, .trunk = true },
			 trunk);
	for (size_t i = 0; i < m->config->n_l2vnis; i++) {
		const struct config_l2vni *l2 = &m->config->l2vnis[i];

		if (!config_is_on_trunk(m->config, l2))
			continue;
		add_vlan(m, group, NET_NS_FRR, trunk->peer, l2->vlan);
		/* Without a bridge the end is its user's, who may put it into one. */
		if (trunk->bridge[0])
			add_vlan(m, group, NET_NS_HOST, trunk->interface, l2->vlan);
	}
}
