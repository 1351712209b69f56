/* SPDX-License-Identifier: Apache-2.0 */
/* plugin_show.c - --list-plugins and --dump-plugin; see plugin_host.h */
#include <dirent.h>
#include <errno.h>
#include <limits.h>

#include "base/escape.h"
#include "base/util.h"
#include "run/plugin_guard.h"
#include "run/plugin_host.h"

/* What this evpnd knows. */
#define PLUGIN_HEADER_VERSION "1.3"

static const char *roles_text(unsigned int roles)
{
	return roles == PLUGIN_NETNS ? "netns" : roles == PLUGIN_FRR ? "frr" : "netns frr";
}

static const char *questions_text(const struct evpn_plugin *api)
{
	return api->query_frr && api->ask_daemon ? "query_frr ask_daemon"
	       : api->query_frr			 ? "query_frr"
	       : api->ask_daemon		 ? "ask_daemon"
						 : "";
}

/* The version of evpn-plugin.h that the plugin was built with, by the members that it knows. */
static const char *header_text(uint32_t size)
{
	if (size > sizeof(struct evpn_plugin))
		return "newer than " PLUGIN_HEADER_VERSION;
	if (size >= offsetof(struct evpn_plugin, describe) + sizeof(void *))
		return "1.3";
	if (size >= offsetof(struct evpn_plugin, version) + sizeof(void *))
		return "1.2";
	return size >= offsetof(struct evpn_plugin, ask_daemon) + sizeof(void *) ? "1.1" : "1.0";
}

/* Text of the plugin, as one line. The caller frees it. */
static char *one_line(const char *text)
{
	return escape_line(text ? text : "", ESCAPE_LINE_MAX);
}

static void dump(const struct plugin *plugin, FILE *out)
{
	const struct evpn_plugin *api = &plugin->api;
	_cleanup_free_ char *summary = one_line(api->summary), *version = one_line(api->version);
	char absolute[PATH_MAX];

	fprintf(out, "path=%s\n", realpath(plugin->path, absolute) ? absolute : plugin->path);
	fprintf(out, "name=%s\nversion=%s\nsummary=%s\nrole=%s\n", api->name, version, summary,
		roles_text(plugin->roles));
	fprintf(out, "api=%d\nheader=%s\nstruct_size=%u\nhost_header=%s\nhost_struct_size=%zu\n", EVPN_PLUGIN_API,
		header_text(plugin->their_size), plugin->their_size, PLUGIN_HEADER_VERSION, sizeof(*api));
	fprintf(out, "events=%s\nquestions=%s\noptions=", api->event_fd ? "yes" : "no", questions_text(api));
	for (const char *const *o = api->options; o && *o; o++)
		fprintf(out, "%s%s", o == api->options ? "" : " ", *o);
	fputc('\n', out);
}

int plugin_dump(const char *name, FILE *out, struct evpn_error *err)
{
	struct plugin *plugin;
	int r;

	plugin_guard_begin();
	r = plugin_load(name, &plugin, err);
	if (r == 0) {
		dump(plugin, out);
		plugin_free(plugin);
	}
	plugin_guard_end();
	return r;
}

static int is_plugin_file(const struct dirent *entry)
{
	size_t len = strlen(entry->d_name);

	return len > 3 && streq(entry->d_name + len - 3, ".so");
}

static void list_plugin(const char *file, FILE *out)
{
	_cleanup_free_ char *name = xasprintf("%.*s", (int)(strlen(file) - 3), file);
	struct evpn_error err = { 0 };
	struct plugin *plugin;

	if (plugin_load(name, &plugin, &err) == 0) {
		_cleanup_free_ char *summary = one_line(plugin->api.summary), *version = one_line(plugin->api.version);

		fprintf(out, "%-16s %-10s %-8s %s\n", plugin->api.name, roles_text(plugin->roles), version, summary);
		plugin_free(plugin);
	} else {
		_cleanup_free_ char *shown = one_line(file), *why = one_line(err.msg);

		fprintf(out, "%-16s %-10s %-8s %s\n", shown, "-", "", why);
	}
}

int plugin_list(FILE *out, struct evpn_error *err)
{
	struct dirent **entries;
	int n = scandir(PLUGIN_DIR, &entries, is_plugin_file, alphasort);

	if (n < 0)
		return evpn_fail(err, errno, "plugin directory %s: %s", PLUGIN_DIR, strerror(errno));
	plugin_guard_begin();
	for (int i = 0; i < n; i++) {
		list_plugin(entries[i]->d_name, out);
		free(entries[i]);
	}
	plugin_guard_end();
	free(entries);
	return 0;
}
