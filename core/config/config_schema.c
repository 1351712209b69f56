/* SPDX-License-Identifier: Apache-2.0 */
/* config_schema.c - the tables of the keys of evpn.conf but those of VNIs and FRR, and readers of single keys; see config_parts.h */
#include <errno.h>

#include "base/file.h"
#include "base/util.h"
#include "config/config_parts.h"

/* Bytes of the file of node.index_from, which holds a number. */
#define MAX_INDEX_FILE 4096

static void read_plugin(struct config_reader *r, const config_setting_t *s, const struct config_key *key, void *base)
{
	struct config_plugin *plugin = (struct config_plugin *)((char *)base + key->offset);
	static const struct config_key name = { MEMBER(struct config_plugin, name) };

	plugin->where = config_place(r, s);
	value_read_string(r, s, &name, plugin);
}

bool config_parse_index(const char *text, uint32_t *ret_index)
{
	size_t digits = strspn(text, "0123456789"), blanks = strspn(text + digits, " \t\r\n");
	unsigned long long n = strtoull(text, NULL, 10);

	if (digits == 0 || digits > 10 || text[digits + blanks] || n > UINT32_MAX)
		return false;
	*ret_index = (uint32_t)n;
	return true;
}

static void read_index(struct config_reader *r, const config_setting_t *s, const struct config_key *key, void *base)
{
	size_t n = r->n_problems;

	r->config->node.has_index = true;
	value_read_number(r, s, key, base);
	r->index_is_bad |= r->n_problems > n;
}

/* The number of this node, from an environment variable or a file. */
static void read_index_from(struct config_reader *r, const config_setting_t *s, const struct config_key *key,
			    void *base)
{
	const char *from = config_setting_get_string(s), *text = NULL;
	struct config_where where = config_place(r, s);
	_cleanup_free_ char *content = NULL, *quoted = NULL;
	size_t n = r->n_problems;

	r->config->node.has_index = true;
	if (from && strncmp(from, "env:", 4) == 0 && from[4]) {
		text = getenv(from + 4);
		if (!text)
			config_problem(r, &where, "node.index_from: environment variable %.64s is not set", from + 4);
	} else if (from && strncmp(from, "file:/", 6) == 0) {
		int e = file_read(from + 5, MAX_INDEX_FILE, &content, NULL);

		r->config->node.index_file = xstrdup(from + 5);
		text = content;
		if (e < 0)
			config_problem(r, &where, "node.index_from: cannot read %.200s: %s", from + 5,
				       config_file_fault(r, e));
	} else {
		config_problem_value(r, s, "\"env:NAME\" or \"file:/PATH\"");
	}
	if (text && !config_parse_index(text, &r->config->node.index)) {
		quoted = config_quote(text);
		config_problem(r, &where, "node.index_from: %.200s holds %s, expected a whole number", from, quoted);
	}
	r->index_is_bad |= r->n_problems > n;
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

static const struct config_section node_section = {
	.path = "node",
	.size = sizeof(struct config),
	.where = CONFIG_NO_WHERE,
	.keys =
		(const struct config_key[]){
			{ "index", read_index, MEMBER(struct config, node.index), RANGE(0, UINT32_MAX) },
			{ "index_from", read_index_from },
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
			{ "node", value_read_group, .section = &node_section },
			{ "l3vnis", value_read_groups, MEMBERS(struct config, l3vnis, n_l3vnis),
			  .section = &config_l3vni_section },
			{ "l2vnis", value_read_groups, MEMBERS(struct config, l2vnis, n_l2vnis),
			  .section = &config_l2vni_section },
			{ "vxlan", value_read_group, MEMBER(struct config, vxlan), .section = &config_vxlan_section },
			{ "frr", value_read_group, MEMBER(struct config, frr), .section = &config_frr_section,
			  .required = true },
			{ "health", value_read_group, .section = &health_section },
			{ "control", value_read_group, .section = &control_section },
			{ "metrics", value_read_group, .section = &metrics_section },
			{ "openvswitch", value_read_group, .section = &openvswitch_section },
			{ "neighbor_table", value_read_group, .section = &neighbor_table_section },
			{ NULL },
		},
};
