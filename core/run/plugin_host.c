/* SPDX-License-Identifier: Apache-2.0 */
/* plugin.c - see plugin.h; the contract is evpn-plugin(3) */
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <libgen.h>
#include <limits.h>
#include <stdarg.h>
#include <sys/stat.h>

#include "log.h"
#include "plugin_host.h"
#include "util.h"

/* What a plugin has at least: all of version 1.0 but query_frr, which is optional. */
#define MIN_STRUCT_SIZE (offsetof(struct evpn_plugin, reload_frr) + sizeof(void *))

static const struct plugin *plugin_of(const struct evpn_host *host)
{
	return (const struct plugin *)host;
}

static const char *host_option(const struct evpn_host *host, const char *key)
{
	const struct plugin *plugin = plugin_of(host);

	for (size_t i = 0; i < plugin->n_options; i++)
		if (streq(plugin->options[i].key, key))
			return plugin->options[i].value;
	return NULL;
}

static int host_option_entry(const struct evpn_host *host, const char *key, unsigned int index, const char **ret_name,
			     const char **ret_value)
{
	const struct plugin *plugin = plugin_of(host);
	size_t len = strlen(key);

	for (size_t i = 0; i < plugin->n_options; i++) {
		const struct config_option *option = &plugin->options[i];

		if (strncmp(option->key, key, len) != 0 || option->key[len] != '.' || index-- > 0)
			continue;
		*ret_name = option->key + len + 1;
		*ret_value = option->value;
		return 1;
	}
	return 0;
}

EVPN_PRINTF(3, 4) static void host_log(const struct evpn_host *host, enum evpn_log_level level, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	log_vline(level, plugin_of(host)->api.name, format, ap);
	va_end(ap);
}

/* Who can write it is root to evpnd: that must be root alone. */
static int check_writers(const char *path, const char *what, bool is_dir, struct evpn_error *err)
{
	struct stat st;

	if (stat(what, &st) < 0)
		return evpn_fail(err, errno, "plugin %s: %s", path, strerror(errno));
	/* In a sticky directory like /tmp only the owner can replace a file. */
	if (st.st_uid != 0 || ((st.st_mode & (S_IWGRP | S_IWOTH)) && !(is_dir && (st.st_mode & S_ISVTX))))
		return evpn_fail(err, EPERM,
				 "plugin %s: others than root can write %s (owner %u, mode %04o); a plugin runs "
				 "as root: chown root, chmod go-w",
				 path, what, (unsigned int)st.st_uid, (unsigned int)st.st_mode & 07777);
	return 0;
}

/* The file, the directory where another could be put in its place, and the same of a symbolic link to it. */
static int check_file(const char *path, struct evpn_error *err)
{
	_cleanup_free_ char *real = realpath(path, NULL);
	_cleanup_free_ char *copy = xstrdup(path);

	if (!real)
		return evpn_fail(err, errno, "plugin %s: %s", path, strerror(errno));
	if (check_writers(path, real, false, err) < 0 || check_writers(path, dirname(copy), true, err) < 0)
		return -1;
	return check_writers(path, dirname(real), true, err);
}

static int check_api(struct plugin *plugin, struct evpn_error *err)
{
	const struct evpn_plugin *api = &plugin->api;

	if (plugin->their_size < MIN_STRUCT_SIZE)
		return evpn_fail(err, EINVAL, "plugin %s: struct_size is %u, less than version 1.0 ever had (%zu)",
				 plugin->path, plugin->their_size, MIN_STRUCT_SIZE);
	if (!api->name || !api->name[0] || !api->open || !api->close)
		return evpn_fail(err, EINVAL, "plugin %s: `%s' is not set", plugin->path,
				 !api->name || !api->name[0] ? "name"
				 : !api->open		     ? "open"
							     : "close");
	if (!api->event_fd != !api->on_event)
		return evpn_fail(err, EINVAL, "plugin %s: event_fd and on_event go together, `%s' is not set",
				 plugin->path, api->event_fd ? "on_event" : "event_fd");
	plugin->roles = (api->find_netns ? PLUGIN_NETNS : 0u) | (api->reload_frr ? PLUGIN_FRR : 0u);
	if (!plugin->roles)
		return evpn_fail(err, EINVAL, "plugin %s: neither find_netns nor reload_frr is set, so it has no role",
				 plugin->path);
	return 0;
}

static int load(struct plugin *plugin, struct evpn_error *err)
{
	const struct evpn_plugin *theirs;
	void *library;

	if (check_file(plugin->path, err) < 0)
		return -1;
	library = dlopen(plugin->path, RTLD_NOW | RTLD_LOCAL);
	if (!library)
		return evpn_fail(err, ENOEXEC, "plugin %s: %s", plugin->path, dlerror());
	theirs = dlsym(library, EVPN_PLUGIN_SYMBOL);
	if (!theirs)
		return evpn_fail(err, ENOEXEC,
				 "plugin %s: no symbol %s: not a plugin of evpnd's, or of another major version",
				 plugin->path, EVPN_PLUGIN_SYMBOL);
	plugin->their_size = theirs->struct_size;
	memcpy(&plugin->api, theirs,
	       plugin->their_size < sizeof(plugin->api) ? plugin->their_size : sizeof(plugin->api));
	return check_api(plugin, err);
}

