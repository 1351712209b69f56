/* SPDX-License-Identifier: Apache-2.0 */
/* plugin_host.c - see plugin_host.h */
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <sys/epoll.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/util.h"
#include "run/plugin_call.h"
#include "run/plugin_host.h"

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

/* Says how many lines were dropped since the log has said that some are. */
static void tell_dropped(const struct plugin *plugin)
{
	struct plugin_lines *lines = plugin->lines;

	if (lines->n_dropped)
		log_warning("plugin %s: %u lines of it were not logged", plugin->api.name, lines->n_dropped);
	lines->n_dropped = 0;
}

/* Whether the plugin may log a line now. Lines that nobody would see are free. */
static bool may_log(const struct plugin *plugin)
{
	switch (plugin_lines_take(plugin->lines, clock_ms())) {
	case PLUGIN_LINE_LOG:
		return true;
	case PLUGIN_LINE_LOG_AGAIN:
		tell_dropped(plugin);
		return true;
	case PLUGIN_LINE_DROP_FIRST:
		log_warning("plugin %s: logs more than %d lines at once, or %d a second: evpnd does not log all of "
			    "them, and says later how many it has left out; report it to the plugin's author",
			    plugin->api.name, PLUGIN_LINES_BURST, PLUGIN_LINES_PER_SECOND);
		return false;
	case PLUGIN_LINE_DROP:
		break;
	}
	return false;
}

EVPN_PRINTF(3, 4)
static void log_as(const char *name, enum evpn_log_level level, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	log_vline(level, name, format, ap);
	va_end(ap);
}

EVPN_PRINTF(3, 4) static void host_log(const struct evpn_host *host, enum evpn_log_level level, const char *format, ...)
{
	const struct plugin *plugin = plugin_of(host);
	_cleanup_free_ char *text = NULL;
	char *line, *save = NULL;
	va_list ap;

	if (!log_is_shown(level))
		return;
	va_start(ap, format);
	text = xvasprintf(format, ap);
	va_end(ap);
	/* A message of several lines counts as several. */
	for (line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save))
		if (may_log(plugin))
			log_as(plugin->api.name, level, "%s", line);
}

const struct evpn_host plugin_services = { .struct_size = sizeof(struct evpn_host),
					   .option = host_option,
					   .option_entry = host_option_entry,
					   .log = host_log };

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

/* 0: the event loop can watch it; else errno. */
static int try_to_watch(int fd)
{
	_cleanup_close_ int epoll = -1;
	struct epoll_event event = { .events = EPOLLIN };

	/* Before the number can be that of the next one. */
	if (fcntl(fd, F_GETFD) < 0)
		return errno;
	epoll = epoll_create1(EPOLL_CLOEXEC);
	return epoll < 0 || epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event) < 0 ? errno : 0;
}

/* A descriptor that cannot be watched is an error now: the event loop would meet it later, with every plugin in it. */
static int take_event_fd(struct plugin *plugin, struct evpn_error *err)
{
	int fd = plugin->api.event_fd ? plugin_call_event_fd(plugin) : -1, fault;

	if (fd < 0)
		return 0;
	if (fd <= STDERR_FILENO)
		return evpn_fail(err, EBADF,
				 "event_fd returned descriptor %d, which is evpnd's own; without events it returns -1; "
				 "report it to the plugin's author",
				 fd);
	fault = try_to_watch(fd);
	if (fault)
		return evpn_fail(err, fault,
				 "event_fd returned descriptor %d, which %s; report it to the plugin's author", fd,
				 fault == EBADF	  ? "is not open"
				 : fault == EPERM ? "cannot be polled: it is a regular file, a directory or the like"
						  : strerror(fault));
	plugin->event_fd = fd;
	return 0;
}

int plugin_open(struct plugin *plugin, struct evpn_error *err)
{
	if (plugin_call_open(plugin, err) < 0)
		return -1;
	plugin->is_open = true;
	return take_event_fd(plugin, err);
}

void plugin_free(struct plugin *plugin)
{
	if (!plugin)
		return;
	if (plugin->is_open)
		plugin_call_close(plugin);
	if (plugin->lines)
		tell_dropped(plugin);
	plugin_forget_questions(plugin);
	free_options(plugin);
	free(plugin->lines);
	free(plugin->fault);
	free(plugin->path);
	free(plugin);
}
