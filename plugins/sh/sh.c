/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sh.c - a netns and frr plugin: an executable of the operator does the work, as evpnd-sh(8) describes
 *
 *	script.c	one process: its pipes, limits and end; script_check.c: who can change the executable
 *	call.c		one verb until it has an outcome: time limit, pauses, exit status
 *	place.c		opens the network namespace that `find' prints, and notices its end
 *	watch.c		the verb that runs on and reports changes
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>

#include "evpn-plugin-options.h"
#include "lib/fd.h"
#include "lib/vty.h"
#include "sh/place.h"
#include "sh/watch.h"

#define TIMEOUT_DEFAULT_S 30
#define TIMEOUT_MAX_S	  86400

/* Bytes of an answer: a full routing table for a question, a line for the others. */
#define ANSWER_MAX (64u << 20)
#define OUTPUT_MAX (64u << 10)

enum verb { FIND, RELOAD, QUERY, ASK, DAEMONS, N_VERBS };

struct sh {
	const struct evpn_host *host;
	struct call_options options;
	int epoll;
	struct call calls[N_VERBS];
	struct place place;
	struct watch watch;
	uint64_t generation; /* of the present reload */
	char daemons[VTY_NAMES_SIZE]; /* the answer of DAEMONS, in order */
};

static const struct {
	const char *name;
	size_t out_max;
	bool is_question, is_reload;
} verbs[N_VERBS] = {
	[FIND] = { "find", OUTPUT_MAX, false, false },	    [RELOAD] = { "reload", OUTPUT_MAX, false, true },
	[QUERY] = { "query", ANSWER_MAX, true, false },	    [ASK] = { "ask", ANSWER_MAX, true, false },
	[DAEMONS] = { "daemons", OUTPUT_MAX, true, false },
};

static void sh_close(void *data)
{
	struct sh *self = data;

	for (int i = 0; i < N_VERBS; i++)
		call_free(&self->calls[i]);
	watch_free(&self->watch);
	place_release(&self->place);
	fd_close(&self->epoll);
	free(self);
}

static int take_options(struct sh *self, struct evpn_error *err)
{
	const struct evpn_host *host = self->host;
	struct call_options *options = &self->options;

	if (evpn_option_required(host, "script", "the executable that finds or reloads FRR", err) < 0 ||
	    evpn_option_path(host, "script", NULL, &options->script, err) < 0 ||
	    evpn_option_unsigned(host, "timeout", TIMEOUT_DEFAULT_S, 1, TIMEOUT_MAX_S, "seconds", &options->timeout_s,
				 err) < 0)
		return -1;
	return script_check(options->script, err);
}

/* Sets what sh_close() needs, before anything can fail. */
static void set_up(struct sh *self)
{
	self->epoll = -1;
	self->place = (struct place)PLACE_EMPTY;
	self->watch = (struct watch){ .host = self->host, .options = &self->options, .timer = -1 };
	self->watch.script = (struct script)SCRIPT_IDLE_VALUE;
	for (int i = 0; i < N_VERBS; i++) {
		self->calls[i] = (struct call){ .options = &self->options,
						.verb = verbs[i].name,
						.is_question = verbs[i].is_question,
						.is_reload = verbs[i].is_reload,
						.timer = -1 };
		self->calls[i].script = (struct script)SCRIPT_IDLE_VALUE;
	}
}

static int make_parts(struct sh *self, struct evpn_error *err)
{
	self->epoll = epoll_create1(EPOLL_CLOEXEC);
	if (self->epoll < 0)
		return evpn_fail(err, errno, "epoll_create1: %s", strerror(errno));
	self->place.epoll = self->epoll;
	for (int i = 0; i < N_VERBS; i++) {
		self->calls[i].limit_ms = self->options.timeout_s * 1000;
		if (call_init(&self->calls[i], self->epoll, verbs[i].out_max, err) < 0)
			return -1;
	}
	/* evpnd wants the answer of a daemon, or an error, within this time. */
	for (int i = ASK; i <= DAEMONS; i++)
		if (self->calls[i].limit_ms > VTY_LIMIT_MS)
			self->calls[i].limit_ms = VTY_LIMIT_MS;
	return watch_init(&self->watch, self->epoll, err);
}

static int sh_open(const struct evpn_host *host, void **ret_self, struct evpn_error *err)
{
	struct sh *self = calloc(1, sizeof(*self));

	if (!self)
		return evpn_fail(err, ENOMEM, "%s", strerror(ENOMEM));
	self->host = host;
	set_up(self);
	if (take_options(self, err) < 0 || make_parts(self, err) < 0) {
		sh_close(self);
		return -1;
	}
	*ret_self = self;
	return 0;
}

static int sh_event_fd(void *data)
{
	const struct sh *self = data;

	return self->epoll;
}

static int sh_find_netns(void *data, int *ret_fd, uint64_t *ret_instance, struct evpn_error *err)
{
	struct sh *self = data;
	struct call *find = &self->calls[FIND];
	int r;

	watch_begin(&self->watch, "netns");
	if (!call_is_for(find, NULL, NULL)) {
		place_release(&self->place);
		call_begin(find, NULL, NULL);
	}
	r = call_look(find, err);
	if (r <= 0)
		return r;
	r = place_open(&self->place, find->script.text ? find->script.text : "", ret_fd, ret_instance, err);
	if (r < 0)
		return evpn_wrap(err, "%s: ", self->options.script);
	if (r > 0)
		return 1;
	/* It was there when the script printed it, or will be soon. */
	find->err = *err;
	find->delivered = false;
	call_again(find);
	return 0;
}

static int sh_reload_frr(void *data, const char *conf_path, uint64_t generation, struct evpn_error *err)
{
	struct sh *self = data;
	struct call *reload = &self->calls[RELOAD];

	watch_begin(&self->watch, "frr");
	if (reload->state == CALL_IDLE || self->generation != generation) {
		/* An answer from before is none about what FRR runs after the reload. */
		for (int i = QUERY; i <= DAEMONS; i++)
			call_drop(&self->calls[i]);
		self->generation = generation;
		call_begin(reload, conf_path, NULL);
	}
	return call_look(reload, err);
}

/* A question by one of the calls. */
static int put(struct call *call, const char *first, const char *second, const char **ret_text, struct evpn_error *err)
{
	int r;

	if (!call_is_for(call, first, second) && call->unsupported)
		return evpn_fail(err, ENOTSUP, "%s does not support %s", call->options->script, call->verb);
	if (!call_is_for(call, first, second))
		call_begin(call, first, second);
	r = call_look(call, err);
	if (r > 0)
		*ret_text = call->script.text ? call->script.text : "";
	return r;
}

static int sh_query_frr(void *data, const char *command, const char **ret_text, struct evpn_error *err)
{
	struct sh *self = data;

	if (vty_check("vtysh", command, err) < 0)
		return -1;
	return put(&self->calls[QUERY], command, NULL, ret_text, err);
}

static int compare_names(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Brings the names that the script has printed into a fixed order. watchfrr, which vtysh lists too, has no configuration. */
static int sort_daemons(struct sh *self, char *text, struct evpn_error *err)
{
	char *names[VTY_NAMES_SIZE / 2] = { NULL }, *save = NULL;
	size_t n = 0, len = 0;

	for (char *name = strtok_r(text, " \t\r\n", &save); name; name = strtok_r(NULL, " \t\r\n", &save)) {
		if (strcmp(name, "watchfrr") == 0)
			continue;
		if (vty_check(name, "show version", err) < 0) {
			err->code = EPROTO;
			return evpn_wrap(err, "%s daemons: ", self->options.script);
		}
		len += strlen(name) + 1;
		if (len > sizeof(self->daemons))
			return evpn_fail(err, EPROTO, "%s daemons prints more than %zu bytes", self->options.script,
					 sizeof(self->daemons));
		names[n++] = name;
	}
	qsort(names, n, sizeof(names[0]), compare_names);
	self->daemons[0] = '\0';
	for (size_t i = 0; i < n; i++) {
		strcat(self->daemons, names[i]);
		if (i + 1 < n)
			strcat(self->daemons, " ");
	}
	return 1;
}

static int list_daemons(struct sh *self, const char *command, const char **ret_text, struct evpn_error *err)
{
	struct call *call = &self->calls[DAEMONS];
	const char *text = NULL;
	int r;

	if (strcmp(command, "show daemons") != 0)
		return evpn_fail(err, EINVAL, "without a daemon the command must be `show daemons'");
	r = put(call, NULL, NULL, &text, err);
	if (r > 0 && (r = sort_daemons(self, call->script.text ? call->script.text : (char[]){ "" }, err)) > 0)
		*ret_text = self->daemons;
	return r;
}

