/* SPDX-License-Identifier: Apache-2.0 */
/* config_schema_vni.c - the tables of the keys of VNIs, and of what all of them share; see config_parts.h */
#include "base/util.h"
#include "config/config_parts.h"
#include "model/net.h"

#define MAX_VNI 0xffffff

/* Tables 253 to 255 are the kernel's default, main and local table. */
static void read_table(struct config_reader *r, const config_setting_t *s, const struct config_key *key, void *base)
{
	bool reported;
	long long n;

	if (config_get_number(r, s, &n, &reported) && n >= 253 && n <= 255)
		config_problem_value(r, s, "a routing table other than the kernel's own, 253 to 255");
	else
		value_read_number(r, s, key, base);
}

static void read_host(struct config_reader *r, const config_setting_t *s, const struct config_key *key, void *base)
{
	((struct config_host *)((char *)base + key->offset))->set = true;
	value_read_group(r, s, key, base);
}

static const struct config_section route_section = {
	.path = "l3vnis.routes",
	.size = sizeof(struct config_route),
	.where = offsetof(struct config_route, where),
	.keys =
		(const struct config_key[]){
			{ "prefix", value_read_subnet, MEMBER(struct config_route, prefix), .required = true },
			{ "via", value_read_address, MEMBER(struct config_route, via), .required = true },
			{ NULL },
		},
};

static const char *const redistributed[] = { "connected", "static", "kernel", NULL };

const struct config_section config_l3vni_section = {
	.path = "l3vnis",
	.size = sizeof(struct config_l3vni),
	.where = offsetof(struct config_l3vni, where),
	.keys =
		(const struct config_key[]){
			{ "vni", value_read_number, MEMBER(struct config_l3vni, vni), RANGE(1, MAX_VNI),
			  .required = true },
			{ "vlan", value_read_u16, MEMBER(struct config_l3vni, vlan), RANGE(1, NET_VLAN_LAST) },
			{ "vrf", value_read_device, MEMBER(struct config_l3vni, vrf), .required = true },
			{ "table", read_table, MEMBER(struct config_l3vni, table), RANGE(1, UINT32_MAX) },
			{ "mtu", value_read_number, MEMBER(struct config_l3vni, mtu), RANGE(1280, 65535) },
			{ "host", read_host, MEMBER(struct config_l3vni, host), .section = &config_l3_host_section },
			{ "redistribute", value_read_words, MEMBERS(struct config_l3vni, redistribute, n_redistribute),
			  .words = redistributed },
			{ "routes", value_read_groups, MEMBERS(struct config_l3vni, routes, n_routes),
			  .section = &route_section },
			{ "import_vrfs", value_read_words, MEMBERS(struct config_l3vni, import_vrfs, n_import_vrfs) },
			{ "advertise", config_read_families, MEMBER(struct config_l3vni, advertise),
			  .words = config_ip_families },
			{ "advertise_imported", value_read_bool, MEMBER(struct config_l3vni, advertise_imported) },
			{ "default_originate", config_read_families, MEMBER(struct config_l3vni, default_originate),
			  .words = config_ip_families },
			{ "exit", config_read_exit, MEMBER(struct config_l3vni, exit),
			  .section = &config_exit_section },
			{ "rd", config_read_rd, MEMBER(struct config_l3vni, evpn.rd) },
			{ "route_targets", value_read_group, MEMBER(struct config_l3vni, evpn),
			  .section = &config_l3_targets_section },
			{ "gateways",
			  .elsewhere = "it is one of l2vnis; set the addresses of an L3VNI by host.peer_addresses" },
			{ NULL },
		},
};

