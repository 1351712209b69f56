/* SPDX-License-Identifier: Apache-2.0 */
/* steps_load.c - see steps.h: the configuration and the plugins */
#include <errno.h>

#include "base/clock.h"
#include "base/hidden.h"
#include "base/log.h"
#include "base/util.h"
#include "config/config_index.h"
#include "config/last_good.h"
#include "run/dhcp.h"
#include "run/report.h"
#include "run/steps.h"

static void add_fault(struct config_errors *errors, const struct config_where *where, const struct evpn_error *err)
{
	config_errors_add(errors, where, "%s", err->msg);
	errors->transient |= util_is_transient(err->code);
}

/* These options of plugins name a file. The plugin waits for the file without end if evpnd's own unit hides it. */
static void check_hidden(const struct plugin *plugin, const struct config_plugin_group *group,
			 struct config_errors *errors)
{
	for (size_t i = 0; group && i < group->n_options; i++) {
		const struct config_option *option = &group->options[i];
		const char *path = option->value + (strncmp(option->value, "unix:", 5) == 0 ? 5 : 0);
		const char *hint = hidden_hint(path);

		if (hint[0])
			config_errors_add(errors, &option->where, "plugin %s: %s = \"%s\": no such file%s",
					  plugin->api.name, option->key, option->value, hint);
	}
}

/* Loads and opens a plugin for its role. NULL: errors has a line more. */
static struct plugin *make_plugin(const struct config *config, const struct config_plugin *wanted, unsigned int role,
				  struct config_errors *errors)
{
	struct evpn_error err = { 0 };
	struct plugin *plugin = NULL;
	const struct config_plugin_group *group;
	size_t before = errors->n_lines;

	if (plugin_load(wanted->name, &plugin, &err) < 0) {
		add_fault(errors, &wanted->where, &err);
		return NULL;
	}
	group = config_find_group(config, plugin->api.name);
	if (!(plugin->roles & role))
		config_errors_add(errors, &wanted->where, "plugin %s does not %s", plugin->api.name,
				  role == PLUGIN_NETNS ? "find network namespaces (find_netns is not set)"
						       : "reload FRR (reload_frr is not set)");
	plugin_set_options(plugin, group, errors);
	check_hidden(plugin, group, errors);
	if (errors->n_lines == before && plugin_open(plugin, &err) < 0) {
		evpn_wrap(&err, "plugin %s: ", plugin->api.name);
		add_fault(errors, group ? &group->where : &wanted->where, &err);
	}
	if (errors->n_lines == before) {
		plugin_check_file(plugin);
		return plugin;
	}
	plugin_free(plugin);
	return NULL;
}

/* The open plugin, if the new configuration wants it with the same options; else a new one. */
static struct plugin *take_plugin(struct plugin *open, const struct config *config, const struct config_plugin *wanted,
				  unsigned int role, struct config_errors *errors)
{
	const struct config_plugin_group *group = open ? config_find_group(config, open->api.name) : NULL;

	if (!open || !plugin_is(open, wanted->name, group))
		return make_plugin(config, wanted, role, errors);
	plugin_check_file(open);
	return open;
}

static void put_plugin(struct run *run, struct plugin **slot, struct plugin *plugin)
{
	if (*slot == plugin)
		return;
	plugin_free(*slot);
	*slot = plugin;
	run->frr->pending = false;
}

static int reject(struct run *run, struct config_errors *errors)
{
	evpn_fail(&run->err, EINVAL, "%s is rejected: %zu %s", run->options->config_path, errors->n_lines,
		  errors->n_lines == 1 ? "error" : "errors");
	/* What passes by itself makes this run one that failed: the next one reads the file again. */
	if (errors->transient && run->setup->config)
		config_errors_add(&run->problems, NULL, "%s", errors->lines[0]);
	config_errors_clear(&run->setup->errors);
	run->setup->errors = *errors;
	/* A rejected file leaves everything as it is; without a former one there is nothing to run with. */
	return run->setup->config ? 1 : -1;
}

/*
 * `evpnd --down' works without what it cannot have any more: a plugin whose package has been removed, or evpn.conf. The devices are
 * known by their marks, the NICs by their records.
 */
static bool only_takes_down(const struct run *run)
{
	return run->options->goal == RUN_DOWN && !run->options->listen;
}

static void do_without(const struct run *run, struct config_errors *faults)
{
	for (size_t i = 0; !run->options->quiet && i < faults->n_lines; i++)
		log_warning(
			"%s; evpnd goes on without the plugin, and finds FRR's namespace by the records of the NICs",
			faults->lines[i]);
	config_errors_clear(faults);
}

