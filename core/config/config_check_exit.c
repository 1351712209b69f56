/* SPDX-License-Identifier: Apache-2.0 */
/*
 * config_check_exit.c - checks the ways out of VRFs by the default VRF, l3vnis.exit, and prefixes with `ge' and `le'; see
 * config_parts.h
 *
 * An exit connects tenants with the underlay's routing table. What would let them reach the underlay itself, or take its traffic,
 * is refused.
 */
#include <string.h>

#include "base/util.h"
#include "config/config_check_parts.h"

void config_check_ranges(struct checker *c, const config_setting_t *list, const char *path, uint32_t vni,
			 const struct config_accept *accept, size_t n)
{
	char text[IPADDR_TEXT_SIZE];

	for (size_t i = 0; i < n; i++, accept++) {
		unsigned int len = accept->prefix.prefixlen, bits = ipaddr_bits(&accept->prefix);
		uint32_t ge = accept->ge ? accept->ge : len + 1, le = accept->le ? accept->le : bits;

		if (!ipaddr_is_set(&accept->prefix))
			continue;
		ipaddr_format(&accept->prefix, true, text);
		if ((accept->ge || accept->le) && !(len < ge && ge <= le && le <= bits))
			PROBLEM(c, element(list, i),
				"%s: %s: `ge' or `le' is out of range: expected %u < ge <= le <= %u", path, text, len,
				bits);
		if (vni)
			config_use(c->r, element(list, i),
				   xasprintf("%s %s%s%.0u%s%.0u of VNI %u", path + strlen("l3vnis."), text,
					     accept->ge ? " ge " : "", accept->ge, accept->le ? " le " : "", accept->le,
					     vni),
				   NULL);
	}
}

static bool has_inside(const struct ipaddr *subnet, const struct ipaddr *other)
{
	return subnet->prefixlen <= other->prefixlen && ipaddr_overlap(subnet, other);
}

/* Whether the file says which other VTEPs there are: this one says nothing of theirs, and vtep_pool nothing of leaf switches'. */
static bool denies_vteps(const struct config *config, const struct config_exit *exit)
{
	const struct ipaddr *vtep = &config->underlay.vtep;

	for (size_t i = 0; i < exit->n_deny; i++) {
		const struct ipaddr *deny = &exit->deny[i];

		/* With DHCP the file does not say which one it is. */
		if (ipaddr_is_set(deny) && deny->prefixlen < ipaddr_bits(deny) &&
		    (!ipaddr_is_set(vtep) || has_inside(deny, vtep)))
			return true;
	}
	return false;
}

/* Whether VTEPs may be reached by this prefix. */
static bool may_have_vteps(const struct config *config, const struct ipaddr *prefix)
{
	const struct ipaddr *vtep = &config->underlay.vtep;

	return ipaddr_is_set(vtep) ? has_inside(prefix, vtep) : prefix->prefixlen == 0;
}

static void check_prefixes(struct checker *c, const struct config_exit *exit, const config_setting_t *list)
{
	char text[IPADDR_TEXT_SIZE];

	if (!exit->n_prefixes && config_setting_is_list(list))
		PROBLEM(c, list, "l3vnis.exit.prefixes: the list is empty: name a prefix, or remove `exit'");
	for (size_t i = 0; i < exit->n_prefixes; i++) {
		const struct ipaddr *prefix = &exit->prefixes[i].prefix;

		if (ipaddr_is_set(prefix) && may_have_vteps(c->config, prefix) && !denies_vteps(c->config, exit))
			PROBLEM(c, element(list, i),
				"l3vnis.exit.prefixes: %s has the VTEP in it, so tenants could send packets into the "
				"tunnels: "
				"add the subnets of all VTEPs, those of leaf switches too, to `deny'",
				ipaddr_format(prefix, true, text));
	}
}

/* A tenant can announce into its VRF what it likes. */
static void check_announced(struct checker *c, const struct ipaddr *prefix, const config_setting_t *s)
{
	const struct config *config = c->config;
	char text[IPADDR_TEXT_SIZE];

	ipaddr_format(prefix, true, text);
	if (prefix->prefixlen == 0) {
		PROBLEM(c, s,
			"l3vnis.exit.announce: %s would make the VRF's default route that of the underlay: name the "
			"prefixes of "
			"the VRF itself",
			text);
		return;
	}
	if ((ipaddr_is_set(&config->underlay.vtep) && ipaddr_overlap(prefix, &config->underlay.vtep)) ||
	    (ipaddr_is_set(&config->underlay.vtep_pool) && ipaddr_overlap(prefix, &config->underlay.vtep_pool)))
		PROBLEM(c, s,
			"l3vnis.exit.announce: %s overlaps the VTEPs, so a tenant could take packets of the tunnels: "
			"name the "
			"prefixes of the VRF itself",
			text);
	for (size_t i = 0; i < config->underlay.n_nics; i++)
		for (size_t k = 0; k < config->underlay.nics[i].n_addresses; k++)
			if (ipaddr_overlap(prefix, &config->underlay.nics[i].addresses[k]))
				PROBLEM(c, s,
					"l3vnis.exit.announce: %s overlaps the subnet of %s, so a tenant could take "
					"packets "
					"of the underlay: name the prefixes of the VRF itself",
					text, config->underlay.nics[i].inner);
}

/* Two default routes of one VRF would be announced under one name, and the one by `default_originate' never goes. */
static void check_default(struct checker *c, const struct config_l3vni *l3, const config_setting_t *s)
{
	for (size_t i = 0; i < l3->exit.n_prefixes; i++) {
		const struct ipaddr *prefix = &l3->exit.prefixes[i].prefix;
		unsigned int bit = ipaddr_bits(prefix) == 32 ? CONFIG_IPV4 : CONFIG_IPV6;

		if (ipaddr_is_set(prefix) && prefix->prefixlen == 0 && (l3->default_originate.bits & bit))
			PROBLEM(c, member(s, "default_originate"),
				"l3vnis.default_originate: `exit' announces the default route as long as there is one: "
				"remove "
				"this key, or the prefix of `exit'");
	}
}

static void check_exit(struct checker *c, const struct config_l3vni *l3, const config_setting_t *s)
{
	const config_setting_t *group = member(s, "exit"), *list = member(group, "announce");
	const struct config_exit *exit = &l3->exit;

	if (!exit->set || !config_setting_is_group(group))
		return;
	config_check_ranges(c, member(group, "prefixes"), "l3vnis.exit.prefixes", l3->vni, exit->prefixes,
			    exit->n_prefixes);
	config_check_ranges(c, list, "l3vnis.exit.announce", l3->vni, exit->announce, exit->n_announce);
	check_prefixes(c, exit, member(group, "prefixes"));
	for (size_t i = 0; i < exit->n_announce; i++)
		if (ipaddr_is_set(&exit->announce[i].prefix))
			check_announced(c, &exit->announce[i].prefix, element(list, i));
	check_default(c, l3, s);
}

void config_check_exits(struct config_reader *r)
{
	struct checker c = { .r = r, .config = r->config };
	const config_setting_t *l3vnis = member(r->root, "l3vnis");

	for (size_t i = 0; i < r->config->n_l3vnis; i++)
		check_exit(&c, &r->config->l3vnis[i], element(l3vnis, i));
}
