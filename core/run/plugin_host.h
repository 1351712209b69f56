/* SPDX-License-Identifier: Apache-2.0 */
/*
 * plugin.h - loading plugins, and lending them the host's services
 *
 * A struct plugin owns its copy of the options (the configuration may be replaced while it is open). A library once
 * loaded stays loaded: dlclose under code that may have left threads, handlers or TLS behind is a crash for nothing.
 */
#pragma once

#include <stdbool.h>
#include <stdio.h>

#include "config.h"
#include "evpn-plugin.h"

enum plugin_role { PLUGIN_NETNS = 1 << 0, PLUGIN_FRR = 1 << 1 };

struct plugin {
	struct evpn_host host; /* first: what the plugin gets a pointer to */
	struct evpn_plugin api; /* min(theirs, ours) of their struct, the rest zero */
	uint32_t their_size;
	unsigned int roles;
	char *path;
	struct config_option *options;
	size_t n_options;
	void *self; /* only while open */
	bool is_open;
	int event_fd;
};

/*
 * Loads a plugin: a bare name from the plugin directory, a name with a slash as a path. Refuses a file that others than
 * root could have written, one without the symbol, one without a role, and says which.
 */
int plugin_load(const char *name, struct plugin **ret_plugin, struct evpn_error *err);

/* Gives it the options of its group in the configuration (NULL: none). Unknown keys become lines in errors. */
void plugin_set_options(struct plugin *plugin, const struct config_plugin_group *group, struct config_errors *errors);

/* Whether `plugin` is what `name` would load, with these very options: then it need not be opened again. */
bool plugin_is(const struct plugin *plugin, const char *name, const struct config_plugin_group *group);

int plugin_open(struct plugin *plugin, struct evpn_error *err);

/* Takes NULL and plugins that were never opened. */
void plugin_free(struct plugin *plugin);

/* For --list-plugins and --dump-plugin: 0, or <0 with err. */
int plugin_list(FILE *out, struct evpn_error *err);
int plugin_dump(const char *name, FILE *out, struct evpn_error *err);
