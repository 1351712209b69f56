/* SPDX-License-Identifier: Apache-2.0 */
/* plugin_load.c - loads a plugin's file and checks what it says of itself; see plugin_host.h */
#include <ctype.h>
#include <dlfcn.h>
#include <errno.h>
#include <libgen.h>
#include <sys/stat.h>

#include "base/file.h"
#include "base/log.h"
#include "base/util.h"
#include "run/plugin_guard.h"
#include "run/plugin_host.h"

/* Bytes. The members that every plugin has; those behind them, from query_frr on, are optional. */
#define MIN_STRUCT_SIZE (offsetof(struct evpn_plugin, reload_frr) + sizeof(void *))
/* Far above what the struct can grow to: a larger number is no size. */
#define MAX_STRUCT_SIZE 4096

#define NAME_SIZE_MAX 64

struct plugin_library {
	void *handle;
	struct stat file; /* as it was loaded */
	struct stat warned; /* the file that has replaced it, as the log has it */
	struct plugin_library *next;
};

static struct plugin_library *libraries;

static bool is_same_file(const struct stat *a, const struct stat *b)
{
	return a->st_dev == b->st_dev && a->st_ino == b->st_ino && a->st_size == b->st_size &&
	       a->st_mtim.tv_sec == b->st_mtim.tv_sec && a->st_mtim.tv_nsec == b->st_mtim.tv_nsec;
}

/* dlopen(3) returns the same handle for a path that it has loaded before, whatever the file is now. */
static struct plugin_library *take_library(void *handle, const struct stat *file)
{
	struct plugin_library *library;

	for (library = libraries; library; library = library->next)
		if (library->handle == handle)
			return library;
	library = xcalloc(1, sizeof(*library));
	*library = (struct plugin_library){ .handle = handle, .file = *file, .next = libraries };
	libraries = library;
	return library;
}

void plugin_check_file(struct plugin *plugin)
{
	struct plugin_library *library = plugin->library;
	struct stat now;

	/* A file that is missing at the moment is being replaced. */
	if (stat(plugin->path, &now) < 0 || is_same_file(&now, &library->file) || is_same_file(&now, &library->warned))
		return;
	library->warned = now;
	log_warning("plugin %s: %s has been replaced, and evpnd goes on with the former one, which it has loaded; "
		    "restart evpnd "
		    "to load the new one (systemctl restart evpnd)",
		    plugin->api.name, plugin->path);
}

/* evpnd runs the plugin with its own rights, so nobody but root and evpnd's own user may be able to change it. */
static int check_writers(const char *path, const char *what, const struct stat *st, struct evpn_error *err)
{
	/* In a sticky directory like /tmp only the owner can replace a file. */
	bool is_sticky = S_ISDIR(st->st_mode) && (st->st_mode & S_ISVTX);

	if ((st->st_uid == 0 || st->st_uid == geteuid()) && (!(st->st_mode & (S_IWGRP | S_IWOTH)) || is_sticky))
		return 0;
	if (geteuid() == 0)
		return evpn_fail(
			err, EPERM,
			"plugin %s: %s can be written by others than root (owner %u, mode %04o); a plugin runs as "
			"root: chown root and chmod go-w",
			path, what, (unsigned int)st->st_uid, (unsigned int)st->st_mode & 07777);
	return evpn_fail(
		err, EPERM,
		"plugin %s: %s can be written by others than you and root (owner %u, mode %04o); chmod go-w, or "
		"copy the plugin to a directory of your own",
		path, what, (unsigned int)st->st_uid, (unsigned int)st->st_mode & 07777);
}

static int check_directory(const char *path, const char *directory, struct evpn_error *err)
{
	struct stat st;

	if (stat(directory, &st) < 0)
		return evpn_fail(err, errno, "plugin %s: %s", path, strerror(errno));
	return check_writers(path, directory, &st, err);
}

/* The file, and the directories in which another file could replace it or a symbolic link to it. */
static int check_file(const char *path, struct stat *ret_file, struct evpn_error *err)
{
	_cleanup_free_ char *real = realpath(path, NULL);
	_cleanup_free_ char *copy = xstrdup(path);
	_cleanup_close_ int fd = -1;

	if (!real)
		return evpn_fail(err, errno, "plugin %s: %s", path, strerror(errno));
	/* dlopen(3) would wait for the writer of a FIFO, and for the holder of a lease. */
	fd = file_open(AT_FDCWD, real, FILE_NO_LINK, ret_file);
	if (fd < 0)
		return evpn_fail(err, -fd, "plugin %s: %s", path, file_fault(fd));
	if (check_writers(path, real, ret_file, err) < 0 || check_directory(path, dirname(copy), err) < 0)
		return -1;
	return check_directory(path, dirname(real), err);
}

/* A letter, then letters, digits, '-' and '_': a name that evpn.conf can have as a group or a key. */
static bool is_valid_name(const char *name)
{
	size_t len = strnlen(name, NAME_SIZE_MAX);

	if (!isalpha((unsigned char)name[0]) || len >= NAME_SIZE_MAX)
		return false;
	for (size_t i = 1; i < len; i++)
		if (!isalnum((unsigned char)name[i]) && name[i] != '-' && name[i] != '_')
			return false;
	return true;
}