const struct config_section config_l2vni_section = {
	.path = "l2vnis",
	.size = sizeof(struct config_l2vni),
	.where = offsetof(struct config_l2vni, where),
	.keys =
		(const struct config_key[]){
			{ "vni", config_read_vnis, MEMBER(struct config_l2vni, vni), RANGE(1, MAX_VNI),
			  .required = true },
			{ "vlan", config_read_vlans, MEMBER(struct config_l2vni, vlan), RANGE(1, NET_VLAN_LAST) },
			{ "vrf", value_read_device, MEMBER(struct config_l2vni, vrf) },
			{ "gateways", value_read_addresses, MEMBERS(struct config_l2vni, gateways, n_gateways) },
			{ "mtu", value_read_number, MEMBER(struct config_l2vni, mtu), RANGE(1280, 65535) },
			{ "rd", config_read_rd, MEMBER(struct config_l2vni, evpn.rd) },
			{ "route_targets", value_read_group, MEMBER(struct config_l2vni, evpn),
			  .section = &config_l2_targets_section },
			{ "advertise_svi_ip", value_read_bool, MEMBER(struct config_l2vni, advertise_svi_ip) },
			{ "ra", value_read_bool, MEMBER(struct config_l2vni, ra) },
			{ "arp_suppression", value_read_bool, MEMBER(struct config_l2vni, arp_suppression) },
			{ "keep_neighbors", value_read_bool, MEMBER(struct config_l2vni, keep_neighbors) },
			{ "gateway_mac", value_read_mac, MEMBER(struct config_l2vni, gateway_mac) },
			{ "max_macs", value_read_number, MEMBER(struct config_l2vni, max_macs), RANGE(1, 1000000) },
			{ "host", read_host, MEMBER(struct config_l2vni, host), .section = &config_l2_host_section },
			{ NULL },
		},
};

/* A number from 1 to 255, or "inherit". */
static void read_ttl(struct config_reader *r, const config_setting_t *s, const struct config_key *key, void *base)
{
	struct config_vxlan *vxlan = base;
	const char *text = config_setting_get_string(s);
	bool reported = false;
	long long n;

	vxlan->ttl_inherit = text && streq(text, "inherit");
	if (vxlan->ttl_inherit)
		return;
	if (config_get_number(r, s, &n, &reported) && n >= 1 && n <= UINT8_MAX)
		vxlan->ttl = (uint8_t)n;
	else if (!reported)
		config_problem_value(r, s, "a whole number from 1 to 255 or \"inherit\"");
}

/* The kernel replaces the two lowest bits, which are those of ECN (RFC 6040), and takes 1 for "inherit". */
static void read_tos(struct config_reader *r, const config_setting_t *s, const struct config_key *key, void *base)
{
	struct config_vxlan *vxlan = base;
	const char *text = config_setting_get_string(s);
	bool reported = false;
	long long n;

	if (text && streq(text, "inherit"))
		vxlan->tos = NET_TOS_INHERIT;
	else if (config_get_number(r, s, &n, &reported) && n >= 0 && n <= UINT8_MAX && n % 4 == 0)
		vxlan->tos = (uint8_t)n;
	else if (!reported)
		config_problem_value(r, s, "\"inherit\" or a multiple of 4 from 0 to 252: four times the DSCP");
}

static const char *const df_words[] = { [NET_DF_UNSET] = "unset", [NET_DF_SET] = "set", [NET_DF_INHERIT] = "inherit" };

static void read_df(struct config_reader *r, const config_setting_t *s, const struct config_key *key, void *base)
{
	const char *text = config_setting_get_string(s);

	for (uint8_t i = 0; text && i < ARRAY_LEN(df_words); i++)
		if (streq(text, df_words[i])) {
			((struct config_vxlan *)base)->df = i;
			return;
		}
	config_problem_value(r, s, "\"unset\", \"set\" or \"inherit\"");
}

static void read_flooding(struct config_reader *r, const config_setting_t *s, const struct config_key *key, void *base)
{
	const char *text = config_setting_get_string(s);

	((struct config_vxlan *)base)->no_flooding = text && streq(text, "disabled");
	if (!text || (!streq(text, "head-end") && !streq(text, "disabled")))
		config_problem_value(r, s, "\"head-end\" or \"disabled\"");
}

/* The defaults of these values: config_defaults.c. */
const struct config_section config_vxlan_section = {
	.path = "vxlan",
	.size = sizeof(struct config_vxlan),
	.where = CONFIG_NO_WHERE,
	.keys =
		(const struct config_key[]){
			{ "mode", config_read_mode },
			{ "port", value_read_u16, MEMBER(struct config_vxlan, port), RANGE(1, UINT16_MAX) },
			{ "ttl", read_ttl },
			{ "tos", read_tos },
			{ "df", read_df },
			{ "zero_checksum", value_read_bool, MEMBER(struct config_vxlan, zero_checksum) },
			{ "flooding", read_flooding },
			{ "arp_suppression", value_read_bool, MEMBER(struct config_vxlan, arp_suppression) },
			{ "gateway_mac", value_read_mac, MEMBER(struct config_vxlan, gateway_mac) },
			{ "router_mac", value_read_mac, MEMBER(struct config_vxlan, router_mac) },
			{ NULL },
		},
};
