/* SPDX-License-Identifier: Apache-2.0 */
/*
 * netns-cri.c - a netns plugin: finds FRR's network namespace through the container runtime of a Kubernetes node
 *
 * find_netns starts a query (query.h) and returns 0; the call that follows the event returns the answer. Between
 * evpnd's runs the plugin repeats the query in the background when something may have changed, and reports an event to
 * evpnd only if the answer differs. A query is repeated
 *
 *	after an event of the container runtime's event stream, if other listeners get it, too
 *	when the process of the sandbox or of the container ends
 *	when the runtime's socket is created or deleted
 *	by a timer, while the pod was not found, or if none of the others can report a change
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/timerfd.h>

#include "lib/clock.h"
#include "lib/process.h"
#include "netns-cri/netns-cri.h"

/* How long an answer is valid; evpnd fetches it at once, so an older one is queried again. */
#define FRESH_MS 1000
/* Events within this time cause one query. */
#define SETTLE_MS 20
/* The longest pause between queries if events report changes, too, so that the timer is only a fallback. */
#define PAUSE_LAST_NET_MS 30000
/* The pause if the pod was found and neither a process nor the event stream reports its end. */
#define PAUSE_BLIND_MS 10000

/* Repeats the query in `ms` milliseconds, unless it is due earlier already. */
static void query_after(struct netns_cri *self, int64_t ms)
{
	int64_t at = clock_ms() + ms;
	struct itimerspec spec = { .it_value = { .tv_sec = at / 1000, .tv_nsec = at % 1000 * 1000000 } };

	if (self->query_at && self->query_at <= at)
		return;
	self->query_at = at;
	timerfd_settime(self->timer, TFD_TIMER_ABSTIME, &spec, NULL);
}

static void cancel_query(struct netns_cri *self)
{
	self->query_at = self->pause_ms = 0;
	fd_set_timer(self->timer, 0);
}

static void query_after_pause(struct netns_cri *self)
{
	bool is_notified = client_stream_state(self->client) == CLIENT_STREAMING ||
			   self->query.answer.reach == CLIENT_UNREACHABLE;

	self->pause_ms = clock_next_pause_ms(self->pause_ms, is_notified ? PAUSE_LAST_NET_MS : CLOCK_PAUSE_LAST_MS);
	query_after(self, self->pause_ms);
}

static void keep_not_found(struct netns_cri *self, int result, const struct evpn_error *err)
{
	if (self->reported != REPORTED_NOT_FOUND || strcmp(self->reported_err.msg, err->msg) != 0)
		self->pause_ms = 0;
	self->reported = REPORTED_NOT_FOUND;
	self->reported_result = result;
	self->reported_err = *err;
	if (result == 0)
		query_after_pause(self);
}

static void keep_found(struct netns_cri *self, uint64_t instance)
{
	const struct answer *answer = &self->answer;
	int pid = (int)(answer->container_pid ? answer->container_pid : answer->netns.pid);

	if (self->reported_instance != instance && pid)
		self->host->log(self->host, EVPN_LOG_INFO, "FRR's pod is %s, sandbox %.13s, process %d",
				answer->sandbox.title, answer->sandbox.id, pid);
	else if (self->reported_instance != instance)
		self->host->log(self->host, EVPN_LOG_INFO, "FRR's pod is %s, sandbox %.13s, which has no process",
				answer->sandbox.title, answer->sandbox.id);
	self->reported_instance = instance;
	self->reported = REPORTED_FOUND;
	self->found = *answer;
	if (hold_is_empty(&self->hold) && client_stream_state(self->client) != CLIENT_STREAMING)
		query_after(self, PAUSE_BLIND_MS);
}

/* Returns the answer of the last query to evpnd. */
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
		keep_not_found(self, r, err);
		return r;
	}
	cancel_query(self);
	keep_found(self, instance);
	*ret_fd = fd_take(&fd);
	*ret_instance = instance;
	return 1;
}

static void keep_answer(struct netns_cri *self)
{
	self->answer = self->query.answer;
	self->answer_until = clock_ms() + FRESH_MS;
}

static int watch_sockets(struct netns_cri *self, struct evpn_error *err)
{
	for (size_t i = 0; i < self->n_sockets; i++)
		if (file_events_arm(&self->watches[i], err) < 0)
			return -1;
	self->watching = true;
	return 0;
}

static int cri_find_netns(void *data, int *ret_fd, uint64_t *ret_instance, struct evpn_error *err)
{
	struct netns_cri *self = data;

	if (!self->watching && watch_sockets(self, err) < 0)
		return -1;
	if (clock_ms() < self->answer_until)
		return deliver(self, ret_fd, ret_instance, err);
	if (query_start(&self->query)) {
		keep_answer(self);
		return deliver(self, ret_fd, ret_instance, err);
	}
	self->reported = REPORTED_ASKING;
	return evpn_wait(err, "waits for the answer of the container runtime at %s", self->query.socket);
}

static bool is_as_found(const struct netns_cri *self)
{
	const struct answer *a = &self->answer, *b = &self->found;

	return a->result > 0 && strcmp(a->sandbox.id, b->sandbox.id) == 0 &&
	       strcmp(a->container.id, b->container.id) == 0 && a->netns.pid == b->netns.pid &&
	       a->container_pid == b->container_pid && strcmp(a->netns.path, b->netns.path) == 0;
}

