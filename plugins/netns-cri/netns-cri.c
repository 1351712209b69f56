/* SPDX-License-Identifier: Apache-2.0 */
/*
 * netns-cri.c - finds FRR's network namespace through the node's container runtime
 *
 * Every find_netns asks the runtime anew: a query (query.h) is begun, and its answer is fetched by the find_netns that
 * follows the event. Between runs the runtime is asked again, in the background, whenever something may have changed, and
 * evpnd hears of it only if something has. What tells:
 *
 *	the runtime's event stream, where listening takes nothing from kubelet
 *	the end of the sandbox's process, and of the container's
 *	the socket, when it comes and goes with the runtime
 *	a timer, only while the pod is waited for, or where there is nothing of all that
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/timerfd.h>
#include <time.h>

#include "lib/process.h"
#include "netns-cri/netns-cri.h"

/* An answer is fetched at once; one that was not is asked for again. */
#define FRESH_MS 1000
/* A burst of events is one question. */
#define SETTLE_MS 20
/* Asking again grows from the first to the last of these: with something that tells the last is only a safety net. */
#define PAUSE_FIRST_MS	  100
#define PAUSE_LAST_MS	  2000
#define PAUSE_LAST_NET_MS 30000
/* A pod that was found, but of which nothing tells. */
#define PAUSE_BLIND_MS 10000

static int64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Sooner than what was planned counts. */
static void ask_in(struct netns_cri *self, int64_t ms)
{
	int64_t at = now_ms() + ms;
	struct itimerspec spec = { .it_value = { .tv_sec = at / 1000, .tv_nsec = at % 1000 * 1000000 } };

	if (self->ask_at && self->ask_at <= at)
		return;
	self->ask_at = at;
	timerfd_settime(self->timer, TFD_TIMER_ABSTIME, &spec, NULL);
}

static void ask_no_more(struct netns_cri *self)
{
	const struct itimerspec never = { 0 };

	self->ask_at = self->pause_ms = 0;
	timerfd_settime(self->timer, 0, &never, NULL);
}

static void ask_later(struct netns_cri *self)
{
	bool told = client_stream_state(self->client) == CLIENT_LISTENS || self->query.answer.reach == CLIENT_NOBODY;
	int64_t last = told ? PAUSE_LAST_NET_MS : PAUSE_LAST_MS;

	self->pause_ms = self->pause_ms ? self->pause_ms * 2 : PAUSE_FIRST_MS;
	if (self->pause_ms > last)
		self->pause_ms = last;
	ask_in(self, self->pause_ms);
}

static void remember(struct netns_cri *self, int result, const struct evpn_error *err)
{
	if (self->told != TOLD_NOT_FOUND || strcmp(self->said.msg, err->msg) != 0)
		self->pause_ms = 0;
	self->told = TOLD_NOT_FOUND;
	self->said_result = result;
	self->said = *err;
	if (result == 0)
		ask_later(self);
}

static void keep_found(struct netns_cri *self, uint64_t instance)
{
	const struct answer *answer = &self->answer;
	int pid = (int)(answer->container_pid ? answer->container_pid : answer->netns.pid);

	if (self->told_instance != instance && pid)
		self->host->log(self->host, EVPN_LOG_INFO, "FRR's pod is %s, sandbox %.13s, process %d",
				answer->sandbox.title, answer->sandbox.id, pid);
	else if (self->told_instance != instance)
		self->host->log(self->host, EVPN_LOG_INFO, "FRR's pod is %s, sandbox %.13s, which has no process",
				answer->sandbox.title, answer->sandbox.id);
	self->told_instance = instance;
	self->told = TOLD_FOUND;
	self->found = *answer;
	if (hold_is_empty(&self->hold) && client_stream_state(self->client) != CLIENT_LISTENS)
		ask_in(self, PAUSE_BLIND_MS);
}

/* Hands the answer over, once. */
static int deliver(struct netns_cri *self, int *ret_fd, uint64_t *ret_instance, struct evpn_error *err)
{
	const struct answer *answer = &self->answer;
	_cleanup_close_ int fd = -1;
	uint64_t instance = 0;
	int r = answer->result;

	self->answer_until = 0;
	if (r > 0)
		r = locate(answer, self->host_root, self->proc, self->selector.container != NULL, &self->hold, &fd,
			   &instance, err);
	else
		*err = answer->err;
	if (r <= 0) {
		hold_release(&self->hold);
		remember(self, r, err);
		return r;
	}
	ask_no_more(self);
	keep_found(self, instance);
	*ret_fd = process_take_fd(&fd);
	*ret_instance = instance;
	return 1;
}

