/* SPDX-License-Identifier: Apache-2.0 */
/* plugin_call.c - see plugin_call.h */
#include <sys/resource.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>

#include "base/clock.h"
#include "base/escape.h"
#include "base/log.h"
#include "base/util.h"
#include "kernel/netns.h"
#include "run/plugin_call.h"
#include "run/plugin_guard.h"

/* A call that is under way. */
struct call {
	struct plugin *plugin;
	const char *callback;
	uint64_t since_us, starved_us;
	struct rusage usage;
};

static struct call begin(struct plugin *plugin, const char *callback)
{
	struct call call;

	plugin_guard_enter(plugin->api.name, callback);
	call = (struct call){
		.plugin = plugin, .callback = callback, .since_us = clock_us(), .starved_us = clock_starved_us()
	};
	getrusage(RUSAGE_THREAD, &call.usage);
	return call;
}

static uint64_t cpu_us(const struct rusage *usage)
{
	return (uint64_t)(usage->ru_utime.tv_sec + usage->ru_stime.tv_sec) * 1000000 +
	       (uint64_t)(usage->ru_utime.tv_usec + usage->ru_stime.tv_usec);
}

/*
 * Whether the plugin has waited for something, or computed. On a busy host evpnd itself may have waited for a processor, or for its
 * own pages, where memory is short.
 */
static bool is_its_fault(const struct call *call, uint64_t took_us)
{
	struct rusage now;

	getrusage(RUSAGE_THREAD, &now);
	if (took_us < clock_starved_us() - call->starved_us + PLUGIN_SLOW_US || now.ru_majflt != call->usage.ru_majflt)
		return false;
	return now.ru_nvcsw != call->usage.ru_nvcsw || cpu_us(&now) - cpu_us(&call->usage) >= PLUGIN_SLOW_US;
}

/* One warning, and another one when it gets twice as bad. */
static void judge_time(const struct call *call, uint64_t took_us)
{
	struct plugin *plugin = call->plugin;

	if (took_us < PLUGIN_SLOW_US || took_us < 2 * plugin->slowest_us || !is_its_fault(call, took_us))
		return;
	plugin->slowest_us = took_us;
	log_warning(
		"plugin %s: %s took %u ms, while evpnd could do nothing else; a callback must not block: report it to "
		"the plugin's author",
		plugin->api.name, call->callback, (unsigned int)(took_us / 1000));
}

/* `result` in words; `msg` may be empty. Returns how long the call took. */
static uint64_t leave(const struct call *call, const char *result, const char *msg)
{
	uint64_t took_us = clock_us() - call->since_us;

	plugin_guard_leave();
	log_debug("plugin %s: %s: %s%s%s, %" PRIu64 " us", call->plugin->api.name, call->callback, result,
		  msg[0] ? ": " : "", msg, took_us);
	return took_us;
}

static void end(const struct call *call, const char *result, const char *msg)
{
	judge_time(call, leave(call, result, msg));
}

/* The plugin may have left anything in err but what the contract says. */
static void complete(const struct call *call, int r, struct evpn_error *err)
{
	err->msg[sizeof(err->msg) - 1] = '\0';
	if (r >= 0)
		return;
	if (err->code <= 0)
		err->code = EPROTO;
	if (!err->msg[0])
		evpn_fail(err, err->code, "%s failed without a reason; report it to the author of plugin %s",
			  call->callback, call->plugin->api.name);
}

/* Of a callback whose 0 is "not ready". */
static int finish(const struct call *call, int r, struct evpn_error *err)
{
	call->plugin->waits = r == 0;
	complete(call, r, err);
	end(call, r > 0 ? "done" : r == 0 ? "not ready" : "failed", r > 0 ? "" : err->msg);
	return r;
}

int plugin_call_open(struct plugin *plugin, struct evpn_error *err)
{
	struct call call = begin(plugin, "open");
	int r = plugin->api.open(&plugin->host, &plugin->self, err);

	complete(&call, r, err);
	end(&call, r < 0 ? "failed" : "done", r < 0 ? err->msg : "");
	return r;
}

void plugin_call_close(struct plugin *plugin)
{
	struct call call = begin(plugin, "close");

	plugin->api.close(plugin->self);
	/* The kernel may take its time with what is closed, which is not the plugin's fault. */
	leave(&call, "done", "");
}

int plugin_call_event_fd(struct plugin *plugin)
{
	struct call call = begin(plugin, "event_fd");
	int fd = plugin->api.event_fd(plugin->self);

	end(&call, fd < 0 ? "none" : "done", "");
	return fd;
}

int plugin_on_event(struct plugin *plugin, struct evpn_error *err)
{
	static const char *const events[] = { "none", "retry", "changed" };
	struct call call = begin(plugin, "on_event");
	int r = plugin->api.on_event(plugin->self, err);

	complete(&call, r, err);
	end(&call, r < 0 ? "failed" : r < (int)ARRAY_LEN(events) ? events[r] : "unknown event", r < 0 ? err->msg : "");
	return r;
}

/* What /proc says the descriptor is: a path, "socket:[123]", "anon_inode:[eventfd]". */
static const char *name_fd(int fd, char text[PATH_MAX])
{
	char link[64];
	ssize_t n;

	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	n = readlink(link, text, PATH_MAX - 1);
	text[n > 0 ? n : 0] = '\0';
	return text;
}