static int sh_ask_daemon(void *data, const char *daemon, const char *command, const char **ret_text,
			 struct evpn_error *err)
{
	struct sh *self = data;

	if (!daemon)
		return list_daemons(self, command, ret_text, err);
	if (vty_check(daemon, command, err) < 0)
		return -1;
	return put(&self->calls[ASK], daemon, command, ret_text, err);
}

/* The script has reported a change. */
static int judge_change(struct sh *self)
{
	const struct call *reload = &self->calls[RELOAD];
	bool had_netns = self->place.pidfd >= 0 || self->place.path;

	place_release(&self->place);
	/* FRR may have lost what it had loaded; what it has not loaded yet it cannot lose. */
	if (had_netns || (reload->state == CALL_DONE && reload->outcome > 0))
		return EVPN_EVENT_CHANGED;
	return EVPN_EVENT_RETRY;
}

static int sh_on_event(void *data, struct evpn_error *err)
{
	struct sh *self = data;
	bool said = watch_handle(&self->watch), is_new = false;

	for (int i = 0; i < N_VERBS; i++) {
		self->calls[i].pause_last_ms = watch_is_on(&self->watch) ? CALL_PAUSE_LAST_WATCHED_MS
									 : CALL_PAUSE_LAST_MS;
		if (said)
			call_hurry(&self->calls[i]);
		is_new |= call_handle(&self->calls[i]);
	}
	if (said || place_has_changed(&self->place))
		return judge_change(self);
	return is_new ? EVPN_EVENT_RETRY : EVPN_EVENT_NONE;
}

static const char *const options[] = { "script", "timeout", NULL };

const struct evpn_plugin evpn_plugin_v1 = {
	.struct_size = EVPN_PLUGIN_INIT,
	.name = "sh",
	.summary = "finds, reloads and queries FRR by an executable of your own",
	.options = options,
	.open = sh_open,
	.close = sh_close,
	.event_fd = sh_event_fd,
	.on_event = sh_on_event,
	.find_netns = sh_find_netns,
	.reload_frr = sh_reload_frr,
	.query_frr = sh_query_frr,
	.ask_daemon = sh_ask_daemon,
};