static void keep_answer(struct netns_cri *self)
{
	self->answer = self->query.answer;
	self->answer_until = now_ms() + FRESH_MS;
}

static int watch_sockets(struct netns_cri *self, struct evpn_error *err)
{
	for (size_t i = 0; i < self->n_sockets; i++)
		if (pathwatch_arm(&self->watches[i], err) < 0)
			return -1;
	self->watching = true;
	return 0;
}

static int cri_find_netns(void *data, int *ret_fd, uint64_t *ret_instance, struct evpn_error *err)
{
	struct netns_cri *self = data;

	if (!self->watching && watch_sockets(self, err) < 0)
		return -1;
	if (now_ms() < self->answer_until)
		return deliver(self, ret_fd, ret_instance, err);
	if (query_start(&self->query)) {
		keep_answer(self);
		return deliver(self, ret_fd, ret_instance, err);
	}
	self->told = TOLD_ASKING;
	return evpn_wait(err, "asks %s for the pod", self->query.socket);
}

static bool is_as_found(const struct netns_cri *self)
{
	const struct answer *a = &self->answer, *b = &self->found;

	return a->result > 0 && strcmp(a->sandbox.id, b->sandbox.id) == 0 &&
	       strcmp(a->container.id, b->container.id) == 0 && a->netns.pid == b->netns.pid &&
	       a->container_pid == b->container_pid && strcmp(a->netns.path, b->netns.path) == 0;
}

/* A runtime in trouble does not concern a pod that was found; its process tells if it ends. */
static bool is_trouble(const struct answer *answer)
{
	return answer->result <= 0 && (answer->reach != CLIENT_ANSWERED || answer->err.code == EPROTO);
}

/* A query has ended: what evpnd needs to know of it. */
static int judge(struct netns_cri *self)
{
	keep_answer(self);
	if (self->told == TOLD_FOUND) {
		if (is_trouble(&self->answer)) {
			self->answer_until = 0;
			ask_later(self);
			return EVPN_EVENT_NONE;
		}
		if (!is_as_found(self))
			return EVPN_EVENT_CHANGED;
		self->answer_until = 0;
		keep_found(self, self->told_instance);
		return EVPN_EVENT_NONE;
	}
	if (self->told == TOLD_NOT_FOUND && self->answer.result == self->said_result &&
	    strcmp(self->answer.err.msg, self->said.msg) == 0) {
		self->answer_until = 0;
		ask_later(self);
		return EVPN_EVENT_NONE;
	}
	return EVPN_EVENT_RETRY;
}

static int ask(struct netns_cri *self)
{
	self->ask_at = 0;
	/* The one under way may have been answered before what happened. */
	if (self->query.step != QUERY_IDLE) {
		ask_in(self, SETTLE_MS);
		return EVPN_EVENT_NONE;
	}
	return query_start(&self->query) ? judge(self) : EVPN_EVENT_NONE;
}

static void hear(struct netns_cri *self)
{
	const uint8_t *data;
	size_t len;

	while (client_next_message(self->client, &data, &len))
		if (cri_event_matters(data, len, &self->selector, self->found.sandbox.id, self->found.container.id))
			ask_in(self, SETTLE_MS);
	if (self->query.events != EVENTS_WANTED)
		return;
	switch (client_stream_state(self->client)) {
	case CLIENT_DISMISSED:
		self->query.events = EVENTS_NONE;
		break;
	case CLIENT_CUT_OFF:
		if (!self->ask_at)
			ask_later(self);
		break;
	case CLIENT_LISTENS:
	case CLIENT_SILENT:
		break;
	}
}

static int socket_touched(struct netns_cri *self, struct evpn_error *err)
{
	/* While the runtime is heard it is the same one. */
	if (client_stream_state(self->client) != CLIENT_LISTENS)
		query_forget_runtime(&self->query);
	self->pause_ms = 0;
	ask_in(self, 0);
	return watch_sockets(self, err);
}