/* A fault of the container runtime does not affect a pod that was found; the pidfd reports if its process ends. */
static bool is_runtime_fault(const struct answer *answer)
{
	return answer->result <= 0 && (answer->reach != CLIENT_ANSWERED || answer->err.code == EPROTO);
}

/* A query has ended: returns the event for evpnd. */
static int judge(struct netns_cri *self)
{
	keep_answer(self);
	if (self->reported == REPORTED_FOUND) {
		if (is_runtime_fault(&self->answer)) {
			self->answer_until = 0;
			query_after_pause(self);
			return EVPN_EVENT_NONE;
		}
		if (!is_as_found(self))
			return EVPN_EVENT_CHANGED;
		self->answer_until = 0;
		keep_found(self, self->reported_instance);
		return EVPN_EVENT_NONE;
	}
	if (self->reported == REPORTED_NOT_FOUND && self->answer.result == self->reported_result &&
	    strcmp(self->answer.err.msg, self->reported_err.msg) == 0) {
		self->answer_until = 0;
		query_after_pause(self);
		return EVPN_EVENT_NONE;
	}
	return EVPN_EVENT_RETRY;
}

static int start_query(struct netns_cri *self)
{
	self->query_at = 0;
	/* The answer of the running query may be older than the event that caused this one: query again after it. */
	if (self->query.step != QUERY_IDLE) {
		query_after(self, SETTLE_MS);
		return EVPN_EVENT_NONE;
	}
	return query_start(&self->query) ? judge(self) : EVPN_EVENT_NONE;
}

static void read_stream(struct netns_cri *self)
{
	const uint8_t *data;
	size_t len;

	while (client_next_message(self->client, &data, &len))
		if (cri_event_matters(data, len, &self->selector, self->found.sandbox.id, self->found.container.id))
			query_after(self, SETTLE_MS);
	if (self->query.events != EVENTS_WANTED)
		return;
	switch (client_stream_state(self->client)) {
	case CLIENT_REFUSED:
		self->query.events = EVENTS_NONE;
		break;
	case CLIENT_CUT_OFF:
		if (!self->query_at)
			query_after_pause(self);
		break;
	case CLIENT_STREAMING:
	case CLIENT_NO_STREAM:
		break;
	}
}

static int socket_touched(struct netns_cri *self, struct evpn_error *err)
{
	/* As long as the event stream is connected, the container runtime has not restarted. */
	if (client_stream_state(self->client) != CLIENT_STREAMING)
		query_forget_runtime(&self->query);
	self->pause_ms = 0;
	query_after(self, 0);
	return watch_sockets(self, err);
}

/* Handles the events of the epoll set. Returns whether the timer has expired. */
static bool take_events(struct netns_cri *self, bool *ret_touched)
{
	struct epoll_event events[16];
	int n = epoll_wait(self->epoll, events, 16, 0);
	bool is_due = false;

	for (int i = 0; i < n; i++) {
		int fd = events[i].data.fd;
		bool is_watch = false;

		for (size_t w = 0; w < self->n_sockets; w++)
			if (fd == self->watches[w].fd) {
				is_watch = true;
				*ret_touched |= file_events_take(&self->watches[w]);
			}
		if (fd == self->timer)
			is_due |= fd_timer_expired(fd);
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
	read_stream(self);
	if (query_advance(&self->query))
		event = judge(self);
	if (is_due && event == EVPN_EVENT_NONE)
		event = start_query(self);
	else if (is_due)
		query_after(self, self->query_at = 0);
	if (hold_has_ended(&self->hold)) {
		hold_release(&self->hold);
		self->answer_until = 0;
		event = self->reported == REPORTED_FOUND ? EVPN_EVENT_CHANGED : EVPN_EVENT_RETRY;
		self->reported = REPORTED_NOTHING;
	}
	return event;
}

static const char *cri_describe(void *data, int64_t *ret_started)
{
	struct netns_cri *self = data;
	const struct answer *found = &self->found;
	pid_t pid = found->container_pid ? found->container_pid : found->netns.pid;
	char process[PROCESS_DESCRIPTION_SIZE];

	if (self->reported != REPORTED_FOUND)
		return NULL;
	/* Its start is in the instance, see process_instance(), if it has a process. */
	if (pid)
		*ret_started = process_started(self->reported_instance >> 22);
	snprintf(self->description, sizeof(self->description), "pod %.300s, sandbox %.13s%s%s", found->sandbox.title,
		 found->sandbox.id, pid ? ", " : "", pid ? process_describe(self->proc, pid, process) : "");
	return self->description;
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
		file_events_close(&self->watches[i]);
	fd_close(&self->timer);
	fd_close(&self->epoll);
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
		return evpn_fail(err, errno, "cannot create a timer: %s", strerror(errno));
	for (size_t i = 0; i < self->n_sockets; i++)
		if (file_events_open(&self->watches[i], self->sockets[i], self->epoll, err) < 0)
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
		self->watches[i] = (struct file_events)FILE_EVENTS_CLOSED;
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
	.struct_size = EVPN_PLUGIN_INIT,
	.name = "netns-cri",
	.summary = "finds the network namespace of FRR's pod through the container runtime (Kubernetes)",
	.options = cri_options,
	.open = cri_open,
	.close = cri_close,
	.event_fd = cri_event_fd,
	.on_event = cri_on_event,
	.find_netns = cri_find_netns,
	.describe = cri_describe,
};