int plugin_load(const char *name, struct plugin **ret_plugin, struct evpn_error *err)
{
	struct plugin *plugin = xcalloc(1, sizeof(*plugin));

	plugin->path = strchr(name, '/') ? xstrdup(name) : xasprintf("%s/%s.so", PLUGIN_DIR, name);
	plugin->event_fd = -1;
	plugin->host = (struct evpn_host){ .struct_size = sizeof(struct evpn_host),
					   .option = host_option,
					   .option_entry = host_option_entry,
					   .log = host_log };
	if (load(plugin, err) < 0) {
		plugin_free(plugin);
		return -1;
	}
	*ret_plugin = plugin;
	return 0;
}

/* An option "labels.app" belongs to the declared key "labels". */
static bool declares(const struct evpn_plugin *api, const char *key)
{
	for (const char *const *o = api->options; o && *o; o++) {
		size_t len = strlen(*o);

		if (strncmp(*o, key, len) == 0 && (key[len] == '\0' || key[len] == '.'))
			return true;
	}
	return false;
}

static void free_options(struct plugin *plugin)
{
	for (size_t i = 0; i < plugin->n_options; i++) {
		free(plugin->options[i].key);
		free(plugin->options[i].value);
	}
	free(plugin->options);
	plugin->options = NULL;
	plugin->n_options = 0;
}

void plugin_set_options(struct plugin *plugin, const struct config_plugin_group *group, struct config_errors *errors)
{
	static const char *const none[] = { NULL };

	free_options(plugin);
	for (size_t i = 0; group && i < group->n_options; i++) {
		const struct config_option *from = &group->options[i];
		struct config_option *to;

		if (!declares(&plugin->api, from->key)) {
			const char *near = util_near_miss(from->key, plugin->api.options ? plugin->api.options : none);

			config_errors_add(errors, &from->where, "%s: plugin %s has no option `%s'%s%s%s", group->name,
					  plugin->api.name, from->key, near ? ", did you mean `" : "", near ? near : "",
					  near ? "'?" : "");
			continue;
		}
		to = util_append(&plugin->options, &plugin->n_options, sizeof(*to));
		to->key = xstrdup(from->key);
		to->value = xstrdup(from->value);
	}
}

bool plugin_is(const struct plugin *plugin, const char *name, const struct config_plugin_group *group)
{
	_cleanup_free_ char *path = strchr(name, '/') ? xstrdup(name) : xasprintf("%s/%s.so", PLUGIN_DIR, name);
	size_t n = group ? group->n_options : 0;

	if (!plugin || !streq(plugin->path, path) || plugin->n_options != n)
		return false;
	for (size_t i = 0; i < n; i++)
		if (!streq(plugin->options[i].key, group->options[i].key) ||
		    !streq(plugin->options[i].value, group->options[i].value))
			return false;
	return true;
}

int plugin_open(struct plugin *plugin, struct evpn_error *err)
{
	if (plugin->api.open(&plugin->host, &plugin->self, err) < 0)
		return -1;
	plugin->is_open = true;
	plugin->event_fd = plugin->api.event_fd ? plugin->api.event_fd(plugin->self) : -1;
	return 0;
}

void plugin_free(struct plugin *plugin)
{
	if (!plugin)
		return;
	if (plugin->is_open)
		plugin->api.close(plugin->self);
	free_options(plugin);
	free(plugin->path);
	free(plugin);
}

static const char *roles_text(unsigned int roles)
{
	return roles == PLUGIN_NETNS ? "netns" : roles == PLUGIN_FRR ? "frr" : "netns frr";
}

int plugin_dump(const char *name, FILE *out, struct evpn_error *err)
{
	struct plugin *plugin;
	char absolute[PATH_MAX];

	if (plugin_load(name, &plugin, err) < 0)
		return -1;
	fprintf(out, "path=%s\nname=%s\nsummary=%s\nrole=%s\napi=%d\nstruct_size=%u\noptions=",
		realpath(plugin->path, absolute) ? absolute : plugin->path, plugin->api.name,
		plugin->api.summary ? plugin->api.summary : "", roles_text(plugin->roles), EVPN_PLUGIN_API,
		plugin->their_size);
	for (const char *const *o = plugin->api.options; o && *o; o++)
		fprintf(out, "%s%s", o == plugin->api.options ? "" : " ", *o);
	fputc('\n', out);
	plugin_free(plugin);
	return 0;
}

static int is_plugin_file(const struct dirent *entry)
{
	size_t len = strlen(entry->d_name);

	return len > 3 && streq(entry->d_name + len - 3, ".so");
}

int plugin_list(FILE *out, struct evpn_error *err)
{
	struct dirent **entries;
	int n = scandir(PLUGIN_DIR, &entries, is_plugin_file, alphasort);

	if (n < 0)
		return evpn_fail(err, errno, "plugin directory %s: %s", PLUGIN_DIR, strerror(errno));
	for (int i = 0; i < n; i++) {
		_cleanup_free_ char *path = xasprintf("%s/%s", PLUGIN_DIR, entries[i]->d_name);
		struct evpn_error e = { 0 };
		struct plugin *plugin;

		if (plugin_load(path, &plugin, &e) == 0) {
			fprintf(out, "%-16s %-6s %s\n", plugin->api.name, roles_text(plugin->roles),
				plugin->api.summary ? plugin->api.summary : "");
			plugin_free(plugin);
		} else {
			fprintf(out, "%-16s %-6s %s\n", entries[i]->d_name, "-", e.msg);
		}
		free(entries[i]);
	}
	free(entries);
	return 0;
}