/* `free_fd` was the lowest free number before the call: a descriptor with this number is the plugin's gift, and is closed. */
static int take_netns(const struct plugin *plugin, int free_fd, int fd, int *ret_fd, struct evpn_error *err)
{
	char what[PATH_MAX];
	int r = fd < 0 ? -EBADF : netns_check(fd);

	if (r < 0)
		return evpn_fail(err, -r,
				 "plugin %s: find_netns returned descriptor %d, which is not open; report it to the "
				 "plugin's author",
				 plugin->api.name, fd);
	if (r == 0) {
		evpn_fail(err, EINVAL,
			  "plugin %s: find_netns returned descriptor %d (%s), which is not of a network namespace",
			  plugin->api.name, fd, name_fd(fd, what));
		if (fd == free_fd)
			close(fd);
		return -1;
	}
	*ret_fd = fcntl(fd, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
	r = *ret_fd < 0 ? evpn_fail(err, errno, "FRR's network namespace: %s", strerror(errno)) : 1;
	close(fd);
	return r;
}

static int find_free_fd(void)
{
	int fd = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 0);

	util_closep(&fd);
	return fd;
}

int plugin_find_netns(struct plugin *plugin, int *ret_fd, uint64_t *ret_instance, struct evpn_error *err)
{
	int free_fd = find_free_fd(), fd = -1;
	struct call call = begin(plugin, "find_netns");
	int r = finish(&call, plugin->api.find_netns(plugin->self, &fd, ret_instance, err), err);

	return r > 0 ? take_netns(plugin, free_fd, fd, ret_fd, err) : r;
}

int plugin_reload_frr(struct plugin *plugin, const char *conf_path, uint64_t generation, struct evpn_error *err)
{
	struct call call = begin(plugin, "reload_frr");

	return finish(&call, plugin->api.reload_frr(plugin->self, conf_path, generation, err), err);
}

/* One call of the callback. */
static int put(struct plugin *plugin, enum plugin_way way, const char *daemon, const char *command,
	       const char **ret_text, struct evpn_error *err)
{
	const struct evpn_plugin *api = &plugin->api;
	struct call call = begin(plugin, way == PLUGIN_QUERY_FRR ? "query_frr" : "ask_daemon");
	const char *text = NULL;
	int r = finish(&call,
		       way == PLUGIN_QUERY_FRR ? api->query_frr(plugin->self, command, &text, err)
					       : api->ask_daemon(plugin->self, daemon, command, &text, err),
		       err);

	if (r > 0 && !text)
		return evpn_fail(err, EPROTO,
				 "plugin %s: %s returned %d without a text; report it to the plugin's author",
				 plugin->api.name, call.callback, r);
	if (r > 0)
		*ret_text = text;
	return r;
}

static void forget_question(struct plugin_question *question)
{
	free(question->daemon);
	free(question->command);
	*question = (struct plugin_question){ 0 };
}

void plugin_forget_questions(struct plugin *plugin)
{
	for (size_t i = 0; i < PLUGIN_WAYS; i++)
		forget_question(&plugin->questions[i]);
}

static bool is_question(const struct plugin_question *question, const char *daemon, const char *command)
{
	return question->command && streq(question->command, command) &&
	       streq(question->daemon ? question->daemon : "", daemon ? daemon : "");
}

static void set_question(struct plugin_question *question, uint64_t asker, const char *daemon, const char *command)
{
	forget_question(question);
	*question = (struct plugin_question){ .daemon = daemon ? xstrdup(daemon) : NULL,
					      .command = xstrdup(command),
					      .asker = asker };
}

int plugin_ask(struct plugin *plugin, enum plugin_way way, uint64_t asker, const char *daemon, const char *command,
	       const char **ret_text, struct evpn_error *err)
{
	struct plugin_question *question = &plugin->questions[way];
	bool is_foreign = is_question(question, daemon, command) && question->asker != asker;
	int r;

	if (way == PLUGIN_QUERY_FRR ? !plugin->api.query_frr : !plugin->api.ask_daemon)
		return evpn_fail(err, ENOTSUP, "plugin %s cannot ask a daemon of FRR", plugin->api.name);
	r = put(plugin, way, daemon, command, ret_text, err);
	if (r == 0 && is_foreign)
		return 0;
	if (r != 0 && is_foreign) {
		*err = (struct evpn_error){ 0 };
		r = put(plugin, way, daemon, command, ret_text, err);
	}
	if (r == 0)
		set_question(question, asker, daemon, command);
	else
		forget_question(question);
	return r;
}

uint64_t plugin_new_asker(struct plugin *plugin)
{
	return ++plugin->n_askers;
}

char *plugin_describe(struct plugin *plugin, int64_t *ret_started)
{
	struct evpn_error err = { 0 };
	struct call call;
	const char *text;

	*ret_started = 0;
	if (!plugin || !plugin->is_open || !plugin->api.describe)
		return NULL;
	call = begin(plugin, "describe");
	text = plugin->api.describe(plugin->self, ret_started);
	(void)finish(&call, 1, &err);
	return text ? escape_line(text, ESCAPE_LINE_MAX) : NULL;
}

bool plugin_needs_polling(const struct plugin *plugin)
{
	return plugin && plugin->waits && plugin->event_fd < 0;
}