/* Puts the file at `path` into force as a whole, with its plugins. False: not at all, *errors says why. */
static bool take_config(struct run *run, const char *path, struct config_errors *errors)
{
	const struct run_options *options = run->options;
	struct config *config = options->config_text
					? config_load_text(path, options->config_text, options->config_name, errors)
					: config_load(path, errors);
	const struct config *former = run->setup->config;
	_cleanup_free_ char *client = dhcp_find_client();
	struct plugin *netns = NULL, *frr = NULL;
	bool down = only_takes_down(run);
	struct config_errors faults = { 0 }, *plugin_errors = down ? &faults : errors;

	for (size_t i = 0; config && !client && !down && i < config->underlay.n_nics; i++)
		if (config->underlay.nics[i].dhcp)
			config_errors_add(errors, &config->underlay.nics[i].where,
					  "underlay.interfaces.dhcp: the host has no DHCP client for %s: install "
					  "udhcpc (BusyBox), or set `addresses'",
					  config->underlay.nics[i].name);
	if (config) {
		netns = take_plugin(run->setup->netns, config, &config->netns, PLUGIN_NETNS, plugin_errors);
		frr = take_plugin(run->setup->frr, config, &config->frr_plugin, PLUGIN_FRR, plugin_errors);
	}
	do_without(run, &faults);
	if (errors->n_lines || !config) {
		if (netns != run->setup->netns)
			plugin_free(netns);
		if (frr != run->setup->frr)
			plugin_free(frr);
		if (config)
			config_errors_take_files(errors, config);
		config_free(config);
		return false;
	}
	put_plugin(run, &run->setup->netns, netns);
	put_plugin(run, &run->setup->frr, frr);
	if (!options->quiet)
		report_new_warnings(config->warnings, config->n_warnings, former ? former->warnings : NULL,
				    former ? former->n_warnings : 0);
	if (!former || !streq(former->text, config->text))
		run->setup->since_ms = clock_ms();
	config_free(run->setup->config);
	run->setup->config = config;
	return true;
}

static void keep_config(struct run *run)
{
	const char *path = run->options->dry_run ? NULL : run->options->last_good;
	struct evpn_error err = { 0 };
	bool unkept = path && (last_good_save(path, run->setup->config, &err) < 0 ||
			       config_index_keep(run->setup->config, &err) < 0);

	if (unkept && !run->setup->unkept)
		log_warning("%s", err.msg);
	run->setup->unkept = unkept;
}

/* At a start there is no configuration in force yet, but there may be a copy of the last good one. */
static void take_last_good(struct run *run)
{
	const char *path = run->options->falls_back ? run->options->last_good : NULL;
	_cleanup_free_ char *date = path ? last_good_date(path) : NULL;
	struct config_errors errors = { 0 };

	if (!run->setup->config && date) {
		if (take_config(run, path, &errors))
			log_warning("%s is rejected; the last good configuration, %s of %s, is in force",
				    run->options->config_path, path, date);
		else
			log_warning("%s, the last good configuration, is rejected too: %s", path, errors.lines[0]);
	}
	config_errors_clear(&errors);
}

/* There is nothing to read any more, but there may be something to take down. */
static void take_nothing(struct run *run)
{
	static const char text[] = "plugins = { netns = \"none\"; frr = \"none\"; };\n"
				   "underlay = { vtep = \"192.0.2.1\"; };\n"
				   "frr = { config = \"/none\"; source = \"/none.in\"; };\n";
	struct config_errors errors = { 0 };

	if (run->setup->config || !only_takes_down(run))
		return;
	run->setup->config = config_load_text(run->options->config_path, text, "nothing", &errors);
	if (run->setup->config && !run->options->quiet)
		log_warning(
			"there is neither evpn.conf nor a copy of a good one: evpnd takes down what has its mark, and "
			"returns the NICs by their records in %s",
			run->options->state_dir);
	config_errors_clear(&errors);
}

int step_load(struct run *run)
{
	struct config_errors errors = { 0 };

	if (!take_config(run, run->options->config_path, &errors)) {
		take_last_good(run);
		take_nothing(run);
		return reject(run, &errors);
	}
	config_errors_clear(&run->setup->errors);
	keep_config(run);
	return steps_check_lease(run);
}

const char **step_load_files(const struct run *run, size_t *ret_n)
{
	const char **paths = NULL;
	size_t n = 0;

	*(const char **)util_append(&paths, &n, sizeof(*paths)) = run->options->config_path;
	if (run->setup->config)
		config_add_files(run->setup->config, &paths, &n);
	for (size_t i = 0; i < run->setup->errors.n_files; i++)
		*(const char **)util_append(&paths, &n, sizeof(*paths)) = run->setup->errors.files[i];
	*ret_n = n;
	return paths;
}
