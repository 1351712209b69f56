/* SPDX-License-Identifier: Apache-2.0 */
/*
 * plugin_host.h - loads plugins and gives them the host's services; evpn-plugin(3) is the contract
 *
 * A struct plugin owns its copy of the options: the configuration may be replaced while the plugin is open. A library stays
 * loaded until evpnd ends: dlclose(3) would crash a plugin that has left threads, handlers or thread-local storage behind.
 * plugin_call.h has the calls of its callbacks.
 */
#pragma once

#include <stdbool.h>
#include <stdio.h>

#include "config/config.h"
#include "evpn-plugin.h"
#include "run/plugin_lines.h"
#include "run/plugin_pace.h"

enum plugin_role { PLUGIN_NETNS = 1 << 0, PLUGIN_FRR = 1 << 1 };

/* The callbacks by which FRR is asked a question. */
enum plugin_way { PLUGIN_ASK_DAEMON, PLUGIN_QUERY_FRR };
#define PLUGIN_WAYS 2

/* A question that has returned 0: the same question fetches its answer. */
struct plugin_question {
	char *daemon; /* NULL: none, or the plugin itself */
	char *command; /* NULL: no question is under way */
	uint64_t asker; /* who has asked it, as in plugin_ask() */
};

struct plugin_library;

struct plugin {
	struct evpn_host host; /* first: what the plugin gets a pointer to */
	struct evpn_plugin api; /* as much of the plugin's struct as both sides know, the rest zero */
	uint32_t their_size; /* of the plugin's struct, bytes */
	unsigned int roles; /* enum plugin_role */
	char *path;
	struct plugin_library *library; /* the loaded file; it lives as long as the process */
	struct config_option *options;
	size_t n_options;
	void *self; /* the plugin's own, while it is open */
	bool is_open;
	int event_fd; /* the plugin's own; -1: it has none */

	/* What plugin_call.c knows of the instance. */
	bool waits; /* the last call of find_netns, reload_frr, query_frr or ask_daemon returned 0 */
	uint64_t slowest_us; /* the longest call that the log has a warning about */
	struct plugin_question questions[PLUGIN_WAYS];
	uint64_t n_askers;

	struct plugin_pace pace; /* of its events */
	char *fault; /* of on_event, as it was logged last */
	struct plugin_lines *lines; /* that it has logged; its callbacks get the rest of this struct as a const one */
};

/*
 * Loads a plugin: a bare name from the plugin directory, a name with a slash as a path. Refuses a file that others than
 * root can write, one without the symbol, and one whose description is wrong (evpn-plugin(3), Loading). 0, or <0: err says why.
 */
int plugin_load(const char *name, struct plugin **ret_plugin, struct evpn_error *err);

/* Warns, once for each new file, if the file is another one than evpnd has loaded. */
void plugin_check_file(struct plugin *plugin);

/* Copies the options of the plugin's group in the configuration (NULL: none). Each unknown key adds a line to errors. */
void plugin_set_options(struct plugin *plugin, const struct config_plugin_group *group, struct config_errors *errors);

/* Whether `plugin` is what `name` would load, with the same options: then it need not be opened again. Takes NULL. */
bool plugin_is(const struct plugin *plugin, const char *name, const struct config_plugin_group *group);

/* Calls the plugin's open and event_fd. 0 or <0. */
int plugin_open(struct plugin *plugin, struct evpn_error *err);

/* Closes the plugin if it is open. Takes NULL. */
void plugin_free(struct plugin *plugin);

/* The services for plugins, for the file that loads them. */
extern const struct evpn_host plugin_services;

/* For --list-plugins and --dump-plugin. 0 or <0. */
int plugin_list(FILE *out, struct evpn_error *err);
int plugin_dump(const char *name, FILE *out, struct evpn_error *err);
