/* SPDX-License-Identifier: Apache-2.0 */
/* config_range.c - ranges of VNIs, their VLANs, and what VNIs on a single device cannot have; see config_parts.h */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "config/config_check_parts.h"
#include "model/net.h"

#define MAX_VNI	  0xffffff
#define MAX_RANGE NET_VLAN_LAST

/* Decimal digits alone, a value of at most `max`. NULL: they are not; else what is behind them. */
static const char *parse(const char *text, uint32_t max, uint32_t *ret)
{
	char *end;
	unsigned long n;

	if (!isdigit((unsigned char)text[0]))
		return NULL;
	n = strtoul(text, &end, 10);
	if (n < 1 || n > max || end - text > 9)
		return NULL;
	*ret = (uint32_t)n;
	return end;
}

/* "10001-14000" */
static bool parse_range(const char *text, uint32_t max, uint32_t *ret_first, uint32_t *ret_last)
{
	uint32_t first = 0, last = 0;
	const char *rest = parse(text, max, &first);

	rest = rest && *rest == '-' ? parse(rest + 1, max, &last) : NULL;
	if (!rest || *rest || last < first || last - first >= MAX_RANGE)
		return false;
	*ret_first = first;
	*ret_last = last;
	return true;
}

void config_read_vnis(struct config_reader *r, const config_setting_t *s, const struct config_key *key, void *base)
{
	struct config_l2vni *l2 = base;

	if (!config_setting_get_string(s))
		value_read_number(r, s, key, base);
	else if (!parse_range(config_setting_get_string(s), MAX_VNI, &l2->vni, &l2->vni_last))
		config_problem_value(r, s, "a whole number from 1 to %u, or a range of at most %u, \"10001-14000\"",
				     MAX_VNI, MAX_RANGE);
}

void config_read_vlans(struct config_reader *r, const config_setting_t *s, const struct config_key *key, void *base)
{
	struct config_l2vni *l2 = base;
	uint32_t first = 0, last = 0;

	if (!config_setting_get_string(s))
		value_read_u16(r, s, key, base);
	else if (!parse_range(config_setting_get_string(s), NET_VLAN_LAST, &first, &last))
		config_problem_value(r, s, "a whole number from 1 to %u, or a range, \"1-4000\"", NET_VLAN_LAST);
	l2->vlan = first ? (uint16_t)first : l2->vlan;
	l2->vlan_last = (uint16_t)last;
}

void config_read_mode(struct config_reader *r, const config_setting_t *s, const struct config_key *key, void *base)
{
	const char *text = config_setting_get_string(s);

	((struct config_vxlan *)base)->single = text && streq(text, "single");
	if (!text || (!streq(text, "single") && !streq(text, "per-vni")))
		config_problem_value(r, s, "\"per-vni\" or \"single\"");
}

static void use_vlan(struct checker *c, const config_setting_t *s, uint16_t vlan, uint32_t vni)
{
	if (vlan && vni)
		config_use(c->r, member(s, "vlan"), xasprintf("VLAN %u of the single bridge", vlan),
			   xasprintf("the VLAN of VNI %u", vni));
}

/* What is each VNI's own cannot be in an entry that stands for many. */
static void check_range(struct checker *c, const struct config_l2vni *l2, const config_setting_t *s)
{
	static const char *const keys[] = { "gateways", "gateway_mac", "host", "rd", "route_targets", "ra" };

	for (size_t i = 0; i < ARRAY_LEN(keys); i++)
		if (has(s, keys[i]))
			PROBLEM(c, member(s, keys[i]),
				"l2vnis.%s: VNIs %u to %u cannot share it: give each an entry of its own", keys[i],
				l2->vni, l2->vni_last);
}