/* A plugin of the plugin directory is found by its file's name, and its options by its own. */
static int check_names(const struct plugin *plugin, const char *file, struct evpn_error *err)
{
	const struct evpn_plugin *api = &plugin->api;

	if (!is_valid_name(api->name))
		return evpn_fail(
			err, EINVAL,
			"plugin %s: `name' is not a letter and then letters, digits, `-' and `_', fewer than %d in all",
			plugin->path, NAME_SIZE_MAX);
	if (config_is_own_key(api->name))
		return evpn_fail(err, EINVAL,
				 "plugin %s: its name, `%s', is a key of evpnd's own in evpn.conf; rename it",
				 plugin->path, api->name);
	if (file && !streq(file, api->name))
		return evpn_fail(
			err, EINVAL,
			"plugin %s: it calls itself `%s', and a file in the plugin directory has the plugin's name: "
			"rename the file to %s.so",
			plugin->path, api->name, api->name);
	for (const char *const *o = api->options; o && *o; o++)
		if (!is_valid_name(*o))
			return evpn_fail(
				err, EINVAL,
				"plugin %s: entry %zu of `options' is not a letter and then letters, digits, `-' and "
				"`_'",
				plugin->path, (size_t)(o - api->options) + 1);
	return 0;
}

/* The size of a struct that ends with a pointer: any other number cuts a member in two, or is no size. */
static int check_size(const struct plugin *plugin, struct evpn_error *err)
{
	uint32_t size = plugin->their_size;

	if (size < MIN_STRUCT_SIZE)
		return evpn_fail(
			err, EINVAL,
			"plugin %s: struct_size is %u, less than that of version 1.0 (%zu); build the plugin again",
			plugin->path, size, MIN_STRUCT_SIZE);
	if (size > MAX_STRUCT_SIZE || size % _Alignof(struct evpn_plugin))
		return evpn_fail(
			err, EINVAL,
			"plugin %s: struct_size is %u, which is the size of no version of the struct; set it to "
			"EVPN_PLUGIN_INIT",
			plugin->path, size);
	return 0;
}

static int check_members(struct plugin *plugin, struct evpn_error *err)
{
	const struct evpn_plugin *api = &plugin->api;

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
		return evpn_fail(err, EINVAL, "plugin %s: it has no role: neither find_netns nor reload_frr is set",
				 plugin->path);
	return 0;
}

/* The library's constructors run here. */
static void *open_library(const char *path)
{
	void *handle;

	plugin_guard_enter(path, "its constructor");
	handle = dlopen(path, RTLD_NOW | RTLD_LOCAL);
	plugin_guard_leave();
	return handle;
}

/* The linker keeps the cause in its words alone. */
static int fail_dlopen(const char *path, struct evpn_error *err)
{
	static const int faults[] = { EINTR, EIO, EMFILE, ENFILE, ENOMEM, ENOSPC };
	const char *reason = dlerror();
	int code = strstr(reason, "failed to map segment") ? ENOMEM : ENOEXEC;

	for (size_t i = 0; i < ARRAY_LEN(faults); i++)
		if (strstr(reason, strerror(faults[i])))
			code = faults[i];
	return evpn_fail(err, code, "plugin %s: %s", path, reason);
}

static int load(struct plugin *plugin, const char *file, struct evpn_error *err)
{
	const struct evpn_plugin *theirs;
	struct stat st;
	void *handle;

	if (check_file(plugin->path, &st, err) < 0)
		return -1;
	handle = open_library(plugin->path);
	if (!handle)
		return fail_dlopen(plugin->path, err);
	plugin->library = take_library(handle, &st);
	theirs = dlsym(handle, EVPN_PLUGIN_SYMBOL);
	if (!theirs)
		return evpn_fail(
			err, ENOEXEC,
			"plugin %s: it has no symbol %s: it is no evpnd plugin, or one for another major version",
			plugin->path, EVPN_PLUGIN_SYMBOL);
	plugin->their_size = theirs->struct_size;
	if (check_size(plugin, err) < 0)
		return -1;
	memcpy(&plugin->api, theirs,
	       plugin->their_size < sizeof(plugin->api) ? plugin->their_size : sizeof(plugin->api));
	return check_members(plugin, err) < 0 ? -1 : check_names(plugin, file, err);
}

int plugin_load(const char *name, struct plugin **ret_plugin, struct evpn_error *err)
{
	struct plugin *plugin = xcalloc(1, sizeof(*plugin));
	bool is_path = strchr(name, '/');

	plugin->path = is_path ? xstrdup(name) : xasprintf("%s/%s.so", PLUGIN_DIR, name);
	plugin->event_fd = -1;
	plugin->host = plugin_services;
	plugin->lines = xcalloc(1, sizeof(*plugin->lines));
	if (load(plugin, is_path ? NULL : name, err) < 0) {
		plugin_free(plugin);
		return -1;
	}
	*ret_plugin = plugin;
	return 0;
}
