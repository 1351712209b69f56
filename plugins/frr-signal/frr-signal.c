/* SPDX-License-Identifier: Apache-2.0 */
/*
 * frr-signal.c - an frr plugin: reloads and queries FRR through a sidecar, evpn-reloader
 *
 * This file composes the requests and interprets the answers; sidecar.c transports them. A second connection waits for
 * the notification that one of FRR's daemons has ended: watchfrr restarts the daemon, which has then lost its
 * configuration. A third one is for questions to a daemon, which do not wait for a reload. With protocol = "plain" the sidecar can be any program that takes a connection as the signal to
 * reload.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/random.h>

#include "frr-signal/sidecar.h"
#include "evpn-plugin-options.h"
#include "lib/fd.h"
#include "lib/folder.h"
#include "lib/vty.h"

/* A reload may take 100 s (evpn-reloader's --timeout): wait longer than that. */
#define TIMEOUT_DEFAULT_S 120
#define TIMEOUT_MAX_S	  86400
/* evpn-reloader itself limits a question to a daemon to VTY_LIMIT_MS. */
#define ASK_TIMEOUT_S 15

enum demand { DEMAND_NONE, DEMAND_RELOAD, DEMAND_QUERY };

struct frr_signal {
	const struct evpn_host *host;
	struct sidecar sidecar;
	/* A random number that makes the generations of this evpnd differ from those of an earlier one. */
	uint64_t session;
	enum demand demand; /* what `sidecar` is used for at present */
	uint64_t generation;
	char command[PROTOCOL_LINE_SIZE];
	bool delivered; /* evpnd has got the answer of the query */
	struct sidecar watch; /* the request "watch": answered when FRR may have lost its configuration */
	bool cannot_watch; /* the sidecar does not know this request */
	struct sidecar ask; /* the question to a daemon */
	bool ask_delivered; /* evpnd has got its outcome */
};

static int take_options(struct frr_signal *self, struct evpn_error *err)
{
	const struct evpn_host *host = self->host;
	const char *address = host->option(host, "address"), *protocol = host->option(host, "protocol"), *why;

	if (evpn_option_required(host, "address", "the address of evpn-reloader, \"unix:PATH\" or \"tcp:IP:PORT\"",
				 err) < 0)
		return -1;
	if (protocol_parse_address(address, &self->sidecar.address, &why) < 0)
		return evpn_fail(err, EINVAL, "address = \"%s\": %s", address, why);
	if (evpn_option_unsigned(host, "timeout", TIMEOUT_DEFAULT_S, 1, TIMEOUT_MAX_S, "seconds",
				 &self->sidecar.timeout_s, err) < 0)
		return -1;
	if (protocol && strcmp(protocol, "reloader") != 0 && strcmp(protocol, "plain") != 0)
		return evpn_fail(err, EINVAL, "protocol = \"%s\": must be \"reloader\" or \"plain\"", protocol);
	self->sidecar.name = address;
	self->sidecar.plain = protocol && strcmp(protocol, "plain") == 0;
	self->watch.address = self->sidecar.address;
	self->watch.name = address;
	self->watch.patient = true;
	self->ask.address = self->sidecar.address;
	self->ask.name = address;
	self->ask.timeout_s = self->sidecar.timeout_s < ASK_TIMEOUT_S ? self->sidecar.timeout_s : ASK_TIMEOUT_S;
	return 0;
}

static void frr_signal_close(void *data)
{
	struct frr_signal *self = data;

	sidecar_free(&self->ask);
	sidecar_free(&self->watch);
	sidecar_free(&self->sidecar);
	free(self);
}

/* Puts all connections behind one epoll descriptor. */
static int init_sidecars(struct frr_signal *self)
{
	struct epoll_event event = { .events = EPOLLIN };
	struct sidecar *others[] = { &self->watch, &self->ask };
	int r;

	/* Before the first failure: frr_signal_close() frees all of them. */
	for (size_t i = 0; i < 2; i++)
		others[i]->epoll = others[i]->sock = others[i]->inotify = others[i]->timer = -1;
	r = sidecar_init(&self->sidecar);
	for (size_t i = 0; i < 2 && r == 0; i++) {
		r = sidecar_init(others[i]);
		if (r == 0 && epoll_ctl(self->sidecar.epoll, EPOLL_CTL_ADD, others[i]->epoll, &event) < 0)
			r = -errno;
	}
	return r;
}

