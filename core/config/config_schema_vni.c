/* SPDX-License-Identifier: Apache-2.0 */
/* config_schema_vni.c - the tables of the keys of VNIs, and of what all of them share; see config_parts.h */
#include "base/util.h"
#include "config/config_parts.h"

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
			{ "vni", value_read_number, MEMBER(struct config_l2vni, vni), RANGE(1, MAX_VNI),
			  .required = true },
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
			{ "host", read_host, MEMBER(struct config_l2vni, host), .section = &config_l2_host_section },
			{ NULL },
		},
};

/* The defaults of these values: config_defaults.c. */
const struct config_section config_vxlan_section = {
	.path = "vxlan",
	.size = sizeof(struct config),
	.where = CONFIG_NO_WHERE,
	.keys =
		(const struct config_key[]){
			{ "arp_suppression", value_read_bool, MEMBER(struct config, vxlan.arp_suppression) },
			{ NULL },
		},
};