/* As many VLANs as VNIs. */
static void check_vlans(struct checker *c, const struct config_l2vni *l2, const config_setting_t *s)
{
	uint32_t n_vnis = l2->vni_last ? l2->vni_last - l2->vni + 1 : 1;
	uint32_t n_vlans = l2->vlan_last ? l2->vlan_last - l2->vlan + 1u : 1;

	if (l2->vlan && l2->vni && n_vnis != n_vlans)
		PROBLEM(c, member(s, "vlan"), "l2vnis.vlan: %u VLANs for %u VNIs: each VNI has one", n_vlans, n_vnis);
	for (uint32_t i = 0; i < n_vnis && i < n_vlans && l2->vni; i++)
		use_vlan(c, s, l2->vlan ? (uint16_t)(l2->vlan + i) : 0, l2->vni + i);
}

/* All VNIs share the bridge and the VXLAN device. */
static void check_shared(struct checker *c, const struct config_l2vni *l2, const config_setting_t *s)
{
	if (has(s, "max_macs"))
		PROBLEM(c, member(s, "max_macs"),
			"l2vnis.max_macs: with vxlan.mode = \"single\" all VNIs share one bridge, which has one limit: "
			"remove it");
	if (has(s, "arp_suppression"))
		PROBLEM(c, member(s, "arp_suppression"),
			"l2vnis.arp_suppression: with vxlan.mode = \"single\" all VNIs share one VXLAN device: set "
			"vxlan.arp_suppression");
}

static void check_single(struct checker *c, const config_setting_t *vxlan, size_t n_vnis)
{
	const config_setting_t *mode = member(vxlan, "mode");

	config_use_device(c, mode, FRR, NET_SINGLE_BRIDGE, xstrdup("the bridge of all VNIs"));
	config_use_device(c, mode, FRR, NET_SINGLE_VXLAN, xstrdup("the VXLAN of all VNIs"));
	if (n_vnis > NET_VLAN_LAST)
		PROBLEM(c, mode, "vxlan.mode: \"single\" has a VLAN for each VNI, %u at most, but there are %zu VNIs",
			NET_VLAN_LAST, n_vnis);
}

static size_t count_vnis(const struct config *config)
{
	size_t n = 0;

	for (size_t i = 0; i < config->n_l2vnis; i++)
		n += config->l2vnis[i].vni_last ? config->l2vnis[i].vni_last - config->l2vnis[i].vni + 1 : 1;
	return n;
}

void config_check_single(struct checker *c)
{
	const struct config *config = c->config;
	const config_setting_t *l3vnis = member(c->r->root, "l3vnis"), *l2vnis = member(c->r->root, "l2vnis");
	size_t n_vnis = config->n_l3vnis + count_vnis(config);

	for (size_t i = 0; i < config->n_l3vnis; i++)
		use_vlan(c, element(l3vnis, i), config->l3vnis[i].vlan, config->l3vnis[i].vni);
	for (size_t i = 0; i < config->n_l2vnis; i++) {
		const struct config_l2vni *l2 = &config->l2vnis[i];

		check_vlans(c, l2, element(l2vnis, i));
		if (l2->vni_last)
			check_range(c, l2, element(l2vnis, i));
		if (config->vxlan.single)
			check_shared(c, l2, element(l2vnis, i));
	}
	if (config->vxlan.single)
		check_single(c, member(c->r->root, "vxlan"), n_vnis);
}

void config_expand_ranges(struct config *config)
{
	const size_t n_vnis = count_vnis(config);
	struct config_l2vni *l2vnis;
	size_t n = 0;

	if (n_vnis == config->n_l2vnis)
		return;
	l2vnis = xcalloc(n_vnis, sizeof(*l2vnis));
	/* An entry that is a range owns no memory: check_range() has seen to that. */
	for (size_t i = 0; i < config->n_l2vnis; i++) {
		const struct config_l2vni *entry = &config->l2vnis[i];
		uint32_t last = entry->vni_last ? entry->vni_last : entry->vni;

		for (uint32_t vni = entry->vni; vni <= last; vni++) {
			l2vnis[n] = *entry;
			l2vnis[n].vni_last = l2vnis[n].vlan_last = 0;
			l2vnis[n].vlan = entry->vlan ? (uint16_t)(entry->vlan + vni - entry->vni) : 0;
			l2vnis[n++].vni = vni;
		}
	}
	free(config->l2vnis);
	config->l2vnis = l2vnis;
	config->n_l2vnis = n_vnis;
}