static int frr_signal_open(const struct evpn_host *host, void **ret_self, struct evpn_error *err)
{
	struct frr_signal *self = calloc(1, sizeof(*self));
	int r;

	if (!self)
		return evpn_fail(err, ENOMEM, "%s", strerror(ENOMEM));
	self->host = host;
	if (take_options(self, err) < 0) {
		free(self);
		return -1;
	}
	r = init_sidecars(self);
	if (r == 0 && getrandom(&self->session, sizeof(self->session), 0) != sizeof(self->session))
		r = -errno;
	if (r < 0) {
		evpn_fail(err, -r, "cannot create epoll and timer descriptors or a random number: %s", strerror(-r));
		frr_signal_close(self);
		return -1;
	}
	*ret_self = self;
	return 0;
}

static int frr_signal_event_fd(void *data)
{
	const struct frr_signal *self = data;

	return self->sidecar.epoll;
}

/* FRR runs its configuration: from now on the sidecar shall report when a daemon ends. */
static void begin_watch(struct frr_signal *self)
{
	if (self->watch.state == SIDECAR_IDLE && !self->sidecar.plain && !self->cannot_watch)
		sidecar_begin(&self->watch, PROTOCOL_HELLO "watch\n");
}

/* Whether the sidecar has reported that FRR lost its configuration. */
static bool take_watch(struct frr_signal *self)
{
	struct sidecar *watch = &self->watch;
	bool is_lost;

	sidecar_handle_event(watch);
	if (watch->state != SIDECAR_DONE)
		return false;
	is_lost = watch->outcome > 0 && strcmp(watch->status, "ok") == 0;
	self->cannot_watch = !is_lost;
	if (is_lost)
		self->host->log(self->host, EVPN_LOG_NOTICE, "%.*s: reloading FRR", (int)strcspn(watch->body, "\n"),
				watch->body);
	else
		self->host->log(self->host, EVPN_LOG_NOTICE,
				"evpn-reloader at %s cannot report the end of FRR's daemons; update evpn-reloader",
				watch->name);
	sidecar_drop(watch);
	return is_lost;
}

static int frr_signal_on_event(void *data, struct evpn_error *err)
{
	struct frr_signal *self = data;
	bool retry = sidecar_handle_event(&self->sidecar), asked = sidecar_handle_event(&self->ask);

	(void)err;
	return take_watch(self) ? EVPN_EVENT_CHANGED : retry || asked ? EVPN_EVENT_RETRY : EVPN_EVENT_NONE;
}

/* The result for evpnd: >0 the sidecar has answered "ok"; 0 not ready; <0 failed. */
static int look(struct frr_signal *self, struct evpn_error *err)
{
	const struct sidecar *sidecar = &self->sidecar;
	int code;

	if (sidecar->outcome <= 0) {
		*err = sidecar->err;
		return sidecar->outcome;
	}
	if (sidecar->plain || strcmp(sidecar->status, "ok") == 0) {
		begin_watch(self);
		return 1;
	}
	if (strcmp(sidecar->status, "refused") == 0)
		return evpn_fail(err, EVPN_ERROR_REFUSED, "%s", sidecar->body);
	code = strcmp(sidecar->status, "failed") == 0 ? EIO : strcmp(sidecar->status, "denied") == 0 ? EACCES : EPROTO;
	return evpn_fail(err, code, "evpn-reloader at %s: %s: %s", sidecar->name, sidecar->status, sidecar->body);
}

/* Removes the newline at the end of a text that was quoted from the sidecar. */
static int trimmed(int r, struct evpn_error *err)
{
	size_t n = strlen(err->msg);

	while (r <= 0 && n && err->msg[n - 1] == '\n')
		err->msg[--n] = '\0';
	return r;
}

static int begin_reload(struct frr_signal *self, const char *conf_path, uint64_t generation, struct evpn_error *err)
{
	char line[PROTOCOL_LINE_SIZE], sum[PROTOCOL_SUM_SIZE];
	/* A link would tell the container a sum of a file of the host. */
	_cleanup_close_ int fd = folder_open_file(conf_path, FOLDER_NO_LINKS);
	int r = fd < 0 ? fd : protocol_sum_file(fd, sum);

	if (r < 0)
		return evpn_fail(err, folder_code(r), "cannot read %s: %s", conf_path, folder_fault(r));
	snprintf(line, sizeof(line), PROTOCOL_HELLO "reload %016" PRIx64 "/%" PRIu64 " %s\n", self->session, generation,
		 sum);
	self->demand = DEMAND_RELOAD;
	self->generation = generation;
	sidecar_begin(&self->sidecar, self->sidecar.plain ? "" : line);
	return 0;
}

static int frr_signal_reload_frr(void *data, const char *conf_path, uint64_t generation, struct evpn_error *err)
{
	struct frr_signal *self = data;

	if ((self->demand != DEMAND_RELOAD || self->generation != generation) &&
	    begin_reload(self, conf_path, generation, err) < 0)
		return -1;
	return trimmed(look(self, err), err);
}

