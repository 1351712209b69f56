/* SPDX-License-Identifier: Apache-2.0 */
/*
 * frr-signal.c - an frr plugin: asks the sidecar beside FRR to reload, and to show
 *
 * The sidecar is evpn-reloader; with protocol = "plain", anything that takes a closed connection for the signal. This
 * file knows what is asked for and what the answers mean; ask.c brings the one there and the others back. Beside what evpnd
 * asks for, the sidecar is asked to tell when one of FRR's daemons ends: watchfrr starts it again, but nobody else knows.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/random.h>

#include "reloader_client.h"

enum demand { DEMAND_NONE, DEMAND_RELOAD, DEMAND_QUERY };

struct frr_signal {
	const struct evpn_host *host;
	struct ask ask;
	/* The sidecar outlives evpnd, whose generations begin anew: this tells ours from the former ones. */
	uint64_t session;
	enum demand demand; /* what `ask` is about */
	uint64_t generation;
	char command[WIRE_LINE_SIZE];
	bool delivered; /* the answer was handed out */
	struct ask watch; /* its answer: FRR may not run any more what it was made to load */
	bool cannot_watch; /* this sidecar does not know that question */
};

static int take_options(struct frr_signal *self, struct evpn_error *err)
{
	const struct evpn_host *host = self->host;
	const char *address = host->option(host, "address"), *protocol = host->option(host, "protocol"),
		   *timeout = host->option(host, "timeout"), *why;
	long seconds = timeout ? wire_parse_number(timeout, 1, 86400) : 120;

	if (!address)
		return evpn_fail(err, EINVAL,
				 "`address' is missing: where evpn-reloader listens, \"unix:PATH\" or "
				 "\"tcp:IP:PORT\"");
	if (wire_parse_address(address, &self->ask.address, &why) < 0)
		return evpn_fail(err, EINVAL, "address \"%s\": %s", address, why);
	if (seconds < 0)
		return evpn_fail(err, EINVAL, "timeout \"%s\": a number of seconds from 1 to 86400 is expected",
				 timeout);
	if (protocol && strcmp(protocol, "reloader") != 0 && strcmp(protocol, "plain") != 0)
		return evpn_fail(err, EINVAL, "protocol \"%s\": \"reloader\" or \"plain\" is expected", protocol);
	self->ask.name = address;
	self->ask.timeout_s = (unsigned int)seconds;
	self->ask.plain = protocol && strcmp(protocol, "plain") == 0;
	self->watch.address = self->ask.address;
	self->watch.name = address;
	self->watch.patient = true;
	return 0;
}

static void frr_signal_close(void *data)
{
	struct frr_signal *self = data;

	ask_free(&self->watch);
	ask_free(&self->ask);
	free(self);
}

/* One descriptor for both. */
static int make_asks(struct frr_signal *self)
{
	struct epoll_event event = { .events = EPOLLIN };
	int r = ask_init(&self->ask);

	if (r == 0)
		r = ask_init(&self->watch);
	if (r == 0 && epoll_ctl(self->ask.epoll, EPOLL_CTL_ADD, self->watch.epoll, &event) < 0)
		r = -errno;
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
	r = make_asks(self);
	if (r == 0 && getrandom(&self->session, sizeof(self->session), 0) != sizeof(self->session))
		r = -errno;
	if (r < 0) {
		evpn_fail(err, -r, "epoll, timerfd, getrandom: %s", strerror(-r));
		frr_signal_close(self);
		return -1;
	}
	*ret_self = self;
	return 0;
}

static int frr_signal_event_fd(void *data)
{
	const struct frr_signal *self = data;

	return self->ask.epoll;
}

/* FRR does what it was told: from here on its sidecar is to say when that ends. */
static void begin_watch(struct frr_signal *self)
{
	if (self->watch.state == ASK_IDLE && !self->ask.plain && !self->cannot_watch)
		ask_begin(&self->watch, WIRE_HELLO "watch\n");
}

