/* SPDX-License-Identifier: Apache-2.0 */
/* config_trunk.c - group host: the keys of the trunk, and what goes together with it; see config_parts.h */
#include "base/util.h"
#include "config/config_check_parts.h"
#include "model/net.h"

static void read_trunk(struct config_reader *r, const config_setting_t *s, const struct config_key *key, void *base)
{
	((struct config *)base)->trunk.set = true;
	value_read_group(r, s, key, base);
}

static const struct config_section trunk_section = {
	.path = "host.trunk",
	.size = sizeof(struct config_host),
	.where = offsetof(struct config_host, where),
	.keys =
		(const struct config_key[]){
			{ "interface", value_read_device, MEMBER(struct config_host, interface), .required = true },
			{ "peer", value_read_device, MEMBER(struct config_host, peer) },
			{ "bridge", value_read_device, MEMBER(struct config_host, bridge) },
			{ "managed", value_read_bool, MEMBER(struct config_host, managed) },
			{ "vlan", .elsewhere = "it is one of l2vnis; the trunk carries each VNI in its own `vlan'" },
			{ "addresses",
			  .elsewhere = "it is one of l2vnis.host; the trunk carries the VLANs of all VNIs: set "
				       "addresses on a VLAN device on it, or of the bridge" },
			{ NULL },
		},
};

const struct config_section config_host_section = {
	.path = "host",
	.size = sizeof(struct config),
	.where = CONFIG_NO_WHERE,
	.keys =
		(const struct config_key[]){
			{ "trunk", read_trunk, MEMBER(struct config, trunk), .section = &trunk_section },
			{ NULL },
		},
};

bool config_is_on_trunk(const struct config *config, const struct config_l2vni *l2)
{
	return config->trunk.set && !l2->host.set;
}

const struct config_host *config_host_of(const struct config *config, const struct config_l2vni *l2)
{
	return config_is_on_trunk(config, l2) ? &config->trunk : &l2->host;
}

static void check_devices(struct checker *c, const config_setting_t *s)
{
	const struct config_host *trunk = &c->config->trunk;

	if (trunk->interface[0])
		config_use_device(c, member(s, "interface"), HOST, trunk->interface, xstrdup("host.trunk.interface"));
	config_use_device(c, member(s, "peer"), FRR, trunk->peer, xstrdup("host.trunk.peer"));
	if (trunk->bridge[0])
		config_use_device(c, member(s, "bridge"), HOST, trunk->bridge, xstrdup("host.trunk.bridge"))->shared =
			!trunk->managed;
	else if (trunk->managed)
		PROBLEM(c, member(s, "managed"),
			"host.trunk.managed: `bridge' is missing: set the name of the bridge to create");
}

static struct config_use *use_vlan(struct checker *c, const config_setting_t *s, uint16_t vlan, const char *what,
				   uint32_t vni)
{
	return config_use(c->r, s, xasprintf("VLAN %u of bridge %s", vlan, c->config->trunk.bridge),
			  xasprintf("%s of VNI %u", what, vni));
}

/* On one bridge, a VLAN that the trunk carries and that another VNI's end is in would make one network of two VNIs. */
static void check_vlans(struct checker *c, const struct config_l2vni *l2, const config_setting_t *s)
{
	const struct config_host *trunk = &c->config->trunk;

	if (!config_is_on_trunk(c->config, l2)) {
		if (l2->host.vlan && trunk->bridge[0] && streq(l2->host.bridge, trunk->bridge))
			use_vlan(c, member(member(s, "host"), "vlan"), l2->host.vlan, "host.vlan", l2->vni)->shared =
				true;
		return;
	}
	/* The host's bridge may have VLANs of other programs, which one that evpnd chooses might be. */
	if (!has(s, "vlan") && l2->vni)
		PROBLEM(c, s,
			"l2vnis: VNI %u has no `vlan', which host.trunk carries it in: set the one that its machines "
			"are in",
			l2->vni);
	for (uint32_t vlan = l2->vlan; trunk->bridge[0] && vlan && (vlan == l2->vlan || vlan <= l2->vlan_last); vlan++)
		use_vlan(c, member(s, "vlan"), (uint16_t)vlan, "the trunk's", l2->vni + vlan - l2->vlan);
}

void config_check_trunk(struct checker *c)
{
	const config_setting_t *s = member(member(c->r->root, "host"), "trunk"), *l2vnis = member(c->r->root, "l2vnis");

	if (!c->config->trunk.set || !config_setting_is_group(s))
		return;
	check_devices(c, s);
	if (!c->config->vxlan.single) {
		PROBLEM(c, s,
			"host.trunk: it needs vxlan.mode = \"single\", where all VNIs share a bridge: set that, or "
			"connect each VNI by l2vnis.host");
		return;
	}
	for (size_t i = 0; i < c->config->n_l2vnis; i++)
		check_vlans(c, &c->config->l2vnis[i], element(l2vnis, i));
}
