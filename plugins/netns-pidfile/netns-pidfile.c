/* SPDX-License-Identifier: Apache-2.0 */
/*
 * netns-pidfile.c - a netns plugin: finds FRR's network namespace by the pid that podman writes to a file
 *
 * The plugin watches the directory of the file (file_events.h), since runc renames a new file into place while crun
 * writes to the existing one, and the end of the process, by its pidfd. A process that belongs to the container runtime
 * still is looked at again after pauses.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "lib/clock.h"
#include "lib/file_events.h"
#include "lib/pidfile.h"

struct plugin {
	const struct evpn_host *host;
	struct pidfile file; /* its texts belong to the host and live until close */
	int epoll; /* contains the descriptors of `watch`, pidfd and timer */
	struct file_events watch; /* on the pidfile */
	int pidfd; /* of the process that the file named at the last find_netns; -1: none, or it has ended */
	int timer; /* of the next look at a process that is starting: the kernel has no event for it */
	unsigned int pause_ms; /* the last one; 0: none */
	pid_t found; /* the process that the last find_netns returned; 0: none */
	uint64_t instance; /* the last one that find_netns returned, see process_instance() */
	uint64_t start; /* of `found` */
	char description[PROCESS_DESCRIPTION_SIZE];
};

static void forget_process(struct plugin *self)
{
	/*
	 * A process that has ended would keep the epoll descriptor readable. Closing the pidfd removes it from the
	 * epoll set.
	 */
	fd_close(&self->pidfd);
	self->found = 0;
}

/* Takes over the pidfd, and makes the epoll descriptor readable when the process ends. */
static int watch_process(struct plugin *self, int pidfd, pid_t pid, struct evpn_error *err)
{
	struct epoll_event event = { .events = EPOLLIN };

	self->pidfd = pidfd;
	if (epoll_ctl(self->epoll, EPOLL_CTL_ADD, pidfd, &event) < 0)
		return evpn_fail(err, errno, "cannot watch process %d: epoll_ctl: %s", (int)pid, strerror(errno));
	return 0;
}

static int pidfile_find_netns(void *data, int *ret_fd, uint64_t *ret_instance, struct evpn_error *err)
{
	struct plugin *self = data;
	struct pidfile_process found = PIDFILE_NO_PROCESS;
	_cleanup_close_ int netns = -1;
	uint64_t instance;
	int r;

	forget_process(self);
	/* Watch first, read afterwards: a change in between causes an event, so none is missed. */
	if (file_events_arm(&self->watch, err) < 0)
		return -1;
	r = pidfile_find(&self->file, &found, err);
	netns = found.netns;
	/* Watch also a process that is not FRR's: when it ends, find_netns can return another result. */
	if (found.pidfd >= 0 && watch_process(self, found.pidfd, found.pid, err) < 0)
		return -1;
	self->pause_ms = r == 0 && found.pidfd >= 0 ? clock_next_pause_ms(self->pause_ms, CLOCK_PAUSE_LAST_MS) : 0;
	fd_set_timer(self->timer, self->pause_ms);
	if (r <= 0)
		return r;
	instance = process_instance(found.pid, found.start);
	if (instance != self->instance)
		self->host->log(self->host, EVPN_LOG_INFO, "FRR's container is process %d", (int)found.pid);
	self->instance = instance;
	self->found = found.pid;
	self->start = found.start;
	*ret_fd = fd_take(&netns);
	*ret_instance = instance;
	return 1;
}

static int pidfile_on_event(void *data, struct evpn_error *err)
{
	struct plugin *self = data;
	struct evpn_error ignored;
	bool was_found = self->found != 0;
	bool touched = file_events_take(&self->watch), expired = fd_timer_expired(self->timer);
	pid_t pid;
	int r;

	if (self->pidfd >= 0 && process_has_ended(self->pidfd)) {
		forget_process(self);
		return was_found ? EVPN_EVENT_CHANGED : EVPN_EVENT_RETRY;
	}
	if (expired && !was_found)
		return EVPN_EVENT_RETRY;
	if (!touched)
		return EVPN_EVENT_NONE;
	if (file_events_arm(&self->watch, err) < 0)
		return -1;
	if (!was_found)
		return EVPN_EVENT_RETRY;
	/* A file that is missing or being written is no change while the process runs. */
	r = pidfile_read(&self->file, &pid, &ignored);
	return r == 0 || (r > 0 && pid == self->found) ? EVPN_EVENT_NONE : EVPN_EVENT_CHANGED;
}

static const char *pidfile_describe(void *data, int64_t *ret_started)
{
	struct plugin *self = data;

	if (!self->found)
		return NULL;
	*ret_started = process_started(self->start);
	return process_describe(self->file.proc, self->found, self->description);
}

static int pidfile_event_fd(void *data)
{
	const struct plugin *self = data;

	return self->epoll;
}

static void pidfile_close(void *data)
{
	struct plugin *self = data;

	fd_close(&self->pidfd);
	fd_close(&self->timer);
	file_events_close(&self->watch);
	fd_close(&self->epoll);
	free(self);
}

static int make_fds(struct plugin *self, struct evpn_error *err)
{
	struct epoll_event event = { .events = EPOLLIN };

	self->epoll = epoll_create1(EPOLL_CLOEXEC);
	if (self->epoll < 0)
		return evpn_fail(err, errno, "epoll_create1: %s", strerror(errno));
	self->timer = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
	if (self->timer < 0 || epoll_ctl(self->epoll, EPOLL_CTL_ADD, self->timer, &event) < 0)
		return evpn_fail(err, errno, "cannot create a timer: %s", strerror(errno));
	return file_events_open(&self->watch, self->file.path, self->epoll, err);
}

static int pidfile_open(const struct evpn_host *host, void **ret_self, struct evpn_error *err)
{
	struct plugin *self = calloc(1, sizeof(*self));

	if (!self)
		return evpn_fail(err, ENOMEM, "%s", strerror(ENOMEM));
	self->host = host;
	self->epoll = self->pidfd = self->timer = -1;
	self->watch = (struct file_events)FILE_EVENTS_CLOSED;
	if (pidfile_take_options(&self->file, host, "path", err) < 0 || make_fds(self, err) < 0) {
		pidfile_close(self);
		return -1;
	}
	*ret_self = self;
	return 0;
}

static const char *const options[] = { "path", "proc", "cgroup", NULL };

const struct evpn_plugin evpn_plugin_v1 = {
	.struct_size = EVPN_PLUGIN_INIT,
	.name = "netns-pidfile",
	.summary = "finds FRR's network namespace by the pid that podman writes to a file",
	.options = options,
	.open = pidfile_open,
	.close = pidfile_close,
	.event_fd = pidfile_event_fd,
	.on_event = pidfile_on_event,
	.find_netns = pidfile_find_netns,
	.describe = pidfile_describe,
};
