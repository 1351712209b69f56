/* SPDX-License-Identifier: Apache-2.0 */
/* config_check_vxlan.c - compares what VNIs share with the VNIs and the VTEP; see config_parts.h */
#include <sys/socket.h>

#include "config/config_check_parts.h"
#include "model/net.h"

/* IPv6 has no such bit: routers never fragment. */
static void check_df(struct checker *c, const config_setting_t *s)
{
	if (c->config->vxlan.df != NET_DF_UNSET && c->config->underlay.vtep.family == AF_INET6)
		PROBLEM(c, member(s, "df"),
			"vxlan.df: the VTEP is an IPv6 address, and IPv6 has no such bit: remove `df'");
}

/* Packets to a router MAC are for one node, those to a gateway's are for whichever node they meet. */
static void check_macs(struct checker *c, const config_setting_t *s, const uint8_t gateway_mac[6], const char *what)
{
	static const uint8_t unset[6];

	if (memcmp(gateway_mac, unset, 6) != 0 && memcmp(gateway_mac, c->config->vxlan.router_mac, 6) == 0)
		PROBLEM(c, member(s, "gateway_mac"),
			"%s.gateway_mac: it is vxlan.router_mac, too: nodes share the gateway's MAC address, but each "
			"has a router MAC address of its own",
			what);
}

/* Whether the key is false, and not wrong, which is reported. */
static bool is_off(const config_setting_t *s, const char *key)
{
	return has(s, key) && config_setting_type(member(s, key)) == CONFIG_TYPE_BOOL &&
	       !config_setting_get_bool(member(s, key));
}

static void check_l2vni(struct checker *c, const struct config_l2vni *l2, const config_setting_t *s)
{
	const config_setting_t *at = has(s, "arp_suppression") ? s : member(c->r->root, "vxlan");

	if (c->config->vxlan.no_flooding && is_off(at, "arp_suppression"))
		PROBLEM(c, member(s, "arp_suppression"),
			"l2vnis: VNI %u has arp_suppression = false, but vxlan.flooding is \"disabled\": no ARP "
			"request would reach another node; change one of them",
			l2->vni);
	if (!has(s, "gateway_mac"))
		return;
	check_macs(c, s, l2->gateway_mac, "l2vnis");
	if (!has(s, "gateways"))
		PROBLEM(c, member(s, "gateway_mac"),
			"l2vnis.gateway_mac: VNI %u has no `gateways': set them, or remove it", l2->vni);
}

void config_check_vxlan(struct config_reader *r)
{
	struct checker c = { .r = r, .config = r->config };
	const config_setting_t *vxlan = member(r->root, "vxlan"), *l2vnis = member(r->root, "l2vnis");

	if (vxlan != r->root) {
		check_df(&c, vxlan);
		check_macs(&c, vxlan, r->config->vxlan.gateway_mac, "vxlan");
	}
	for (size_t i = 0; i < r->config->n_l2vnis; i++)
		check_l2vni(&c, &r->config->l2vnis[i], element(l2vnis, i));
}