/* Takes what the epoll set has. Returns whether the timer is due. */
static bool take_events(struct netns_cri *self, bool *ret_touched)
{
	struct epoll_event events[16];
	int n = epoll_wait(self->epoll, events, 16, 0);
	uint64_t expirations;
	bool is_due = false;

	for (int i = 0; i < n; i++) {
		int fd = events[i].data.fd;
		bool is_watch = false;

		for (size_t w = 0; w < self->n_sockets; w++)
			if (fd == self->watches[w].fd) {
				is_watch = true;
				*ret_touched |= pathwatch_take(&self->watches[w]);
			}
		if (fd == self->timer)
			is_due |= read(fd, &expirations, sizeof(expirations)) > 0;
		else if (!is_watch && fd != self->hold.pidfds[0] && fd != self->hold.pidfds[1])
			client_event(self->client, fd, events[i].events);
	}
	return is_due;
}

static int cri_on_event(void *data, struct evpn_error *err)
{
	struct netns_cri *self = data;
	bool touched = false, is_due = take_events(self, &touched);
	int event = EVPN_EVENT_NONE;

	if (touched && socket_touched(self, err) < 0)
		return -1;
	hear(self);
	if (query_advance(&self->query))
		event = judge(self);
	if (is_due && event == EVPN_EVENT_NONE)
		event = ask(self);
	else if (is_due)
		ask_in(self, self->ask_at = 0);
	if (hold_has_ended(&self->hold)) {
		hold_release(&self->hold);
		self->answer_until = 0;
		event = self->told == TOLD_FOUND ? EVPN_EVENT_CHANGED : EVPN_EVENT_RETRY;
		self->told = TOLD_NOTHING;
	}
	return event;
}

static int cri_event_fd(void *data)
{
	const struct netns_cri *self = data;

	return self->epoll;
}

static void cri_close(void *data)
{
	struct netns_cri *self = data;

	hold_release(&self->hold);
	client_close(self->client);
	for (size_t i = 0; i < CRI_MAX_SOCKETS; i++)
		pathwatch_close(&self->watches[i]);
	process_closep(&self->timer);
	process_closep(&self->epoll);
	options_free(self);
	free(self);
}

static int make_sources(struct netns_cri *self, struct evpn_error *err)
{
	struct epoll_event event = { .events = EPOLLIN };

	self->epoll = self->hold.epoll = epoll_create1(EPOLL_CLOEXEC);
	if (self->epoll < 0)
		return evpn_fail(err, errno, "epoll_create1: %s", strerror(errno));
	self->timer = event.data.fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
	if (self->timer < 0 || epoll_ctl(self->epoll, EPOLL_CTL_ADD, self->timer, &event) < 0)
		return evpn_fail(err, errno, "timer: %s", strerror(errno));
	for (size_t i = 0; i < self->n_sockets; i++)
		if (pathwatch_open(&self->watches[i], self->sockets[i], self->epoll, err) < 0)
			return -1;
	return client_open(self->epoll, self->timeout_ms, &self->client, err);
}

static int cri_open(const struct evpn_host *host, void **ret_self, struct evpn_error *err)
{
	struct netns_cri *self = calloc(1, sizeof(*self));

	if (!self)
		return evpn_fail(err, ENOMEM, "%s", strerror(ENOMEM));
	self->host = host;
	self->epoll = self->timer = self->hold.pidfds[0] = self->hold.pidfds[1] = -1;
	for (size_t i = 0; i < CRI_MAX_SOCKETS; i++)
		self->watches[i] = (struct pathwatch)PATHWATCH_CLOSED;
	if (options_read(self, err) < 0 || make_sources(self, err) < 0) {
		cri_close(self);
		return -1;
	}
	self->query.client = self->client;
	self->query.selector = &self->selector;
	self->query.sockets = self->sockets;
	*ret_self = self;
	return 0;
}

const struct evpn_plugin evpn_plugin_v1 = {
	EVPN_PLUGIN_INIT,
	.name = "netns-cri",
	.summary = "the namespace of a pod, by the container runtime (Kubernetes)",
	.options = cri_options,
	.open = cri_open,
	.close = cri_close,
	.event_fd = cri_event_fd,
	.on_event = cri_on_event,
	.find_netns = cri_find_netns,
};
