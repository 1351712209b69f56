/* SPDX-License-Identifier: Apache-2.0 */
/* config_schema.c - the tables of the keys of evpn.conf but those of VNIs and FRR, and readers of single keys; see config_parts.h */
#include "base/util.h"
#include "config/config_parts.h"

static void read_plugin(struct config_reader *r, const config_setting_t *s, const struct config_key *key, void *base)
{
	struct config_plugin *plugin = (struct config_plugin *)((char *)base + key->offset);
	static const struct config_key name = { MEMBER(struct config_plugin, name) };

	plugin->where = config_place(r, s);
	value_read_string(r, s, &name, plugin);
}

static void read_on_stop(struct config_reader *r, const config_setting_t *s, const struct config_key *key, void *base)
{
	const char *text = config_setting_get_string(s);

	r->config->gives_back = text && streq(text, "give-back");
	if (!text || (!streq(text, "keep") && !streq(text, "give-back")))
		config_problem_value(r, s, "\"keep\" or \"give-back\"");
}

static const struct config_section plugins_section = {
	.path = "plugins",
	.size = sizeof(struct config),
	.where = CONFIG_NO_WHERE,
	.keys =
		(const struct config_key[]){
			{ "netns", read_plugin, MEMBER(struct config, netns), .required = true },
			{ "frr", read_plugin, MEMBER(struct config, frr_plugin), .required = true },
			{ NULL },
		},
};

static const struct config_section openvswitch_section = {
	.path = "openvswitch",
	.size = sizeof(struct config),
	.where = CONFIG_NO_WHERE,
	.keys =
		(const struct config_key[]){
			{ "socket", value_read_path, MEMBER(struct config, ovs_socket) },
			{ NULL },
		},
};

static const struct config_section health_section = {
	.path = "health",
	.size = sizeof(struct config),
	.where = CONFIG_NO_WHERE,
	.keys =
		(const struct config_key[]){
			{ "interval", value_read_number, MEMBER(struct config, health.interval), RANGE(0, 3600) },
			{ "grace", value_read_number, MEMBER(struct config, health.grace), RANGE(0, 3600) },
			{ NULL },
		},
};

static const struct config_section metrics_section = {
	.path = "metrics",
	.size = sizeof(struct config),
	.where = CONFIG_NO_WHERE,
	.keys =
		(const struct config_key[]){
			{ "listen", value_read_listen, MEMBER(struct config, metrics) },
			{ NULL },
		},
};

static const struct config_section control_section = {
	.path = "control",
	.size = sizeof(struct config),
	.where = CONFIG_NO_WHERE,
	.keys =
		(const struct config_key[]){
			{ "group", value_read_id, MEMBER(struct config, control.group) },
			{ NULL },
		},
};

/* The kernel's own values are 128, 512 and 1024 (arp_tbl, nd_tbl). */
static const struct config_section neighbor_table_section = {
	.path = "neighbor_table",
	.size = sizeof(struct config),
	.where = offsetof(struct config, neighbor_table),
	.keys =
		(const struct config_key[]){
			{ "gc_thresh1", value_read_number, MEMBER(struct config, gc_thresh[0]), RANGE(128, INT32_MAX) },
			{ "gc_thresh2", value_read_number, MEMBER(struct config, gc_thresh[1]), RANGE(512, INT32_MAX) },
			{ "gc_thresh3", value_read_number, MEMBER(struct config, gc_thresh[2]),
			  RANGE(1024, INT32_MAX) },
			{ NULL },
		},
};

const struct config_section config_root_section = {
	.path = "",
	.size = sizeof(struct config),
	.where = CONFIG_NO_WHERE,
	.other = config_read_plugin_group,
	.keys =
		(const struct config_key[]){
			{ "plugins", value_read_group, .section = &plugins_section, .required = true },
			{ "underlay", value_read_group, .section = &config_underlay_section, .required = true },
			{ "node", value_read_nothing, .section = &config_node_section },
			{ "l3vnis", value_read_groups, MEMBERS(struct config, l3vnis, n_l3vnis),
			  .section = &config_l3vni_section },
			{ "l2vnis", value_read_groups, MEMBERS(struct config, l2vnis, n_l2vnis),
			  .section = &config_l2vni_section },
			{ "host", value_read_group, .section = &config_host_section },
			{ "vxlan", value_read_group, MEMBER(struct config, vxlan), .section = &config_vxlan_section },
			{ "frr", value_read_group, MEMBER(struct config, frr), .section = &config_frr_section,
			  .required = true },
			{ "on_stop", read_on_stop },
			{ "health", value_read_group, .section = &health_section },
			{ "control", value_read_group, .section = &control_section },
			{ "metrics", value_read_group, .section = &metrics_section },
			{ "openvswitch", value_read_group, .section = &openvswitch_section },
			{ "neighbor_table", value_read_group, .section = &neighbor_table_section },
			{ NULL },
		},
};