/* Whether the sidecar has told. */
static bool take_watch(struct frr_signal *self)
{
	struct ask *watch = &self->watch;
	bool is_lost;

	ask_go_on(watch);
	if (watch->state != ASK_DONE)
		return false;
	is_lost = watch->outcome > 0 && strcmp(watch->status, "ok") == 0;
	self->cannot_watch = !is_lost;
	if (is_lost)
		self->host->log(self->host, EVPN_LOG_NOTICE, "%.*s; FRR is reloaded", (int)strcspn(watch->body, "\n"),
				watch->body);
	else
		self->host->log(self->host, EVPN_LOG_NOTICE,
				"evpn-reloader at %s does not tell when one of FRR's daemons ends: is it of an older "
				"version?",
				watch->name);
	ask_drop(watch);
	return is_lost;
}

static int frr_signal_on_event(void *data, struct evpn_error *err)
{
	struct frr_signal *self = data;
	bool retry = ask_go_on(&self->ask);

	(void)err;
	return take_watch(self) ? EVPN_EVENT_CHANGED : retry ? EVPN_EVENT_RETRY : EVPN_EVENT_NONE;
}

/* 0 and <0 as the callbacks return them; >0: the sidecar said "ok". */
static int look(struct frr_signal *self, struct evpn_error *err)
{
	const struct ask *ask = &self->ask;
	int code;

	if (ask->outcome <= 0) {
		*err = ask->err;
		return ask->outcome;
	}
	if (ask->plain || strcmp(ask->status, "ok") == 0) {
		begin_watch(self);
		return 1;
	}
	if (strcmp(ask->status, "refused") == 0)
		return evpn_fail(err, EVPN_ERROR_REFUSED, "%s", ask->body);
	code = strcmp(ask->status, "failed") == 0 ? EIO : strcmp(ask->status, "denied") == 0 ? EACCES : EPROTO;
	return evpn_fail(err, code, "evpn-reloader at %s: %s: %s", ask->name, ask->status, ask->body);
}

/* One sentence: without the newline that ends what was quoted. */
static int trimmed(int r, struct evpn_error *err)
{
	size_t n = strlen(err->msg);

	while (r <= 0 && n && err->msg[n - 1] == '\n')
		err->msg[--n] = '\0';
	return r;
}

static int begin_reload(struct frr_signal *self, const char *conf_path, uint64_t generation, struct evpn_error *err)
{
	char line[WIRE_LINE_SIZE], sum[WIRE_SUM_SIZE];
	int r = wire_sum_file(conf_path, sum);

	if (r < 0)
		return evpn_fail(err, -r, "%s: %s", conf_path, strerror(-r));
	snprintf(line, sizeof(line), WIRE_HELLO "reload %016" PRIx64 "/%" PRIu64 " %s\n", self->session, generation,
		 sum);
	self->demand = DEMAND_RELOAD;
	self->generation = generation;
	ask_begin(&self->ask, self->ask.plain ? "" : line);
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
	char line[WIRE_LINE_SIZE];

	if ((size_t)snprintf(line, sizeof(line), WIRE_HELLO "%s\n", command) >= sizeof(line) || strchr(command, '\n'))
		return evpn_fail(err, EINVAL, "`%.200s' is not one line of at most %zu characters", command,
				 sizeof(line) - sizeof(WIRE_HELLO) - 1);
	self->demand = DEMAND_QUERY;
	self->delivered = false;
	strcpy(self->command, command);
	ask_begin(&self->ask, line);
	return 0;
}

static int frr_signal_query_frr(void *data, const char *command, const char **ret_text, struct evpn_error *err)
{
	struct frr_signal *self = data;
	bool is_same = self->demand == DEMAND_QUERY && !self->delivered && strcmp(self->command, command) == 0;
	int r;

	if (self->ask.plain)
		return evpn_fail(err, ENOTSUP, "with protocol = \"plain\" FRR can be signalled, not asked");
	if (!is_same && begin_query(self, command, err) < 0)
		return -1;
	r = trimmed(look(self, err), err);
	self->delivered = r != 0;
	if (r > 0)
		*ret_text = self->ask.body;
	return r;
}

static const char *const options[] = { "address", "protocol", "timeout", NULL };

EVPN_EXPORT const struct evpn_plugin evpn_plugin_v1 = {
	.struct_size = EVPN_PLUGIN_INIT,
	.name = "frr-signal",
	.summary = "has FRR reload by asking evpn-reloader, which runs beside it",
	.options = options,
	.open = frr_signal_open,
	.close = frr_signal_close,
	.event_fd = frr_signal_event_fd,
	.on_event = frr_signal_on_event,
	.reload_frr = frr_signal_reload_frr,
	.query_frr = frr_signal_query_frr,
};
