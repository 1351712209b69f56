/* SPDX-License-Identifier: Apache-2.0 */
/* config_plugins.c - reads top-level groups that hold the options of plugins; see config_parts.h */
#include "base/util.h"
#include "config/config_parts.h"

/* Adds the options in s: { labels = { app = "frr"; }; list = [ "a" ]; } is labels.app = "frr", list.0 = "a". */
static void flatten(struct config_reader *r, const config_setting_t *s, const char *key,
		    struct config_plugin_group *group)
{
	struct config_option *option;

	if (config_setting_is_aggregate(s)) {
		for (int i = 0; i < config_setting_length(s); i++) {
			const config_setting_t *element = config_setting_get_elem(s, (unsigned int)i);
			_cleanup_free_ char *name = element->name ? xstrdup(element->name) : xasprintf("%d", i);
			_cleanup_free_ char *path = xasprintf("%s%s%s", key, key[0] ? "." : "", name);

			flatten(r, element, path, group);
		}
		return;
	}
	option = util_append(&group->options, &group->n_options, sizeof(*option));
	option->where = config_place(r, s);
	option->key = xstrdup(key);
	option->value = config_value_text(s);
}

static bool is_selected(const struct config_reader *r, const char *name)
{
	const config_setting_t *plugins = config_setting_get_member(r->root, "plugins");
	const char *netns = NULL, *frr = NULL;

	if (!plugins || !config_setting_is_group(plugins))
		return false;
	config_setting_lookup_string(plugins, "netns", &netns);
	config_setting_lookup_string(plugins, "frr", &frr);
	return (netns && streq(netns, name)) || (frr && streq(frr, name));
}

bool config_is_own_key(const char *name)
{
	for (const struct config_key *key = config_root_section.keys; key->name; key++)
		if (streq(key->name, name))
			return true;
	return false;
}

/* The known group that `name` resembles, or NULL. Stricter than util_near_miss(): "my-plugin" is not "plugins". */
static const char *find_similar(const char *name)
{
	const char *nearest = NULL;
	unsigned int best = 3;

	for (const struct config_key *key = config_root_section.keys; key->name; key++) {
		unsigned int d = util_distance(name, key->name);

		if (d < best && d <= (strlen(key->name) > 5 ? 2u : 1u)) {
			best = d;
			nearest = key->name;
		}
	}
	return nearest;
}

/*
 * An unknown group holds the options of a plugin, which need not be in use. A name that resembles a known group is
 * reported as a typing error: otherwise `l2vni = ( ... )' would be taken for a plugin, and its VNIs would be missing
 * without a message.
 */
void config_read_plugin_group(struct config_reader *r, const config_setting_t *s)
{
	const char *similar = is_selected(r, s->name) ? NULL : find_similar(s->name);
	struct config_where where = config_place(r, s);
	struct config_plugin_group *group;

	if (similar) {
		config_problem(r, &where, "unknown key `%.64s', did you mean `%s'?", s->name, similar);
		return;
	}
	if (!config_setting_is_group(s)) {
		config_problem(r, &where, "unknown key `%.64s': if it is a plugin, its options are a group, { ... }",
			       s->name);
		return;
	}
	group = util_append(&r->config->groups, &r->config->n_groups, sizeof(*group));
	group->name = xstrdup(s->name);
	group->where = where;
	flatten(r, s, "", group);
}