static int begin_query(struct frr_signal *self, const char *command, struct evpn_error *err)
{
	char line[PROTOCOL_LINE_SIZE];

	if ((size_t)snprintf(line, sizeof(line), PROTOCOL_HELLO "%s\n", command) >= sizeof(line) ||
	    strchr(command, '\n'))
		return evpn_fail(err, EINVAL, "command `%.200s': must be one line of at most %zu characters", command,
				 sizeof(line) - sizeof(PROTOCOL_HELLO) - 1);
	self->demand = DEMAND_QUERY;
	self->delivered = false;
	strcpy(self->command, command);
	sidecar_begin(&self->sidecar, line);
	return 0;
}

static int frr_signal_query_frr(void *data, const char *command, const char **ret_text, struct evpn_error *err)
{
	struct frr_signal *self = data;
	bool is_same = self->demand == DEMAND_QUERY && !self->delivered && strcmp(self->command, command) == 0;
	int r;

	if (self->sidecar.plain)
		return evpn_fail(err, ENOTSUP,
				 "protocol = \"plain\" cannot run commands in FRR; use protocol = \"reloader\"");
	if (!is_same && begin_query(self, command, err) < 0)
		return -1;
	r = trimmed(look(self, err), err);
	self->delivered = r != 0;
	if (r > 0)
		*ret_text = self->sidecar.body;
	return r;
}

/* The request for a question, a line with its newline. */
static int ask_line(const char *daemon, const char *command, char ret_line[PROTOCOL_LINE_SIZE], struct evpn_error *err)
{
	if (!daemon) {
		if (strcmp(command, "show daemons") != 0)
			return evpn_fail(err, EINVAL,
					 "command `%.200s': without a daemon only `show daemons' is possible", command);
		strcpy(ret_line, PROTOCOL_HELLO "daemons\n");
		return 0;
	}
	if (vty_check(daemon, command, err) < 0)
		return -1;
	if (snprintf(ret_line, PROTOCOL_LINE_SIZE, PROTOCOL_HELLO "ask %s %s\n", daemon, command) >= PROTOCOL_LINE_SIZE)
		return evpn_fail(err, EINVAL, "command `%.200s' is too long for evpn-reloader's protocol", command);
	return 0;
}

/* The outcome of the question, as ask_daemon() returns it. */
static int look_at_answer(const struct sidecar *ask, struct evpn_error *err)
{
	if (ask->outcome <= 0) {
		*err = ask->err;
		return ask->outcome;
	}
	if (strcmp(ask->status, "ok") == 0)
		return 1;
	if (strcmp(ask->status, "invalid") == 0)
		return evpn_fail(err, ENOTSUP, "evpn-reloader at %s cannot ask FRR's daemons; update evpn-reloader",
				 ask->name);
	/* Its options do not allow the question: evpnd goes on without the answer. */
	if (strcmp(ask->status, "denied") == 0)
		return evpn_fail(err, ENOTSUP, "%s", ask->body);
	return evpn_fail(err, ask->code ? ask->code : EPROTO, "%s", ask->body);
}

static int frr_signal_ask_daemon(void *data, const char *daemon, const char *command, const char **ret_text,
				 struct evpn_error *err)
{
	struct frr_signal *self = data;
	struct sidecar *ask = &self->ask;
	char line[PROTOCOL_LINE_SIZE];
	int r;

	if (self->sidecar.plain)
		return evpn_fail(err, ENOTSUP,
				 "protocol = \"plain\" cannot ask FRR's daemons; use protocol = \"reloader\"");
	if (ask_line(daemon, command, line, err) < 0)
		return -1;
	if (ask->state == SIDECAR_IDLE || self->ask_delivered || strcmp(ask->line, line) != 0)
		sidecar_begin(ask, line);
	r = trimmed(look_at_answer(ask, err), err);
	self->ask_delivered = r != 0;
	if (r > 0)
		*ret_text = ask->body;
	return r;
}

static const char *const options[] = { "address", "protocol", "timeout", NULL };

EVPN_EXPORT const struct evpn_plugin evpn_plugin_v1 = {
	.struct_size = EVPN_PLUGIN_INIT,
	.name = "frr-signal",
	.summary = "reloads and queries FRR through evpn-reloader, which runs beside it",
	.options = options,
	.open = frr_signal_open,
	.close = frr_signal_close,
	.event_fd = frr_signal_event_fd,
	.on_event = frr_signal_on_event,
	.reload_frr = frr_signal_reload_frr,
	.query_frr = frr_signal_query_frr,
	.ask_daemon = frr_signal_ask_daemon,
};
