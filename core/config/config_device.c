/* SPDX-License-Identifier: Apache-2.0 */
/* config_device.c - the devices in FRR's namespace that EVPN needs; see config_check_parts.h */
#include "config/config_check_parts.h"
#include "model/net.h"

static bool is_device_of(const char *name, uint32_t vni, const struct config_host *host)
{
	char bridge[IFNAMSIZ], vxlan[IFNAMSIZ];

	net_name_bridge(vni, bridge);
	net_name_vxlan(vni, vxlan);
	return streq(name, bridge) || streq(name, vxlan) || (host->set && streq(name, host->peer));
}

bool config_needs_device(const struct config *config, const char *name)
{
	bool single = config->vxlan.single && (streq(name, NET_SINGLE_BRIDGE) || streq(name, NET_SINGLE_VXLAN));
	bool needed = streq(name, "lo") || single || (config->trunk.set && streq(name, config->trunk.peer));

	for (size_t i = 0; i < config->underlay.n_nics; i++)
		needed |= streq(name, config->underlay.nics[i].name);
	for (size_t i = 0; i < config->n_l3vnis; i++)
		needed |= streq(name, config->l3vnis[i].vrf) ||
			  is_device_of(name, config->l3vnis[i].vni, &config->l3vnis[i].host);
	for (size_t i = 0; i < config->n_l2vnis; i++)
		needed |= is_device_of(name, config->l2vnis[i].vni, &config->l2vnis[i].host);
	return needed;
}

void config_name_vxlan(const struct config *config, uint32_t vni, char ret_name[IFNAMSIZ])
{
	if (config && config->vxlan.single)
		net_set_name(ret_name, NET_SINGLE_VXLAN);
	else
		net_name_vxlan(vni, ret_name);
}

void config_name_bridge(const struct config *config, uint32_t vni, char ret_name[IFNAMSIZ])
{
	if (config && config->vxlan.single)
		net_set_name(ret_name, NET_SINGLE_BRIDGE);
	else
		net_name_bridge(vni, ret_name);
}
