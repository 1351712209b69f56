/* SPDX-License-Identifier: Apache-2.0 */
/* config_schema_host.c - the tables of the keys of the VNIs' groups `host'; see config_parts.h */
#include "base/util.h"
#include "config/config_parts.h"

static void read_switch(struct config_reader *r, const config_setting_t *s, const struct config_key *key, void *base)
{
	struct config_switch *value = (struct config_switch *)((char *)base + key->offset);

	value->set = true;
	value_read_bool(r, s, &(struct config_key){ MEMBER(struct config_switch, on) }, value);
}

static void read_accept(struct config_reader *r, const config_setting_t *s, const struct config_key *key, void *base)
{
	((struct config_host *)base)->filters = true;
	value_read_groups(r, s, key, base);
}

/* One address, or several: a default route of each address family needs one. Its own subnets may be link-local ones. */
static void read_gateway(struct config_reader *r, const config_setting_t *s, const struct config_key *key, void *to)
{
	value_read_next_hop(r, s, &(struct config_key){ .offset = 0 }, to);
}

static void read_gateways(struct config_reader *r, const config_setting_t *s, const struct config_key *key, void *base)
{
	struct config_host *host = base;

	if (!config_setting_get_string(s) && !config_setting_is_group(s)) {
		config_read_list(r, s, key, base, sizeof(struct ipaddr), "[ \"192.0.2.1\", \"2001:db8::1\" ]",
				 read_gateway);
		return;
	}
	host->gateways = xcalloc(1, sizeof(*host->gateways));
	host->n_gateways = 1;
	read_gateway(r, s, key, host->gateways);
}

/* 0 is the kernel's metric for "none given" in IPv4, and no metric in IPv6. */
#define METRIC RANGE(1, UINT32_MAX)

static const struct config_key host_route_keys[] = {
	{ "prefix", value_read_subnet, MEMBER(struct config_route, prefix), .required = true },
	{ "via", value_read_next_hop, MEMBER(struct config_route, via), .required = true },
	{ "metric", value_read_number, MEMBER(struct config_route, metric), METRIC },
	{ NULL },
};

static const struct config_section l3_host_routes = { "l3vnis.host.routes", host_route_keys,
						      sizeof(struct config_route), offsetof(struct config_route, where),
						      NULL };
static const struct config_section l2_host_routes = { "l2vnis.host.routes", host_route_keys,
						      sizeof(struct config_route), offsetof(struct config_route, where),
						      NULL };

const struct config_section config_l3_host_section = {
	.path = "l3vnis.host",
	.size = sizeof(struct config_host),
	.where = offsetof(struct config_host, where),
	.keys =
		(const struct config_key[]){
			{ "interface", value_read_device, MEMBER(struct config_host, interface), .required = true },
			{ "addresses", value_read_addresses, MEMBERS(struct config_host, addresses, n_addresses) },
			{ "peer", value_read_device, MEMBER(struct config_host, peer) },
			{ "peer_addresses", value_read_addresses,
			  MEMBERS(struct config_host, peer_addresses, n_peer_addresses) },
			{ "vrf", value_read_device, MEMBER(struct config_host, vrf) },
			{ "gateway", read_gateways, MEMBERS(struct config_host, gateways, n_gateways) },
			{ "metric", value_read_number, MEMBER(struct config_host, metric), METRIC },
			{ "routes", value_read_groups, MEMBERS(struct config_host, routes, n_routes),
			  .section = &l3_host_routes },
			{ "asn", value_read_as, MEMBER(struct config_host, session.asn) },
			{ "description", config_read_description, MEMBER(struct config_host, session.description) },
			{ "passive", value_read_bool, MEMBER(struct config_host, session.passive) },
			{ "maximum_prefix", value_read_group, MEMBER(struct config_host, session.limit),
			  .section = &config_l3_limit_section },
			{ "timers", config_read_timers, MEMBER(struct config_host, session.timers),
			  .section = &config_l3_timers_section },
			{ "password_file", config_read_password, MEMBER(struct config_host, session) },
			{ "bfd", config_read_bfd, MEMBER(struct config_host, session) },
			{ "graceful_restart", config_read_restart, MEMBER(struct config_host, session) },
			{ "accept", read_accept, MEMBERS(struct config_host, accept, n_accept),
			  .section = &config_accept_section },
			{ "bridge",
			  .elsewhere = "it is one of l2vnis.host; the host's end of an L3VNI is routed, not bridged" },
			{ "ovs_bridge",
			  .elsewhere = "it is one of l2vnis.host; the host's end of an L3VNI is routed, not bridged" },
			{ "managed",
			  .elsewhere = "it is one of l2vnis.host; the host's end of an L3VNI is routed, not bridged" },
			{ "vlan",
			  .elsewhere = "it is one of l2vnis.host; the host's end of an L3VNI is routed, not bridged" },
			{ "limit",
			  .elsewhere = "it is one of l2vnis.host; the host's end of an L3VNI is routed, not bridged" },
			{ NULL },
		},
};

const struct config_section config_l2_host_section = {
	.path = "l2vnis.host",
	.size = sizeof(struct config_host),
	.where = offsetof(struct config_host, where),
	.keys =
		(const struct config_key[]){
			{ "interface", value_read_device, MEMBER(struct config_host, interface), .required = true },
			{ "addresses", value_read_addresses, MEMBERS(struct config_host, addresses, n_addresses) },
			{ "peer", value_read_device, MEMBER(struct config_host, peer) },
			{ "bridge", value_read_device, MEMBER(struct config_host, bridge) },
			{ "ovs_bridge", value_read_device, MEMBER(struct config_host, ovs_bridge) },
			{ "managed", value_read_bool, MEMBER(struct config_host, managed) },
			{ "vlan", value_read_u16, MEMBER(struct config_host, vlan), RANGE(1, 4094) },
			{ "limit", value_read_group, .section = &config_limit_section },
			{ "isolated", read_switch, MEMBER(struct config_host, isolated) },
			{ "hairpin", read_switch, MEMBER(struct config_host, hairpin) },
			{ "bpdu_guard", read_switch, MEMBER(struct config_host, bpdu_guard) },
			{ "vrf", value_read_device, MEMBER(struct config_host, vrf) },
			{ "gateway", read_gateways, MEMBERS(struct config_host, gateways, n_gateways) },
			{ "metric", value_read_number, MEMBER(struct config_host, metric), METRIC },
			{ "routes", value_read_groups, MEMBERS(struct config_host, routes, n_routes),
			  .section = &l2_host_routes },
			{ "peer_addresses",
			  .elsewhere = "it is one of l3vnis.host; here the other end is a bridge port, set the "
				       "addresses of the bridge by `gateways'" },
			{ "asn", .elsewhere = "it is one of l3vnis.host; an L2VNI has no BGP session with the host" },
			{ NULL },
		},
};
