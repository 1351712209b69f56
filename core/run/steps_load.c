/* SPDX-License-Identifier: Apache-2.0 */
/* steps_load.c - see steps_load.h */
#include <errno.h>

#include "last_good.h"
#include "log.h"
#include "steps_load.h"
#include "util.h"

/* A plugin in its role, open; NULL with a line in errors. */
static struct plugin *make_plugin(const struct config *config, const struct config_plugin *wanted, unsigned int role,
				  struct config_errors *errors)
{
	struct evpn_error err = { 0 };
	struct plugin *plugin = NULL;
	const struct config_plugin_group *group;
	size_t before = errors->n_lines;

	if (plugin_load(wanted->name, &plugin, &err) < 0) {
		config_errors_add(errors, &wanted->where, "%s", err.msg);
		return NULL;
	}
	group = config_find_group(config, plugin->api.name);
	if (!(plugin->roles & role))
		config_errors_add(errors, &wanted->where, "plugin %s does not %s", plugin->api.name,
				  role == PLUGIN_NETNS ? "find network namespaces (find_netns is not set)"
						       : "reload FRR (reload_frr is not set)");
	plugin_set_options(plugin, group, errors);
	if (errors->n_lines == before && plugin_open(plugin, &err) < 0)
		config_errors_add(errors, group ? &group->where : &wanted->where, "plugin %s: %s", plugin->api.name,
				  err.msg);
	if (errors->n_lines == before)
		return plugin;
	plugin_free(plugin);
	return NULL;
}

/* The plugin that is open now, if the new configuration wants it just so; else a new one. */
static struct plugin *take_plugin(struct plugin *open, const struct config *config, const struct config_plugin *wanted,
				  unsigned int role, struct config_errors *errors)
{
	const struct config_plugin_group *group = open ? config_find_group(config, open->api.name) : NULL;

	return open && plugin_is(open, wanted->name, group) ? open : make_plugin(config, wanted, role, errors);
}

static void put_plugin(struct run *run, struct plugin **slot, struct plugin *plugin)
{
	if (*slot == plugin)
		return;
	plugin_free(*slot);
	*slot = plugin;
	run->reload.pending = false;
}

static int reject(struct run *run, struct config_errors *errors)
{
	evpn_fail(&run->err, EINVAL, "%s is not taken: %zu %s", run->options.config_path, errors->n_lines,
		  errors->n_lines == 1 ? "error" : "errors");
	config_errors_clear(&run->config_errors);
	run->config_errors = *errors;
	/* A bad file leaves everything as it is; without a former one there is nothing to run with. */
	return run->config ? 1 : -1;
}

/* Takes what `path` says, all or nothing: false, and why is in *errors. */
static bool take_config(struct run *run, const char *path, struct config_errors *errors)
{
	struct config *config = config_load(path, errors);
	struct plugin *netns = NULL, *frr = NULL;

	if (config) {
		netns = take_plugin(run->netns, config, &config->netns, PLUGIN_NETNS, errors);
		frr = take_plugin(run->frr, config, &config->frr_plugin, PLUGIN_FRR, errors);
	}
	if (errors->n_lines) {
		if (netns != run->netns)
			plugin_free(netns);
		if (frr != run->frr)
			plugin_free(frr);
		if (config)
			config_errors_take_files(errors, config);
		config_free(config);
		return false;
	}
	put_plugin(run, &run->netns, netns);
	put_plugin(run, &run->frr, frr);
	config_free(run->config);
	run->config = config;
	return true;
}

static void keep_config(struct run *run)
{
	const char *path = run->options.dry_run ? NULL : run->options.last_good;
	struct evpn_error err = { 0 };
	bool unkept = path && lastgood_save(path, run->config, &err) < 0;

	if (unkept && !run->unkept)
		log_warning("%s", err.msg);
	run->unkept = unkept;
}

/* At the start there is no former configuration to go on with, but there may be one of before. */
static void take_last_good(struct run *run)
{
	const char *path = run->options.falls_back ? run->options.last_good : NULL;
	_cleanup_free_ char *date = path ? lastgood_date(path) : NULL;
	struct config_errors errors = { 0 };

	if (!run->config && date) {
		if (take_config(run, path, &errors))
			log_warning("%s cannot be used; the last good configuration, %s of %s, is in force",
				    run->options.config_path, path, date);
		else
			log_warning("%s, the last good configuration, cannot be used either: %s", path,
				    errors.lines[0]);
	}
	config_errors_clear(&errors);
}

int steps_load(struct run *run)
{
	struct config_errors errors = { 0 };

	if (!take_config(run, run->options.config_path, &errors)) {
		take_last_good(run);
		return reject(run, &errors);
	}
	config_errors_clear(&run->config_errors);
	keep_config(run);
	return 1;
}

const char **steps_load_files(const struct run *run, size_t *ret_n)
{
	const char **paths = NULL;
	size_t n = 0;

	*(const char **)util_append(&paths, &n, sizeof(*paths)) = run->options.config_path;
	if (run->config)
		config_add_files(run->config, &paths, &n);
	for (size_t i = 0; i < run->config_errors.n_files; i++)
		*(const char **)util_append(&paths, &n, sizeof(*paths)) = run->config_errors.files[i];
	*ret_n = n;
	return paths;
}
